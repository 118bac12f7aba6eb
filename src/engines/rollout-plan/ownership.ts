/**
 * A service's name is unique within an environment: the first to come owns it, the second is refused by name.
 *
 * Who was first is told by the object store's own order, which a clock that goes back cannot turn round. A rollout
 * from before that order was written down came first.
 */
import { ORDER_OF_CREATION } from '../../domain/object.ts';
import type { ApiObject } from '../../domain/object.ts';

export interface Claimant {
  namespace: string;
  service: string;
  environment: string;
  /** Position of the store when it was made; 0 when that is not known. */
  order: bigint;
  createdAt: string;
}

export function claimantOf({ metadata, spec }: ApiObject<{ service: string; environment: string }>): Claimant {
  const order = metadata.annotations?.[ORDER_OF_CREATION] ?? '';
  return { namespace: metadata.namespace ?? '', service: spec.service, environment: spec.environment, order: /^\d{1,19}$/.test(order) ? BigInt(order) : 0n, createdAt: metadata.creationTimestamp };
}

/** Namespace that owns the name; undefined when nobody claims it. Ties go to the earlier time, then to the lower namespace, so all readers agree. */
export function ownerOf(service: string, environment: string, claimants: readonly Claimant[]): string | undefined {
  return claimants.filter((one) => one.service === service && one.environment === environment).sort(firstComesFirst)[0]?.namespace;
}

function firstComesFirst(a: Claimant, b: Claimant): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.namespace < b.namespace ? -1 : 1;
}
