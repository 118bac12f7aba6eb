import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal, sumOf } from '../../../domain/money.ts';
import type { RunningCostLine } from '../../../domain/running-cost.ts';
import type { DailyCost, RunningCostQuery } from '../../../ports/running-cost.ts';
import { costPageSchema, costQuerySchema } from '../../contract/cost-page.ts';
import type { CostQuery } from '../../contract/cost-page.ts';
import type { CostReads, DailyAmount } from '../cost-reads.ts';
import type { Readable } from '../readable.ts';
import { costPage } from './cost.ts';

const NOW = Date.parse('2026-11-22T09:00:00Z');
const EVERYTHING: Readable = { all: true, namespaces: [], row: () => true };

interface World {
  rows?: readonly DailyCost[];
  bills?: readonly DailyAmount[];
  lines?: readonly RunningCostLine[];
  requests?: readonly { day: string; service: string; environment: string; requests: number }[];
  asked?: RunningCostQuery[];
}

function readsOf(world: World): CostReads {
  return {
    running: {
      days: async (query) => {
        world.asked?.push(query);
        return [...(world.rows ?? [])];
      },
      current: async () => ({ lines: [...(world.lines ?? [])] }),
      requests: async () => [...(world.requests ?? [])],
      recorded: async () => ((world.rows ?? []).length === 0 ? { gaps: [] } : { since: '2026-10-01T00:00:00Z', gaps: [] }),
    },
    bills: { coverage: async () => ((world.bills ?? []).length === 0 ? {} : { since: '2026-10-01', until: '2026-11-20' }), days: async () => [...(world.bills ?? [])], anomalies: async () => ({ judged: 0, noData: 0, anomalies: [] }) },
    findings: { list: async () => [], totals: async () => ({ count: 0, byArea: {}, bySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 0 }, byState: { open: 0, accepted: 0, resolved: 0 }, savings: [], unpriced: 0 }) },
  };
}

function row(day: string, service: string, amount: string | undefined, more: Partial<DailyCost> = {}): DailyCost {
  return { day, namespace: 'payments', service, environment: 'prod', currency: 'USD', ...(amount === undefined ? {} : { amount }), minutes: 1_440, incompleteMinutes: 0, estimated: true, ...more };
}

const query = (more: Partial<CostQuery> = {}): CostQuery => ({ ...costQuerySchema.parse({}), ...more });

test('groups, layers and the month are the same money, to the last digit', async () => {
  const amount = fc.integer({ min: 0, max: 10 ** 9 }).map((units) => decimal(units).dividedBy(decimal(10 ** 7), 7).toString());
  const rows = fc.array(fc.record({ day: fc.integer({ min: 0, max: 51 }), service: fc.integer({ min: 0, max: 14 }), amount }), { maxLength: 120 });
  await fc.assert(
    fc.asyncProperty(rows, async (spent) => {
      const world = { rows: spent.map((one) => row(new Date(Date.parse('2026-10-02') + one.day * 86_400_000).toISOString().slice(0, 10), `service-${one.service}`, one.amount)) };
      const page = costPageSchema.parse(await costPage(readsOf(world), EVERYTHING, query(), NOW));
      const within = sumOf(world.rows.filter(({ day }) => day >= '2026-10-24').map((one) => decimal(one.amount ?? 0))).toString();
      expect(sumOf(page.groups.map((group) => decimal(group.total ?? 0))).toString()).toBe(within);
      expect(sumOf(page.layers.flatMap((layer) => layer.amounts.map((one) => decimal(one ?? 0)))).toString()).toBe(within);
      expect(page.layers.length).toBeLessThanOrEqual(8);
      expect(sumOf(page.groups.map((group) => decimal(group.soFar ?? 0))).toString()).toBe(page.month.soFar ?? '0');
    }),
    { numRuns: 60 },
  );
});

test('a day without an amount is a hole and not a day at 0', async () => {
  const page = await costPage(readsOf({ rows: [row('2026-11-20', 'checkout', '3'), row('2026-11-21', 'checkout', undefined)] }), EVERYTHING, query({ days: 7 }), NOW);
  expect(page.layers[0]?.amounts.slice(-3)).toEqual(['3', null, null]);
  expect(page.groups[0]).toMatchObject({ total: '3', incomplete: true });
});

