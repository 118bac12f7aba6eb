import { expect, test } from 'vitest';
import { claimantOf, ownerOf, type Claimant } from './ownership.ts';

function rollout(namespace: string, createdAt: string, order?: string): Claimant {
  return claimantOf({ apiVersion: '', kind: 'Rollout', metadata: { name: 'cart.prod', namespace, uid: '', resourceVersion: '9', generation: 1, creationTimestamp: createdAt, ...(order === undefined ? {} : { annotations: { 'roadbed.dev/order-of-creation': order } }) }, spec: { service: 'cart', environment: 'prod' } });
}

test('a clock that goes back takes a name from nobody', () => {
  const first = rollout('shop', '2026-02-01T00:00:00Z', '90');
  const second = rollout('attic', '2026-01-01T00:00:00Z', '100');
  for (const claimants of [[first, second], [second, first]]) expect(ownerOf('cart', 'prod', claimants)).toBe('shop');
  expect(ownerOf('cart', 'dev', [first])).toBeUndefined();
});

test('what was made before the order was written down came first; then time and namespace decide', () => {
  expect(ownerOf('cart', 'prod', [rollout('a', '2026-01-01T00:00:00Z', '7'), rollout('z', '2026-02-01T00:00:00Z')])).toBe('z');
  expect(ownerOf('cart', 'prod', [rollout('a', '2026-02-01T00:00:00Z'), rollout('z', '2026-01-01T00:00:00Z')])).toBe('z');
  expect(ownerOf('cart', 'prod', [rollout('z', '2026-01-01T00:00:00Z', '7'), rollout('a', '2026-01-01T00:00:00Z', '7')])).toBe('a');
});
