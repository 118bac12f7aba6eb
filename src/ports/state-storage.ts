/** States that are kept elsewhere: found by an address, read as bytes that nothing keeps. */
import type { StateAddress } from '../domain/state-address.ts';

export interface StoredState {
  /** What may be printed: no user, no password, no query. */
  name: string;
  /** Of the root module: the same for all of its workspaces. */
  root: string;
  workspace: string;
  /** Of an older version: when it was written, RFC 3339. */
  writtenAt?: string;
  /** The state, bounded in size and time; may be read once more by calling again. Throws ROADBED-88nn. */
  read(): AsyncIterable<Uint8Array>;
}

export interface StateStorageOptions {
  environment: Readonly<Record<string, string | undefined>>;
  /** For the search, and for each state, as a whole. */
  timeoutMs: number;
  /** Only states of this workspace. */
  workspace?: string;
  largestBytes?: number;
}

export interface FoundStates {
  /** Sorted by name. */
  states: StoredState[];
  /** What a reader should know of how they were found, one sentence each. */
  notes: string[];
  /** What could not be looked at, one sentence each: the answer may lack states. */
  problems: string[];
}

export interface StateStorage {
  /** All states at an address, of all workspaces. Throws ROADBED-88nn when there is none or nobody may look. */
  find(address: StateAddress, options: StateStorageOptions): Promise<FoundStates>;
  /** The kept versions of one state, oldest first, the newest `most` of them. Throws ROADBED-8811 where none are kept. */
  versions(address: StateAddress, options: StateStorageOptions, most: number): Promise<StoredState[]>;
}
