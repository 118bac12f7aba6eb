import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunningCostLine } from '../../domain/running-cost.ts';
import { RunningCosts } from './running-cost.ts';
import { testDatabase } from './testing/database.ts';
import type { TestDatabase } from './testing/database.ts';
import { TrafficSamples } from './traffic-samples.ts';

let database: TestDatabase;
let costs: RunningCosts;

beforeEach(async () => {
  database = await testDatabase();
  costs = new RunningCosts(database);
});
afterEach(() => database.drop());

const line = (more: Partial<RunningCostLine> = {}): RunningCostLine => ({ namespace: 'shop', service: 'cart', environment: 'prod', category: 'compute', currency: 'USD', hourly: '0.031611', incomplete: false, estimated: true, parts: [{ what: 'cart-1', replicas: 1, unit: 'vCPU', hourly: '0.031611' }], ...more });
const unpriced = (more: Partial<RunningCostLine> = {}): RunningCostLine => {
  const { hourly: _, ...rest } = line({ incomplete: true, ...more });
  return rest;
};
const at = (minute: number, hour = 10, day = 1): string => new Date(Date.UTC(2026, 10, day, hour, minute)).toISOString();
const range = { from: '2026-11-01', until: '2026-11-03' };

test('a slot is added once, however often and by whomever it is recorded', async () => {
  const other = await database.reopen();
  try {
    const replica = new RunningCosts(other);
    const answers = await Promise.all([costs.record(at(0), [line()]), replica.record(at(1), [line()]), costs.record(at(2), [line()]), replica.record(at(3), [line()])]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await replica.record(at(4), [line()])).toBe(false);
  } finally {
    await other.close();
  }
  expect(await costs.days({ ...range, by: ['service'] })).toEqual([{ day: '2026-11-01', service: 'cart', currency: 'USD', amount: '0.00263425', minutes: 5, incompleteMinutes: 0, estimated: true }]);
});

test('an hour of slots is the hourly rate, exactly', async () => {
  for (let minute = 0; minute < 60; minute += 5) await costs.record(at(minute), [line(), line({ category: 'memory', hourly: '0.000001' })]);
  expect((await costs.days({ ...range, by: ['category'] })).map(({ category, amount, minutes }) => [category, amount, minutes])).toEqual([['compute', '0.031611', 60], ['memory', '0.000001', 60]]);
  expect((await costs.days({ ...range, by: [] })).map(({ amount }) => amount)).toEqual(['0.031612']);
});

test('what was killed before it was committed is not there, and is recorded by the next', async () => {
  const broken = new RunningCosts({ ...database, pool: brokenAfter(database, 2) });
  await expect(broken.record(at(0), [line()])).rejects.toThrow();
  expect(await costs.days({ ...range, by: [] })).toEqual([]);
  expect(await costs.record(at(1), [line()])).toBe(true);
});

/** A pool whose clients lose their connection at a statement: the middle of a transaction. */
function brokenAfter({ pool }: TestDatabase, statements: number): TestDatabase['pool'] {
  const connect = async (): Promise<unknown> => {
    const client = await pool.connect();
    let left = statements;
    return { query: (...words: unknown[]) => (left-- > 0 ? (client.query as (...all: unknown[]) => unknown)(...words) : Promise.reject(new Error('killed'))), release: () => client.release(true) };
  };
  return new Proxy(pool, { get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name) as unknown) });
}

test('an unknown amount is none: the day has what is known, and for how long a part was not', async () => {
  await costs.record(at(0), [unpriced({ category: 'database' }), line({ incomplete: true })]);
  await costs.record(at(5), [unpriced({ category: 'database' }), line()]);
  const days = await costs.days({ ...range, by: ['category'] });
  expect(days).toEqual([
    { day: '2026-11-01', category: 'compute', currency: 'USD', amount: '0.0052685', minutes: 10, incompleteMinutes: 5, estimated: true },
    { day: '2026-11-01', category: 'database', currency: 'USD', minutes: 10, incompleteMinutes: 10, estimated: true },
  ]);
  await costs.record(at(10), [line({ category: 'database', hourly: '12' })]);
  expect((await costs.days({ ...range, by: ['category'] })).map(({ amount }) => amount)).toEqual(['0.0052685', '1']);
});

