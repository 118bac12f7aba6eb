import { expect, test } from 'vitest';
import type { Diagram, DiagramNode } from './diagram.ts';
import { sharedBeginning, withShortNames } from './short-names.ts';

const names = ['shop-production-orders', 'shop-production-cache', 'shop-production-media', 'shop-production-mail', 'shop-production-jobs', 'shop.example.com', 'shop-production'];

const node = (label: string): DiagramNode => ({ id: label, label, glyph: 'queue', provider: 'aws', badges: [], addresses: [label], details: [], stacked: false, tier: 3 });
const diagram = (labels: readonly string[]): Diagram => ({ id: 'd', title: 't', description: '', level: 'resource', view: 'network', groups: [], nodes: labels.map(node), edges: [], notes: [], coverage: { resources: 0, drawn: 0, folded: 0, hidden: 0, generic: 0 } });

test('what most names begin with is found, up to a separator, and never a whole name', () => {
  expect(sharedBeginning(names)).toBe('shop-production-');
  expect(sharedBeginning(['orders', 'order-items', 'orderly', 'ordering', 'ordered'])).toBeUndefined();
  expect(sharedBeginning(names.slice(0, 3))).toBeUndefined();
});

test('names are shown without it, whole in the details, and a note says so', () => {
  const [short] = withShortNames([diagram(names)]);
  expect(short?.nodes.map((one) => one.label)).toEqual(['orders', 'cache', 'media', 'mail', 'jobs', 'shop.example.com', 'shop-production']);
  expect(short?.nodes[0]?.details).toEqual([{ name: 'name', value: 'shop-production-orders' }]);
  expect(short?.notes).toEqual(['Names are shown without "shop-production-" at their beginning.']);
});

test('where names differ nothing is changed', () => {
  const given = diagram(['orders', 'cache', 'media', 'mail', 'jobs']);
  expect(withShortNames([given])).toEqual([given]);
});
