import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import type { Inventory } from './item.ts';
import { readInventory } from './read-inventory.ts';

/** Undefined where the reader refuses by name; anything else that it throws fails the test. */
function read(text: string): Inventory | undefined {
  try {
    return readInventory(text, 'export.json');
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    expect(error.code).toMatch(/^ROADBED-(8253|8254|8301)$/);
    return undefined;
  }
}

function everyRowCounted({ items, rows, skipped, deleted, repeated }: Inventory): boolean {
  return items.length + skipped + deleted + repeated === rows;
}

const NAMES = ['Arn', 'ARN', 'arn', 'id', 'type', 'name', 'tags', 'Properties', 'ResourceType', 'resourceType', 'resourceId', 'configuration', 'configurationItemStatus', 'assetType', 'asset', 'resource', 'deleted', 'properties', 'sku', 'location', 'region', 'subscriptionId', 'managedBy', 'key', 'value', 'Data', 'data', 'columns', 'rows', '__proto__', 'toString', 'constructor'];
const TEXTS = ['', 'aws:ec2', 'AWS::EC2::Instance', 'microsoft.compute/virtualmachines', 'compute.googleapis.com/Instance', 'arn:aws:ec2:eu-west-1:1:instance/i-1', '/subscriptions/s/resourceGroups/g/providers/p/t/n', '//compute.googleapis.com/projects/p/zones/z/instances/i', '{"a":1}', '[{"key":"a"}]', '{', 'ResourceDeleted'];
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.constantFrom(...TEXTS), fc.constantFrom(null, true, false, 0, 7, 1e21), fc.array(tie('value'), { maxLength: 4 }), fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 6, noNullPrototype: true })),
}));
/** Rows of each export, to be spoilt. */
const BASES = [{}, { resourceType: 'AWS::EC2::Instance', resourceId: 'i-1', awsRegion: 'eu-west-1' }, { Arn: 'arn:aws:ec2:eu-west-1:1:instance/i-1', ResourceType: 'ec2:instance' }, { id: '/subscriptions/s/resourceGroups/g/providers/p/t/n', type: 'p/t' }, { assetType: 'compute.googleapis.com/Instance', name: '//compute.googleapis.com/projects/p/zones/z/instances/i' }, { id: 'x', type: 'thing' }];
const row = fc.tuple(fc.constantFrom(...BASES), fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 4, noNullPrototype: true })).map(([base, more]) => ({ ...base, ...more }));
const rows = fc.array(fc.oneof({ arbitrary: row, weight: 4 }, value), { maxLength: 8 });

describe('law: whatever the file, every row is a thing or counted, and nothing but a named refusal is thrown', () => {
  test('of lists', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('', 'configurationItems', 'Resources', 'data', 'items'), (list, wrapper) => {
        const found = read(JSON.stringify(wrapper === '' ? list : { [wrapper]: list }));
        if (found !== undefined) expect([found.rows, everyRowCounted(found)]).toEqual([list.length, true]);
      }),
      { numRuns: 500 },
    );
  });

  test('of lists of texts that hold rows', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const found = read(JSON.stringify({ Results: list.map((one) => JSON.stringify(one)) }));
        if (found !== undefined) expect([found.rows, everyRowCounted(found)]).toEqual([list.length, true]);
      }),
    );
  });

  test('of one row a line', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 8 }), (list) => {
        const found = read(list.map((one) => JSON.stringify(one)).join('\n'));
        if (found !== undefined) expect(everyRowCounted(found)).toBe(true);
      }),
    );
  });

  test('of tables', () => {
    const cell = fc.constantFrom(...TEXTS, 'plain', '"quoted, with comma"', 'x"y');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 5 }), fc.array(fc.array(cell, { minLength: 1, maxLength: 6 }), { maxLength: 6 }), (header, body) => {
        const found = read([header, ...body].map((cells) => cells.join(',')).join('\n'));
        if (found !== undefined) expect(everyRowCounted(found)).toBe(true);
      }),
    );
  });

  test('of any text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const found = read(text);
        if (found !== undefined) expect(everyRowCounted(found)).toBe(true);
      }),
    );
  });
});

test('rows that are none, say that a thing is gone, or tell of a thing again are counted apart', () => {
  const item = (id: string, status: string): object => ({ resourceType: 'AWS::EC2::Instance', resourceId: id, configurationItemStatus: status });
  expect(readInventory(JSON.stringify([item('i-1', 'OK'), item('i-1', 'OK'), item('i-2', 'ResourceDeleted'), { resourceType: 'AWS::EC2::Instance', awsRegion: 'eu-west-1' }, 7, 'no row']), 'x')).toMatchObject({ items: [{ id: 'i-1' }], rows: 6, skipped: 3, deleted: 1, repeated: 1 });
});

test('a tag whose value is an object with a method\'s name is a text, not a fault', () => {
  const { items } = readInventory('[{"resourceType":"AWS::EC2::Instance","resourceId":"i-1","tags":{"a":{"toString":1},"b":7}}]', 'x');
  expect(items[0]?.tags).toEqual({ a: '{"toString":1}', b: '7' });
});