/** Every day of some weeks before `until`. */
function steady(until: string, length: number): string[] {
  return Array.from({ length }, (_, index) => new Date(Date.parse(until) - (index + 1) * 86_400_000).toISOString().slice(0, 10));
}

test('what the month will come to is what is over and the forecast of the rest, today among the rest', async () => {
  const rows = [...steady('2026-11-22', 40).map((day) => row(day, 'checkout', '2')), row('2026-11-22', 'checkout', '0.5', { minutes: 500 })];
  const page = await costPage(readsOf({ rows }), EVERYTHING, query(), NOW);
  expect(page.month).toMatchObject({ month: '2026-11', soFar: '42.5' });
  expect(Number(page.month.expected?.value)).toBeCloseTo(60, 3);
});

test('a bill that is two days late is forecast from its last day, which may be there in part, and compared with as many days before', async () => {
  const bills = steady('2026-11-21', 60).map((day): DailyAmount => ({ day, key: 'payments', label: 'payments', currency: 'USD', amount: '10', minutes: 1_440, estimated: false, incomplete: false }));
  const page = await costPage(readsOf({ bills }), EVERYTHING, query({ source: 'bill', by: 'team' }), NOW);
  expect(page.forecast.state === 'ready' ? page.forecast.days[0]?.day : page.forecast.reason).toBe('2026-11-20');
  expect(Number(page.month.expected?.value)).toBeCloseTo(300, 2);
  expect(page.groups[0]).toMatchObject({ soFar: '200', before: '200' });
});

test('a platform that runs since three days has no forecast, and says why', async () => {
  const page = await costPage(readsOf({ rows: steady('2026-11-22', 3).map((day) => row(day, 'checkout', '2')) }), EVERYTHING, query(), NOW);
  expect(page.month.expected).toBeUndefined();
  expect(page.forecast).toMatchObject({ state: 'noData', reason: expect.stringMatching(/3|21/) });
});

test('a month of which only the end was recorded is not compared with', async () => {
  const rows = [row('2026-10-20', 'checkout', '5'), row('2026-11-20', 'checkout', '3')];
  const since = async (from: string) => {
    const reads = readsOf({ rows });
    return costPage({ ...reads, running: { ...reads.running, recorded: async () => ({ since: from, gaps: [] }) } }, EVERYTHING, query(), NOW);
  };
  expect((await since('2026-10-01T00:00:00Z')).month.previous).toBe('5');
  expect((await since('2026-10-20T00:00:00Z')).month.previous).toBeUndefined();
});

test('currencies are never added: one is shown, the others are named', async () => {
  const page = await costPage(readsOf({ rows: [row('2026-11-20', 'checkout', '3'), row('2026-11-20', 'orders', '9', { currency: 'EUR' })] }), EVERYTHING, query(), NOW);
  expect(page).toMatchObject({ currency: 'EUR', currencies: ['EUR', 'USD'], groups: [{ label: 'orders', total: '9' }] });
});

test('cost is put against the requests that it served, and a service without any has no price for a thousand', async () => {
  const rows = [row('2026-11-20', 'checkout', '3'), row('2026-11-20', 'orders', '1')];
  const page = await costPage(readsOf({ rows, requests: [{ day: '2026-11-20', service: 'checkout', environment: 'prod', requests: 60_000 }, { day: '2026-11-20', service: 'of-others', environment: 'prod', requests: 5 }] }), EVERYTHING, query(), NOW);
  expect(page.groups.map(({ label, requests, perThousand }) => [label, requests, perThousand])).toEqual([['checkout', 60_000, '0.05'], ['orders', undefined, undefined]]);
});

test('a reader of one team asks for that team only', async () => {
  const asked: RunningCostQuery[] = [];
  await costPage(readsOf({ asked }), { all: false, namespaces: ['payments'], row: () => true }, query({ team: 'identity' }), NOW);
  await costPage(readsOf({ asked }), { all: false, namespaces: ['payments'], row: () => true }, query(), NOW);
  expect(asked.map((one) => one.namespaces)).toEqual([[], ['payments']]);
});

test('where nothing was recorded it says why and what to do', async () => {
  const page = await costPage(readsOf({}), EVERYTHING, query(), NOW);
  expect(page.sources.every((source) => source.none !== undefined)).toBe(true);
  expect(page.forecast.state).toBe('noData');
});
