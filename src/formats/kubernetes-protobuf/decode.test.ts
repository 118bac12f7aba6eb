import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtobufError, decodeKubernetesProtobuf } from './decode.ts';

const field = (number: number, content: Buffer | string): Buffer => {
  const bytes = Buffer.from(content as string);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>>= 7) {
    if (rest < 128) {
      length.push(rest);
      break;
    }
    length.push((rest & 127) | 128);
  }
  return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), bytes]);
};
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);
const envelope = (kind: string, object: Buffer): Buffer => message(Buffer.from('k8s\u0000'), field(1, message(field(1, 'v1'), field(2, kind))), field(2, object));

test('reads a namespace with labels, and skips what it does not know', () => {
  const metadata = message(field(1, 'team-a'), Buffer.from([0x38, 0x2a]), field(11, message(field(1, 'a'), field(2, 'b'))), field(15, 'unknown'));
  expect(decodeKubernetesProtobuf(envelope('Namespace', message(field(1, metadata), field(3, ''))))).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team-a', labels: { a: 'b' } },
  });
});

test('reads the reviews', () => {
  const attributes = message(field(1, 'payments'), field(2, 'get'), field(3, 'roadbed.dev'), field(5, 'releases'));
  expect(decodeKubernetesProtobuf(envelope('SelfSubjectAccessReview', field(2, field(1, attributes))))).toMatchObject({ spec: { resourceAttributes: { namespace: 'payments', verb: 'get', group: 'roadbed.dev', resource: 'releases' } } });
  expect(decodeKubernetesProtobuf(envelope('SelfSubjectAccessReview', field(2, field(2, message(field(1, '/version'), field(2, 'get'))))))).toMatchObject({ spec: { nonResourceAttributes: { path: '/version', verb: 'get' } } });
  expect(decodeKubernetesProtobuf(envelope('SelfSubjectRulesReview', field(2, field(1, 'payments'))))).toMatchObject({ spec: { namespace: 'payments' } });
  expect(decodeKubernetesProtobuf(envelope('SelfSubjectReview', Buffer.alloc(0)))).toMatchObject({ kind: 'SelfSubjectReview' });
});

test('refuses other kinds by name', () => {
  expect(() => decodeKubernetesProtobuf(envelope('Pod', Buffer.alloc(0)))).toThrow('Pod is accepted as JSON only');
});

test('answers any bytes with a message or a ProtobufError', () => {
  const wellFormed = envelope('Namespace', field(1, field(1, 'x')));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(wellFormed.length), (noise, cut) => {
      for (const bytes of [Buffer.from(noise), message(Buffer.from('k8s\u0000'), Buffer.from(noise)), wellFormed.subarray(0, cut)]) {
        try {
          expect(decodeKubernetesProtobuf(bytes)).toHaveProperty('kind');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError);
        }
      }
    }),
  );
});
