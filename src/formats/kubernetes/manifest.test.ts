import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readManifests } from './manifest.ts';

const KINDS = new Set(['Pod', 'Deployment']);
const read = (text: string): ReturnType<typeof readManifests> => readManifests(text, 'a.yaml', KINDS);
const pod = (name: string): string => `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\n`;

test('documents of a file are read with their lines, kinds that were not asked for are counted', () => {
  const { objects, others, problems } = read(`# Source: chart/templates/a.yaml\n${pod('a')}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n--- # next\n${pod('b')}`);
  expect(objects.map(({ name, location }) => `${name}:${location.line}`)).toEqual(['a:2', 'b:11']);
  expect([Object.fromEntries(others), problems]).toEqual([{ ConfigMap: 1 }, []]);
});

test('lists are taken apart, also those of kubectl', () => {
  expect(read(`apiVersion: v1\nkind: List\nitems:\n- ${pod('a').replaceAll('\n', '\n  ').trim()}\n`).objects.map(({ name }) => name)).toEqual(['a']);
  const json = JSON.stringify({ apiVersion: 'v1', kind: 'PodList', items: [{ metadata: { name: 'b', labels: { app: 'x', n: 1 } } }] });
  expect(readManifests(json, 'a.json', KINDS).objects).toMatchObject([{ kind: 'Pod', apiVersion: 'v1', name: 'b', namespace: '', labels: { app: 'x' } }]);
});

test('a fault is told with file and line, and what stands around it is read', () => {
  const { objects, problems } = read(`${pod('a')}---\napiVersion: v1\nkind: Pod\nmetadata: {name: [}\n---\n${pod('b')}---\napiVersion: v1\nkind: Pod\nmetadata: {}\n`);
  expect(objects.map(({ name }) => name)).toEqual(['a', 'b']);
  expect(problems.map(({ file, line, message }) => `${file}:${line} ${message.slice(0, 30)}`)).toEqual([expect.stringMatching(/^a\.yaml:8 not valid YAML/), expect.stringMatching(/^a\.yaml:8 not valid YAML/), expect.stringMatching(/^a\.yaml:1[4-6] Pod: metadata\.name is missing/)]);
});

test('a template that was not rendered is told as one', () => {
  expect(read('apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\n').problems).toMatchObject([{ line: 4, message: expect.stringContaining('helm template') as string }]);
  expect(read(`apiVersion: v1\nkind: ConfigMapList\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  data:\n    a: |-\n      legend: {{ x }}\n`)).toMatchObject({ objects: [], problems: [] });
  expect(read(`${pod('a')}  annotations: {x: "{{ value }}"}\n`).objects).toHaveLength(1);
});

test('hostile input ends with a problem and never throws', () => {
  const bomb = `apiVersion: v1\nkind: Pod\nmetadata: {name: x}\na: &a [1,1,1,1,1,1,1,1,1]\n${Array.from({ length: 12 }, (_, index) => `b${index}: &b${index} [${Array(9).fill(index === 0 ? '*a' : `*b${index - 1}`).join(',')}]`).join('\n')}\n`;
  expect(read(bomb).problems).toHaveLength(1);
  expect(read(`apiVersion: v1\nkind: Pod\nx: ${'['.repeat(5000)}`).problems.length).toBeGreaterThan(0);
  expect(readManifests('{"kind": "Pod", "apiVersion"', 'a.json', KINDS).problems).toHaveLength(1);
  // Blank lines are looked through once, not once for each of them.
  expect(read(`kind: Pod\nx: "{{ x"\n${'\n'.repeat(200_000)}x`).problems.length).toBeGreaterThan(0);
  expect(readManifests(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x', labels: JSON.parse('{"__proto__": "y"}') as unknown } }), 'a.json', KINDS).objects[0]?.labels).toEqual(expect.objectContaining({}));
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', ':', ' ', '\n', '-', '{', '}', '[', ']', '"', '&', '*', 'kind: Pod\n', '---\n', '\t', '|') }), (text) => Array.isArray(read(`kind: Pod\n${text}`).problems)));
});
