/** A service's name is unique within an environment: the first to come owns it, the second is refused by name. */
export interface Claimant {
  namespace: string;
  service: string;
  environment: string;
  createdAt: string;
}

/** Namespace that owns the name; undefined when nobody claims it. Ties go to the lower namespace, so all readers agree. */
export function ownerOf(service: string, environment: string, claimants: readonly Claimant[]): string | undefined {
  return claimants
    .filter((one) => one.service === service && one.environment === environment)
    .sort((a, b) => (a.createdAt === b.createdAt ? (a.namespace < b.namespace ? -1 : 1) : a.createdAt < b.createdAt ? -1 : 1))[0]?.namespace;
}
