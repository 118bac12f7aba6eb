/**
 * The same change in many places is one thing to look at: `instance_type t3.micro -> t3.small` x 40.
 *
 * A group has one kind, type and attribute (without indexes) and the same two values; hidden values are equal by hash.
 */
import { plainPath } from './attribute-class.ts';
import type { Drift } from './drift.ts';

export interface TransitionGroup {
  /** The first by address. */
  example: Drift;
  drifts: readonly Drift[];
}

/** Largest groups first, then by address of the first. */
export function groupTransitions(drifts: readonly Drift[]): TransitionGroup[] {
  const groups = new Map<string, Drift[]>();
  for (const drift of drifts) {
    const key = drift.attribute === undefined ? JSON.stringify([drift.kind, drift.type, drift.detail]) : JSON.stringify([drift.kind, drift.type, plainPath(drift.attribute), drift.from?.text, drift.to?.text, drift.detail]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [drift]);
    else group.push(drift);
  }
  return [...groups.values()].flatMap((members) => (members[0] === undefined ? [] : [{ example: members[0], drifts: members }])).sort((a, b) => b.drifts.length - a.drifts.length);
}
