/** Finds states by their address, with the client of the place; only what an address needs is loaded. */
import { PlatformError } from '../../domain/error.ts';
import type { StateAddress } from '../../domain/state-address.ts';
import { shownStateAddress } from '../../domain/state-address.ts';
import type { FoundStates, StateStorage, StateStorageOptions, StoredState } from '../../ports/state-storage.ts';
import { httpState } from './http-state.ts';
import type { ObjectState, StateKey } from './state-keys.ts';

const MOST_STATES = 10_000;
const NAMED_WORKSPACES = 10;

interface ObjectStates {
  find(): Promise<{ states: ObjectState[]; problems: string[] }>;
  versions(state: StateKey, most: number): Promise<StoredState[]>;
}

export const stateStorage: StateStorage = { find: findStates, versions: findVersions };

async function findStates(address: StateAddress, options: StateStorageOptions): Promise<FoundStates> {
  if (address.kind === 'http') return { states: [httpState(address, options)], notes: [], problems: [] };
  const shown = shownStateAddress(address);
  const { states, problems } = await (await open(address, options)).find();
  if (states.length === 0) throw new PlatformError({ code: 'ROADBED-8810', class: 'not-found', message: `there is no state at ${shown}`, why: 'no object has that key, and none below it ends in .tfstate', next: 'give the key that stands in the backend block, or the prefix of several' });
  if (states.length > MOST_STATES) throw new PlatformError({ code: 'ROADBED-8808', class: 'usage', message: `more than ${MOST_STATES} states below ${shown}`, next: 'give a longer prefix' });
  const chosen = options.workspace === undefined ? states : states.filter((state) => state.workspace === options.workspace);
  if (chosen.length === 0) throw noWorkspace(shown, options.workspace ?? '', states);
  return { states: chosen, notes: [noteOf(shown, chosen)], problems };
}

function noteOf(shown: string, states: readonly StoredState[]): string {
  const workspaces = [...new Set(states.map((state) => state.workspace))];
  const named = `${workspaces.slice(0, NAMED_WORKSPACES).join(', ')}${workspaces.length > NAMED_WORKSPACES ? ` and ${workspaces.length - NAMED_WORKSPACES} more` : ''}`;
  return `${shown}: ${states.length === 1 ? '1 state' : `${states.length} states`}, ${workspaces.length === 1 ? 'workspace' : 'workspaces'} ${named}`;
}

function noWorkspace(shown: string, wanted: string, states: readonly StoredState[]): PlatformError {
  const there = [...new Set(states.map((state) => state.workspace))].slice(0, NAMED_WORKSPACES).join(', ');
  return new PlatformError({ code: 'ROADBED-8812', class: 'not-found', message: `${shown} has no workspace ${wanted}`, why: `it has ${there}`, next: 'give one of them with --workspace' });
}

async function findVersions(address: StateAddress, options: StateStorageOptions, most: number): Promise<StoredState[]> {
  const shown = shownStateAddress(address);
  if (address.kind === 'http') throw new PlatformError({ code: 'ROADBED-8811', class: 'usage', message: `${shown} keeps no older versions that can be asked for`, why: "Terraform's http backend has one address for one state", next: 'give a folder of earlier states with --history' });
  const place = await open(address, options);
  const { states } = await place.find();
  const wanted = states.filter((state) => state.workspace === (options.workspace ?? 'default'));
  const [only] = wanted;
  if (only === undefined) throw states.length === 0 ? new PlatformError({ code: 'ROADBED-8810', class: 'not-found', message: `there is no state at ${shown}`, next: 'give the key of one state' }) : noWorkspace(shown, options.workspace ?? 'default', states);
  if (wanted.length > 1) throw new PlatformError({ code: 'ROADBED-8811', class: 'usage', message: `${shown} holds ${wanted.length} states`, why: 'a history is of one', next: `give the key of one, such as ${only.name}` });
  return await place.versions(only.at, most);
}

async function open(address: Exclude<StateAddress, { kind: 'http' }>, options: StateStorageOptions): Promise<ObjectStates> {
  switch (address.kind) {
    case 's3':
      return await (await import('./s3-states.ts')).S3States.open(address, options);
    case 'google':
      return await (await import('./google-states.ts')).GoogleStates.open(address, options);
    case 'azure':
      return await (await import('./azure-states.ts')).AzureStates.open(address, options);
  }
}
