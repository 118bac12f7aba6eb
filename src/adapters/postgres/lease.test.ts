import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLease } from './lease.ts';
import { testDatabase } from './testing/database.ts';
import type { TestDatabase } from './testing/database.ts';

let database: TestDatabase;

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.drop());

test('one replica holds a lease; the next gets it when it is released', async () => {
  const first = await acquireLease('reconcilers', database);
  const other = await acquireLease('another name', database);
  let second: Awaited<typeof first> | undefined;
  const waiting = acquireLease('reconcilers', database).then((lease) => (second = lease));
  expect(await Promise.race([waiting.then(() => 'held'), new Promise((resolve) => setTimeout(resolve, 700, 'waiting'))])).toBe('waiting');
  await first.release();
  await waiting;
  expect([first.held, second?.held, other.held]).toEqual([false, true, true]);
  await second?.release();
  await other.release();
});

test('the holder is told when its connection is gone', async () => {
  const lease = await acquireLease('reconcilers', database);
  const lost = new Promise<string>((resolve) => lease.onLost(() => resolve('lost')));
  await database.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()');
  expect(await lost).toBe('lost');
  expect(lease.held).toBe(false);
});

test('waiting can be given up', async () => {
  const lease = await acquireLease('reconcilers', database);
  const giveUp = new AbortController();
  const waiting = acquireLease('reconcilers', { ...database, signal: giveUp.signal });
  giveUp.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  await lease.release();
});
