/**
 * A server for the files of one folder: what a static site runs as.
 *
 * Only regular files are served, found by resolving the whole path first, so neither `..`, an encoded slash nor a link
 * leads out of the folder; nothing whose name begins with a dot is there. Answers carry an ETag of size and
 * time of change, and a range or an unchanged file costs no body.
 */
import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentType } from './content-type.ts';

export interface StaticServerOptions {
  /** Folder to serve. */
  root: string;
  /** File of the folder that answers where there is none: single-page applications. Off by default. */
  fallback?: string;
}

const INDEX = 'index.html';

interface Found {
  path: string;
  file: FileHandle;
  size: number;
  modifiedMs: number;
}

/** The server, not yet listening. */
export async function createStaticServer(options: StaticServerOptions): Promise<Server> {
  const root = await realpath(options.root);
  return createServer((request, response) => {
    void answer(root, options.fallback, request, response).catch(() => {
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.destroy();
    });
  });
}

async function answer(root: string, fallback: string | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(response, 405, 'only GET and HEAD', { allow: 'GET, HEAD' });
  const parts = pathParts(request.url ?? '/');
  if (parts === undefined) return plain(response, 400, 'not a path');
  const isFolder = parts.at(-1) === '';
  const found = (await find(root, parts)) ?? (isFolder ? undefined : await redirectToFolder(root, parts, response));
  if (found === 'redirected') return;
  const served = found ?? (fallback === undefined ? undefined : await find(root, fallback.split('/')));
  if (served === undefined) return plain(response, 404, 'not found');
  try {
    await send(served, request, response);
  } finally {
    await served.file.close();
  }
}

/** Decoded parts of the path; undefined for what cannot be a path. Hidden names are left for `find` to miss. */
function pathParts(url: string): string[] | undefined {
  const path = url.split(/[?#]/, 1)[0] ?? '/';
  try {
    const parts = path.split('/').slice(1).map((part) => decodeURIComponent(part));
    return path.startsWith('/') && !parts.some((part) => /[\0/\\]/.test(part)) ? parts : undefined;
  } catch {
    return undefined;
  }
}

async function find(root: string, parts: readonly string[]): Promise<Found | undefined> {
  if (parts.some((part) => part.startsWith('.'))) return undefined;
  const wanted = join(root, ...parts, parts.at(-1) === '' || parts.length === 0 ? INDEX : '');
  const path = await realpath(wanted).catch(() => undefined);
  if (path === undefined || !path.startsWith(`${root}${sep}`)) return undefined;
  if (path.slice(root.length).split(sep).some((part) => part.startsWith('.'))) return undefined;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return undefined;
  const { size, mtimeMs, isFile } = await file.stat().then((stat) => ({ size: stat.size, mtimeMs: stat.mtimeMs, isFile: stat.isFile() }));
  if (isFile) return { path, file, size, modifiedMs: Math.floor(mtimeMs) };
  await file.close();
  return undefined;
}

/** `/docs` is `/docs/` when there is an index, so that relative links work. */
async function redirectToFolder(root: string, parts: readonly string[], response: ServerResponse): Promise<'redirected' | undefined> {
  const index = await find(root, [...parts, '']);
  if (index === undefined) return undefined;
  await index.file.close();
  plain(response, 308, 'the folder', { location: `/${parts.map(encodeURIComponent).join('/')}/` });
  return 'redirected';
}

async function send(found: Found, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const etag = `"${found.size.toString(36)}-${found.modifiedMs.toString(36)}"`;
  const headers: Record<string, string | number> = {
    'content-type': contentType(extname(found.path)),
    etag,
    'last-modified': new Date(found.modifiedMs).toUTCString(),
    'cache-control': 'no-cache',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
  };
  if (matches(request.headers['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = request.headers['if-range'] === undefined || request.headers['if-range'] === etag ? parseRange(request.headers.range, found.size) : undefined;
  if (range === 'outside') return plain(response, 416, 'no such range', { 'content-range': `bytes */${found.size}` });
  const [start, end] = range ?? [0, found.size - 1];
  response.writeHead(range === undefined ? 200 : 206, { ...headers, 'content-length': end - start + 1, ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${found.size}` }) });
  if (request.method === 'HEAD' || found.size === 0) {
    response.end();
    return;
  }
  await pipeline(found.file.createReadStream({ start, end, autoClose: false }), response).catch(() => response.destroy());
}

function matches(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}

/** One range only; several, or what is no range, get the whole file, as RFC 9110 allows. */
function parseRange(header: string | undefined, size: number): [number, number] | 'outside' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  if (from === '') return Number(to) === 0 || size === 0 ? 'outside' : [Math.max(0, size - Number(to)), size - 1];
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (to !== '' && Number(to) < Number(from)) return undefined;
  return Number(from) >= size ? 'outside' : [Number(from), end];
}

function plain(response: ServerResponse, status: number, message: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${message}\n`);
}
