/** The built pages from disk: hashed files for ever, the shell always fresh, unknown paths are the shell (its router decides). */
import { readFile, readdir } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

interface Asset {
  type: string;
  plain: Buffer;
  gzip: Buffer | undefined;
}

export interface Assets {
  /** Answers false when the pages are not built. */
  serve(request: IncomingMessage, response: ServerResponse, path: string): Promise<boolean>;
}

/** Only files that were in the folder at the first request are served, so no path can leave it. */
export function createAssets(webRoot: string): Assets {
  let loading: Promise<Map<string, Asset>> | undefined;
  return {
    async serve(request, response, path) {
      loading ??= load(webRoot);
      const assets = await loading;
      if (assets.size === 0) loading = undefined;
      const exact = assets.get(path);
      const wantsPage = !path.startsWith('/assets/') && (request.headers.accept ?? '').includes('text/html');
      const asset = exact ?? (wantsPage ? assets.get('/index.html') : undefined);
      if (asset === undefined) return false;
      const zipped = asset.gzip !== undefined && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
      const body = zipped ? (asset.gzip ?? asset.plain) : asset.plain;
      response.writeHead(200, {
        'content-type': asset.type,
        'content-length': body.length,
        'cache-control': exact !== undefined && path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        vary: 'accept-encoding',
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
      return true;
    },
  };
}

async function load(webRoot: string): Promise<Map<string, Asset>> {
  const assets = new Map<string, Asset>();
  const entries = await readdir(webRoot, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const type = TYPES[extname(entry.name)];
    if (!entry.isFile() || type === undefined) continue;
    const file = join(entry.parentPath, entry.name);
    const plain = await readFile(file);
    const gzip = plain.length > 1_000 && !entry.name.endsWith('.woff2') ? gzipSync(plain) : undefined;
    assets.set(`/${relative(webRoot, file).split(sep).join('/')}`, { type, plain, gzip });
  }
  return assets;
}
