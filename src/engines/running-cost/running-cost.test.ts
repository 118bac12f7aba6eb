import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScoreContainer, ScoreDocument } from '../../domain/kinds/workload.ts';
import { Decimal, decimal, sumOf } from '../../domain/money.ts';
import { NO_SERVICE } from '../../domain/running-cost.ts';
import type { RunningCostLine } from '../../domain/running-cost.ts';
import { shipped, shippedBook } from '../cost/testing/infrastructure.ts';
import { PriceBook } from '../price-book/price-book.ts';
import { DEFAULT_RUNNING_COST, runningCostSettings, runningRates } from './rates.ts';
import { runningCost } from './running-cost.ts';
import type { ReplicaUsage, RunningClaim, RunningRevision } from './running-cost.ts';
import { unitCost } from './unit-cost.ts';

const rates = runningRates(shippedBook, DEFAULT_RUNNING_COST, 'running-cost.json');
const score = (...resources: ScoreContainer['resources'][]): ScoreDocument => ({ apiVersion: 'score.dev/v1b1', metadata: { name: 'cart' }, containers: Object.fromEntries(resources.map((one, index) => [`c${index}`, { image: '.', ...(one === undefined ? {} : { resources: one }) }])) });
const revision = (workload: ScoreDocument, replicas: ReplicaUsage[] = [{}], more: Partial<RunningRevision> = {}): RunningRevision => ({ namespace: 'shop', service: 'cart', environment: 'prod', release: 'cart-1', workload, replicas, ...more });
const claim = (more: Partial<RunningClaim> = {}): RunningClaim => ({ namespace: 'shop', environment: 'prod', name: 'prod.postgres.1', type: 'postgres', params: {}, workloads: ['cart'], ...more });
const line = (lines: readonly RunningCostLine[], category: string): RunningCostLine | undefined => lines.find((one) => one.category === category);
const asks = (cpu: string, memory: string): ScoreContainer['resources'] => ({ requests: { cpu, memory } });

describe('replicas', () => {
  test('cost what their containers ask for, at the default rates, marked as estimated', () => {
    const lines = runningCost([revision(score(asks('250m', '512Mi'), asks('250m', '512Mi')), [{}, {}])], [], rates);
    expect(line(lines, 'compute')).toMatchObject({ namespace: 'shop', service: 'cart', environment: 'prod', currency: 'USD', hourly: '0.031611', incomplete: false, estimated: true, parts: [{ what: 'replicas of cart-1', replicas: 2, basis: 'requested', quantity: '0.5', unit: 'vCPU', rate: { method: 'estimated', confidence: 'low', asOf: '2019-01-01' } }] });
    expect(line(lines, 'memory')?.hourly).toBe('0.008474');
  });

  test('cost their limits where they ask for nothing else', () => {
    expect(line(runningCost([revision(score({ limits: { cpu: '2', memory: '1G' } }))], [], rates), 'compute')).toMatchObject({ hourly: '0.063222', parts: [{ basis: 'limit' }] });
  });

  test('cost what they use where that is more, replica by replica', () => {
    expect(line(runningCost([revision(score(asks('1', '1Gi')), [{ cores: 3 }, { cores: 0.1 }, {}])], [], rates), 'compute')).toMatchObject({ hourly: '0.158055', parts: [{ basis: 'measured', quantity: '1.666667' }] });
    expect(line(runningCost([revision(score(asks('1', '1Gi')), [{ cores: 0.1 }])], [], rates), 'compute')?.parts[0]?.basis).toBe('requested');
  });

  test('that ask for nothing cost what was measured; what was not measured is unknown and never nothing', () => {
    expect(line(runningCost([revision(score(undefined), [{ memoryBytes: 2 ** 30 }])], [], rates), 'memory')).toMatchObject({ hourly: '0.004237', incomplete: false, parts: [{ basis: 'measured' }] });
    const unknown = line(runningCost([revision(score(undefined), [{ cores: 1 }, {}])], [], rates), 'compute');
    expect(unknown).toMatchObject({ incomplete: true, parts: [{ unknown: expect.stringContaining('c0 asks for no CPU') as string }] });
    expect(unknown?.hourly).toBeUndefined();
  });

  test('of two releases on the way are both counted; none that runs is no line', () => {
    expect(line(runningCost([revision(score(asks('1', '1Gi'))), revision(score(asks('1', '1Gi')), [{}], { release: 'cart-2' })], [], rates), 'compute')).toMatchObject({ hourly: '0.063222', parts: [{ what: 'replicas of cart-1' }, { what: 'replicas of cart-2' }] });
    expect(runningCost([revision(score(asks('1', '1Gi')), [])], [], rates)).toEqual([]);
  });
});

