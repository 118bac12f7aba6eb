/** Gives the demo's infrastructures their states once its services are up: the start belongs to them. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Demo } from '../../control/demo/demo.ts';
import type { PlatformStates } from './terraform-states.ts';

const LOOK_EVERY_MS = 1_000;
/** A fleet that does not come up must not keep the pages empty for ever. */
const LONGEST_WAIT_MS = 90_000;

export async function seedStates(states: Pick<PlatformStates, 'seedExamples'>, demo: Demo, place: { namespace: string; repository: string }, signal: AbortSignal): Promise<void> {
  try {
    for (let waited = 0; waited < LONGEST_WAIT_MS && (await demo.state()).phase === 'starting'; waited += LOOK_EVERY_MS) await delay(LOOK_EVERY_MS, undefined, { signal, ref: false });
    await states.seedExamples(place.namespace, place.repository);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
