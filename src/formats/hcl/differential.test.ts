/**
 * The parser against HashiCorp's own: `terraform fmt` parses every file of a folder and names those it
 * refuses; `terraform console` says what templates come to. Files are mutations of sound ones and
 * sequences of fragments, from a fixed seed.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseHcl } from './parse.ts';
import type { Expression, TemplatePart } from './syntax-tree.ts';

const TERRAFORM = 'terraform';
const present = spawnSync(TERRAFORM, ['version'], { encoding: 'utf8' }).status === 0;
if (!present) console.log('skipped: hcl against terraform; put the terraform binary on the PATH (https://developer.hashicorp.com/terraform/install)');
const SEED = 20260801;

const SOUND = [
  'a = "x ${b} y"\n',
  'a = <<-EOT\n  foo\n    ${~ b ~}\n  %{ if x ~}\n  y\n  %{ else }\n z\n  %{ endif }\n  EOT\n',
  'a = [for x, y in z : "${x}-${y}" if q]\n',
  'a = {for x, y in z : x => y... if q}\n',
  'r "a" b {\n  x = 1\n  n {\n  y = { a = 1, b : 2\n (c) = 3 }\n }\n}\n',
  'a = b.*.c.0.d[0]\nb = b[*].c[*].d.*.e\n',
  'a = f(1, [2, 3]...)\nb = p::q::r(1,)\n',
  'a = x ? y : z ? 1 : -2 + 3 * !q % 4\n',
  'a { b = 1 }\nc {}\n',
  'a = "$${x} %%{y} \\n \\u00e9"\n',
  'a = (\n b\n +\n c\n)\n',
  'a = {\n # c\n "k" = 1 // d\n /* e */ l = null }\n',
];
const FRAGMENTS = [
  '"', '${', '%{', '}', '~}', '${~', '%{ if a }', '%{ endif }', '%{ else }', '%{ for x in y }', '%{ endfor }', '<<E\n', '<<-E\n', 'E\n', '\n', '\r\n', '\r', ' ', '\t', '{', '[', ']', '(', ')', 'a', 'for', 'in', 'if', '1', '0.1', '1.', '1e5', '.', '..', '...', '*', '[*]',
  '=', '==', '=>', '!', '&&', '&', '|', '~', '^', ';', "'", '`', '?', ':', '::', '+', '-', '/', '%', '<', '<<', '#c\n', '/*c*/', '/*', ',', '$', '$${', '%%{', '\\', '\\u00e9', '\\x', 'é', '\u00a0', '\ufeff', 'true', 'a.0.1', 'f(x...)', 'b "l" { x = 1 }\n', '\0', '1.2.3',
];

const mutated = fc.tuple(fc.constantFrom(...SOUND), fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 2 }), fc.oneof(fc.constant(''), fc.constantFrom(...FRAGMENTS), fc.constantFrom(' ', '\n', '#c\n', 'a', '1', '""', '/*c*/', '-b', '.c', '[0]'))), { minLength: 1, maxLength: 2 })).map(([text, changes]) =>
  changes.reduce((changed, [where, removed, inserted]) => {
    const at = Math.floor(where * changed.length);
    return changed.slice(0, at) + inserted + changed.slice(at + removed);
  }, text),
);
const fragments = fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 7 }).map((list) => `a = ${list.join('')}\n`);
const PLAIN = ['a', ' ', '  ', '${1}', '${~ 2 ~}', '${"s" ~}', '%{ if true ~}', '%{~ else }', '%{ endif ~}', '%{ for x in [1, 2] ~}', '%{~ endfor ~}', '$', '%', '$${', '%%{', 'é', '{', '}', '~', '${"n ${ 3 ~} "}'];
const quoted = fc.array(fc.constantFrom(...PLAIN, '\\n', '\\t', '\\"', '\\u00e9'), { maxLength: 9 }).map((list) => `"${list.join('')}"`);
const heredoc = fc.tuple(fc.boolean(), fc.array(fc.constantFrom(...PLAIN, '\n', '\n  ', '\n    ', '\n\n', '\n  \n', '\n  ${~ 4 }', '"'), { maxLength: 9 })).map(([indented, list]) => `<<${indented ? '-' : ''}E\n${list.join('')}\n  E`);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-hcl-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(options: string[], input = ''): string {
  const { stdout, stderr } = spawnSync(TERRAFORM, options, { cwd: folder, input, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 60_000, env: { PATH: process.env.PATH, HOME: folder, CHECKPOINT_DISABLE: '1' } });
  return stdout + stderr;
}

