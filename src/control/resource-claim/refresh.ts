/**
 * Asks the provisioners about every claim before anything that uses one is started.
 *
 * Outputs name places of this machine: after a restore into another data directory, or when the database came
 * up on another port, those in the objects are of yesterday, and a service started with them would stay so.
 */
import type { Objects } from '../../ports/objects.ts';
import type { Reconciler } from '../loop/reconciler.ts';
import type { ResourceClaim } from './reconciler.ts';

/** What cannot be provisioned now is left to the loop, which asks again. */
export async function refreshClaims(objects: Objects, claims: Reconciler): Promise<void> {
  const listed = await objects.list<ResourceClaim>('roadbed.dev/ResourceClaim');
  await Promise.allSettled(listed.map(({ metadata }) => claims.reconcile({ namespace: metadata.namespace ?? '', name: metadata.name })));
}
