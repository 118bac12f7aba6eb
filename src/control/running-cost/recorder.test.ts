/** The recorder on a real database: what runs becomes days, whatever happens to the one who records. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RunningCosts } from '../../adapters/postgres/running-cost.ts';
import { testDatabase } from '../../adapters/postgres/testing/database.ts';
import type { TestDatabase } from '../../adapters/postgres/testing/database.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import type { RunningCostLine } from '../../domain/running-cost.ts';
import { shippedBook } from '../../engines/cost/testing/infrastructure.ts';
import { revisionId } from '../../engines/release/identity.ts';
import { DEFAULT_RUNNING_COST, runningRates } from '../../engines/running-cost/rates.ts';
import type { ReplicaObservation, RevisionObservation } from '../../ports/runtime.ts';
import { memoryObjects, type MemoryObjects } from '../rollout/testing/memory-objects.ts';
import { makeSpec } from '../rollout/testing/simulated-world.ts';
import { RunningCostLook } from './look.ts';
import { startRunningCost } from './recorder.ts';
import type { RecorderDeps } from './recorder.ts';

const START = Date.UTC(2026, 10, 22, 10, 0, 0);
let database: TestDatabase;
let store: RunningCosts;
let objects: MemoryObjects;
let now: number;
let observed: RevisionObservation[];
let warnings: string[];
let reachable: boolean;

beforeEach(async () => {
  database = await testDatabase();
  store = new RunningCosts(database);
  objects = memoryObjects(() => now);
  [now, observed, warnings, reachable] = [START, [], [], true];
});
afterEach(() => database.drop());

const deps = (): RecorderDeps => ({
  objects,
  runtime: { observe: async () => (reachable ? observed : Promise.reject(new Error('the supervisor cannot be reached'))) },
  clock: { now: () => now, monotonic: () => now },
  rates: runningRates(shippedBook, DEFAULT_RUNNING_COST, ''),
  databaseSizes: async () => new Map([['shop_db', 2 ** 30]]),
  store,
  log: { warn: (fields) => void warnings.push(String(fields['error'])) },
});

const replica = (id: string, more: Partial<ReplicaObservation> = {}): ReplicaObservation => ({ id, index: 0, state: 'ready', ports: {}, pids: [1], restarts: 0, startedAt: new Date(START - 100_000).toISOString(), cpuSeconds: 10, memoryBytes: 2 ** 29, ...more });

async function runs(number: number, resources: unknown, replicas: ReplicaObservation[], phase: 'stable' | 'attempt' = 'stable'): Promise<void> {
  const base = makeSpec('cart', number);
  const workload: ScoreDocument = { apiVersion: 'score.dev/v1b1', metadata: { name: 'cart' }, containers: { web: { image: '.', ...(resources === undefined ? {} : { resources: resources as object }) } } };
  await objects.create({ apiVersion: API_VERSION, kind: 'Release', metadata: { name: `cart-${number}`, namespace: 'shop' }, spec: { ...base, workload } });
  const found = await objects.get('roadbed.dev/Rollout', 'shop', 'cart.prod');
  const rollout = found ?? (await objects.create({ apiVersion: API_VERSION, kind: 'Rollout', metadata: { name: 'cart.prod', namespace: 'shop' }, spec: { service: 'cart', environment: 'prod', release: `cart-${number}`, replicas: replicas.length } }));
  await objects.updateStatus({ ...rollout, status: { ...(rollout.status ?? {}), phase: 'Healthy', [phase]: { release: `cart-${number}`, since: '' } } });
  observed.push({ id: revisionId('cart', 'prod', base.hash), replicas });
}

const days = (): ReturnType<RunningCosts['days']> => store.days({ from: '2026-11-22', until: '2026-11-23', by: ['category'] });
const category = (lines: readonly RunningCostLine[], name: string): RunningCostLine | undefined => lines.find((line) => line.category === name);

/** Until the recorder has done what it does, without a guess how long that takes. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('what runs is seen with its requests, its usage and what is stored for it', async () => {
  await runs(1, { requests: { cpu: '500m', memory: '256Mi' } }, [replica('a'), replica('b', { state: 'failed' })]);
  await objects.create({ apiVersion: API_VERSION, kind: 'ResourceClaim', metadata: { name: 'prod.postgres.1', namespace: 'shop' }, spec: { type: 'postgres', class: 'default', uid: 'x', environment: 'prod', params: {}, workloads: ['cart'] } });
  const claim = await objects.get('roadbed.dev/ResourceClaim', 'shop', 'prod.postgres.1');
  if (claim !== undefined) await objects.updateStatus({ ...claim, status: { phase: 'Bound', outputs: { database: 'shop_db' } } });
  const lines = await new RunningCostLook(deps()).lines();
  expect(category(lines, 'compute')).toMatchObject({ hourly: '0.0158055', parts: [{ basis: 'requested', replicas: 1, what: 'replicas of cart-1' }] });
  expect(category(lines, 'memory')).toMatchObject({ hourly: '0.0021185', parts: [{ basis: 'measured', quantity: '0.5' }] });
  expect(category(lines, 'storage')).toMatchObject({ hourly: '0.00005479452', parts: [{ basis: 'measured', quantity: '1' }] });
  expect(category(lines, 'database')).toMatchObject({ incomplete: true });
});

test('CPU time becomes an average between two looks; a program that asks for nothing costs that', async () => {
  await runs(1, undefined, [replica('a', { restarts: 3 })]);
  const look = new RunningCostLook(deps());
  expect(category(await look.lines(), 'compute')).toMatchObject({ incomplete: true });
  [now, observed[0]!.replicas[0]!.cpuSeconds] = [START + 60_000, 40];
  expect(category(await look.lines(), 'compute')).toMatchObject({ hourly: '0.0158055', parts: [{ basis: 'measured', quantity: '0.5' }] });
});

test('while a release replaces another both cost', async () => {
  await runs(1, { requests: { cpu: '1', memory: '1Gi' } }, [replica('a')]);
  await runs(2, { requests: { cpu: '1', memory: '1Gi' } }, [replica('b')], 'attempt');
  expect(category(await new RunningCostLook(deps()).lines(), 'compute')).toMatchObject({ hourly: '0.063222', parts: [{}, {}] });
});

test('two recorders, a restart and a runtime that cannot be reached count a slot once, and leave a gap and no zero', async () => {
  await runs(1, { requests: { cpu: '1', memory: '1Gi' } }, [replica('a')]);
  const both = [startRunningCost(deps(), 5, 1), startRunningCost(deps(), 5, 1)];
  const slots = async (): Promise<number> => ((await days())[0]?.minutes ?? 0) / 5;
  await until(async () => (await slots()) === 1);
  reachable = false;
  now = START + 5 * 60_000;
  await until(async () => warnings.length > 3);
  [now, reachable] = [START + 10 * 60_000, true];
  await until(async () => (await slots()) === 2);
  await Promise.all(both.map((one) => one.stop()));
  const again = startRunningCost(deps(), 5, 1);
  now = START + 15 * 60_000;
  await until(async () => (await slots()) === 3);
  await again.stop();
  expect(warnings[0]).toContain('the supervisor cannot be reached');
  expect((await days()).find((day) => day.category === 'compute')).toMatchObject({ amount: '0.00790275', minutes: 15, estimated: true });
  expect((await store.recorded({ from: '2026-11-22', until: '2026-11-23' })).gaps).toEqual([{ from: new Date(START + 5 * 60_000).toISOString(), until: new Date(START + 10 * 60_000).toISOString() }]);
  expect((await store.current()).lines).toHaveLength(2);
});