describe('claims', () => {
  test('a database has its storage, and is unknown by itself as long as no rate is given', () => {
    const lines = runningCost([], [claim({ storedBytes: 2 ** 30 })], rates);
    expect(line(lines, 'storage')).toMatchObject({ hourly: '0.00005479452', parts: [{ basis: 'measured', quantity: '1' }] });
    expect(line(lines, 'database')).toMatchObject({ incomplete: true, parts: [{ unknown: 'no rate of a database is given' }] });
    const header = 'provider,service_or_type,region,dimension,unit,usd,as_of,source,method,confidence';
    const own = runningRates(new PriceBook(shipped, [{ name: 'own.csv', text: `${header}\ngeneric,default-rate,any,Database,hour,0.02,2026-11-01,us,listed,high\ngeneric,default-rate,any,CPU,vCPU-hour,0.01,2026-11-01,us,listed,high\n` }]), DEFAULT_RUNNING_COST, 'f');
    expect(line(runningCost([], [claim()], own), 'database')).toMatchObject({ hourly: '0.02', estimated: false });
    expect(line(runningCost([revision(score(asks('1', '1Gi')))], [], own), 'compute')).toMatchObject({ hourly: '0.01', estimated: false });
  });

  test('a volume has the size that is declared, or what it holds where that is more', () => {
    const basis = (more: Partial<RunningClaim>): unknown => line(runningCost([], [claim({ type: 'volume', ...more })], rates), 'storage')?.parts[0];
    expect([basis({ params: { size: '10Gi' } }), basis({ params: { size: '1Gi' }, storedBytes: 2 ** 31 }), basis({})]).toMatchObject([{ basis: 'declared', quantity: '10' }, { basis: 'measured', quantity: '2' }, { unknown: expect.stringContaining('params.size') as string }]);
  });

  test('what services share is divided evenly and stays the whole; what nobody uses stands by itself', () => {
    const three = runningCost([], [claim({ type: 'volume', params: { size: '10Gi' }, workloads: ['a', 'b', 'c'] })], rates);
    expect(sumOf(three.map((one) => decimal(one.hourly ?? '0'))).toString()).toBe('0.0005479452');
    expect(three.map((one) => [one.service, one.parts[0]?.share])).toEqual([['a', '0.3333'], ['b', '0.3333'], ['c', '0.3333']]);
    expect(runningCost([], [claim({ type: 'volume', params: { size: '10Gi' }, workloads: [] })], rates)[0]?.service).toBe(NO_SERVICE);
    expect(runningCost([], [claim({ type: 'route' })], rates)).toEqual([]);
  });
});

describe('settings', () => {
  test('rates and currency are read, faults are told', () => {
    const settings = runningCostSettings('{"rates": "m5.large:us-east-1", "currency": "EUR:0.5@2026-11-20"}', 'f.json');
    const read = runningRates(shippedBook, settings, 'f.json');
    expect([read.currency, 'amount' in read.cpu && Number(read.cpu.amount)]).toEqual(['EUR', expect.closeTo(0.0156, 3)]);
    for (const text of ['', '[]', '{"rate": "x"}', '{"rates": 1}', '{"currency": "EUR"}']) expect(() => runningCostSettings(text, 'f.json')).toThrow('f.json says no rates of running cost');
    expect(() => runningRates(shippedBook, { ...settings, rates: 'nothing' }, 'f.json')).toThrow('f.json says no rates');
  });
});

test('a line is the sum of its parts, and never less than nothing', () => {
  const usage = fc.record({ cores: fc.option(fc.double({ min: 0, max: 8, noNaN: true }), { nil: undefined }), memoryBytes: fc.option(fc.nat({ max: 2 ** 31 - 1 }), { nil: undefined }) });
  const container = fc.option(fc.record({ requests: fc.record({ cpu: fc.constantFrom('100m', '2', 'x'), memory: fc.constantFrom('64Mi', '1.5G') }) }), { nil: undefined });
  fc.assert(fc.property(fc.array(fc.tuple(fc.array(container, { minLength: 1, maxLength: 3 }), fc.array(usage, { maxLength: 4 }), fc.constantFrom('a', 'b')), { maxLength: 6 }), fc.array(fc.record({ storedBytes: fc.nat(), workloads: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')) }), { maxLength: 4 }), (revisions, claims) => {
    const lines = runningCost(
      revisions.map(([containers, replicas, service], index) => revision(score(...containers), replicas.map(({ cores, memoryBytes }) => ({ ...(cores === undefined ? {} : { cores }), ...(memoryBytes === undefined ? {} : { memoryBytes }) })), { service, release: `r${index}` })),
      claims.map((one, index) => claim({ ...one, type: 'volume', name: `v${index}` })),
      rates,
    );
    return lines.every((one) => {
      const parts = one.parts.flatMap(({ hourly }) => (hourly === undefined ? [] : [decimal(hourly)]));
      const whole = one.hourly === undefined ? undefined : decimal(one.hourly);
      return one.parts.every((part) => (part.hourly === undefined) !== (part.unknown === undefined)) && (whole === undefined ? parts.length === 0 : whole.compare(sumOf(parts)) === 0 && !whole.isNegative);
    }) && new Set(lines.map(({ namespace, service, environment, category }) => [namespace, service, environment, category].join())).size === lines.length;
  }));
});

test('a thousand requests cost their part; without traffic there is no such number', () => {
  expect(unitCost('1.5', 3000)).toEqual({ perThousandRequests: '0.5', atLeast: false });
  expect(unitCost('1', 3, true)).toEqual({ perThousandRequests: '333.3333333333', atLeast: true });
  for (const requests of [0, undefined, Number.NaN, -1]) expect(unitCost('1', requests).unknown).toBe('no requests were served');
  expect(unitCost(undefined, 5)).toEqual({ unknown: 'the cost is not known', atLeast: false });
  expect(Decimal.parse(unitCost('0', 5).perThousandRequests ?? '')?.isZero).toBe(true);
});
