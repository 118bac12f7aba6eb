import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ProvisionRequest } from '../../ports/provisioner.ts';
import { createDnsProvisioner, createRouteProvisioner, createServicePortProvisioner } from './address.ts';
import { createEnvironmentProvisioner } from './environment.ts';
import { databaseName, folderName, hostLabel } from './name.ts';
import { createVolumeProvisioner } from './volume.ts';

function request(type: string, params: Record<string, unknown> = {}, more: Partial<ProvisionRequest> = {}): ProvisionRequest {
  return { namespace: 'shop', environment: 'prod', type, class: 'default', uid: `${type}.default#checkout.it`, params, workload: 'checkout', ...more };
}

describe('service-port', () => {
  const provisioner = createServicePortProvisioner((target) => Promise.resolve({ hostname: '127.0.0.1', port: target.workload.length * 1_000 + target.environment.length }));

  test('is the address of another workload in the same environment', async () => {
    expect(await provisioner.provision(request('service-port', { workload: 'cart', port: 'web' }))).toEqual({ outputs: { hostname: '127.0.0.1', port: 4_004 }, secrets: {} });
  });

  test.each([[{ port: 'web' }, 'workload'], [{ workload: 'cart' }, 'port'], [{ workload: '../x', port: 'web' }, 'workload'], [{ workload: ['a'], port: 'web' }, 'workload']])('%j is refused', async (params, name) => {
    await expect(provisioner.provision(request('service-port', params))).rejects.toMatchObject({ code: 'ROADBED-4202', message: expect.stringContaining(`"${name}"`) });
  });

  test('a port may be given by its number', async () => {
    await expect(provisioner.provision(request('service-port', { workload: 'cart', port: 8080 }))).resolves.toBeDefined();
  });
});

describe('dns and route', () => {
  const dns = createDnsProvisioner();
  let held: string | undefined;
  const route = createRouteProvisioner({ dnsHosts: (namespace) => Promise.resolve(namespace === 'shop' ? ['mine-123456.prod.localhost'] : []), holderOf: () => Promise.resolve(held) });

  test('a host is a name of its own below the environment, the same for the same resource', async () => {
    const { outputs } = await dns.provision(request('dns'));
    expect(outputs).toEqual({ host: expect.stringMatching(/^checkout-it-[0-9a-f]{6}\.prod\.localhost$/) });
    expect((await dns.provision(request('dns'))).outputs).toEqual(outputs);
    expect((await dns.provision(request('dns', {}, { namespace: 'other' }))).outputs).not.toEqual(outputs);
  });

  test('a route has a host of the team, a path and a port', async () => {
    expect((await route.provision(request('route', { host: 'Mine-123456.prod.localhost', path: '/api', port: 'web' }))).outputs).toEqual({ host: 'mine-123456.prod.localhost', path: '/api', port: 'web' });
    expect((await route.provision(request('route', { host: 'www.example.com' }))).outputs).toEqual({ host: 'www.example.com', path: '/' });
  });

  test.each([
    ['another service\'s host', { host: 'payments.prod.localhost' }], ['localhost', { host: 'localhost' }], ['an address', { host: '127.0.0.1' }], ['a host with a port', { host: 'a.example:80' }],
    ['no host', {}], ['a path that does not begin', { host: 'a.example', path: 'api' }], ['a path with a query', { host: 'a.example', path: '/a?b' }], ['a path with a line end', { host: 'a.example', path: '/a\r\nb' }],
  ])('%s is refused', async (_what, params) => {
    await expect(route.provision(request('route', params))).rejects.toMatchObject({ code: 'ROADBED-4202' });
  });

  test('a route that somebody else has is refused, naming the holder', async () => {
    held = 'other/route.default#site.route in prod';
    await expect(route.provision(request('route', { host: 'www.example.com' }))).rejects.toMatchObject({ code: 'ROADBED-4206', message: 'The route www.example.com/ belongs to other/route.default#site.route in prod.' });
    held = undefined;
  });
});

test('an environment gives its name and the parameters', async () => {
  expect(await createEnvironmentProvisioner().provision(request('environment', { NAME: 'world' }))).toEqual({ outputs: { environment: 'prod', NAME: 'world' }, secrets: {} });
});

test('a volume is a folder that keeps its content until it is released, and then is gone', async () => {
  const place = mkdtempSync(join(tmpdir(), 'roadbed-volumes-'));
  try {
    const provisioner = createVolumeProvisioner(place);
    const { outputs } = await provisioner.provision(request('volume', {}, { uid: 'volume.default#../../etc' }));
    const source = String(outputs['source']);
    expect(source.startsWith(`${place}/`)).toBe(true);
    expect(readdirSync(place)).toHaveLength(1);
    expect(statSync(source).mode & 0o777).toBe(0o700);
    writeFileSync(join(source, 'kept'), 'x');
    expect((await provisioner.provision(request('volume', {}, { uid: 'volume.default#../../etc' }))).outputs).toEqual(outputs);
    expect(existsSync(join(source, 'kept'))).toBe(true);
    await provisioner.release(request('volume', {}, { uid: 'volume.default#../../etc' }));
    await provisioner.release(request('volume', {}, { uid: 'volume.default#../../etc' }));
    expect(readdirSync(place)).toEqual([]);
  } finally {
    rmSync(place, { recursive: true });
  }
});

test('names are safe whatever the identity holds, stable, and different for different identities', () => {
  const identity = fc.record({ namespace: fc.string(), environment: fc.string(), uid: fc.string() });
  fc.assert(fc.property(identity, identity, (one, other) => {
    expect(databaseName(one)).toMatch(/^rb_[a-z0-9_]{0,50}[0-9a-f]{12}$/);
    expect(databaseName(one).length).toBeLessThanOrEqual(63);
    expect(folderName(one)).toMatch(/^[a-z0-9-]*-[0-9a-f]{16}$/);
    expect(hostLabel({ ...one, uid: `dns.default#x${one.uid}` })).toMatch(/^[a-z0-9][a-z0-9-]*-[0-9a-f]{6}$/);
    const same = JSON.stringify(one) === JSON.stringify(other);
    expect(folderName(one) === folderName(other)).toBe(same);
  }));
});