test('days are asked by team, service, environment, in UTC', async () => {
  await costs.record(at(55, 23), [line(), line({ namespace: 'pay', environment: 'dev', service: 'card', hourly: '12' })]);
  await costs.record(at(0, 0, 2), [line({ hourly: '24' })]);
  expect((await costs.days({ ...range, by: ['namespace', 'environment'] })).map(({ day, namespace, environment, amount }) => [day, namespace, environment, amount])).toEqual([['2026-11-01', 'pay', 'dev', '1'], ['2026-11-01', 'shop', 'prod', '0.00263425'], ['2026-11-02', 'shop', 'prod', '2']]);
  expect((await costs.days({ from: '2026-11-02', until: '2026-11-03', by: ['service'], namespaces: ['shop'] })).map(({ amount }) => amount)).toEqual(['2']);
  expect(await costs.days({ ...range, by: [], namespaces: [] })).toEqual([]);
  expect((await costs.days({ ...range, by: [], service: 'card', environment: 'dev' })).map(({ amount }) => amount)).toEqual(['1']);
});

test('two currencies are two rows and never one sum', async () => {
  await costs.record(at(0), [line({ hourly: '12' }), line({ hourly: '12', currency: 'EUR' })]);
  expect((await costs.days({ ...range, by: [] })).map(({ currency, amount }) => `${amount} ${currency}`)).toEqual(['1 EUR', '1 USD']);
});

test('what nobody recorded is a gap', async () => {
  for (const minute of [0, 5, 20, 25, 55]) await costs.record(at(minute), [line()]);
  expect(await costs.recorded(range)).toEqual({ since: at(0), until: at(0, 11), gaps: [{ from: at(10), until: at(20) }, { from: at(30), until: at(55) }] });
  await costs.record(at(0, 9, 3), [line()]);
  expect((await costs.recorded({ from: '2026-11-02', until: '2026-11-03' })).gaps).toEqual([{ from: at(0, 11), until: at(0, 9, 3) }]);
});

test('what was seen last stands with its evidence; older looks change nothing, a clock that was put back does', async () => {
  expect(await costs.current()).toEqual({ lines: [] });
  await costs.record(at(10), [line(), line({ namespace: 'pay' })]);
  await costs.record(at(12), [line({ hourly: '7' })]);
  expect(await costs.current()).toEqual({ at: at(12), lines: [line({ hourly: '7' })] });
  await costs.record(at(3), [line({ hourly: '8' })]);
  expect((await costs.current(['shop'])).lines[0]?.hourly).toBe('7');
  expect(await costs.current(['pay'])).toEqual({ at: at(12), lines: [] });
  await costs.record(at(0, 2), [line({ hourly: '9' })]);
  expect((await costs.current()).lines[0]?.hourly).toBe('9');
});

test('requests are counted once from the samples, ten minutes after', async () => {
  const samples = new TrafficSamples(database);
  const sample = (minute: number, requests: number, refused = 0): Parameters<TrafficSamples['store']>[0][number] => ({ service: 'cart', environment: 'prod', revision: 'r', at: at(minute), requests, classes: [0, requests, 0, 0, 0], errors: 0, ...(refused === 0 ? {} : { refused }), firstByte: [] });
  try {
    await samples.store([sample(0, 100), sample(1, 50, 5), sample(20, 7)]);
    await costs.record(at(16), []);
    await costs.record(at(21), []);
    expect(await costs.requests(range)).toEqual([{ day: '2026-11-01', service: 'cart', environment: 'prod', requests: 145 }]);
    await costs.record(at(59), []);
    expect((await costs.requests({ ...range, service: 'cart' })).map(({ requests }) => requests)).toEqual([152]);
  } finally {
    await samples.stop();
  }
});

test('what is older than 25 months is removed', async () => {
  await costs.record('2023-01-01T00:00:00.000Z', [line()]);
  await costs.record(at(0), [line()]);
  expect((await costs.days({ from: '2020-01-01', until: '2030-01-01', by: [] })).map(({ day }) => day)).toEqual(['2026-11-01']);
  expect((await costs.recorded({ from: '2020-01-01', until: '2030-01-01' })).gaps).toEqual([]);
});
