import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EnvironmentSpec } from '../../domain/kinds/environment.ts';
import { heldFromAutomation, type NamedHold } from '../holds/holds.ts';
import { decidePromotions, isNewer, isOlder, refusePromotion, type Candidate, type PromotionView } from './promotion.ts';

const dev: EnvironmentSpec = { order: 1, production: false, autoPromote: true, autoRollback: true, strategy: { steps: [] } };
const prod: EnvironmentSpec = { ...dev, order: 2, production: true, promotesFrom: 'dev' };

function release(sequence: number, verified: string[] = [], commit = `c${sequence}`): Candidate {
  return { name: `cart-${sequence}-${commit}`, hash: `h${sequence}-${commit}`, commit, sequence, verified, createdAt: `2026-01-0${(sequence % 9) + 1}` };
}

function hold(of: Candidate, environment: string, lifted = false): NamedHold {
  return { name: `hold-${of.name}-${environment}`, spec: { service: 'cart', environment, release: of.name, hash: of.hash, commit: of.commit, sequence: of.sequence, reason: 'it failed', by: 'service:rollout-controller', chain: 'c', ...(lifted ? { lifted: { by: 'user:ada', reason: 'r', at: '' } } : {}) } };
}

function view(change: Partial<PromotionView>): PromotionView {
  return { service: 'cart', environments: [{ name: 'prod', spec: prod }, { name: 'dev', spec: dev }], releases: [], desired: {}, holds: [], ownedBy: {}, ...change };
}

test('the pipeline\'s newest goes to the first environment, the newest verified there to the next', () => {
  const releases = [release(1, ['dev']), release(2, ['dev']), release(3)];
  expect(decidePromotions(view({ releases })).map((one) => [one.environment, one.release])).toEqual([['dev', 'cart-3-c3'], ['prod', 'cart-2-c2']]);
});

test('nothing happens where automatic promotion is off, or the name is another team\'s', () => {
  const releases = [release(1, ['dev'])];
  expect(decidePromotions(view({ releases, desired: { dev: 'cart-1-c1' }, ownedBy: { prod: 'rivals' } }))).toEqual([]);
  expect(decidePromotions(view({ releases, desired: { dev: 'cart-1-c1' }, environments: [{ name: 'prod', spec: { ...prod, autoPromote: false } }] }))).toEqual([]);
});

test('of one commit a later release is for a person: automation leaves it, and it is not older', () => {
  const first = { ...release(3, ['dev']), createdAt: '2026-01-05T10:00:00Z' };
  const second = { ...release(3, ['dev'], 'c3'), name: 'cart-3-again', hash: 'h', createdAt: '2026-01-05T10:00:00Z' };
  expect(decidePromotions(view({ releases: [first, second], desired: { dev: first.name, prod: first.name } }))).toEqual([]);
  expect([isOlder(first, second), isOlder(second, first)]).toEqual([false, false]);
  expect(isOlder(first, { ...second, createdAt: '2026-01-05T10:00:01Z' })).toBe(true);
  expect(isOlder(release(4), first)).toBe(false);
});

test('a release that is the same thing in an environment as one verified there needs no proof of its own, but a hold keeps it out', () => {
  const twin: Candidate = { ...release(3), proven: ['dev'] };
  expect(refusePromotion(twin, { name: 'prod', spec: prod }, [])).toBeUndefined();
  const other = release(2, ['dev', 'prod'], 'c3');
  expect(refusePromotion({ ...twin, proven: ['dev', 'prod'] }, { name: 'prod', spec: prod }, [hold(other, 'prod')])).toMatchObject({ hold: hold(other, 'prod').name });
});

test('a person is told what is missing, and what holds', () => {
  expect(refusePromotion(release(2), { name: 'prod', spec: prod }, [])?.sentence).toBe('release cart-2-c2 is not verified in dev, which prod takes its releases from: it is verified nowhere yet');
  const held = release(2, ['dev']);
  expect(refusePromotion(held, { name: 'prod', spec: prod }, [hold(held, 'prod')])).toMatchObject({ hold: 'hold-cart-2-c2-prod' });
  expect(refusePromotion(held, { name: 'prod', spec: prod }, [hold(held, 'dev'), hold(held, 'prod', true)])).toBeUndefined();
});

const candidates = fc.uniqueArray(fc.record({ sequence: fc.integer({ min: 1, max: 9 }), commit: fc.constantFrom('a', 'b', 'c'), verified: fc.subarray(['dev', 'prod']) }), { selector: ({ sequence, commit }) => `${sequence}${commit}`, maxLength: 8 }).map((list) => list.map(({ sequence, commit, verified }) => release(sequence, verified, commit)));

test('automation never goes back, never near a hold, never ahead of verification, and what it did it does not do again', () => {
  fc.assert(
    fc.property(candidates, fc.array(fc.record({ index: fc.nat(7), environment: fc.constantFrom('dev', 'prod'), lifted: fc.boolean() }), { maxLength: 3 }), fc.nat(7), (releases, held, at) => {
      const holds = held.flatMap(({ index, environment, lifted }) => (releases[index] === undefined ? [] : [hold(releases[index], environment, lifted)]));
      const current = releases[at];
      const desired = { dev: current?.name, prod: current?.name };
      const promotions = decidePromotions(view({ releases, holds, desired }));
      for (const promotion of promotions) {
        const chosen = releases.find((one) => one.name === promotion.release) as Candidate;
        expect(heldFromAutomation(chosen, promotion.environment, holds)).toBeUndefined();
        if (promotion.environment === 'prod') expect(chosen.verified).toContain('dev');
        if (current !== undefined) expect(isNewer(chosen, current)).toBe(true);
      }
      const after = { ...desired, ...Object.fromEntries(promotions.map((one) => [one.environment, one.release])) };
      expect(decidePromotions(view({ releases, holds, desired: after }))).toEqual([]);
    }),
  );
});
