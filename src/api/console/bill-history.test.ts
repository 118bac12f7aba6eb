import { expect, test } from 'vitest';
import type { BillView } from '../../control/bill/costs.ts';
import { collectBill } from '../../control/bill/collect.ts';
import type { BillCharge } from '../../domain/bill.ts';
import { DEFAULT_RULES } from '../../engines/bill-allocation/rules.ts';
import { billHistory } from './bill-history.ts';
import type { BillHistory } from './cost-reads.ts';
import type { Readable } from './readable.ts';

const VIEW: BillView = { rules: DEFAULT_RULES };

function charge(row: number, day: string, amount: string, tags: Record<string, string>): BillCharge {
  return {
    row, category: 'Usage', currency: 'USD', starts: `${day}T00:00:00Z`, ends: `${day}T24:00:00Z`, detail: {}, billed: amount, effective: amount, list: amount, contracted: amount,
    subject: { provider: 'AWS', billingAccount: '1', subAccount: '', subAccountName: '', service: 'Amazon EC2', serviceCategory: 'Compute', region: 'eu-west-1', resource: '', resourceName: '', resourceType: '', tags },
    slice: { provider: 'AWS', billingAccount: '1', periodStart: '2026-11-01T00:00:00Z', periodEnd: '2026-12-01T00:00:00Z' },
  };
}

async function historyOf(charges: readonly BillCharge[]): Promise<BillHistory> {
  const bills = await collectBill((async function* () { yield charges; })());
  return billHistory({ bills, view: async () => VIEW, changes: () => async () => [] });
}

const reader = (...namespaces: string[]): Readable => ({ all: false, namespaces, row: () => true });
const EVERYTHING: Readable = { all: true, namespaces: [], row: () => true };
const RANGE = { from: '2026-11-01', until: '2026-11-03' };
const CHARGES = [charge(2, '2026-11-01', '10', { team: 'payments' }), charge(3, '2026-11-01', '4', { team: 'identity' }), charge(4, '2026-11-02', '1.5', {})];

test('who may read everything sees all of the bill, also what belongs to nobody', async () => {
  const days = await (await historyOf(CHARGES)).days(EVERYTHING, RANGE, 'team', {});
  expect(days.map(({ day, key, amount }) => [day, key, amount])).toEqual([['2026-11-01', 'payments', '10'], ['2026-11-01', 'identity', '4'], ['2026-11-02', '(unallocated)', '1.5']]);
});

test('a member of one team sees what was given to it, however it is grouped', async () => {
  const history = await historyOf(CHARGES);
  for (const by of ['team', 'service', 'environment', 'category'] as const) {
    const days = await history.days(reader('payments'), RANGE, by, {});
    expect(days.map(({ amount }) => amount)).toEqual(['10']);
  }
  expect(await history.days(reader('payments'), RANGE, 'team', { team: 'identity' })).toEqual([]);
});

test('a team is asked for by its name, and days outside of the range are not told', async () => {
  const history = await historyOf([...CHARGES, charge(5, '2026-11-03', '100', { team: 'payments' })]);
  expect((await history.days(EVERYTHING, RANGE, 'category', { team: 'payments' })).map(({ key, amount }) => [key, amount])).toEqual([['Amazon EC2', '10']]);
});

test('a sudden rise is told to the team that has it, and to nobody of another', async () => {
  const days = Array.from({ length: 40 }, (_, index) => new Date(Date.parse('2026-10-01') + index * 86_400_000).toISOString().slice(0, 10));
  const history = await historyOf(days.map((day, index) => charge(index + 2, day, index === 36 ? '400' : '20', { team: 'payments' })));
  expect((await history.anomalies(reader('payments'))).anomalies).toMatchObject([{ team: 'payments', kind: 'rise', from: days[36] }]);
  expect((await history.anomalies(reader('identity'))).anomalies).toEqual([]);
});
