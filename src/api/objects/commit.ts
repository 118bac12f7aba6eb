/** Writes plans: all or nothing, with their audit rows; plans again when somebody else was first. */
import type { NewEvent } from '../../domain/event.ts';
import type { StoredObject } from '../../ports/object-store.ts';
import type { Foundation, WriteContext } from './context.ts';
import { alreadyExists, conflict, notFound } from './failure.ts';
import type { Plan } from './plan.ts';
import type { ServedKind } from './served-kinds.ts';

const ATTEMPTS = 5;
const CATCH_UP_MS = 50;

export interface Planned {
  kind: ServedKind;
  plan: Plan;
}

/** What a plan came to: for a dry run the object as it would be. */
export interface Outcome {
  stored: StoredObject;
  /** Whether the store was (or, in a dry run, would be) changed. */
  changed: boolean;
  deleted: boolean;
}

/**
 * `decide` is called again after a lost race when `mayRetry`; with a precondition the loser gets 409.
 * Resolves once all is durable and readable here.
 */
export async function commit(foundation: Foundation, context: WriteContext, mayRetry: boolean, decide: () => Planned[], events: readonly NewEvent[] = []): Promise<Outcome[]> {
  for (let attempt = 1; ; attempt++) {
    const planned = decide();
    const writes = planned.flatMap(({ plan }) => (plan.kind === 'write' ? [plan] : []));
    if (context.dryRun) return planned.map(({ plan }) => dryOutcome(foundation, plan));
    if (writes.length === 0 && events.length === 0) return planned.map(({ plan }) => outcome(plan, undefined));
    const result = await foundation.store.write(writes.map((plan) => plan.write), [...writes.map((plan) => plan.event), ...events]);
    if (result.ok) {
      const written = result.written.values();
      return planned.map(({ plan }) => outcome(plan, plan.kind === 'write' ? written.next().value : undefined));
    }
    const { kind } = planned.find(({ plan }) => plan.kind === 'write' && sameKey(plan.key, result.key)) as Planned;
    if (result.reason === 'exists') {
      if (!mayRetry || attempt >= ATTEMPTS) throw alreadyExists(kind, result.key.name);
    } else if (!mayRetry || attempt >= ATTEMPTS) {
      throw result.reason === 'gone' ? notFound(kind, result.key.name) : conflict(kind, result.key.name);
    }
    await foundation.store.reached(foundation.store.position() + 1n, result.reason === 'exists' ? CATCH_UP_MS : attempt);
  }
}

function sameKey(a: Plan['key'], b: Plan['key']): boolean {
  return a.name === b.name && a.namespace === b.namespace && a.plural === b.plural && a.group === b.group;
}

function outcome(plan: Plan, written: StoredObject | undefined): Outcome {
  if (plan.kind === 'unchanged') return { stored: plan.stored, changed: false, deleted: false };
  if (written === undefined) throw new Error('the store did not answer for every write');
  return { stored: written, changed: true, deleted: plan.write.action === 'delete' };
}

function dryOutcome(foundation: Foundation, plan: Plan): Outcome {
  if (plan.kind === 'unchanged') return { stored: plan.stored, changed: false, deleted: false };
  const resourceVersion = plan.write.action === 'create' ? 0n : plan.write.expected;
  const { resourceVersion: version, ...metadata } = plan.object.metadata;
  const object = { ...plan.object, metadata: plan.write.action === 'create' ? metadata : { ...metadata, resourceVersion: version } } as typeof plan.object;
  if (plan.write.action === 'create' && foundation.store.get(plan.key) !== undefined) {
    throw alreadyExists(foundation.kinds.byPlural(plan.key.group, plan.object.apiVersion.split('/').at(-1) ?? '', plan.key.plural) as ServedKind, plan.key.name);
  }
  return { stored: { key: plan.key, resourceVersion, labels: object.metadata.labels ?? {}, object, json: JSON.stringify(object) }, changed: true, deleted: plan.write.action === 'delete' };
}
