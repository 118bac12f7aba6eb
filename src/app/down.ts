/**
 * `roadbed down`: ends everything that runs below a data directory, also what a crash has left; with `--purge`
 * removes all of it and looks whether anything is left.
 *
 * Each program is adopted first, because only its owner knows how to stop it cleanly.
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { controlPath, readLiveRecord } from '../adapters/edge/edge-folder.ts';
import { ensureEdge } from '../adapters/edge/launch.ts';
import { removeFolder } from '../adapters/held-folder/held-folder.ts';
import { socketPath } from '../adapters/process/protocol.ts';
import { startEmbeddedPostgres } from '../adapters/postgres/embedded.ts';
import { runningInstance as runningSupervisor } from '../adapters/process/instance-lock.ts';
import { ensureSupervisor } from '../adapters/process/launch.ts';
import { platformKey } from './control-plane/keys.ts';
import { addressToPurge, externalDatabaseOf, madeThere, placeOf, removeMade } from './external-database.ts';
import { makeFolders, reachableFor, type Folders } from './folders.ts';
import { runningInstance } from './instance-lock.ts';

const CONTROL_PLANE_LIMIT_MS = 15_000;
const EDGE_DRAIN_MS = 3_000;
const WORKLOAD_GRACE_SECONDS = 10;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function stopControlPlane(run: string): Promise<boolean> {
  const pid = runningInstance(run);
  if (pid === undefined) return false;
  process.kill(pid, 'SIGTERM');
  const deadline = Date.now() + CONTROL_PLANE_LIMIT_MS;
  while (alive(pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  if (alive(pid)) process.kill(pid, 'SIGKILL');
  return true;
}

async function stopSupervisor(folders: Folders, purge: boolean): Promise<boolean> {
  if (readdirSync(folders.supervisor).length === 0) return false;
  const ran = runningSupervisor(folders.supervisor) !== undefined;
  // Starting one only to end it would start every workload for a moment.
  if (!ran && processesBelow([folders.supervisor, folders.shared]).length === 0) {
    if (purge) removeSocket(socketPath(folders.supervisor), folders.supervisor);
    return false;
  }
  const supervisor = await ensureSupervisor({ folder: folders.supervisor, sharedDir: folders.shared, node: process.execPath, keyFile: platformKey(folders.keys, 'supervisor').path, log: () => {} });
  if (purge) await supervisor.purge(WORKLOAD_GRACE_SECONDS);
  else await supervisor.stop({ keepWorkloads: false, graceSeconds: WORKLOAD_GRACE_SECONDS });
  return ran;
}

async function stopEdge(folders: Folders, purge: boolean): Promise<boolean> {
  const runs = readLiveRecord(folders.edge) !== undefined;
  if (runs) await (await ensureEdge({ folder: folders.edge, port: 0 })).stop(EDGE_DRAIN_MS);
  if (purge) removeSocket(controlPath(folders.edge), folders.edge);
  return runs;
}

/** Below a long path a socket has a short folder of its own elsewhere, which a killed program has left. */
function removeSocket(socket: string, folder: string): void {
  if (dirname(socket) !== folder) rmSync(dirname(socket), { recursive: true, force: true });
}

async function stopPostgres(folders: Folders, purge: boolean): Promise<boolean> {
  if (!existsSync(folders.postgres)) return false;
  const runs = readdirSync(folders.postgres, { recursive: true, encoding: 'utf8' }).some((path) => path.endsWith('postmaster.pid'));
  if (!runs && !purge) return false;
  const server = await startEmbeddedPostgres({ dataDir: folders.postgres, sharedDir: folders.shared, log: pino({ level: 'silent' }) });
  if (purge) await server.destroy();
  else await server.stop();
  return server.adopted;
}

/** Processes that work in one of the folders or were started with one of them in their command line. */
function processesBelow(places: readonly string[]): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && Number(name) !== process.ppid)
    .filter((pid) => {
      try {
        const folder = readlinkSync(join('/proc', pid, 'cwd'));
        const command = readFileSync(join('/proc', pid, 'cmdline'), 'utf8').split('\0');
        const program = command.some((word) => /(edge|process)\/main\.(ts|js)$/.test(word)) || /postgres/.test(command[0] ?? '');
        return places.some((place) => folder === place || folder.startsWith(`${place}/`) || (program && command.some((word) => word === place || word.startsWith(`${place}/`))));
      } catch {
        return false;
      }
    })
    .map((pid) => `process ${pid}`);
}

/** The folder that holds the reachable places of all data directories; another one may still use it. */
function removeIfEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true, force: true });
}

/**
 * What a purge removes outside the data directory; for a person to read before it happens. Undefined: nothing.
 * Throws ROADBED-7050, -7051 or -7052.
 */
export async function planPurge(options: { dataDir: string; databaseUrl: string | undefined }): Promise<{ place: string; databases: string[]; schema: boolean } | undefined> {
  const external = externalDatabaseOf(options.dataDir);
  if (external === undefined) return undefined;
  return { place: placeOf(external), ...(await madeThere(addressToPurge(external, options.databaseUrl))) };
}

export interface DownOptions {
  dataDir: string;
  purge: boolean;
  /** With `purge`: the external database to clean, when the state is in one; absent: it is left as it is. */
  databaseUrl?: string;
}

export async function down(options: DownOptions): Promise<{ stopped: string[]; left: string[] }> {
  if (!existsSync(options.dataDir)) return { stopped: [], left: [] };
  const external = options.purge ? externalDatabaseOf(options.dataDir) : undefined;
  const address = external === undefined || options.databaseUrl === undefined ? undefined : addressToPurge(external, options.databaseUrl);
  const folders = makeFolders(options.dataDir);
  const stopped: string[] = [];
  if (await stopControlPlane(folders.run)) stopped.push('control plane');
  if (await stopSupervisor(folders, options.purge)) stopped.push('supervisor');
  if (await stopEdge(folders, options.purge)) stopped.push('edge');
  if (await stopPostgres(folders, options.purge)) stopped.push('database');
  if (!options.purge) return { stopped, left: [] };
  // Before the files: an interrupted purge must still know where to go on. Read anew, now that nobody adds to it.
  const leftThere = address === undefined ? [] : await removeMade(address, await madeThere(address));
  const places = [folders.dataDir, ...(folders.reachable === folders.dataDir ? [] : [folders.reachable])];
  for (const place of places) await removeFolder(place);
  if (folders.reachable !== folders.dataDir) removeIfEmpty(dirname(folders.reachable));
  const left = [...leftThere, ...processesBelow(places), ...[...places, reachableFor(options.dataDir)].filter((place) => existsSync(place))];
  return { stopped, left: [...new Set(left)] };
}
