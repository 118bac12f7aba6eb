/**
 * A folder on this machine as a source tree.
 *
 * Links are followed as long as what they lead to lies inside of the folder: repositories share files and
 * modules that way. A link that leads out, back to a folder above it, or to nothing is not listed, and
 * `refusal` says why; so a loop of links ends where it closes. Version control and `node_modules` hold no sources.
 */
import type { Dirent } from 'node:fs';
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { SourceTree } from '../../domain/source-tree.ts';

const LEFT_OUT = new Set(['.git', '.hg', '.svn', 'node_modules']);
/** Providers are programs of hundreds of megabytes. */
const LEFT_OUT_BELOW: Record<string, string> = { '.terraform': 'providers' };

export interface DirectoryLimits {
  files: number;
  depth: number;
  /** One file. */
  fileBytes: number;
}

const LIMITS: DirectoryLimits = { files: 200_000, depth: 64, fileBytes: 8 * 1024 * 1024 };

/**
 * The files below `folder`, which must exist. Throws ROADBED-8004 when it is no folder, and, when listed,
 * ROADBED-8005 when it holds more files than are read.
 */
export async function directoryTree(folder: string, limits: Partial<DirectoryLimits> = {}): Promise<SourceTree> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) {
    throw new PlatformError({ code: 'ROADBED-8004', class: 'not-found', message: `${folder} is ${found === undefined ? 'not there' : 'no folder'}`, next: 'give the folder of a Terraform or OpenTofu configuration' });
  }
  return new DirectoryTree(await realpath(folder), { ...LIMITS, ...limits });
}

class DirectoryTree implements SourceTree {
  readonly #root: string;
  readonly #limits: DirectoryLimits;
  readonly #refusals = new Map<string, string>();
  #paths: Promise<string[]> | undefined;

  constructor(root: string, limits: DirectoryLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  async list(): Promise<string[]> {
    return [...(await (this.#paths ??= this.#walkAll()))];
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    if (!isPlainPath(path)) return undefined;
    const real = await realpath(join(this.#root, path)).catch(() => undefined);
    if (real === undefined || !this.#isInside(real)) {
      if (real !== undefined) this.#refusals.set(path, 'it is a link that leads out of the folder');
      return undefined;
    }
    const file = await open(real, 'r').catch(() => undefined);
    if (file === undefined) {
      this.#refusals.set(path, 'it may not be read by this user');
      return undefined;
    }
    try {
      const { size, isFile } = await file.stat().then((found) => ({ size: found.size, isFile: found.isFile() }));
      if (!isFile) return undefined;
      if (size > this.#limits.fileBytes) {
        this.#refusals.set(path, `it has ${sizeText(size)}; a file may have ${sizeText(this.#limits.fileBytes)}`);
        return undefined;
      }
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  refusal(path: string): string | undefined {
    return this.#refusals.get(path);
  }

  async #walkAll(): Promise<string[]> {
    const paths: string[] = [];
    await this.#walk('', [this.#root], paths);
    return paths.sort();
  }

  /** `above`: the real folders that lead here, to see a loop. */
  async #walk(below: string, above: readonly string[], paths: string[]): Promise<void> {
    if (above.length > this.#limits.depth) {
      this.#refusals.set(below, `folders are nested deeper than ${this.#limits.depth} levels`);
      return;
    }
    const entries = await readdir(join(this.#root, below), { withFileTypes: true }).catch(() => undefined);
    if (entries === undefined) {
      this.#refusals.set(below, 'the folder may not be read by this user');
      return;
    }
    const leftOut = LEFT_OUT_BELOW[below.slice(below.lastIndexOf('/') + 1)];
    for (const entry of entries) {
      if (LEFT_OUT.has(entry.name) || entry.name === leftOut) continue;
      await this.#visit(entry, below === '' ? entry.name : `${below}/${entry.name}`, above, paths);
    }
  }

  async #visit(entry: Dirent, path: string, above: readonly string[], paths: string[]): Promise<void> {
    if (entry.isFile()) this.#add(path, paths);
    else if (entry.isDirectory()) await this.#walk(path, [...above, join(above.at(-1) ?? this.#root, entry.name)], paths);
    else if (entry.isSymbolicLink()) await this.#follow(path, above, paths);
  }

  async #follow(path: string, above: readonly string[], paths: string[]): Promise<void> {
    const real = await realpath(join(this.#root, path)).catch(() => undefined);
    const found = real === undefined ? undefined : await lstat(real).catch(() => undefined);
    if (real === undefined || found === undefined) this.#refusals.set(path, 'it is a link to nothing, or a loop of links');
    else if (!this.#isInside(real)) this.#refusals.set(path, 'it is a link that leads out of the folder');
    else if (found.isFile()) this.#add(path, paths);
    else if (above.includes(real)) this.#refusals.set(path, 'it is a link to a folder above it');
    else if (found.isDirectory()) await this.#walk(path, [...above, real], paths);
  }

  #add(path: string, paths: string[]): void {
    paths.push(path);
    if (paths.length <= this.#limits.files) return;
    throw new PlatformError({ code: 'ROADBED-8005', class: 'refused', message: `the folder has more than ${this.#limits.files} files`, why: `counted up to ${path}`, next: 'give the folder of one repository or root module' });
  }

  #isInside(real: string): boolean {
    const path = relative(this.#root, real);
    return path === '' || (!path.startsWith(`..${sep}`) && path !== '..' && !isAbsolute(path));
  }
}

function isPlainPath(path: string): boolean {
  return path !== '' && !path.includes('\0') && !isAbsolute(path) && path.split('/').every((part) => part !== '..' && part !== '');
}

function sizeText(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes} bytes` : `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, '')} MB`;
}
