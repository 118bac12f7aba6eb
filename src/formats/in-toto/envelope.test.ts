import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IN_TOTO_PAYLOAD, parseEnvelope, preAuthenticationEncoding, signStatement } from './envelope.ts';
import { provenanceStatement, readProvenance, type ProvenanceInput } from './statement.ts';

const INPUT: ProvenanceInput = {
  namespace: 'shop', service: 'checkout', digest: `sha256:${'a'.repeat(64)}`, repository: 'checkout', ref: 'refs/heads/main', commit: '9f3ab12', pipeline: 'node', pipelineRun: 'checkout-1',
  builder: 'https://roadbed.example', platformVersion: '0.1.0', isolation: 'bubblewrap', startedAt: '2026-01-01T00:00:00Z', finishedAt: '2026-01-01T00:01:00Z',
};
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const signer = { keyId: () => 'key-1', sign: (payload: Uint8Array) => Promise.resolve(new Uint8Array(sign(null, payload, privateKey))) };

test('the encoding that is signed is that of the specification\'s example', () => {
  expect(Buffer.from(preAuthenticationEncoding('http://example.com/HelloWorld', Buffer.from('hello world'))).toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
});

test('a signed statement can be verified and read', async () => {
  const envelope = parseEnvelope(await signStatement(provenanceStatement(INPUT), signer));
  if (envelope === undefined) throw new Error('no envelope');
  const [signature] = envelope.signatures;
  expect(signature?.keyid).toBe('key-1');
  expect(verify(null, preAuthenticationEncoding(envelope.payloadType, envelope.payload), publicKey, signature?.sig ?? new Uint8Array())).toBe(true);
  expect(envelope.payloadType).toBe(IN_TOTO_PAYLOAD);
  expect(readProvenance(JSON.parse(Buffer.from(envelope.payload).toString()))).toEqual({ subjects: ['a'.repeat(64)], builder: 'https://roadbed.example', commit: '9f3ab12' });
});

test('the statement has the fields that SLSA provenance v1 demands', () => {
  expect(provenanceStatement(INPUT)).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1', predicateType: 'https://slsa.dev/provenance/v1', subject: [{ name: 'shop/checkout', digest: { sha256: 'a'.repeat(64) } }],
    predicate: { buildDefinition: { buildType: expect.any(String), externalParameters: expect.any(Object), resolvedDependencies: [{ digest: { gitCommit: '9f3ab12' } }] }, runDetails: { builder: { id: 'https://roadbed.example' }, metadata: { invocationId: 'shop/checkout-1' } } },
  });
});

describe('what is no envelope or statement', () => {
  test.each(['', '{', 'null', '[]', '{"payloadType":"x","payload":"!!","signatures":[]}', '{"payloadType":"x","payload":"aaaa","signatures":[]}', '{"payloadType":"x","payload":"aaaa","signatures":[{"keyid":1,"sig":"aaaa"}]}', `"${'x'.repeat(1_100_000)}"`])('%.60s', (text) => {
    expect(parseEnvelope(text)).toBeUndefined();
  });

  test('anything else is answered with undefined and nothing is thrown', () => {
    fc.assert(fc.property(fc.anything(), (value) => {
      expect(readProvenance(value)).toBeUndefined();
    }));
  });
});

test('type and payload cannot be moved against each other', () => {
  fc.assert(fc.property(fc.string(), fc.uint8Array(), fc.string(), fc.uint8Array(), (type, payload, otherType, otherPayload) => {
    const same = type === otherType && Buffer.from(payload).equals(Buffer.from(otherPayload));
    expect(Buffer.from(preAuthenticationEncoding(type, payload)).equals(Buffer.from(preAuthenticationEncoding(otherType, otherPayload)))).toBe(same);
  }));
});
