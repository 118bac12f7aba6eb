import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from './connect.ts';
import { openIdentities } from './identities.ts';
import type { PostgresIdentities } from './identities.ts';
import { hashMatches, hashOf } from './identity/token.ts';
import { testDatabase } from './testing/database.ts';
import type { TestDatabase } from './testing/database.ts';

describe('tokens', () => {
  let database: TestDatabase;
  let identities: PostgresIdentities;
  const others: { identities: PostgresIdentities; database: Database }[] = [];

  async function replica(): Promise<PostgresIdentities> {
    const theirs = await database.reopen();
    const other = { identities: await openIdentities(theirs), database: theirs };
    others.push(other);
    return other.identities;
  }

  async function end(other: { identities: PostgresIdentities; database: Database } | undefined): Promise<void> {
    await other?.identities.close();
    await other?.database.close();
  }

  beforeEach(async () => {
    database = await testDatabase();
    identities = await openIdentities(database);
  });

  afterEach(async () => {
    for (const other of others.splice(0)) await end(other);
    await identities.close();
    await database.drop();
  });

  test('name their subject, and are stored as hashes only', async () => {
    const { id, token, prefix } = await identities.issue('user:alice', { description: 'laptop', name: 'laptop' });
    expect(token).toMatch(new RegExp(`^${prefix}_[0-9a-f]{64}$`));
    expect(await identities.authenticate(token)).toEqual({ issuer: 'roadbed', subject: 'user:alice', tokenId: id });
    const { rows } = await database.pool.query<{ row: string }>('select t::text as row from roadbed.access_token t');
    expect(rows.map(({ row }) => row).join()).not.toContain(token.slice(-64));
  });

  test('are refused when forged, unknown, malformed or expired', async () => {
    const { token } = await identities.issue('user:alice', {});
    const forged = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
    expect(await identities.authenticate(forged)).toBeUndefined();
    expect(await identities.authenticate(`rbt_${'0'.repeat(20)}_${'0'.repeat(64)}`)).toBeUndefined();
    for (const text of ['', 'rbt__', `${token} `, token.toUpperCase(), "rbt_'; drop table", `rbt_${'0'.repeat(1e5)}`]) expect(await identities.authenticate(text)).toBeUndefined();
    const short = await identities.issue('user:bob', { expiresAt: new Date(Date.now() + 150).toISOString() });
    expect((await identities.authenticate(short.token))?.subject).toBe('user:bob');
    await expect.poll(() => identities.authenticate(short.token)).toBeUndefined();
  });

  test('cannot be issued for nobody or into the past', async () => {
    await expect(identities.issue('anonymous', {})).rejects.toMatchObject({ code: 'ROADBED-1017' });
    await expect(identities.issue('user:a', { expiresAt: '2001-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'ROADBED-1018' });
    await expect(identities.issue('user:a', { expiresAt: 'soon' })).rejects.toMatchObject({ code: 'ROADBED-1018' });
  });

  test('work on another replica at once, and stop working there when revoked', async () => {
    const second = await replica();
    const { id, token } = await identities.issue('user:alice', {});
    expect((await second.authenticate(token))?.subject).toBe('user:alice');
    await second.revoke(id);
    expect(await second.authenticate(token)).toBeUndefined();
    await expect.poll(() => identities.authenticate(token), { timeout: 1_000 }).toBeUndefined();
  });

  test('that are ephemeral die with the process that issued them', async () => {
    const second = await replica();
    const { token } = await second.issue('user:admin', { ephemeral: true });
    await expect.poll(async () => (await identities.authenticate(token))?.subject).toBe('user:admin');
    await end(others.pop());
    await expect.poll(() => identities.authenticate(token), { timeout: 10_000 }).toBeUndefined();
    expect(await (await replica()).authenticate(token)).toBeUndefined();
  });

  test('are checked without SQL once they are known', async () => {
    const { token } = await identities.issue('user:alice', {});
    await identities.authenticate(token);
    await database.pool.query('alter table roadbed.access_token rename to away');
    expect((await identities.authenticate(token))?.subject).toBe('user:alice');
    await database.pool.query('alter table roadbed.away rename to access_token');
  });

  test('say when they were used last', async () => {
    const { token } = await identities.issue('user:alice', { name: 'ci' });
    expect((await identities.list())[0]?.lastUsedAt).toBeUndefined();
    await identities.authenticate(token);
    expect(await identities.list()).toMatchObject([{ subject: 'user:alice', name: 'ci', lastUsedAt: expect.any(String) as string }]);
  });

  test('a login code opens once, for one of many who try it at the same moment, and not after its time', async () => {
    const code = await identities.issueLoginCode('user:alice');
    const tries = await Promise.all(Array.from({ length: 8 }, () => identities.redeemLoginCode(code)));
    expect(tries.filter((subject) => subject === 'user:alice')).toHaveLength(1);
    expect(tries.filter((subject) => subject === undefined)).toHaveLength(7);
    const late = await identities.issueLoginCode('user:alice');
    await database.pool.query("update roadbed.login_code set expires_at = now() - interval '1 second'");
    expect(await identities.redeemLoginCode(late)).toBeUndefined();
    expect(await identities.redeemLoginCode('nonsense')).toBeUndefined();
  });
});

test('the hash of nobody matches nothing', () => {
  expect(hashMatches(undefined, 'x')).toBe(false);
  expect(hashMatches(Buffer.alloc(3), 'x')).toBe(false);
  expect(hashMatches(hashOf('x'), 'x')).toBe(true);
});
