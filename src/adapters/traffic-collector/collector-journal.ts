/**
 * What the collector must find again after it was killed: where it had read to, and what it was about to store.
 *
 * A file, replaced as a whole by rename, so that a reader finds the old or the new state and never a half.
 * It survives the death of the process; it need not survive the machine's, because the edge's counters do not.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { TrafficSample } from '../../domain/traffic.ts';
import type { Cursor } from './differences.ts';

export interface CollectorState {
  schemaVersion: 1;
  cursor: Cursor;
  /** Second of the newest samples, milliseconds. */
  lastAt: number;
  /** Samples that may or may not have reached the store. */
  pending: TrafficSample[];
}

export interface CollectorJournal {
  load(): Promise<CollectorState | undefined>;
  save(state: CollectorState): Promise<void>;
}

export function fileJournal(path: string): CollectorJournal {
  return {
    load: async () => {
      try {
        const state = JSON.parse(await readFile(path, 'utf8')) as CollectorState;
        return state.schemaVersion === 1 && typeof state.cursor?.epoch === 'string' ? state : undefined;
      } catch {
        // Absent or unreadable: counting begins at the present reading.
        return undefined;
      }
    },
    save: async (state) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(`${path}.new`, JSON.stringify(state), { mode: 0o600 });
      await rename(`${path}.new`, path);
    },
  };
}
