/**
 * Which states an argument means: a place elsewhere, a file, every state below a folder, or the backend of its code.
 *
 * In a folder states are `*.tfstate`, without backups and without `.terraform`; below `terraform.tfstate.d` the
 * folder's name is the workspace. A folder without any whose code has a `backend` block is asked there, and that is
 * said. Each state gets the name of its root: the path within what was given, the same on every machine.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { StateAddress } from '../../domain/state-address.ts';
import { isStateAddress, parseStateAddress } from '../../domain/state-address.ts';
import type { StateStorageOptions } from '../../ports/state-storage.ts';
import type { Session } from '../session.ts';
import { durationOption } from '../wait.ts';
import { backendOf, selectedWorkspace } from './backend-of-folder.ts';
import type { StateFlags } from './options.ts';
import type { StatePlace } from './state-place.ts';

const MOST_STATES = 10_000;
const DEEPEST = 12;
const SKIPPED = new Set(['.git', '.terraform', 'node_modules', '.terragrunt-cache']);
const WORKSPACES = 'terraform.tfstate.d';
const TIMEOUT_MS = 120_000;

export interface FoundPlaces {
  places: StatePlace[];
  /** What was found where, one sentence each. */
  notes: string[];
  /** What could not be looked at. */
  problems: string[];
}

/** Throws ROADBED-8204 for a folder without a state, -8205 for one with too many, -88nn for addresses. */
export async function findStates(session: Session, given: string, flags: Pick<StateFlags, 'workspace' | 'code'>): Promise<FoundPlaces> {
  if (isStateAddress(given)) return await elsewhere(session, parseStateAddress(given), flags.workspace);
  const found = given === '-' ? undefined : await stat(given).catch(() => undefined);
  if (found?.isDirectory() !== true) return { places: [{ path: given, kind: 'file', ...ofFile(given) }], notes: [], problems: [] };
  // Code belongs to one workspace: that which is selected in its folder.
  const selected = flags.workspace ?? (flags.code === undefined ? undefined : await selectedWorkspace(given));
  const files: string[] = [];
  await collect(resolve(given), files, 0);
  const backend = await backendOf(given, files.length > 0);
  if (files.length > 0) {
    const places = files.sort().map((file) => ({ path: join(given, relative(resolve(given), file)), kind: 'file' as const, ...placeWithin(resolve(given), file) }));
    return { places: ofWorkspace(given, places, selected), notes: backend === undefined ? [] : [backend.note], problems: [] };
  }
  if (backend === undefined) throw new PlatformError({ code: 'ROADBED-8204', class: 'not-found', message: `${given} holds no state`, why: 'no file below it ends in .tfstate, and no code in it has a backend', next: 'write one with `terraform state pull > network.tfstate`, or give a file or an address' });
  if (backend.place.kind === 'local') return { places: ofWorkspace(given, backend.files, selected), notes: [backend.note], problems: [] };
  const { places, notes, problems } = await elsewhere(session, backend.place, selected);
  return { places, notes: [backend.note, ...notes], problems };
}

/** How long and from where states are fetched. */
export function storageOptions(session: Session, workspace?: string): StateStorageOptions {
  const { timeout } = session.options;
  return { environment: session.streams.environment, timeoutMs: timeout === undefined ? TIMEOUT_MS : durationOption(timeout), ...(workspace === undefined ? {} : { workspace }) };
}

async function elsewhere(session: Session, address: StateAddress, workspace: string | undefined): Promise<FoundPlaces> {
  const storage = await session.platform.infrastructure.stateStorage();
  const { states, notes, problems } = await storage.find(address, storageOptions(session, workspace));
  return { places: states.map((state) => ({ path: state.name, kind: 'remote', root: state.root, workspace: state.workspace, open: () => state.read() })), notes, problems };
}

/** Of several workspaces the one that was asked for. */
function ofWorkspace(given: string, places: StatePlace[], wanted: string | undefined): StatePlace[] {
  if (wanted === undefined || places.length < 2) return places;
  const chosen = places.filter((place) => place.workspace === wanted);
  if (chosen.length > 0) return chosen;
  throw new PlatformError({ code: 'ROADBED-8812', class: 'not-found', message: `${given} has no state of the workspace ${wanted}`, why: `it has ${[...new Set(places.map((place) => place.workspace))].slice(0, 10).join(', ')}`, next: 'give one of them with --workspace' });
}

async function collect(folder: string, into: string[], depth: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < DEEPEST && !SKIPPED.has(entry.name)) await collect(path, into, depth + 1);
    else if (entry.isFile() && entry.name.endsWith('.tfstate')) into.push(path);
    if (into.length > MOST_STATES) throw new PlatformError({ code: 'ROADBED-8205', class: 'usage', message: `more than ${MOST_STATES} states below ${folder}`, next: 'give folders that hold fewer' });
  }
}

function placeWithin(top: string, file: string): { root: string; workspace: string } {
  const steps = relative(top, file).split(sep);
  const at = steps.indexOf(WORKSPACES);
  const workspace = at >= 0 && at + 2 < steps.length + 1 ? (steps[at + 1] ?? 'default') : 'default';
  const kept = at >= 0 ? steps.slice(0, at) : [...steps.slice(0, -1), ...stem(steps.at(-1) ?? '')];
  return { root: kept.length === 0 ? basename(top) : kept.join('/'), workspace };
}

/** `terraform.tfstate` says nothing: its folder does. */
function stem(name: string): string[] {
  const bare = name.replace(/\.(tfstate|json)$/i, '');
  return ['terraform', 'state', 'default', 'errored'].includes(bare) ? [] : [bare];
}

/** A file of a workspace (`terraform.tfstate.d/prod/terraform.tfstate`) has the root's folder above. */
function ofFile(path: string): { root: string; workspace: string } {
  if (path === '-') return { root: 'standard-input', workspace: 'default' };
  const folder = dirname(resolve(path));
  if (basename(dirname(folder)) === WORKSPACES) return { root: basename(dirname(dirname(folder))), workspace: basename(folder) };
  const [name] = stem(basename(path));
  return { root: name ?? basename(folder), workspace: 'default' };
}
