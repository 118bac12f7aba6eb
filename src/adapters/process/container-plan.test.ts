import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ContainerSpec } from '../../ports/runtime.ts';
import { type ContainerView, containersToStart, replicaState, restartDelay, runsOnce } from './container-plan.ts';

const view = (name: string, overrides: Partial<ContainerView> = {}): ContainerView => ({ name, phase: 'idle', ready: false, wasReady: false, notBefore: 0, failing: false, ...overrides });
const spec = (name: string, after: ContainerSpec['after'] = []): ContainerSpec => ({ name, command: ['true'], workingDirectory: '/', environment: {}, files: [], volumes: [], limits: {}, after });

test('delays double from half a second to thirty seconds', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 1_000].map(restartDelay)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('a delay never shrinks as failures grow', () => {
  fc.assert(fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => restartDelay(Math.min(a, b)) <= restartDelay(Math.max(a, b))));
});

test('a container waits for what it comes after, in each of the three ways', () => {
  const start = (state: 'started' | 'healthy' | 'complete', earlier: Partial<ContainerView>): string[] =>
    containersToStart([spec('b', [{ container: 'a', state }])], new Map([['a', view('a', earlier)], ['b', view('b')]]), 0);
  expect(start('started', {})).toEqual([]);
  expect(start('started', { phase: 'running' })).toEqual(['b']);
  expect(start('healthy', { phase: 'running' })).toEqual([]);
  expect(start('healthy', { phase: 'running', ready: true })).toEqual(['b']);
  expect(start('complete', { phase: 'running', ready: true })).toEqual([]);
  expect(start('complete', { phase: 'completed' })).toEqual(['b']);
});

test('a container is not started before its delay is over, nor twice', () => {
  const views = (overrides: Partial<ContainerView>) => new Map([['a', view('a', overrides)]]);
  expect(containersToStart([spec('a')], views({ notBefore: 100 }), 99)).toEqual([]);
  expect(containersToStart([spec('a')], views({ notBefore: 100 }), 100)).toEqual(['a']);
  for (const phase of ['running', 'stopping', 'completed'] as const) expect(containersToStart([spec('a')], views({ phase }), 0)).toEqual([]);
});

test('every order without a circle lets all containers start in the end', () => {
  const orders = fc.integer({ min: 1, max: 6 }).chain((count) =>
    fc.tuple(...Array.from({ length: count }, (_, index) => fc.tuple(fc.subarray(Array.from({ length: index }, (__, earlier) => earlier)), fc.constantFrom('started' as const, 'healthy' as const, 'complete' as const)))),
  );
  fc.assert(
    fc.property(orders, (order) => {
      const containers = order.map(([earlier, state], index) => spec(`c${index}`, earlier.map((number) => ({ container: `c${number}`, state }))));
      const views = new Map(containers.map(({ name }) => [name, view(name)]));
      for (let round = 0; round <= containers.length; round += 1) {
        for (const name of containersToStart(containers, views, 0)) views.set(name, view(name, runsOnce(containers, name) ? { phase: 'completed' } : { phase: 'running', ready: true, wasReady: true }));
      }
      expect(replicaState([...views.values()], false)).toBe('ready');
    }),
  );
});

test('the state of a replica is that of its worst container', () => {
  const running = view('a', { phase: 'running', ready: true, wasReady: true });
  expect(replicaState([running, view('b', { phase: 'completed' })], false)).toBe('ready');
  expect(replicaState([running, view('b', { phase: 'running' })], false)).toBe('starting');
  expect(replicaState([running, view('b', { phase: 'running', wasReady: true })], false)).toBe('unready');
  expect(replicaState([running, view('b', { failing: true })], false)).toBe('backing-off');
  expect(replicaState([running], true)).toBe('stopping');
});
