/**
 * What a reconciler is: an identity in, the world moved one step towards the wish, and nothing remembered.
 *
 * A reconciler receives a key and never an event: it reads what is there now, decides with a pure engine
 * and acts idempotently, so it may be killed at any line and run again, and a pass over a settled object
 * writes nothing. A key whose object is gone is passed too: `Objects.get` then answers undefined.
 *
 *     const rollouts: Reconciler = {
 *       name: 'rollout',
 *       kind: 'roadbed.dev/Rollout',
 *       also: [{ kind: 'roadbed.dev/Hold', keys: (event) => keysOfHold(event.object) }],
 *       reconcile: async ({ namespace, name }) => { ...; return { requeueAfterMs: 1000 }; },
 *     };
 *     const loop = startLoop({ objects, clock, log, reconcilers: [rollouts] });
 *     runtime.onChange((id) => loop.enqueue('rollout', keyOfRevision(id)));   // something outside the store changed
 *     await loop.stop();                                                      // waits for those that run
 */
import type { KindName, ObjectEvent } from '../../ports/objects.ts';

/** Identity of an object of the reconciler's kind; `namespace` is absent for cluster-scoped kinds. */
export interface ReconcileKey {
  namespace?: string;
  name: string;
}

export interface ReconcileResult {
  /** Look again after this time, also when nothing changes: polls, deadlines. */
  requeueAfterMs?: number;
}

export interface Reconciler {
  /** Unique in a loop; stands in log lines and in `enqueue`. */
  name: string;
  /** Absent for a reconciler of the whole that only `also` or `enqueue` wakes. */
  kind?: KindName;
  /**
   * Throws to be called again: after 0.25 s, doubling to 5 min, when the error may pass (any Error; a
   * PlatformError with `retry: 'backoff'` or of class conflict, unavailable or timed-out); a PlatformError with
   * `retry: 'never'` waits for the object's next change or the next full pass. To show the fault to the user,
   * write a condition before throwing.
   */
  reconcile(key: ReconcileKey): Promise<ReconcileResult | void>;
  /** Other kinds whose changes concern objects of this kind; `keys` must not block and not throw. */
  also?: readonly { kind: KindName; keys(event: ObjectEvent): readonly ReconcileKey[] }[];
  /** Objects reconciled at a time; one object never twice at a time. Default 4. */
  concurrency?: number;
}

/** `namespace/name`, or `name`: for maps and log lines. */
export function keyText(key: ReconcileKey): string {
  return key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
}

/** The inverse of `keyText`; names never hold a slash. */
export function keyFromText(text: string): ReconcileKey {
  const slash = text.indexOf('/');
  return slash < 0 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}
