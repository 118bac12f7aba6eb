/**
 * Backup and restore of a whole data directory by one archive, private to its owner.
 *
 * It is taken with the platform stopped: database, repositories, artifacts, volumes and keys then belong to one
 * moment, and what is restored is exactly what was saved. The archive holds the master key, so it is as secret
 * as the data directory itself. The database is saved as its files, so a restore needs the same PostgreSQL major,
 * which the server checks when it starts. What the supervisor and the edge keep names ports, processes and folders
 * of one place and follows from the objects, so it is left out and made again; the ports that services know of
 * each other are kept.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { PlatformError } from '../domain/error.ts';
import { removeFolder } from '../adapters/held-folder/held-folder.ts';
import { down } from './down.ts';
import { externalDatabaseOf, placeOf } from './external-database.ts';
import { makeFolders, type Folders } from './folders.ts';
import { runningInstance } from './instance-lock.ts';
import { packageVersion } from './package-root.ts';

const MANIFEST = 'roadbed-backup.json';
const SCHEMA_VERSION = 1;
const TIMEOUT_MS = 30 * 60_000;
/** What a stopped server leaves that belongs to the machine it ran on. */
const LEFT_OUT = ['--exclude=postmaster.pid', '--exclude=postgres/socket'];

interface Manifest {
  schemaVersion: number;
  version: string;
  createdAt: string;
  parts: string[];
  /** What the platform needs and the archive does not hold. */
  notCovered?: string[];
}

interface Part {
  name: string;
  /** The folder that `path` starts from, here; it may be another elsewhere. */
  base: string;
  path: string;
}

function partsOf(folders: Folders): Part[] {
  const { dataDir, reachable } = folders;
  return [
    { name: 'keys', base: dataDir, path: 'keys' },
    { name: 'repositories', base: dataDir, path: 'repositories' },
    { name: 'artifacts', base: dataDir, path: 'artifacts' },
    { name: 'extensions', base: dataDir, path: 'extensions' },
    { name: 'place of the database', base: dataDir, path: 'external-database.json' },
    { name: 'service ports', base: dataDir, path: 'edge/service-ports.json' },
    { name: 'database', base: reachable, path: 'postgres' },
    { name: 'volumes', base: reachable, path: 'volumes' },
  ];
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

function unwritable(target: string, cause: unknown): PlatformError {
  return new PlatformError({ code: 'ROADBED-7047', class: 'failed', message: `${target} cannot be written`, why: cause instanceof Error ? cause.message : String(cause), next: 'choose another place for the archive', cause });
}

/** Made with its mode before anything is in it; tar writes into it. */
function makePrivateFile(path: string): void {
  try {
    writeFileSync(path, '', { mode: 0o600 });
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** The database elsewhere and the workloads' ones beside it, with the way to save them. */
function notCoveredIn(dataDir: string): string[] {
  const external = externalDatabaseOf(dataDir);
  if (external === undefined) return [];
  const { host, port, user, database } = external;
  return [`the database ${placeOf(external)}, with all objects, events and encrypted secrets: pg_dump -h ${host} -p ${port} -U ${user} -Fc ${database}`, `the databases and roles of workloads on ${host}:${port}, named rb_*: pg_dumpall -h ${host} -p ${port}`];
}

/** Answers the archive's size, the parts in it, and what it lacks; the last is told before anything is done. */
export async function backup(options: { dataDir: string; file: string; onScope?: (line: string) => void }): Promise<{ bytes: number; parts: string[]; notCovered: string[] }> {
  if (!existsSync(options.dataDir)) throw new PlatformError({ code: 'ROADBED-7043', class: 'not-found', message: `there is no data directory ${options.dataDir}`, next: 'name it with --data-dir' });
  const folders = makeFolders(options.dataDir);
  refuseWhileRunning(folders);
  const notCovered = notCoveredIn(folders.dataDir);
  if (notCovered.length > 0) options.onScope?.(`the archive will hold keys, repositories, artifacts and volumes, and NOT:\n${notCovered.map((one) => `  ${one}`).join('\n')}\nsave both while Roadbed is stopped: each is worthless without the other`);
  // After a crash the database, the edge and services may still run.
  await down({ dataDir: options.dataDir, purge: false });
  const parts = partsOf(folders).filter(({ base, path }) => existsSync(join(base, path)));
  const target = resolve(options.file);
  const draft = `${target}.part`;
  const place = mkdtempSync(join(folders.run, 'backup-'));
  try {
    makePrivateFile(draft);
    const manifest: Manifest = { schemaVersion: SCHEMA_VERSION, version: packageVersion(), createdAt: new Date().toISOString(), parts: parts.map(({ name }) => name), ...(notCovered.length === 0 ? {} : { notCovered }) };
    writeFileSync(join(place, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    await tar(['-czf', draft, ...LEFT_OUT, '-C', place, MANIFEST, ...parts.flatMap(({ base, path }) => ['-C', base, path])]);
    renameSync(draft, target);
    return { bytes: statSync(target).size, parts: manifest.parts, notCovered };
  } finally {
    rmSync(place, { recursive: true, force: true });
    rmSync(draft, { force: true });
  }
}

async function readManifest(file: string, place: string): Promise<Manifest> {
  await tar(['-xzf', file, '-C', place, MANIFEST]);
  const manifest = JSON.parse(readFileSync(join(place, MANIFEST), 'utf8')) as Manifest;
  if (manifest.schemaVersion !== SCHEMA_VERSION) throw new PlatformError({ code: 'ROADBED-7044', class: 'refused', message: `${file} was written by a newer Roadbed`, why: `schema version ${String(manifest.schemaVersion)}`, next: 'update Roadbed first' });
  return manifest;
}

/** Into an empty data directory only; what fails half-way is removed again. */
export async function restore(options: { dataDir: string; file: string }): Promise<{ parts: string[]; notCovered: string[] }> {
  if (!existsSync(options.file)) throw new PlatformError({ code: 'ROADBED-7045', class: 'not-found', message: `there is no file ${options.file}` });
  if (existsSync(options.dataDir) && readdirSync(options.dataDir).length > 0) throw new PlatformError({ code: 'ROADBED-7046', class: 'refused', message: `${options.dataDir} is not empty`, why: 'a restore never mixes with what is there', next: 'roadbed down --purge, or another --data-dir' });
  const folders = makeFolders(options.dataDir);
  const file = resolve(options.file);
  try {
    const place = mkdtempSync(join(folders.run, 'restore-'));
    const manifest = await readManifest(file, place);
    rmSync(place, { recursive: true, force: true });
    const parts = partsOf(folders).filter(({ name }) => manifest.parts.includes(name));
    for (const base of new Set(parts.map((part) => part.base))) {
      await tar(['-xzpf', file, '-C', base, ...parts.filter((part) => part.base === base).map(({ path }) => path)]);
    }
    return { parts: manifest.parts, notCovered: manifest.notCovered ?? [] };
  } catch (error) {
    for (const folder of new Set([folders.dataDir, folders.reachable])) await removeFolder(folder);
    throw error;
  }
}
