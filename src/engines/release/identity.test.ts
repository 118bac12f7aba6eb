import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, hashIn, releaseHash, releaseName, revisionId, type ReleaseContent } from './identity.ts';

const CONTENT: ReleaseContent = {
  service: 'checkout',
  artifact: { digest: 'sha256:aa', size: 1, mediaType: 'application/vnd.roadbed.artifact.v1+tar' },
  workload: { apiVersion: 'score.dev/v1b1', metadata: { name: 'checkout' }, containers: { web: { image: '.', variables: { A: '1', B: '2' } } } },
  configuration: { prod: { LEVEL: 'warn' } },
  secrets: { prod: { API_KEY: 2 } },
};

test('the hash of a known content never changes its meaning', () => {
  expect(releaseHash(CONTENT)).toBe('sha256:bac2a47e8b7223b38b49d6ef6ad5131284c002ce47b8e6e6b990fef77939d596');
  expect(releaseName('checkout', releaseHash(CONTENT))).toMatch(/^checkout-[0-9a-f]{12}$/);
  expect(revisionId('checkout', 'prod', releaseHash(CONTENT))).toMatch(/^checkout\.prod\.[0-9a-f]{12}$/);
});

test.each<[string, ReleaseContent]>([
  ['artifact', { ...CONTENT, artifact: { ...CONTENT.artifact, digest: 'sha256:ab' } }],
  ['workload', { ...CONTENT, workload: { ...CONTENT.workload, containers: { web: { image: '.', variables: { A: '1', B: '3' } } } } }],
  ['configuration', { ...CONTENT, configuration: { prod: { LEVEL: 'info' } } }],
  ['secret version', { ...CONTENT, secrets: { prod: { API_KEY: 3 } } }],
  ['template', { ...CONTENT, template: { name: 'node-service', version: '2' } }],
  ['service', { ...CONTENT, service: 'basket' }],
  ['strategy', { ...CONTENT, strategies: { prod: { steps: [{ setWeight: 5 }] } } }],
])('another %s is another release', (_what, other) => {
  expect(releaseHash(other)).not.toBe(releaseHash(CONTENT));
});

test('no strategy is the same as an empty list of them', () => {
  expect(releaseHash({ ...CONTENT, strategies: {} })).toBe(releaseHash(CONTENT));
});

test('size and media type follow from the digest and are not hashed', () => {
  expect(releaseHash({ ...CONTENT, artifact: { digest: 'sha256:aa', size: 99, mediaType: 'x' } })).toBe(releaseHash(CONTENT));
});

const json = fc.jsonValue({ maxDepth: 4 });

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).reverse().map(([key, inner]) => [key, shuffled(inner)]));
}

test('the order of keys is irrelevant at every level', () => {
  fc.assert(fc.property(json, (value) => canonicalJson(shuffled(value)) === canonicalJson(value)));
});

test('canonical text is JSON of the same value, so different content has different text', () => {
  fc.assert(fc.property(json, (value) => {
    expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
  }));
});

test('any change of configuration changes the hash', () => {
  const configuration = fc.dictionary(fc.string(), fc.dictionary(fc.string(), fc.string()));
  fc.assert(fc.property(configuration, configuration, (one, other) => {
    const same = canonicalJson(one) === canonicalJson(other);
    expect(releaseHash({ ...CONTENT, configuration: one }) === releaseHash({ ...CONTENT, configuration: other })).toBe(same);
  }));
});

test('what JSON cannot hold is refused, not hashed as something else', () => {
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
  expect(() => canonicalJson({ a: () => 1 })).toThrow(TypeError);
});

test('secrets of another environment make no difference in this one', () => {
  const rotated = { ...CONTENT, secrets: { prod: { API_KEY: 3 } } };
  expect(hashIn(rotated, 'dev')).toBe(hashIn(CONTENT, 'dev'));
  expect(hashIn(rotated, 'prod')).not.toBe(hashIn(CONTENT, 'prod'));
});
