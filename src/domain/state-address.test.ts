import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isStateAddress, parseStateAddress, shownStateAddress } from './state-address.ts';

test('the addresses of the three clouds are read with their settings', () => {
  expect(parseStateAddress('s3://acme-states/net/terraform.tfstate?region=eu-west-1&profile=ops&workspace_key_prefix=ws&endpoint=https://minio.example.org/')).toEqual({ kind: 's3', bucket: 'acme-states', key: 'net/terraform.tfstate', region: 'eu-west-1', profile: 'ops', workspacePrefix: 'ws', endpoint: 'https://minio.example.org' });
  expect(parseStateAddress('s3://acme-states')).toEqual({ kind: 's3', bucket: 'acme-states', key: '', workspacePrefix: 'env:' });
  expect(parseStateAddress('gs://acme_states.eu/net')).toEqual({ kind: 'google', bucket: 'acme_states.eu', prefix: 'net' });
  expect(parseStateAddress('azurerm://acmestates/tfstate/a/b.tfstate')).toEqual({ kind: 'azure', account: 'acmestates', container: 'tfstate', key: 'a/b.tfstate' });
});

test('an https address of an Azure blob is one of Azure, unless it carries a signature of its own', () => {
  expect(parseStateAddress('https://acmestates.blob.core.windows.net/tfstate/a%20b.tfstate')).toEqual({ kind: 'azure', account: 'acmestates', container: 'tfstate', key: 'a b.tfstate', endpoint: 'https://acmestates.blob.core.windows.net' });
  expect(parseStateAddress('https://acmestates.blob.core.windows.net/tfstate/a.tfstate?sv=1&sig=abc')).toMatchObject({ kind: 'http' });
  expect(parseStateAddress('https://acmestates.blob.core.windows.net.evil.example/tfstate/a.tfstate')).toMatchObject({ kind: 'http' });
});

test('what is printed of an address has no user, no password and no query', () => {
  const shown = shownStateAddress(parseStateAddress('https://ci:hunter2@states.example.org/network?token=hunter3'));
  expect(shown).toBe('https://states.example.org/network');
});

test.each(['s3://', 's3://A/b', 's3://bucket/k?secret_key=hunter2', 's3://bucket/k?endpoint=file:///etc/passwd', 's3://bucket/k?endpoint=https://u:hunter2@host', 's3://bucket/a\nb', `s3://bucket/${'k'.repeat(1025)}`, 'gs://Bucket/x', 'azurerm://acc-ount/tfstate/a', 'azurerm://account/', 'azurerm://account/-x-/a', 'https://'])('%j is refused by name, and nothing of its query is repeated', (text) => {
  const refusal = (() => {
    try {
      parseStateAddress(text);
    } catch (error) {
      return error as { code: string };
    }
    return undefined;
  })();
  expect(refusal).toMatchObject({ code: 'ROADBED-8801' });
  expect(JSON.stringify(refusal)).not.toContain('hunter2');
});

test('paths of this machine are no addresses', () => {
  for (const path of ['.', 'infra', 's3/states', './s3:/x', 'C:\\states', '-', 'network.tfstate']) expect(isStateAddress(path)).toBe(false);
});

test('law: an address as it is printed means the same place', () => {
  const bucket = fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,40}[a-z0-9]$/);
  const key = fc.array(fc.stringMatching(/^[\w.:=+@ -]{1,20}$/), { minLength: 1, maxLength: 5 }).map((steps) => steps.join('/'));
  fc.assert(
    fc.property(fc.constantFrom('s3', 'gs', 'azurerm'), bucket, key, (scheme, name, path) => {
      const text = scheme === 'azurerm' ? `azurerm://acmestates/${name}/${path}` : `${scheme}://${name}/${path}`;
      const address = parseStateAddress(text);
      expect(shownStateAddress(address)).toBe(text);
      expect(parseStateAddress(shownStateAddress(address))).toEqual(address);
    }),
  );
});

test('law: any text is an address or refused by name', () => {
  fc.assert(
    fc.property(fc.constantFrom('s3://', 'gs://', 'azurerm://', 'https://', 'http://'), fc.string({ unit: 'binary', maxLength: 60 }), (scheme, rest) => {
      try {
        expect(parseStateAddress(scheme + rest).kind).toMatch(/^(s3|google|azure|http)$/);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ROADBED-8801' });
      }
    }),
  );
});
