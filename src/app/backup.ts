/**
 * Backup and restore of a whole data directory into one archive, private to its owner.
 *
 * It is taken with the platform stopped: database, repositories, artifacts, volumes and keys then belong to one
 * moment, and what is restored is exactly what was saved. The archive holds the master key, so it is as secret
 * as the data directory itself. The database is saved as its files, so a restore needs the same PostgreSQL major,
 * which the archive names.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PlatformError } from '../domain/error.ts';
import { makeFolders, type Folders } from './folders.ts';
import { runningInstance } from './instance-lock.ts';
import { packageVersion } from './package-root.ts';

const MANIFEST = 'roadbed-backup.json';
const TIMEOUT_MS = 30 * 60_000;

interface Manifest {
  schemaVersion: 1;
  version: string;
  createdAt: string;
  postgres: string | undefined;
  parts: Record<string, string>;
}

/** Parts by name, with their folders relative to the archive's root; what can be made again is left out. */
function partsOf(folders: Folders): Record<string, string> {
  const parts = { keys: folders.keys, repositories: folders.repositories, artifacts: folders.artifacts, database: folders.postgres, volumes: folders.volumes, supervisor: folders.supervisor, edge: folders.edge };
  return Object.fromEntries(Object.entries(parts).filter(([, folder]) => existsSync(folder)));
}

function postgresMajor(folder: string): string | undefined {
  const found = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((path) => /(^|\/)PG_VERSION$/.test(path) && path.split('/').length <= 2) : undefined;
  return found === undefined ? undefined : readFileSync(join(folder, found), 'utf8').trim();
}

/** tar reads and writes the archive: owners, links and modes are what it is good at. */
function tar(args: readonly string[]): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn('tar', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: TIMEOUT_MS });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-2_000)));
    child.once('error', (cause) => fail(new PlatformError({ code: 'ROADBED-7040', class: 'failed', message: 'tar could not be started', why: cause.message, next: 'install tar', cause })));
    child.once('exit', (code) => (code === 0 ? done() : fail(new PlatformError({ code: 'ROADBED-7041', class: 'failed', message: 'the archive could not be written or read', why: said.trim().split('\n').at(-1) ?? `tar ended with ${code ?? 'a signal'}` }))));
  });
}

function refuseWhileRunning(folders: Folders): void {
  const pid = runningInstance(folders.run);
  if (pid === undefined) return;
  throw new PlatformError({ code: 'ROADBED-7042', class: 'refused', message: 'Roadbed runs on this data directory', why: `process ${pid}; a copy of files that change is no backup`, next: 'roadbed down, then again' });
}

export async function backup(options: { dataDir: string; file: string }): Promise<{ bytes: number; parts: string[] }> {
  if (!existsSync(options.dataDir)) throw new PlatformError({ code: 'ROADBED-7043', class: 'not-found', message: `there is no data directory ${options.dataDir}`, next: 'name it with --data-dir' });
  const folders = makeFolders(options.dataDir);
  refuseWhileRunning(folders);
  const { down } = await import('./down.ts');
  await down({ dataDir: options.dataDir, purge: false });
  const parts = partsOf(folders);
  const target = resolve(options.file);
  const place = mkdtempSync(join(folders.run, 'backup-'));
  try {
    const manifest: Manifest = { schemaVersion: 1, version: packageVersion(), createdAt: new Date().toISOString(), postgres: postgresMajor(folders.postgres), parts };
    writeFileSync(join(place, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    writeFileSync(`${target}.part`, '', { mode: 0o600 });
    const members = Object.values(parts).flatMap((folder) => ['-C', dirname(folder), `./${folder.slice(dirname(folder).length + 1)}`]);
    await tar(['-czf', `${target}.part`, '--exclude=control.sock', '--exclude=*.pid', '-C', place, MANIFEST, ...members]);
    renameSync(`${target}.part`, target);
    return { bytes: statSync(target).size, parts: Object.keys(parts) };
  } finally {
    rmSync(place, { recursive: true, force: true });
    rmSync(`${target}.part`, { force: true });
  }
}

async function readManifest(file: string, place: string): Promise<Manifest> {
  await tar(['-xzf', file, '-C', place, MANIFEST]);
  const manifest = JSON.parse(readFileSync(join(place, MANIFEST), 'utf8')) as Manifest;
  if (manifest.schemaVersion !== 1) throw new PlatformError({ code: 'ROADBED-7044', class: 'refused', message: `${file} was written by a newer Roadbed`, why: `schema version ${String(manifest.schemaVersion)}`, next: 'update Roadbed first' });
  return manifest;
}

/** Into an empty data directory only; what fails half-way is removed again. */
export async function restore(options: { dataDir: string; file: string }): Promise<{ parts: string[] }> {
  if (!existsSync(options.file)) throw new PlatformError({ code: 'ROADBED-7045', class: 'not-found', message: `there is no file ${options.file}` });
  if (existsSync(options.dataDir) && readdirSync(options.dataDir).length > 0) throw new PlatformError({ code: 'ROADBED-7046', class: 'refused', message: `${options.dataDir} is not empty`, why: 'a restore never mixes with what is there', next: 'roadbed down --purge, or another --data-dir' });
  const folders = makeFolders(options.dataDir);
  try {
    const place = mkdtempSync(join(folders.run, 'restore-'));
    const manifest = await readManifest(resolve(options.file), place);
    await tar(['-xzpf', resolve(options.file), '-C', place]);
    const targets: Record<string, string> = { ...partsOf(folders), database: folders.postgres };
    for (const [part, origin] of Object.entries(manifest.parts)) {
      const target = targets[part];
      const source = join(place, origin.slice(dirname(origin).length + 1));
      if (target === undefined || !existsSync(source)) continue;
      rmSync(target, { recursive: true, force: true });
      renameSync(source, target);
    }
    rmSync(place, { recursive: true, force: true });
    return { parts: Object.keys(manifest.parts) };
  } catch (error) {
    for (const folder of new Set([folders.dataDir, folders.reachable])) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}
