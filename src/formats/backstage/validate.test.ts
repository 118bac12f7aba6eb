/** The official package is the oracle: the same verdict on every entity, valid and mutated. */
import {
  apiEntityV1alpha1Validator, componentEntityV1alpha1Validator, DefaultNamespaceEntityPolicy, domainEntityV1alpha1Validator, type Entity, EntityPolicies,
  FieldFormatEntityPolicy, groupEntityV1alpha1Validator, locationEntityV1alpha1Validator, NoForeignRootFieldsEntityPolicy, parseEntityRef,
  resourceEntityV1alpha1Validator, SchemaValidEntityPolicy, stringifyEntityRef, systemEntityV1alpha1Validator, userEntityV1alpha1Validator,
} from '@backstage/catalog-model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENTITY_KINDS, type FieldType } from './kinds.ts';
import { parseReference, printReference } from './reference.ts';
import { entityFaults } from './validate.ts';

const POLICY = EntityPolicies.allOf([new SchemaValidEntityPolicy(), new DefaultNamespaceEntityPolicy(), new NoForeignRootFieldsEntityPolicy(), new FieldFormatEntityPolicy()]);
const KINDS = [
  apiEntityV1alpha1Validator, componentEntityV1alpha1Validator, domainEntityV1alpha1Validator, groupEntityV1alpha1Validator,
  locationEntityV1alpha1Validator, resourceEntityV1alpha1Validator, systemEntityV1alpha1Validator, userEntityV1alpha1Validator,
];

/** Backstage's verdict: undefined when it takes the entity, else its first complaint. */
async function oracle(value: unknown): Promise<string | undefined> {
  try {
    const entity = (await POLICY.enforce(structuredClone(value) as Entity)) as Entity;
    for (const kind of KINDS) if (await kind.check(entity)) return undefined;
    return 'no kind recognised it';
  } catch (error) {
    return String(error);
  }
}

const name = fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?$/);
const label = fc.stringMatching(/^[a-z0-9]{1,4}(-[a-z0-9]{1,4})?$/);
const reference = fc.constantFrom('team', 'group:team', 'user:default/ada', 'component:x', 'other/y');
const key = fc.oneof(name, fc.tuple(label, name).map(([prefix, rest]) => `${prefix}.example/${rest}`));

function fieldOf(type: FieldType): fc.Arbitrary<unknown> {
  if (type === 'string') return reference;
  if (type === 'strings') return fc.array(reference, { maxLength: 3 });
  if (type === 'object') return fc.record({ displayName: name, email: name }, { requiredKeys: [] });
  return fc.constantFrom(...type);
}

const entity = fc.constantFrom(...Object.keys(ENTITY_KINDS)).chain((kind) => {
  const definition = ENTITY_KINDS[kind] as (typeof ENTITY_KINDS)[string];
  return fc.record({
    apiVersion: fc.constantFrom('backstage.io/v1alpha1', 'backstage.io/v1beta1'),
    kind: fc.constant(kind),
    metadata: fc.record(
      {
        name, namespace: label, title: name, description: fc.string(), labels: fc.dictionary(key, fc.oneof(name, fc.constant('')), { maxKeys: 3 }),
        annotations: fc.dictionary(key, fc.string(), { maxKeys: 3 }), tags: fc.array(label, { maxLength: 3 }), extra: fc.anything(),
        links: fc.array(fc.record({ url: fc.constantFrom('https://example.com/a', 'mailto:a@b.c'), title: name, icon: name, type: name }, { requiredKeys: ['url'] }), { maxLength: 2 }),
      },
      { requiredKeys: ['name'] },
    ),
    spec: fc.record(Object.fromEntries(Object.entries(definition.fields).map(([field, type]) => [field, fieldOf(type)])), { requiredKeys: [...definition.required] as never[] }),
  });
}).map((value) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>);

