import { expect, test } from 'vitest';
import type { Drawing } from '../../../src/api/contract/infrastructure-page.ts';
import type { Overlay } from '../../../src/api/contract/state-page.ts';
import { overlaid, shortAmount } from './overlay.ts';
import { PartIndex } from './part-index.ts';

const part = (id: string, node: boolean, addresses: string[], parent?: string): Drawing['parts'][number] => ({ id, node, label: id, addresses, details: [], badges: [], ...(parent === undefined ? {} : { parent }) });
const drawing = { parts: [part('region', false, []), part('vpc', false, ['aws_vpc.a', 'aws_nat_gateway.n'], 'region'), part('db', true, ['aws_db_instance.d'], 'vpc'), part('web', true, ['aws_instance.web'], 'vpc'), part('queue', true, ['aws_sqs_queue.q'], 'region')], edges: [] } as unknown as Drawing;
const index = new PartIndex(drawing);
const overlay: Overlay = {
  workspace: 'default', serial: 4, pushedAt: '2026-11-22T08:00:00Z',
  drift: [{ address: 'aws_db_instance.d', count: 2, worst: 'medium', sentences: ['one', 'two'] }, { address: 'aws_gone.x', count: 1, worst: 'high', sentences: ['gone'] }],
  waste: [],
  cost: { currency: 'USD', monthly: '1250.50', priced: [{ address: 'aws_db_instance.d', monthly: '1000.00' }, { address: 'aws_instance.web[0]', monthly: '100.25' }, { address: 'aws_instance.web[1]', monthly: '100.25' }, { address: 'aws_nat_gateway.n', monthly: '32.85' }, { address: 'aws_kms_key.k', monthly: '17.15' }], unknown: 1 },
};

test('a group costs what is drawn within it and what is folded into it, instances are summed, the rest is counted', () => {
  const { marks, undrawn, sentence } = overlaid(drawing, index, overlay, 'cost');
  expect([...marks].map(([id, { words }]) => [id, words])).toEqual([['region', '1233.35 USD a month'], ['vpc', '1233.35 USD a month'], ['db', '1000.00 USD a month'], ['web', '200.50 USD a month']]);
  expect(undrawn).toBe(1);
  expect(sentence).toBe('The state costs $1,251 a month without usage; the price of 1 resource is unknown; 1 resource with a price is not in this picture.');
});

test('drift is counted on parts and around them, with the worst, and what is not drawn is named', () => {
  const { marks, sentence } = overlaid(drawing, index, overlay, 'drift');
  expect([...marks].map(([id, { text, tone }]) => [id, text, tone])).toEqual([['region', '≠ 2', 'warn'], ['vpc', '≠ 2', 'warn'], ['db', '≠ 2', 'warn']]);
  expect(sentence).toBe('3 differences between the code and serial 4 of the state; 1 of them is about what this picture does not draw: aws_gone.x.');
});

test('nothing found is said, and a cost that is not known yet is no zero', () => {
  expect(overlaid(drawing, index, overlay, 'waste')).toMatchObject({ undrawn: 0, sentence: 'Nothing unused or wasteful is known.' });
  const { cost: _, ...without } = overlay;
  expect(overlaid(drawing, index, without, 'cost')).toMatchObject({ sentence: 'What the state costs is not known yet: it is being analysed.' });
});

test('amounts are short', () => {
  expect([0.5, 99.999, 412.4, 9_949, 12_345].map((amount) => shortAmount(amount, 'USD'))).toEqual(['$0.50', '$100.00', '$412', '$9,949', '$12.3k']);
  expect(shortAmount(5, 'CHF')).toBe('5.00 CHF');
});
