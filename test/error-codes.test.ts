/** Every error code of the sources is explained on exactly one page, and no page explains a code that does not exist. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const PAGES = join(ROOT, 'docs', 'reference', 'errors');
/** Made from an HTTP status at run time, so a range of them stands in one row. */
const MADE_FROM_STATUS = 'ROADBED-6';

function sources(): string[] {
  return ['src', 'web/src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && !path.includes('testing/'))
      .map((path) => join(ROOT, folder, path)),
  );
}

function raised(): Set<string> {
  return new Set(sources().flatMap((path) => readFileSync(path, 'utf8').match(/ROADBED-\d{4}(?!\d)/g) ?? []));
}

/** Code or range of codes -> pages whose tables have a row for it. */
function explained(): Map<string, string[]> {
  const rows = new Map<string, string[]>();
  for (const page of readdirSync(PAGES).filter((name) => name !== 'README.md')) {
    for (const [, code = ''] of readFileSync(join(PAGES, page), 'utf8').matchAll(/^\| *(ROADBED-\d{4}(?: to \d{4})?) *\|/gm)) rows.set(code, [...(rows.get(code) ?? []), page]);
  }
  return rows;
}

test('the table of each page and the sources agree', () => {
  const known = explained();
  const codes = raised();
  expect(codes.size).toBeGreaterThan(150);
  const single = [...known.keys()].filter((code) => !(code.startsWith(MADE_FROM_STATUS) && code.includes(' to ')));
  expect({ unexplained: [...codes].filter((code) => !known.has(code)).sort(), unknown: single.filter((code) => !codes.has(code)).sort() }).toEqual({ unexplained: [], unknown: [] });
});

test('no code is explained twice', () => {
  expect([...explained()].filter(([, pages]) => pages.length !== 1)).toEqual([]);
});

test('the index names every page', () => {
  const index = readFileSync(join(PAGES, 'README.md'), 'utf8');
  expect(readdirSync(PAGES).filter((name) => name !== 'README.md' && !index.includes(`(${name})`))).toEqual([]);
});
