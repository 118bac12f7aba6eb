import { expect, test } from 'vitest';
import type { ApiObject } from '../../../domain/object.ts';
import { silentLog } from '../log.ts';
import { serialise } from '../object-store/entry.ts';
import { Session } from '../session.ts';
import { testDatabase } from '../testing/database.ts';
import { keyText } from './request.ts';
import type { GroupOutcome, GroupRequest, PreparedWrite } from './request.ts';
import { WriteQueue } from './write-queue.ts';

function creation(name: string): PreparedWrite {
  const key = { group: 'g', plural: 'p', namespace: 'n', name };
  const object: ApiObject = { apiVersion: 'g/v1', kind: 'K', metadata: { name, uid: name, resourceVersion: '', generation: 1, creationTimestamp: '' }, spec: {} };
  return { action: 'create', key, keyText: keyText(key), expected: null, text: serialise(object) };
}

const request = (...names: string[]): GroupRequest => ({ writes: names.map(creation), events: [] });

test('what is sent at once is committed in groups of at most 128, in order, with a key once a group', async () => {
  const database = await testDatabase();
  const session = new Session({ connection: database.connection, log: silentLog });
  const groups: GroupOutcome[] = [];
  const queue = new WriteQueue(session, 1n, (group) => void groups.push(group), silentLog);
  const names = Array.from({ length: 300 }, (_, index) => `n${index}`);
  const results = await Promise.all([...names.map((name) => queue.submit(request(name))), queue.submit(request('n0', 'twice')), queue.submit(request('twice'))]);
  expect(groups.map((group) => group.changes.length)).toEqual([128, 128, 44, 1]);
  expect(groups.flatMap((group) => group.changes).map((change) => change.write.key.name)).toEqual([...names, 'twice']);
  expect(groups.slice(1).map((group) => group.previousVersion)).toEqual(groups.slice(0, -1).map((group) => group.changes.at(-1)?.version));
  expect(results.slice(-2)).toMatchObject([{ ok: false, reason: 'exists', key: { name: 'n0' } }, { ok: true }]);
  await queue.close();
  await expect(queue.submit(request('late'))).rejects.toMatchObject({ code: 'ROADBED-1012' });
  await session.close();
  await database.drop();
});

test('when the database stays away, everything that waits is told so at once', { timeout: 40_000 }, async () => {
  const session = new Session({ connection: { host: '127.0.0.1', port: 1, user: 'x', password: 'x', database: 'x' }, log: silentLog });
  const queue = new WriteQueue(session, 1n, () => {}, silentLog);
  const results = await Promise.allSettled(Array.from({ length: 500 }, (_, index) => queue.submit(request(`n${index}`))));
  expect(new Set(results.map((result) => (result.status === 'rejected' ? (result.reason as { code: string }).code : 'stored')))).toEqual(new Set(['ROADBED-1011']));
  await queue.close();
  await session.close();
});
