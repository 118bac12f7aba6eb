/**
 * Which releases are kept, so that neither objects nor artifacts grow without bound.
 *
 * Of each service the newest by place on the branch stay, and of each environment those that were last verified
 * there, because a rollback goes to one of them. What is in use is never given up, however old it is.
 */
export interface KeptRelease {
  namespace: string;
  name: string;
  service: string;
  sequence: number;
  /** RFC 3339. */
  createdAt: string;
  verified: readonly { environment: string; at: string }[];
}

export interface RetentionLimits {
  /** Of a service, newest first. */
  releases: number;
  /** Of a service in an environment, last verified first. */
  verified: number;
}

export const RETENTION: RetentionLimits = { releases: 50, verified: 10 };

/** The releases that may go, in no particular order. `inUse`: `namespace/name` of what runs, is wanted or is held. */
export function surplusReleases(releases: readonly KeptRelease[], inUse: ReadonlySet<string>, limits: RetentionLimits = RETENTION): KeptRelease[] {
  return [...groups(releases, (release) => `${release.namespace}/${release.service}`).values()].flatMap((own) => {
    const newest = [...own].sort((a, b) => b.sequence - a.sequence || (a.createdAt < b.createdAt ? 1 : -1)).slice(0, limits.releases);
    const proofs = own.flatMap((release) => release.verified.map((proof) => ({ ...proof, release })));
    const proven = [...groups(proofs, (proof) => proof.environment).values()].flatMap((here) => [...here].sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limits.verified));
    const kept = new Set([...newest, ...proven.map((proof) => proof.release)]);
    return own.filter((release) => !kept.has(release) && !inUse.has(`${release.namespace}/${release.name}`));
  });
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}
