/**
 * The rollout reconciler: observe, decide, act, and again until there is nothing to do but wait.
 *
 * It remembers nothing between passes; what must survive stands in the rollout's status or is seen in the
 * world. While an attempt runs, a failure is tried again after a quarter of a second instead of the loop's
 * growing back-off: a return of traffic must not wait because the edge was restarting just then.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { HoldSpec } from '../../domain/kinds/hold.ts';
import { decide } from '../../engines/rollout-plan/decide.ts';
import { mayPass } from '../loop/back-off.ts';
import type { ReconcileKey, ReconcileResult, Reconciler } from '../loop/reconciler.ts';
import { act } from './act.ts';
import { observe } from './observe.ts';
import type { ReleaseObject, RolloutWorld } from './world.ts';

/** A plan that never ends is a fault; this many passes in a row are none. */
const MOST_PASSES = 50;
const RETRY_MS = 250;
const SHORT_WAIT_MS = 20;

/** Name of the rollout of a service in an environment. */
export function rolloutName(service: string, environment: string): string {
  return `${service}.${environment}`;
}

export function rolloutReconciler(world: RolloutWorld): Reconciler {
  return {
    name: 'rollout',
    kind: 'roadbed.dev/Rollout',
    also: [
      { kind: 'roadbed.dev/Hold', keys: ({ object }) => holdKeys(object as ApiObject<HoldSpec>) },
    ],
    reconcile: (key) => reconcileRollout(world, key),
  };
}

/** One reconciliation; exported for tests and for the dry run's neighbour. */
export async function reconcileRollout(world: RolloutWorld, key: ReconcileKey): Promise<ReconcileResult | undefined> {
  let activeAttempt = false;
  try {
    for (let pass = 0; pass < MOST_PASSES; pass += 1) {
      const seen = await observe(world, key.namespace ?? '', key.name);
      if (seen === undefined) return undefined;
      activeAttempt = seen.view.status?.attempt !== undefined && seen.view.status.attempt.finishedAt === undefined;
      const plan = decide(seen.view);
      for (const action of plan.actions) await act(world, seen, action);
      const again = plan.againInMs;
      if (plan.actions.length === 0 || (again !== undefined && again > SHORT_WAIT_MS)) return again === undefined ? undefined : { requeueAfterMs: again };
    }
    throw new PlatformError({ code: 'ROADBED-3301', class: 'failed', message: `The rollout ${key.name} does not come to rest.`, why: `${MOST_PASSES} plans in a row each had something to do`, retry: 'backoff' });
  } catch (error) {
    if (!activeAttempt || !mayPass(error)) throw error;
    world.log.warn({ rollout: key.name, error: error instanceof Error ? error.message : String(error) }, 'a pass over an active rollout failed');
    return { requeueAfterMs: RETRY_MS };
  }
}

function holdKeys(hold: ApiObject<HoldSpec>): ReconcileKey[] {
  const { namespace } = hold.metadata;
  return [{ ...(namespace === undefined ? {} : { namespace }), name: rolloutName(hold.spec.service, hold.spec.environment) }];
}

/** Rollout that a revision belongs to, for the runtime's notices: the last two parts of the id are environment and hash. */
export function rolloutNameOfRevision(revision: string): string {
  return revision.split('.').slice(0, -1).join('.');
}

export type { ReleaseObject };
