import { expect, test } from 'vitest';
import type { ApiObject } from '../../domain/object.ts';
import type { PlatformApiDependencies } from './dependencies.ts';
import { secretRoutes } from './secrets.ts';

const PATH = '/namespaces/shop/services/cart/environments/prod/secrets/API_KEY';

function app(status: unknown, release?: string): { call(path: string): Promise<number>; removed: string[] } {
  const removed: string[] = [];
  const objects: Record<string, unknown> = {
    'cart.prod': { spec: { service: 'cart', environment: 'prod', ...(release === undefined ? {} : { release }) }, status },
    'cart-1': { spec: { secrets: { prod: { API_KEY: 2 }, dev: { OTHER: 1 } } } },
    'cart-2': { spec: { secrets: { dev: { API_KEY: 1 } } } },
  };
  const deps = {
    objects: () => ({ get: async (_kind: string, _namespace: string, name: string) => objects[name] as ApiObject | undefined }),
    authorise: async () => ({ allowed: true, reason: '' }),
    events: { append: async () => [] },
    secrets: { remove: async (_scope: unknown, name: string) => void removed.push(name) },
  } as unknown as PlatformApiDependencies;
  const routes = secretRoutes(deps);
  let failure = 0;
  routes.onError((error) => {
    expect(error).toMatchObject({ code: 'ROADBED-5205', message: 'API_KEY is in use: release cart-1 of cart in prod pins version 2 of it', next: expect.stringContaining('--force') as string });
    failure = 409;
    return new Response(null, { status: 409 });
  });
  return { removed, call: async (path) => (await routes.request(path, { method: 'DELETE' }, { identity: { issuer: 'roadbed', subject: 'user:ada' } })).status || failure };
}

test.each([
  ['serves', { stable: { release: 'cart-1' } }, undefined],
  ['is on its way', { stable: { release: 'cart-2' }, attempt: { release: 'cart-1' } }, undefined],
  ['is wanted', { stable: { release: 'cart-2' } }, 'cart-1'],
])('a secret that a release pins which %s is not removed, unless forced', async (_what, status, wanted) => {
  const { call, removed } = app(status, wanted);
  expect(await call(PATH)).toBe(409);
  expect(removed).toEqual([]);
  expect(await call(`${PATH}?force=true`)).toBe(200);
  expect(removed).toEqual(['API_KEY']);
});

test('a secret that only earlier or other releases pin is removed', async () => {
  const { call, removed } = app({ stable: { release: 'cart-2' }, attempt: { release: 'cart-1', finishedAt: '2026-01-05T10:00:00Z' } }, 'cart-2');
  expect(await call(PATH)).toBe(200);
  expect(removed).toEqual(['API_KEY']);
});
