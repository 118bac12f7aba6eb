import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TrafficSample } from '../../ports/metrics.ts';
import { testDatabase } from './testing/database.ts';
import type { TestDatabase } from './testing/database.ts';
import { TrafficSamples } from './traffic-samples.ts';

let database: TestDatabase;
let samples: TrafficSamples;

beforeEach(async () => {
  database = await testDatabase();
  samples = new TrafficSamples(database);
});

afterEach(async () => {
  await samples.stop();
  await database.drop();
});

function sample(second: number, revision: string, more: Partial<TrafficSample> = {}): TrafficSample {
  const at = new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
  return { service: 'checkout', environment: 'prod', revision, at, requests: 10, classes: [0, 9, 0, 0, 1], errors: 1, firstByte: [[3, 9], [40, 1]], ...more };
}

test('samples come back as they were stored, oldest first, of one service only', async () => {
  await samples.store([sample(2, 'b'), sample(1, 'b'), sample(1, 'a'), sample(1, 'a', { service: 'cart' }), sample(1, 'a', { environment: 'dev' })]);
  const query = { service: 'checkout', environment: 'prod', since: sample(0, '').at };
  expect(await samples.samples(query)).toEqual([sample(1, 'a'), sample(1, 'b'), sample(2, 'b')]);
  expect(await samples.samples({ ...query, revision: 'b', until: sample(2, '').at })).toEqual([sample(1, 'b')]);
});

test('parts of one second are added up', async () => {
  await samples.store([sample(1, 'a'), sample(1, 'a', { requests: 2, classes: [1, 0, 0, 1, 0], errors: 0, refused: 2, firstByte: [[2, 1], [3, 1]] })]);
  expect(await samples.samples({ service: 'checkout', environment: 'prod', since: sample(0, '').at })).toEqual([
    sample(1, 'a', { requests: 12, classes: [1, 9, 0, 1, 1], errors: 1, refused: 2, firstByte: [[2, 1], [3, 10], [40, 1]] }),
  ]);
});

test('what is older than a day is removed', async () => {
  const now = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();
  await samples.store([sample(1, 'a', { at: '2020-01-01T00:00:00.000Z' }), sample(1, 'a', { at: now })]);
  expect(await samples.prune()).toBe(1);
  expect((await samples.samples({ service: 'checkout', environment: 'prod', since: '2019-01-01T00:00:00Z' })).map(({ at }) => at)).toEqual([now]);
});
