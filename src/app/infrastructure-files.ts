/**
 * Where Terraform code, plans and states come from on this machine: folders, files, standard input, commits.
 *
 * A root module may call modules beside it, so the files that may be read are those of the repository
 * around it, not of its folder alone; nothing outside of the repository is ever read.
 */
import { isUtf8 } from 'node:buffer';
import { existsSync } from 'node:fs';
import { open, readFile, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { tryGit } from '../adapters/git/exec.ts';
import { commitTree } from '../adapters/git/tree.ts';
import { directoryTree } from '../adapters/source-tree/directory-tree.ts';
import type { InfrastructureInput } from '../cli/local-platform.ts';
import { PlatformError } from '../domain/error.ts';

/** A string of V8 cannot be longer than half a gigabyte. */
const MAX_DOCUMENT_BYTES = 500 * 1024 * 1024;

export async function openPath({ path, top }: { path: string; top?: string }): Promise<InfrastructureInput> {
  if (path === '-') return { kind: 'document', text: decode(await readAll(process.stdin), 'standard input'), file: 'standard input', name: 'standard input' };
  const full = resolve(path);
  const found = await stat(full).catch(() => undefined);
  if (found === undefined) throw missing(path);
  if (!found.isDirectory()) return { kind: 'document', text: decode(await readDocument(full, path), path), file: path, name: basename(full).replace(/\.(tf)?(state|json)$/i, '') };
  const real = await realpath(full);
  const around = top === undefined ? (repositoryAround(real) ?? (await reachedBy(real))) : await realpath(resolve(top));
  return { kind: 'folder', tree: await directoryTree(around), top: around, folder: within(around, real, path), name: basename(real) };
}

/** Bytes of a file or of standard input. Throws ROADBED-8061, -8062 (too large), -8063 (no UTF-8), -8204 (a folder). */
export async function readBytes(path: string): Promise<Uint8Array> {
  const full = resolve(path);
  const bytes = path === '-' ? await readAll(process.stdin) : await readDocument(full, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw missing(path);
    if (error.code === 'EISDIR') throw new PlatformError({ code: 'ROADBED-8204', class: 'usage', message: `${path} is a folder`, next: 'give a state' });
    throw error;
  });
  const name = path === '-' ? 'standard input' : path;
  if (!isUtf8(bytes)) throw notText(bytes, name);
  return bytes;
}

function missing(path: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8061', class: 'not-found', message: `${path} is not there`, next: 'give the folder of a Terraform configuration, a plan in JSON, or a state' });
}

export async function openCommit({ path, ref, top }: { path: string; ref: string; top?: string }): Promise<InfrastructureInput> {
  const real = await realpath(resolve(path)).catch(() => resolve(path));
  const around = top === undefined ? (repositoryAround(real) ?? real) : await realpath(resolve(top));
  const gitDir = await repositoryOf(around, path);
  const found = await tryGit(['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`], { gitDir });
  if (found.code !== 0) throw new PlatformError({ code: 'ROADBED-8064', class: 'not-found', message: `${ref} is no commit, branch or tag of the repository around ${path}, and no file either`, next: 'give one that is here: `git log --oneline`, or fetch it first' });
  const commit = found.stdout.toString('utf8').trim();
  const tree = await commitTree(gitDir, commit);
  const folder = within(around, real, path);
  const bytes = await tree.read(folder);
  const name = basename(real);
  return bytes === undefined ? { kind: 'folder', tree, top: around, folder, name } : { kind: 'document', text: decode(bytes, `${ref}:${folder}`), file: `${ref}:${folder}`, name };
}

async function repositoryOf(around: string, path: string): Promise<string> {
  const found = await tryGit(['-C', around, 'rev-parse', '--absolute-git-dir']);
  if (found.code !== 0) throw new PlatformError({ code: 'ROADBED-8064', class: 'not-found', message: `${path} is in no Git repository`, next: 'compare with another folder, plan or state instead' });
  return found.stdout.toString('utf8').trim();
}

/** The closest folder above that Git keeps. */
function repositoryAround(folder: string): string | undefined {
  for (let at = folder; dirname(at) !== at; at = dirname(at)) if (existsSync(join(at, '.git'))) return at;
  return undefined;
}

/**
 * Outside of a repository: as far up as the modules that the root itself calls (`../../modules/network`),
 * but never the whole machine.
 */
async function reachedBy(folder: string): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /\.(tf|tofu)$/.test(name));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'latin1').catch(() => '')));
  const levels = texts.flatMap((text) => [...text.matchAll(/\bsource\s*=\s*"((?:\.\.\/)*\.\.)(?:\/|")/g)].map((match) => (match[1] ?? '').split('/').length));
  const top = resolve(folder, ...Array<string>(Math.max(0, ...levels)).fill('..'));
  return dirname(top) === top ? folder : top;
}

function within(top: string, folder: string, given: string): string {
  const path = relative(top, folder);
  if (path === '..' || path.startsWith(`..${sep}`)) throw new PlatformError({ code: 'ROADBED-8002', class: 'usage', message: `${given} is outside of the files that are read`, why: `they are those below ${top}`, next: 'give --top a folder that holds both' });
  return path === '' ? '.' : path.split(sep).join('/');
}

async function readDocument(full: string, given: string): Promise<Buffer> {
  const file = await open(full, 'r');
  try {
    const { size } = await file.stat();
    if (size > MAX_DOCUMENT_BYTES) refuseSize(given);
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_DOCUMENT_BYTES) refuseSize('standard input');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuseSize(given: string): never {
  throw new PlatformError({ code: 'ROADBED-8062', class: 'invalid', message: `${given} is larger than ${MAX_DOCUMENT_BYTES / 1024 / 1024} MB`, next: 'split the state, or give the states of its parts' });
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notText(bytes, file);
  }
}

function notText(bytes: Uint8Array, file: string): PlatformError {
  const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return new PlatformError({ code: 'ROADBED-8063', class: 'invalid', message: `${file} is not text in UTF-8`, ...(wide ? { why: 'it begins with the mark of UTF-16' } : {}), next: wide ? 'write it again as UTF-8; PowerShell does with `| Out-File -Encoding utf8`' : 'give a state or plan in JSON' });
}
