/** `node web/build.mjs`: builds web/dist when the sources of the pages changed since the last build; else nothing. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(fileURLToPath(import.meta.url));
const root = dirname(web);
const mark = join(web, 'dist', '.sources');

function sourcesHash() {
  const hash = createHash('sha256');
  const folders = [join(web, 'src'), join(web, 'public'), join(root, 'src', 'api', 'contract'), join(root, 'src', 'domain')];
  const listed = folders.flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)));
  for (const file of [...listed, join(web, 'index.html'), join(web, 'vite.config.ts'), join(root, 'package-lock.json')].sort()) {
    hash.update(`${relative(root, file)}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function built() {
  try {
    return readFileSync(mark, 'utf8');
  } catch {
    return '';
  }
}

const wanted = sourcesHash();
if (built() !== wanted) {
  // Whoever calls (a test runner sets NODE_ENV), what is built is the product.
  process.env.NODE_ENV = 'production';
  const { build } = await import('vite');
  await build({ configFile: join(web, 'vite.config.ts'), logLevel: process.env.CI === undefined ? 'warn' : 'error' });
  writeFileSync(mark, wanted);
}
