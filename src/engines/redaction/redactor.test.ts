import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import { Redactor } from './redactor.ts';
import { isSecretName, replaceSecrets } from './secret-patterns.ts';

const redactor = new Redactor({ key: new Uint8Array(32).fill(7), allowed: new Set(['id', 'size', 'password', 'tags.Name', 'hidden']), sensitive: () => ['hidden'] });

test('forms that issuers give to secrets are replaced wherever they stand', () => {
  const secrets = ['AKIAABCDEFGHIJKLMNOP', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY9z', 'postgres://app:hunter2secret@db/app'];
  for (const secret of secrets) expect(redactor.text(`before ${secret} after`)).not.toContain(secret.slice(0, 24));
});

test('ids, arns, addresses and words are left as they are', () => {
  for (const plain of ['vol-0123456789abcdef0', 'arn:aws:iam::123456789012:role/aws-service-role/AWSServiceRoleForAutoScaling', 'module.network["eu-west-1"].aws_subnet.private_application[0]', 'https://www.googleapis.com/compute/v1/projects/p1/zones/europe-west1-b/disks/Data2', '/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/Prod/providers/Microsoft.Network/publicIPAddresses/a1', 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08']) expect(redactor.text(plain)).toBe(plain);
});

test('an attribute passes only when it is listed and nothing is against it', () => {
  expect(redactor.attribute('aws_x', 'id', ['i-1'])).toBe('i-1');
  for (const path of ['password', 'unlisted', 'hidden']) expect(redactor.attribute('aws_x', path, ['blue'])).toMatch(/^\(redacted:[0-9a-f]{12}\)$/);
  expect(redactor.attribute('aws_x', 'id', [new SensitiveAttribute('i-1')])).not.toContain('i-1');
});

test('equal secrets stay equal under one key and differ under another', () => {
  const other = new Redactor({ key: new Uint8Array(32).fill(8), allowed: new Set(), sensitive: () => [] });
  fc.assert(fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
    expect(redactor.mark(a) === redactor.mark(b)).toBe(a === b);
    expect(other.mark(a)).not.toBe(redactor.mark(a));
  }));
});

test('names tell secrets, and names of ids of secrets do not', () => {
  for (const name of ['password', 'db.master_password', 'client_secret', 'user_data', 'connection_string', 'kube_config_raw', 'environment']) expect(isSecretName(name)).toBe(true);
  for (const name of ['tags.environment', 'user_labels.Environment', 'secret_arn', 'key_name', 'size', 'tags.Name', 'kms_key_id']) expect(isSecretName(name)).toBe(false);
});

test('replacing is quick for hostile texts', () => {
  for (const hostile of ['a'.repeat(100_000), 'x://'.repeat(20_000), '-----BEGIN '.repeat(5_000), 'eyJ'.repeat(30_000)]) expect(replaceSecrets(hostile, () => '')).toBeTypeOf('string');
});
