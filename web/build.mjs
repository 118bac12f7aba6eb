/** `node web/build.mjs`: builds web/dist when the sources of the pages changed since the last build; else nothing. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(fileURLToPath(import.meta.url));
const root = dirname(web);
const mark = join(web, 'dist', '.sources');

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).isFile());
}

function sourcesHash() {
  const hash = createHash('sha256');
  const folders = [join(web, 'src'), join(web, 'public'), join(root, 'src', 'api', 'contract'), join(root, 'src', 'domain')];
  for (const file of [...folders.flatMap(filesBelow), join(web, 'index.html'), join(web, 'vite.config.ts'), join(root, 'package-lock.json')].sort()) {
    hash.update(`${relative(root, file)}\0`).update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function builtFrom() {
  try {
    return readFileSync(mark, 'utf8');
  } catch {
    return '';
  }
}

/** True when web/dist was built from the sources as they are. Runs on any Node >= 20. */
export function consoleIsBuilt() {
  return builtFrom() === sourcesHash();
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  const wanted = sourcesHash();
  if (builtFrom() !== wanted) {
    // Whoever calls (a test runner sets NODE_ENV), what is built is the product.
    process.env.NODE_ENV = 'production';
    const { build } = await import('vite');
    await build({ configFile: join(web, 'vite.config.ts'), logLevel: process.env.CI === undefined ? 'warn' : 'error' });
    writeFileSync(mark, wanted);
  }
}
