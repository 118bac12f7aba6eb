import { expect, test } from 'vitest';
import { testDatabase } from './testing/database.ts';

test('the loss of a connection fails its query and nothing else, whether it is idle, busy or checked out', async () => {
  const database = await testDatabase();
  const held = await database.pool.connect();
  const busy = database.pool.query('select pg_sleep(30)').catch((error: unknown) => error);
  await expect.poll(async () => (await database.pool.query<{ busy: string }>("select count(*) as busy from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid() and datname = current_database()")).rows[0]?.busy).toBe('1');
  const outside = await database.reopen();
  await outside.pool.query('select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()');
  expect(await busy).toMatchObject({ code: '57P01' });
  await expect(held.query('select 1')).rejects.toThrow();
  held.release(true);
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  await outside.close();
  await database.drop();
});
