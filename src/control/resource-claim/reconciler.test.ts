import { beforeEach, describe, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import type { ResourceClaimSpec } from '../../domain/kinds/resource-claim.ts';
import type { Provisioned, Provisioner } from '../../ports/provisioner.ts';
import type { SecretInfo, Secrets, SecretScope } from '../../ports/secrets.ts';
import { MemoryObjects } from '../loop/testing/memory-objects.ts';
import { claimedHosts } from './host-directory.ts';
import { CLAIM_FINALIZER, claimOutputs, resourceClaimReconciler, type ResourceClaim } from './reconciler.ts';

const KIND = 'roadbed.dev/ResourceClaim';
const KEY = { namespace: 'shop', name: 'prod.postgres.1' };
const PLANTED = 'pl4nted-password';

/** Secrets in memory with the port's rules: versions rise, the same value is no new version. */
class MemorySecrets implements Secrets {
  readonly rows: (SecretInfo & { value: string })[] = [];

  set(scope: SecretScope, name: string, value: string, by: string): Promise<SecretInfo> {
    const newest = this.#of(scope).filter((row) => row.name === name).at(-1);
    if (newest?.value === value) return Promise.resolve(newest);
    const row = { ...scope, name, value, version: (newest?.version ?? 0) + 1, createdAt: '', createdBy: by };
    this.rows.push(row);
    return Promise.resolve(row);
  }

  list(scope: Partial<SecretScope>): Promise<SecretInfo[]> {
    return Promise.resolve([...new Map(this.#of(scope).map((row) => [row.name, row])).values()]);
  }

  async versions(scope: SecretScope): Promise<Record<string, number>> {
    return Object.fromEntries((await this.list(scope)).map((row) => [row.name, row.version]));
  }

  resolve(scope: SecretScope, pinned: Record<string, number>): Promise<Record<string, string>> {
    return Promise.resolve(Object.fromEntries(Object.entries(pinned).map(([name, version]) => [name, this.#of(scope).find((row) => row.name === name && row.version === version)?.value ?? 'missing'])));
  }

  remove(scope: SecretScope, name: string): Promise<void> {
    for (const row of this.#of(scope)) if (row.name === name) this.rows.splice(this.rows.indexOf(row), 1);
    return Promise.resolve();
  }

  #of(scope: Partial<SecretScope>): (SecretInfo & { value: string })[] {
    return this.rows.filter((row) => Object.entries(scope).every(([key, value]) => row[key as keyof SecretScope] === value));
  }
}

/** A provisioner whose things are really there or not. */
class Shelf implements Provisioner {
  readonly types = ['postgres'];
  readonly things = new Set<string>();
  fault: Error | undefined;
  calls = 0;

  provision({ uid }: { uid: string }): Promise<Provisioned> {
    this.calls += 1;
    if (this.fault !== undefined) return Promise.reject(this.fault);
    this.things.add(uid);
    return Promise.resolve({ outputs: { host: 'h', database: uid }, secrets: { password: PLANTED } });
  }

  release({ uid }: { uid: string }): Promise<void> {
    if (this.fault !== undefined) return Promise.reject(this.fault);
    this.things.delete(uid);
    return Promise.resolve();
  }
}

let objects: MemoryObjects;
let secrets: MemorySecrets;
let shelf: Shelf;

async function declare(spec: Partial<ResourceClaimSpec> = {}): Promise<void> {
  await objects.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'ResourceClaim', metadata: { namespace: 'shop', name: KEY.name }, spec: { type: 'postgres', class: 'default', uid: 'postgres.default#checkout.db', environment: 'prod', params: {}, workloads: ['checkout'], ...spec } });
}

function pass(): Promise<unknown> {
  return resourceClaimReconciler({ objects, secrets, provisioners: [shelf], clock: { now: () => 1_767_225_600_000, monotonic: () => 0 } }).reconcile(KEY);
}

async function claim(): Promise<ResourceClaim | undefined> {
  return objects.get<ResourceClaim>(KIND, KEY.namespace, KEY.name);
}

beforeEach(() => {
  objects = new MemoryObjects();
  secrets = new MemorySecrets();
  shelf = new Shelf();
});

test('a claim is provisioned; what may be shown stands in its status, what is secret in the secret store only', async () => {
  await declare();
  await pass();
  const bound = await claim();
  expect(bound).toMatchObject({ metadata: { finalizers: [CLAIM_FINALIZER] }, status: { phase: 'Bound', outputs: { host: 'h', database: 'postgres.default#checkout.db' }, secretOutputs: ['password'], conditions: [{ type: 'Ready', status: 'True' }] } });
  expect(JSON.stringify([bound, objects.events])).not.toContain(PLANTED);
  expect(objects.events.map((event) => event.kind)).toContain('resource.provisioned');
  if (bound === undefined) throw new Error('no claim');
  expect(await claimOutputs(secrets)(bound)).toEqual({ host: 'h', database: 'postgres.default#checkout.db', password: PLANTED });
});

test('a pass over a bound claim asks again and writes nothing', async () => {
  await declare();
  await pass();
  const before = [objects.writes, secrets.rows.length];
  await pass();
  expect(shelf.calls).toBe(2);
  expect([objects.writes, secrets.rows.length]).toEqual(before);
});

test('a type that nobody makes is refused by name, with what would provide it, and holds nothing up', async () => {
  await declare({ type: 'redis', uid: 'redis.default#cache' });
  await pass();
  expect((await claim())?.status).toMatchObject({ phase: 'Failed', message: expect.stringMatching(/^ROADBED-4201: no provisioner makes resources of type "redis" \(redis\.default#cache\): a Redis server needs the kubernetes runtime .*Provided here: postgres\.$/) });
  expect((await claim())?.metadata.finalizers ?? []).toEqual([]);
});

describe('a fault', () => {
  const passing = new PlatformError({ code: 'ROADBED-4205', class: 'unavailable', message: 'The server is away.', retry: 'backoff' });
  const lasting = new PlatformError({ code: 'ROADBED-4202', class: 'invalid', message: 'The parameter is wrong.', next: 'Correct it.' });

  test('that passes leaves the claim pending and is tried again', async () => {
    await declare();
    shelf.fault = passing;
    await expect(pass()).rejects.toBe(passing);
    expect((await claim())?.status).toMatchObject({ phase: 'Pending', message: 'The server is away.' });
    shelf.fault = undefined;
    await pass();
    expect((await claim())?.status?.phase).toBe('Bound');
  });

  test('that lasts fails the claim with words for its owner', async () => {
    await declare();
    shelf.fault = lasting;
    expect(await pass()).toEqual({ requeueAfterMs: 15_000 });
    expect((await claim())?.status).toMatchObject({ phase: 'Failed', message: 'The parameter is wrong. Correct it.' });
  });

  test('that passes does not unbind what is bound', async () => {
    await declare();
    await pass();
    shelf.fault = passing;
    await expect(pass()).rejects.toBe(passing);
    expect((await claim())?.status?.phase).toBe('Bound');
  });

  test('of an unknown kind is not quoted', async () => {
    await declare();
    shelf.fault = new Error(`password ${PLANTED} refused`);
    await expect(pass()).rejects.toThrow();
    expect(JSON.stringify([await claim(), objects.events])).not.toContain(PLANTED);
  });
});

describe('release', () => {
  test('removes the thing and its secrets, says so, and only then lets the claim go', async () => {
    await declare();
    await pass();
    await objects.delete(KIND, KEY.namespace, KEY.name);
    expect(await claim()).toBeDefined();
    await pass();
    expect([await claim(), shelf.things.size, secrets.rows.length]).toEqual([undefined, 0, 0]);
    expect(objects.events.at(-1)).toMatchObject({ kind: 'resource.released', body: { uid: 'postgres.default#checkout.db' } });
  });

  test('that cannot prove that nothing is left keeps the claim, and says why', async () => {
    await declare();
    await pass();
    await objects.delete(KIND, KEY.namespace, KEY.name);
    shelf.fault = new PlatformError({ code: 'ROADBED-4203', class: 'incomplete', message: 'The database is still there.', retry: 'backoff' });
    await expect(pass()).rejects.toBe(shelf.fault);
    expect((await claim())?.status).toMatchObject({ phase: 'Releasing', message: 'The database is still there.' });
    shelf.fault = undefined;
    await pass();
    expect(await claim()).toBeUndefined();
  });

  test('of a claim that never had anything is nothing', async () => {
    await pass();
    expect(shelf.calls).toBe(0);
  });
});

test('killed before any write, it comes to the same end when it runs again', async () => {
  await declare();
  const clean = objects.writes;
  for (let allowed = 0; allowed < 10; allowed += 1) {
    let writes = 0;
    objects.beforeWrite = () => {
      writes += 1;
      if (writes > allowed) throw new Error('killed');
    };
    const died = await pass().then(() => false, () => true);
    objects.beforeWrite = undefined;
    if (died && shelf.things.size > 0) expect((await claim())?.metadata.finalizers).toEqual([CLAIM_FINALIZER]);
    if (!died) break;
  }
  expect((await claim())?.status?.phase).toBe('Bound');
  expect(secrets.rows).toHaveLength(1);
  expect(objects.writes).toBeGreaterThan(clean);
});

test('hosts of a team and holders of routes are read from claims', async () => {
  const make = async (name: string, type: string, outputs: Record<string, unknown>, namespace = 'shop'): Promise<void> => {
    const made = await objects.create<ResourceClaim>({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'ResourceClaim', metadata: { namespace, name }, spec: { type, class: 'default', uid: `${type}.default#${name}`, environment: 'prod', params: {}, workloads: [] } });
    await objects.updateStatus<ResourceClaim>({ ...made, status: { phase: 'Bound', outputs } });
  };
  await make('a', 'dns', { host: 'a.prod.localhost' });
  await make('b', 'dns', { host: 'b.prod.localhost' }, 'other');
  await make('r', 'route', { host: 'www.example.com', path: '/' });
  const hosts = claimedHosts(objects);
  expect(await hosts.dnsHosts('shop', 'prod')).toEqual(['a.prod.localhost']);
  expect(await hosts.dnsHosts('shop', 'dev')).toEqual([]);
  const asking = { namespace: 'shop', environment: 'prod', type: 'route', class: 'default', uid: 'route.default#x', params: {}, workload: '' };
  expect(await hosts.holderOf('www.example.com', '/', asking)).toBe('shop/route.default#r in prod');
  expect(await hosts.holderOf('www.example.com', '/', { ...asking, uid: 'route.default#r' })).toBeUndefined();
  expect(await hosts.holderOf('www.example.com', '/other', asking)).toBeUndefined();
});
