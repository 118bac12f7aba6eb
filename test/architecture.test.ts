/**
 * The authority on who may import whom (ARCHITECTURE.md), on cycles, file sizes and folder names.
 *
 * It reads the import lines itself and says how many files it saw: a check that silently sees nothing
 * is worse than none.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');
const MAX_LINES = 500;
const FORBIDDEN_NAMES = /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.tsx?$)/;
const PURE_LAYERS = new Set(['domain', 'formats', 'engines']);
const PURE_NODE_MODULES = new Set(['node:crypto', 'node:zlib']);
const IMPURE_CALLS = /\bDate\.now\(|new Date\(\)|Math\.random\(|process\.env|\bfetch\(|randomUUID\(|randomBytes\(/;

const ALLOWED: Record<string, readonly string[]> = {
  domain: ['domain'],
  formats: ['domain', 'formats'],
  engines: ['domain', 'formats', 'engines'],
  ports: ['domain', 'ports'],
  control: ['domain', 'formats', 'engines', 'ports', 'control'],
  adapters: ['domain', 'formats', 'ports', 'adapters'],
  api: ['domain', 'formats', 'engines', 'ports', 'control', 'api'],
  cli: ['domain', 'formats', 'engines', 'ports', 'control', 'api/contract', 'cli'],
  app: ['domain', 'formats', 'engines', 'ports', 'control', 'adapters', 'api', 'cli', 'app'],
  web: ['domain', 'api/contract', 'web'],
};

interface SourceFile {
  path: string;
  layer: string;
  lines: number;
  text: string;
  imports: string[];
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'node_modules' || entry.name === 'dist') return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function load(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const imports = [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^;'"]*?from\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  const local = relative(ROOT, path).split(sep).join('/');
  const layer = local.startsWith('web/') ? 'web' : (local.split('/')[1] ?? '');
  return { path: local, layer, lines: text.split('\n').length - 1, text, imports };
}

const files = [join(ROOT, 'src'), join(ROOT, 'web')].flatMap(filesBelow).map(load);
const product = files.filter((file) => !/\.(test|bench)\.tsx?$/.test(file.path) && !file.path.includes('/testing/'));

function target(file: SourceFile, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return relative(ROOT, resolve(ROOT, dirname(file.path), specifier)).split(sep).join('/');
}

function layerOf(path: string): string {
  if (path.startsWith('web/')) return 'web';
  const [, layer = '', room = ''] = path.split('/');
  return layer === 'api' && (room === 'contract' || room.startsWith('contract.')) ? 'api/contract' : layer;
}

test('the house has rooms to look at', () => {
  console.log(`architecture: ${files.length} files, ${product.length} of them product code`);
  expect(product.length).toBeGreaterThan(20);
});

test('every import follows the dependency rule', () => {
  const violations = product.flatMap((file) =>
    file.imports.flatMap((specifier) => {
      const to = target(file, specifier);
      if (to === undefined) return [];
      const allowed = ALLOWED[file.layer] ?? [];
      const layer = layerOf(to);
      const permitted = allowed.includes(layer) || (layer === 'api/contract' && allowed.includes('api'));
      return permitted ? [] : [`${file.path} -> ${to}`];
    }),
  );
  expect(violations).toEqual([]);
});

test('domain, formats and engines do no I/O and read no clock, randomness or environment', () => {
  const violations = product
    .filter((file) => PURE_LAYERS.has(file.layer))
    .flatMap((file) => {
      const modules = file.imports.filter((specifier) => specifier.startsWith('node:') && !PURE_NODE_MODULES.has(specifier));
      const code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
      return [...modules.map((name) => `${file.path} imports ${name}`), ...(IMPURE_CALLS.test(code) ? [`${file.path} calls ${IMPURE_CALLS.exec(code)?.[0]}`] : [])];
    });
  expect(violations).toEqual([]);
});

test('there is no import cycle', () => {
  const graph = new Map(product.map((file) => [file.path, file.imports.map((specifier) => target(file, specifier)).filter((to) => to !== undefined)]));
  const state = new Map<string, 'open' | 'done'>();
  const cycles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of graph.keys()) visit(path, []);
  expect(cycles).toEqual([]);
});

test(`no file is longer than ${MAX_LINES} lines`, () => {
  expect(files.filter((file) => file.lines > MAX_LINES).map((file) => `${file.path}: ${file.lines}`)).toEqual([]);
});

test('every room has a name of its own', () => {
  expect(files.filter((file) => FORBIDDEN_NAMES.test(file.path)).map((file) => file.path)).toEqual([]);
});

test('nothing committed by hand is empty or left open', () => {
  const open = product.filter((file) => /\b(TODO|FIXME|XXX)\b/.test(file.text)).map((file) => file.path);
  const empty = files.filter((file) => statSync(join(ROOT, file.path)).size === 0).map((file) => file.path);
  expect([...open, ...empty]).toEqual([]);
});
