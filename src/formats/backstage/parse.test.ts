import { expect, test } from 'vitest';
import { describeProblem } from '../../domain/source-problem.ts';
import { parseEntities } from './parse.ts';

const COMPONENT = 'apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: checkout\nspec:\n  type: service\n  lifecycle: production\n  owner: payments\n';

function problemsOf(text: string): string[] {
  return parseEntities(text, 'catalog-info.yaml').problems.map(describeProblem);
}

test('a file has any number of entities, with their lines; empty documents are left out', () => {
  const parsed = parseEntities(`${COMPONENT}---\n---\n${COMPONENT.replace('checkout', 'basket')}`, 'catalog-info.yaml');
  expect(parsed.problems).toEqual([]);
  expect(parsed.entities.map(({ entity, line }) => [entity.metadata.name, line])).toEqual([['checkout', 1], ['basket', 11]]);
});

test.each([
  ['a malformed name', COMPONENT.replace('name: checkout', 'name: -checkout'), 'catalog-info.yaml:4:9: metadata.name: "-checkout" is not a name: letters and digits separated by any of - _ . and at most 63 characters'],
  ['a missing owner', COMPONENT.replace('  owner: payments\n', ''), 'catalog-info.yaml:5:1: spec: "owner" is missing'],
  ['an unknown kind', COMPONENT.replace('Component', 'component'), 'catalog-info.yaml:2:7: kind: the kind "component" is not known (write Component)'],
  ['an unknown version', COMPONENT.replace('v1alpha1', 'v1'), 'catalog-info.yaml:1:13: apiVersion: "backstage.io/v1" is not a version of Component (write backstage.io/v1alpha1)'],
  ['a foreign root field', `${COMPONENT}relations: []\n`, 'catalog-info.yaml:9:1: relations: "relations" is not a field of an entity (known: apiVersion, kind, metadata, spec)'],
  ['a label that is a number', COMPONENT.replace('name: checkout', 'name: checkout\n  labels:\n    tier: 1'), 'catalog-info.yaml:6:11: metadata.labels.tier: must be a string (write "1" in quotes)'],
  ['a bad tag', COMPONENT.replace('name: checkout', 'name: checkout\n  tags: [ok, Not OK]'), 'catalog-info.yaml:5:14: metadata.tags[1]: "Not OK" is not a tag: a-z, 0-9, : + # separated by -, at most 63 characters'],
  ['a link without address', COMPONENT.replace('name: checkout', 'name: checkout\n  links:\n    - title: x'), 'catalog-info.yaml:6:7: metadata.links[0]: "url" is missing'],
  ['no entity', '- a\n', 'catalog-info.yaml:1:1: an entity must be a map'],
])('%s is told with its place', (_what, text, expected) => {
  expect(problemsOf(text)).toEqual([expected]);
});

test('one bad entity does not take the others along', () => {
  const parsed = parseEntities(`${COMPONENT}---\nkind: Nothing\n---\n${COMPONENT.replace('checkout', 'basket')}`, 'f.yaml');
  expect(parsed.entities).toHaveLength(2);
  expect(parsed.problems.every((problem) => problem.line >= 9 && problem.line <= 10)).toBe(true);
});

test('a syntax error is told with its place', () => {
  expect(problemsOf('kind: [Component\n')[0]).toMatch(/^catalog-info\.yaml:2:1: not valid YAML: /);
});

const API = 'apiVersion: backstage.io/v1alpha1\nkind: API\nmetadata:\n  name: orders\nspec:\n  type: openapi\n  lifecycle: production\n  owner: payments\n  definition:\n    $text: ./openapi.yaml\n';

test('a substituted file is asked for, then put in', () => {
  const first = parseEntities(API, 'services/orders/catalog-info.yaml');
  expect(first).toEqual({ entities: [], problems: [], missing: ['services/orders/openapi.yaml'] });
  const second = parseEntities(API, 'services/orders/catalog-info.yaml', new Map([['services/orders/openapi.yaml', 'openapi: 3.1.0\n']]));
  expect(second.entities[0]?.entity.spec?.['definition']).toBe('openapi: 3.1.0\n');
});

test.each(['https://example.com/a', '/etc/passwd', '../../../etc/passwd', 'file:///etc/passwd', '..\\\\a'])('a substitution may not reach %s', (target) => {
  const parsed = parseEntities(API.replace('./openapi.yaml', `"${target}"`), 'services/orders/catalog-info.yaml');
  expect(parsed.missing).toEqual([]);
  expect(parsed.problems[0]).toMatchObject({ line: 10, path: 'spec.definition["$text"]', message: expect.stringMatching(/of this repository only/) });
});

test('a file that is included over and over is refused by what it comes to', () => {
  const files = new Map([['long.txt', 'x'.repeat(200_000)], ['list.yaml', '- a\n'.repeat(2_000)]]);
  const including = (line: string): string => `apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: a\nspec:\n  type: x\n  lifecycle: y\n  owner: z\n  list:\n${line.repeat(20)}`;
  for (const line of ['    - $text: long.txt\n', '    - $yaml: list.yaml\n']) {
    const { entities, problems } = parseEntities(including(line), 'catalog-info.yaml', files);
    expect(entities).toEqual([]);
    expect(problems[0]?.message).toMatch(/comes to more than 1048576 bytes|with all that it includes/);
  }
});
