/** The backend of a folder of code: read from its files, and told before anything is asked there. */
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { StateAddress } from '../../domain/state-address.ts';
import { shownStateAddress } from '../../domain/state-address.ts';
import type { LocalBackend } from '../../engines/state-backend/backend.ts';
import type { StatePlace } from './state-place.ts';

const LARGEST_FILE = 8 * 1024 * 1024;
const MOST_FILES = 2000;

export interface FolderBackend {
  place: StateAddress | LocalBackend;
  /** Of a local backend: the states that are there. */
  files: StatePlace[];
  note: string;
}

/**
 * What code or `.terraform` of the folder say about its state. With `present` there are states in the folder, which
 * are read instead; then a backend elsewhere is only told, and faults of it do no harm.
 */
export async function backendOf(folder: string, present: boolean): Promise<FolderBackend | undefined> {
  const code = await codeFiles(folder);
  const init = await bounded(join(folder, '.terraform', 'terraform.tfstate'));
  if (code.size === 0 && init === undefined) return undefined;
  const { backendInCode, backendInForce, backendInitialised, placeOfBackend } = await import('../../engines/state-backend/backend.ts');
  try {
    const backend = backendInForce(folder, backendInCode(code), init === undefined ? undefined : backendInitialised(init.toString('utf8')));
    if (backend === undefined) return undefined;
    const place = placeOfBackend(folder, backend);
    if (place.kind === 'local') return present ? undefined : await localStates(folder, place, backend.where);
    const note = `${folder}: the backend "${backend.type}" (${backend.where}) says ${shownStateAddress(place)}`;
    return { place, files: [], note: present ? `${note}; the states in the folder were read instead` : note };
  } catch (error) {
    if (!present || !(error instanceof PlatformError)) throw error;
    return { place: { kind: 'local', path: '', workspaceFolder: '' }, files: [], note: `${error.message}${error.why === undefined ? '' : ` (${error.why})`}; the states in the folder were read instead` };
  }
}

/** The name in `.terraform/environment`: the workspace that was selected last. */
export async function selectedWorkspace(folder: string): Promise<string | undefined> {
  const name = (await bounded(join(folder, '.terraform', 'environment')))?.toString('utf8').trim();
  return name === undefined || name === '' || name.length > 200 ? undefined : name;
}

async function localStates(folder: string, place: LocalBackend, where: string): Promise<FolderBackend> {
  const note = `${folder}: the backend "local" (${where}) says ${place.path}`;
  const path = await within(folder, place.path);
  const root = basename(resolve(folder));
  const files: StatePlace[] = (await isFile(path)) ? [{ path, kind: 'file', root, workspace: 'default' }] : [];
  const workspaces = await within(folder, place.workspaceFolder);
  for (const name of (await readdir(workspaces).catch(() => [])).sort()) {
    const own = join(workspaces, name, 'terraform.tfstate');
    if (await isFile(own)) files.push({ path: own, kind: 'file', root, workspace: name });
  }
  if (files.length === 0) throw new PlatformError({ code: 'ROADBED-8204', class: 'not-found', message: `${folder} holds no state`, why: `${note}, and there is none`, next: 'apply it first, or give a file or an address' });
  return { place, files, note };
}

/** Code of anybody's must not choose which file of this machine is read, by a path or by a link. Throws ROADBED-8816. */
async function within(folder: string, path: string): Promise<string> {
  const top = await realpath(folder);
  const wanted = resolve(top, path);
  const inside = relative(top, await realpath(wanted).catch(() => wanted));
  if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw new PlatformError({ code: 'ROADBED-8816', class: 'forbidden', message: `${folder} says that its state is outside of it`, why: `at ${path}`, next: 'if that is right, give that file' });
  return join(folder, inside);
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function codeFiles(folder: string): Promise<Map<string, Uint8Array>> {
  const names = (await readdir(folder)).filter((name) => /\.(tf|tofu)(\.json)?$/.test(name)).sort().slice(0, MOST_FILES);
  const files = new Map<string, Uint8Array>();
  for (const name of names) {
    const bytes = await bounded(join(folder, name));
    if (bytes !== undefined) files.set(name, bytes);
  }
  return files;
}

async function bounded(path: string): Promise<Buffer | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() === true && found.size <= LARGEST_FILE ? await readFile(path).catch(() => undefined) : undefined;
}
