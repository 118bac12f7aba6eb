import { expect, test } from 'vitest';
import type { DrawnPart } from '../../../src/api/contract/infrastructure-page.ts';
import { PartIndex } from './part-index.ts';

const part = (id: string, parent?: string, node = true): DrawnPart => ({ id, node, label: id, addresses: [`aws_thing.${id}`], details: [], badges: [], ...(parent === undefined ? {} : { parent }) });
const index = new PartIndex({
  parts: [part('net', undefined, false), part('subnet', 'net', false), part('app', 'subnet'), part('db', 'subnet'), part('queue')],
  edges: [{ from: 'app', to: 'db', kind: 'traffic' }, { from: 'queue', to: 'app', kind: 'event', label: 'orders' }],
});

test('a group is connected by what leads out of it, and not by what stays within', () => {
  expect(index.connections('net').map(({ other, outward }) => [other, outward])).toEqual([['queue', false]]);
  expect(index.connections('app').map(({ other, outward }) => [other, outward])).toEqual([['db', true], ['queue', false]]);
});

test('a part is hidden by the innermost folded group around it', () => {
  expect(index.hiddenBy('db', new Set(['net', 'subnet']))).toBe('subnet');
  expect(index.hiddenBy('subnet', new Set(['subnet']))).toBeUndefined();
  expect(index.nodesIn('net')).toBe(2);
});

test('words are looked for in labels and addresses; a circle of parents ends', () => {
  expect(index.find(' THING.DB ').map(({ id }) => id)).toEqual(['db']);
  expect(index.find('  ')).toEqual([]);
  const circle = new PartIndex({ parts: [part('a', 'b'), part('b', 'a')], edges: [] });
  expect(circle.around('a').length).toBeLessThanOrEqual(100);
});
