/**
 * Decides, from what is known of a replica's containers, what to do next. Pure: the acting is in `replica.ts`.
 */
import type { ContainerSpec, ReplicaObservation } from '../../ports/runtime.ts';

/** What is known of one container at one moment. */
export interface ContainerView {
  name: string;
  phase: 'idle' | 'running' | 'stopping' | 'completed';
  ready: boolean;
  /** Was ready at any time since its last start. */
  wasReady: boolean;
  /** Milliseconds on the monotonic clock before which it is not started again. */
  notBefore: number;
  /** Ended unexpectedly at least once since it was last healthy. */
  failing: boolean;
}

const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** After so long a time of health the next failure starts with the shortest delay again. */
export const HEALTHY_AGAIN_MS = 60_000;

/** Delay before restart number `failures` (1 is the first) in a row: 0.5 s doubling to 30 s. */
export function restartDelay(failures: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(16, Math.max(0, failures - 1)));
}

/** Containers that others wait for to be complete run once; all others run for ever. */
export function runsOnce(containers: readonly ContainerSpec[], name: string): boolean {
  return containers.some((container) => container.after.some((earlier) => earlier.container === name && earlier.state === 'complete'));
}

function reached(view: ContainerView | undefined, state: 'started' | 'healthy' | 'complete'): boolean {
  if (view === undefined) return false;
  if (view.phase === 'completed') return true;
  if (state === 'complete') return false;
  return state === 'started' ? view.phase === 'running' : view.phase === 'running' && view.ready;
}

/** Names of the containers to start now. */
export function containersToStart(containers: readonly ContainerSpec[], views: ReadonlyMap<string, ContainerView>, now: number): string[] {
  return containers.flatMap((container) => {
    const view = views.get(container.name);
    if (view?.phase !== 'idle' || now < view.notBefore) return [];
    // A container that ran before does not wait again for what it waited for at first.
    const free = view.failing || container.after.every((earlier) => reached(views.get(earlier.container), earlier.state));
    return free ? [container.name] : [];
  });
}

/** The state of a replica as its containers make it. */
export function replicaState(views: readonly ContainerView[], stopping: boolean): ReplicaObservation['state'] {
  if (stopping) return 'stopping';
  if (views.every((view) => view.phase === 'completed' || (view.phase === 'running' && view.ready))) return 'ready';
  if (views.some((view) => view.failing && view.phase !== 'running')) return 'backing-off';
  return views.some((view) => view.phase === 'running' && view.wasReady && !view.ready) ? 'unready' : 'starting';
}
