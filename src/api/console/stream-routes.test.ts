import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Identity } from '../../ports/identity.ts';
import { memoryIdentities } from '../objects/testing/world.ts';
import type { OperationsApiDependencies } from './dependencies.ts';
import type { Readable } from './readable.ts';
import { createOperationsApi } from './operations-api.ts';

let readable: Readable;
let url: string;
let close: () => Promise<void>;
const identities = memoryIdentities();

beforeEach(async () => {
  readable = { all: false, namespaces: ['shop'], row: () => true };
  const rollout = { metadata: { namespace: 'shop', name: 'cart.prod' }, spec: { service: 'cart', environment: 'prod' }, status: { stable: { release: 'r1' } } };
  const release = { metadata: { namespace: 'shop', name: 'r1' }, spec: { service: 'cart' } };
  const api = createOperationsApi({
    objects: () => ({ list: async (kind: string) => (kind.endsWith('Rollout') ? [rollout] : kind.endsWith('Release') ? [release] : []), watch: () => ({ stop: () => undefined }) }),
    readable: async () => readable,
    signedIn: (identity: Identity) => identities.isLive(identity),
    events: { follow: () => ({ stop: () => undefined }) },
    runtime: { logs: async () => ({ lines: [], next: '' }) },
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
  } as unknown as OperationsApiDependencies, () => undefined);
  const server = createServer((request, response) => {
    void identities.authenticate(String(request.headers['x-token'])).then((identity) => (identity === undefined ? false : api(request, response, identity)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/roadbed/v1`;
  close = () => new Promise((resolve) => void (server.closeAllConnections(), server.close(() => resolve())));
});
afterEach(() => close());

async function opened(path: string): Promise<{ id: string; text: Promise<string> }> {
  const { id, token } = await identities.issue('user:vera', {});
  const response = await fetch(`${url}${path}`, { headers: { 'x-token': token } });
  expect(response.status, path).toBe(200);
  return { id, text: response.text() };
}

const STREAMS = ['/stream', '/logs/services/shop/cart/prod'];

test.each(STREAMS)('%s ends once the token is revoked', async (path) => {
  const { id, text } = await opened(path);
  await identities.revoke(id);
  expect(await text).toContain('event: open');
});

test.each(STREAMS)('%s ends once the role is taken away', async (path) => {
  const { text } = await opened(path);
  readable = { all: false, namespaces: [], row: () => true };
  expect(await text).toContain('event: open');
});
