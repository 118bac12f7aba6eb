/** Licences of everything that is installed: permissive, or weak copyleft and fonts that NOTICE names. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const PERMISSIVE = new Set(['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Unlicense', 'PostgreSQL', '(MIT OR CC0-1.0)', 'CC0-1.0', 'BlueOak-1.0.0', 'Python-2.0']);
const NAMED = new Set(['MPL-2.0', 'OFL-1.1', 'EPL-2.0']);

interface Locked {
  license?: string;
  version?: string;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
const installed = Object.entries(packages).filter(([path]) => path !== '').map(([path, locked]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), licence: locked.license ?? 'none stated' }));

test('every locked package has a licence that may be shipped', () => {
  console.log(`licences: ${installed.length} packages`);
  expect(installed.length).toBeGreaterThan(100);
  expect(installed.filter(({ licence }) => !PERMISSIVE.has(licence) && !NAMED.has(licence))).toEqual([]);
});

test('NOTICE names every package under weak copyleft or a font licence', () => {
  const notice = readFileSync(join(ROOT, 'NOTICE'), 'utf8');
  // A platform's binary of a package is that package; fonts are called by their name.
  const called = (name: string): string => name.replace(/^@fontsource(?:-variable)?\//, '').replace(/-(?:linux|darwin|win32|android|freebsd)-.*$/, '').replace(/-/g, ' ');
  const missing = installed.filter(({ name, licence }) => NAMED.has(licence) && !notice.toLowerCase().replace(/-/g, ' ').includes(called(name).toLowerCase()));
  expect(missing).toEqual([]);
});