/** Values that tend to sit on a boundary of some rule. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    null, '', ' ', 0, true, [], {}, [''], [null], [1], { a: 1 }, { '': 'x' }, { 'a/b/c': 'x' }, { 'A.b/c': 'x' }, { x: null }, 'a'.repeat(63), 'a'.repeat(64), '-a', 'a-', 'a..b', 'A_b', 'ä', 'a b', 'a\n', '\n',
    'default', 'backstage.io/v1alpha1', 'backstage.io/v1', 'v1', 'a/b/c', 'component', 'Component', 'Template', 'c++', 'a:b', 'a#', '--', 'a--b', ['a--b'], ['A'], 'http://', 'not a url', [{ url: 'x:' }], [{ url: 'https://x', title: ' ' }],
    [{ url: 'https://x', type: '' }], [{}], 'required', 'optional', 'Required', { displayName: '' }, { email: 1 }, { displayName: 'x', other: 1 },
  ),
  fc.string({ maxLength: 4 }),
);

function paths(value: unknown, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  return [at, ...Object.entries(value).flatMap(([child, inner]) => paths(inner, [...at, child]))];
}

function put(value: unknown, [head, ...rest]: string[], leaf: { remove: boolean; value: unknown }): unknown {
  if (head === undefined) return leaf.value;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  if (rest.length === 0 && leaf.remove) delete copy[head];
  else copy[head] = put(copy[head], rest, leaf);
  return Array.isArray(copy) ? copy.filter((item) => item !== undefined) : copy;
}

const FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'relations', 'status', 'extra'];
const mutated = fc.tuple(entity, fc.nat(), hostile, fc.constantFrom('replace', 'remove', 'add'), fc.constantFrom(...FIELDS, 'name', 'namespace', 'uid', 'etag', 'labels', 'annotations', 'tags', 'links', 'title', 'owner', 'type', 'children', 'parent', 'profile', 'presence', 'dependsOn', 'memberOf', 'definition'), hostile)
  .map(([base, position, value, action, field]) => {
    const all = paths(base);
    const path = all[position % all.length] ?? [];
    if (action !== 'add') return put(base, path.length === 0 ? [FIELDS[position % 4] as string] : path, { remove: action === 'remove', value });
    const parent = position % 3 === 0 ? [] : [position % 3 === 1 ? 'metadata' : 'spec'];
    return put(base, [...parent, field], { remove: false, value });
  });

async function sameVerdict(value: unknown): Promise<boolean> {
  const complaint = await oracle(value);
  const faults = entityFaults(value);
  if ((complaint === undefined) === (faults.length === 0)) return complaint === undefined;
  throw new Error(`Backstage: ${complaint ?? 'takes it'}; here: ${JSON.stringify(faults)}; entity ${JSON.stringify(value)}`);
}

test('a valid entity is valid here and there', async () => {
  await fc.assert(fc.asyncProperty(entity, async (value) => sameVerdict(value)), { numRuns: 400 });
});

test('a mutated entity gets the same verdict here and there', async () => {
  let taken = 0;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(mutated, async (value) => {
      if (await sameVerdict(value)) taken += 1;
      else refused += 1;
    }),
    { numRuns: 3_000 },
  );
  console.log(`backstage: ${taken} mutated entities taken and ${refused} refused by both`);
  expect(Math.min(taken, refused)).toBeGreaterThan(100);
});

test('twice mutated entities get the same verdict', async () => {
  await fc.assert(fc.asyncProperty(mutated, hostile, fc.nat(), async (value, other, position) => {
    const all = paths(value).filter((path) => path.length > 0);
    await sameVerdict(put(value, all[position % Math.max(1, all.length)] ?? ['kind'], { remove: false, value: other }));
  }), { numRuns: 1_000 });
});

test('references are read as Backstage reads them', () => {
  const text = fc.oneof(fc.array(fc.constantFrom('a', 'B', ':', '/', '-', '.', ' ', 'default', 'component'), { maxLength: 7 }).map((parts) => parts.join('')), fc.string());
  fc.assert(
    fc.property(text, fc.option(fc.constantFrom('Group', 'component'), { nil: undefined }), fc.option(fc.constantFrom('ns', 'Other'), { nil: undefined }), (ref, defaultKind, defaultNamespace) => {
      const ours = parseReference(ref, { ...(defaultKind === undefined ? {} : { kind: defaultKind }), ...(defaultNamespace === undefined ? {} : { namespace: defaultNamespace }) });
      let theirs: ReturnType<typeof parseEntityRef> | undefined;
      try {
        theirs = parseEntityRef(ref, { ...(defaultKind === undefined ? {} : { defaultKind }), ...(defaultNamespace === undefined ? {} : { defaultNamespace }) });
      } catch {
        theirs = undefined;
      }
      expect(ours.ok ? ours.reference : undefined).toEqual(theirs);
      if (ours.ok && theirs !== undefined) expect(printReference(ours.reference)).toBe(stringifyEntityRef(theirs));
    }),
    { numRuns: 2_000 },
  );
});
