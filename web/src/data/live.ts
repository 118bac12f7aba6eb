/**
 * Live without reload: the stream says what changed, the pages ask again for what they show.
 *
 * When the stream is lost the shell says so with the age of what is shown; when it is back, everything
 * shown is asked for again, because nobody knows what was missed.
 */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Change } from '../../../src/api/contract/stream.ts';
import { openStream } from './stream.ts';

export interface LiveState {
  connected: boolean;
  /** Milliseconds since the epoch; what is shown is at least this fresh. */
  lastHeard: number;
}

const SILENCE_MS = 12_000;
const GATHER_MS = 200;
const LOG_READS = new Set(['audit', 'receipt', 'deploys', 'metrics', 'findings', 'infrastructureState', 'infrastructureOverlay']);
/** What a commit holds: no change of an object changes it. */
const FIXED_READS = new Set(['infrastructureDrawing', 'infrastructureModules', 'infrastructureSource']);

let state: LiveState = { connected: true, lastHeard: Date.now() };
const listeners = new Set<() => void>();

function publish(next: LiveState): void {
  state = next;
  for (const listener of listeners) listener();
}

export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

/** Opens the stream; answers what closes it. */
export function followChanges(client: QueryClient): () => void {
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let objects = false;
  const refresh = (changed: boolean): void => {
    objects ||= changed;
    gathering ??= setTimeout(() => {
      const all = objects;
      gathering = undefined;
      objects = false;
      void client.invalidateQueries({ predicate: ({ queryKey: [read] }) => (all && !FIXED_READS.has(String(read))) || LOG_READS.has(String(read)) });
    }, GATHER_MS);
  };
  const heard = (): void => {
    if (!state.connected) void client.invalidateQueries();
    publish({ connected: true, lastHeard: Date.now() });
  };
  const close = openStream('/stream', {
    open: heard,
    beat: heard,
    change: (data) => {
      heard();
      const change = JSON.parse(data) as Change;
      refresh(change.name !== '');
    },
    event: () => {
      heard();
      refresh(false);
    },
    error: () => publish({ ...state, connected: false }),
  });
  const watchdog = setInterval(() => {
    if (state.connected && Date.now() - state.lastHeard > SILENCE_MS) publish({ ...state, connected: false });
  }, 2_000);
  return () => {
    clearInterval(watchdog);
    clearTimeout(gathering);
    close();
  };
}
