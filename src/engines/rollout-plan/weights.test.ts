import fc from 'fast-check';
import { expect, test } from 'vitest';
import { internalHost, planListeners, planRoutes, type ServiceTraffic } from './route-table.ts';
import { sameWeights, weightsOf } from './weights.ts';

const split = fc.record({ stable: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }), canary: fc.option(fc.constantFrom('c', 'd'), { nil: undefined }), weight: fc.integer({ min: 0, max: 100 }) }).map(({ stable, canary, weight }) => ({ ...(stable === undefined ? {} : { stable }), ...(canary === undefined ? {} : { canary }), weight }));

test('weights sum to 100 or there is nothing to send to, and never point at what has no endpoint', () => {
  fc.assert(
    fc.property(split, fc.subarray(['a', 'b', 'c', 'd']), (wanted, ready) => {
      const weights = weightsOf(wanted, (revision) => ready.includes(revision));
      const sum = weights.reduce((total, entry) => total + entry.weight, 0);
      expect(sum === 100 || weights.length === 0).toBe(true);
      expect(weights.filter((entry) => entry.weight > 0).every((entry) => ready.includes(entry.revision))).toBe(true);
      expect(new Set(weights.map((entry) => entry.revision)).size).toBe(weights.length);
    }),
  );
});

test('a canary that is being taken back gets nothing, also when the stable revision is not ready', () => {
  expect(weightsOf({ stable: 'a', canary: 'c', weight: 0 }, (revision) => revision === 'c')).toEqual([]);
});

test('a canary without replicas leaves its share to the stable revision, and the other way round', () => {
  expect(weightsOf({ stable: 'a', canary: 'c', weight: 25 }, (revision) => revision === 'a')).toEqual([{ revision: 'a', weight: 100 }]);
  expect(weightsOf({ stable: 'a', canary: 'c', weight: 25 }, (revision) => revision === 'c')).toEqual([{ revision: 'c', weight: 100 }]);
});

test('revisions at weight 0 do not make a difference', () => {
  expect(sameWeights([{ revision: 'a', weight: 100 }, { revision: 'c', weight: 0 }], [{ revision: 'a', weight: 100 }])).toBe(true);
  expect(sameWeights([{ revision: 'a', weight: 90 }, { revision: 'c', weight: 10 }], [{ revision: 'a', weight: 100 }])).toBe(false);
});

function traffic(service: string, hosts: ServiceTraffic['hosts'] = []): ServiceTraffic {
  const id = `${service}.prod.0123456789ab`;
  const replica = (index: number, state: 'ready' | 'unready'): ServiceTraffic['revisions'][number]['replicas'][number] => ({ index, state, restarts: 0, ports: { web: 20_000 + index, admin: 30_000 + index } });
  const release = { workload: { service: { ports: { web: { port: 80 }, admin: { port: 9000 } } } } } as unknown as ServiceTraffic['releases'][string];
  return { service, environment: 'prod', split: { stable: id, weight: 0 }, replicas: 2, revisions: [{ id, replicas: [replica(0, 'ready'), replica(1, 'unready'), replica(2, 'ready')] }], releases: { [id]: release }, hosts };
}

test('only replicas that are ready and that are to stay are endpoints', () => {
  expect(planRoutes([traffic('cart')])).toMatchObject([{ host: 'cart.prod.localhost', revisions: [{ weight: 100, endpoints: [{ host: '127.0.0.1', port: 20_000 }] }] }]);
});

test('a claimed host leads to the port that it names; a service\'s own host cannot be claimed by another, and of two claims one has it', () => {
  const routes = planRoutes([traffic('cart', [{ host: 'Shop.Test', pathPrefix: '/admin', port: 9000 }]), traffic('thief', [{ host: 'cart.prod.localhost', pathPrefix: '/' }, { host: 'shop.test', pathPrefix: '/admin' }])]);
  expect(routes.map((route) => [route.host, route.pathPrefix, route.service])).toEqual([['cart.prod.localhost', '/', 'cart'], ['shop.test', '/admin', 'cart'], ['thief.prod.localhost', '/', 'thief']]);
  expect(routes[1]?.revisions[0]?.endpoints).toEqual([{ host: '127.0.0.1', port: 30_000 }]);
});

test('a program that listens nowhere has no route', () => {
  const worker = traffic('worker');
  const releases = Object.fromEntries(Object.keys(worker.releases).map((id) => [id, { workload: {} } as unknown as ServiceTraffic['releases'][string]]));
  expect(planRoutes([{ ...worker, releases }])).toEqual([]);
});

test('services reach each other by a loopback port that stands for a host of their own', () => {
  const claims = [{ service: 'cart', environment: 'prod', port: 'admin', listen: 40_002 }, { service: 'cart', environment: 'prod', port: 80, listen: 40_001 }];
  const listeners = planListeners(claims);
  expect(listeners).toEqual([{ port: 40_001, host: '80.cart.prod.internal' }, { port: 40_002, host: 'admin.cart.prod.internal' }]);
  const routes = planRoutes([traffic('cart', claims.map((claim) => ({ host: internalHost(claim), pathPrefix: '/', port: claim.port })))]);
  expect(routes.map((route) => [route.host, route.revisions[0]?.endpoints[0]?.port])).toEqual([['80.cart.prod.internal', 20_000], ['admin.cart.prod.internal', 30_000], ['cart.prod.localhost', 20_000]]);
});
