import { expect, test } from 'vitest';
import { PlatformError } from '../domain/error.ts';
import type { Connection } from './connection.ts';
import { listOwn } from './resources.ts';

/** Answers by path; what is not there is forbidden. */
function server(answers: Record<string, unknown>): { connection: Connection; asked: string[] } {
  const asked: string[] = [];
  const call = async (_method: string, path: string): Promise<unknown> => {
    asked.push(path);
    if (Object.hasOwn(answers, path)) return answers[path];
    throw new PlatformError({ code: 'ROADBED-6403', class: 'forbidden', message: `may not read ${path}` });
  };
  return { connection: { context: { apiUrl: 'https://roadbed.test', token: 't' }, call: call as Connection['call'], lines: async () => undefined }, asked };
}
const OWN = '/apis/roadbed.dev/v1alpha1';
const named = (name: string) => ({ items: [{ metadata: { name } }] });

test('a member of two teams sees what both have without naming a team', async () => {
  const { connection } = server({ '/roadbed/v1/session': { subject: 'user:ada', namespaces: ['shop', 'web'] }, [`${OWN}/namespaces/shop/rollouts?fieldSelector=a%3Db`]: named('one'), [`${OWN}/namespaces/web/rollouts?fieldSelector=a%3Db`]: named('two') });
  expect((await listOwn(connection, 'rollouts', undefined, 'a=b')).map((one) => one.metadata.name)).toEqual(['one', 'two']);
});

test('whoever may read all of them is asked for no team, and whoever has none is told what is missing', async () => {
  const all = server({ [`${OWN}/rollouts`]: named('one') });
  await listOwn(all.connection, 'rollouts');
  expect(all.asked).toEqual([`${OWN}/rollouts`]);
  const nobody = server({ '/roadbed/v1/session': { subject: 'user:eve', namespaces: [] } });
  await expect(listOwn(nobody.connection, 'rollouts')).rejects.toMatchObject({ message: `may not read ${OWN}/rollouts` });
  await expect(listOwn(nobody.connection, 'accesstokens')).rejects.toMatchObject({ class: 'forbidden' });
});
