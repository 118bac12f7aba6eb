import fc from 'fast-check';
import { expect, test } from 'vitest';
import { surplusReleases, type KeptRelease } from './retention.ts';

const release = (number: number, verified: KeptRelease['verified'] = [], service = 'cart'): KeptRelease => ({ namespace: 'shop', name: `${service}-${number}`, service, sequence: number, createdAt: new Date(number * 1_000).toISOString(), verified });
const names = (releases: readonly KeptRelease[]): string[] => releases.map(({ name }) => name).sort();

test('the newest of each service stay, and of each environment those last verified there', () => {
  const proof = (environment: string, second: number): KeptRelease['verified'][number] => ({ environment, at: new Date(second * 1_000).toISOString() });
  const releases = [release(1, [proof('prod', 10)]), release(2, [proof('prod', 20), proof('dev', 5)]), release(3), release(4), release(5), release(1, [], 'basket')];
  expect(names(surplusReleases(releases, new Set(), { releases: 2, verified: 1 }))).toEqual(['cart-1', 'cart-3']);
});

test('what is in use stays, a service keeps at most what the limits say beside it, and one sweep is enough', () => {
  const some = fc.uniqueArray(fc.record({ number: fc.nat(40), service: fc.constantFrom('cart', 'basket'), verified: fc.uniqueArray(fc.record({ environment: fc.constantFrom('dev', 'prod'), second: fc.nat(99) }), { selector: (one) => one.environment }), used: fc.boolean() }), { selector: (one) => `${one.service}${one.number}` });
  fc.assert(fc.property(some, fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 3 }), (list, kept, verified) => {
    const releases = list.map((one) => release(one.number, one.verified.map(({ environment, second }) => ({ environment, at: new Date(second * 1_000).toISOString() })), one.service));
    const inUse = new Set(list.flatMap((one) => (one.used ? [`shop/${one.service}-${one.number}`] : [])));
    const limits = { releases: kept, verified };
    const gone = new Set(names(surplusReleases(releases, inUse, limits)));
    const left = releases.filter(({ name }) => !gone.has(name));
    for (const name of inUse) expect(gone).not.toContain(name.slice('shop/'.length));
    for (const service of ['cart', 'basket']) {
      const own = releases.filter((one) => one.service === service);
      const idle = left.filter((one) => one.service === service && !inUse.has(`shop/${one.name}`));
      expect(idle.length).toBeLessThanOrEqual(kept + 2 * verified);
      const newest = own.reduce<KeptRelease | undefined>((best, one) => (best === undefined || one.sequence > best.sequence ? one : best), undefined);
      if (newest !== undefined) expect(gone).not.toContain(newest.name);
    }
    expect(surplusReleases(left, inUse, limits)).toEqual([]);
  }));
});
