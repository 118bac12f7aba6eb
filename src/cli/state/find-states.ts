/**
 * Which states an argument means: an address on the web, a file, or every state below a folder.
 *
 * In a folder these are `*.tfstate`, without backups and without `.terraform`; below
 * `terraform.tfstate.d` the folder's name is the workspace. Each gets the name of its root: the path
 * within what was given, so that it is the same on every machine.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { PlatformError } from '../../domain/error.ts';

const MOST_STATES = 10_000;
const DEEPEST = 12;
const SKIPPED = new Set(['.git', '.terraform', 'node_modules', '.terragrunt-cache']);

export interface StatePlace {
  /** As given, or found: what `open` is called with. */
  path: string;
  kind: 'file' | 'web';
  root: string;
  workspace: string;
}

/** Throws ROADBED-8204 for a folder without a state, -8205 for one with too many. */
export async function findStates(given: string): Promise<StatePlace[]> {
  if (/^https?:\/\//i.test(given)) return [{ path: given, kind: 'web', root: webRoot(given), workspace: 'default' }];
  const found = given === '-' ? undefined : await stat(given).catch(() => undefined);
  if (found?.isDirectory() !== true) return [{ path: given, kind: 'file', root: fileRoot(given), workspace: 'default' }];
  const files: string[] = [];
  await collect(resolve(given), files, 0);
  if (files.length === 0) throw new PlatformError({ code: 'ROADBED-8204', class: 'not-found', message: `${given} holds no state`, why: 'no file below it ends in .tfstate', next: 'write one with `terraform state pull > network.tfstate`, or give a file' });
  return files.sort().map((file) => ({ path: join(given, relative(resolve(given), file)), kind: 'file' as const, ...placeWithin(resolve(given), file) }));
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
  const at = steps.indexOf('terraform.tfstate.d');
  const workspace = at >= 0 && at + 2 < steps.length + 1 ? (steps[at + 1] ?? 'default') : 'default';
  const kept = at >= 0 ? steps.slice(0, at) : [...steps.slice(0, -1), ...stem(steps.at(-1) ?? '')];
  return { root: kept.length === 0 ? basename(top) : kept.join('/'), workspace };
}

/** `terraform.tfstate` says nothing: its folder does. */
function stem(name: string): string[] {
  const bare = name.replace(/\.(tfstate|json)$/i, '');
  return ['terraform', 'state', 'default', 'errored'].includes(bare) ? [] : [bare];
}

function fileRoot(path: string): string {
  if (path === '-') return 'standard-input';
  const [name] = stem(basename(path));
  return name ?? basename(dirname(resolve(path)));
}

/** Without user, password and query, which may be secrets. */
function webRoot(address: string): string {
  if (!URL.canParse(address)) return 'web';
  const { host, pathname } = new URL(address);
  return `${host}${pathname}`.replace(/\/+$/, '');
}