function text(parts: readonly TemplatePart[]): string {
  return parts.map((part) => {
    if (part.kind === 'text') return part.value;
    if (part.kind === 'interpolation') return String(value(part.expression));
    if (part.kind === 'if-directive') return text(value(part.condition) === true ? part.then : part.otherwise);
    return (value(part.collection) as unknown[]).map(() => text(part.parts)).join('');
  }).join('');
}

/** Of the few kinds of expression that the templates above are made of. */
function value(expression: Expression): unknown {
  if (expression.kind === 'number') return Number(expression.text);
  if (expression.kind === 'boolean') return expression.value;
  if (expression.kind === 'tuple') return expression.elements.map(value);
  if (expression.kind !== 'template') throw new Error(`no value for ${expression.kind}`);
  const [only, ...others] = expression.parts;
  return only?.kind === 'interpolation' && others.length === 0 ? value(only.expression) : text(expression.parts);
}

describe.skipIf(!present)('against terraform', () => {
  test('the same files are refused', { timeout: 120_000 }, () => {
    const files = fc.sample(fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: fragments }), { numRuns: 1000, seed: SEED });
    files.forEach((content, index) => writeFileSync(join(folder, `f${index}.tf`), content));
    const refused = new Set([...run(['fmt', '-write=false', '-list=false', '-no-color', '.']).matchAll(/ on f(\d+)\.tf line/g)].map((match) => Number(match[1])));
    const differing = files.filter((content, index) => parseHcl(content, 'f').problems.length > 0 !== refused.has(index));
    console.log(`hcl against terraform: ${files.length} files, ${files.length - refused.size} of them valid, ${files.length - differing.length} judged alike`);
    expect(differing).toEqual([]);
    expect(refused.size).toBeGreaterThan(200);
    expect(files.length - refused.size).toBeGreaterThan(100);
  });

  test('the same templates have the same values', { timeout: 120_000 }, () => {
    const sources = fc.sample(fc.oneof(quoted, heredoc), { numRuns: 1200, seed: SEED }).filter((source) => parseHcl(`a = ${source}\n`, 'f').problems.length === 0);
    const own = mkdtempSync(join(folder, 'console-'));
    writeFileSync(join(own, 'main.tf'), `locals {\n${sources.map((source, index) => `  v${index} = ${source}\n`).join('')}}\n`);
    const printed = run([`-chdir=${own}`, 'console'], `jsonencode([${sources.map((_, index) => `local.v${index}`).join(', ')}])\n`);
    const line = printed.split('\n').find((candidate) => candidate.startsWith('"['));
    if (line === undefined) throw new Error(printed.slice(0, 1000));
    const theirs = JSON.parse(JSON.parse(line) as string) as unknown[];
    const differing = sources.flatMap((source, index) => {
      const [item] = parseHcl(`a = ${source}\n`, 'f').body.items;
      const ours = item?.kind === 'attribute' ? value(item.expression) : undefined;
      return ours === theirs[index] ? [] : [{ source, ours, theirs: theirs[index] }];
    });
    console.log(`hcl against terraform: ${sources.length} templates, ${sources.length - differing.length} with the same value`);
    expect(differing).toEqual([]);
    expect(sources.length).toBeGreaterThan(300);
  });
});
