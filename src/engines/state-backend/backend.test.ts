import { expect, test } from 'vitest';
import type { Backend } from './backend.ts';
import { backendInCode, backendInForce, backendInitialised, placeOfBackend } from './backend.ts';

function declared(block: string, more: Record<string, string> = {}): Backend | undefined {
  return backendInCode(new Map(Object.entries({ 'main.tf': `variable "x" {}\nterraform {\n  ${block}\n}\n`, ...more }).map(([name, text]) => [name, Buffer.from(text)])));
}
const place = (block: string): unknown => placeOfBackend('infra', declared(block) as Backend);
const initialised = (type: string, config: object): Backend | undefined => backendInitialised(JSON.stringify({ version: 3, backend: { type, config, hash: 1 } }));

test('each backend leads to its place', () => {
  expect(place('backend "s3" {\n bucket = "acme-states"\n key = "net.tfstate"\n region = "eu-west-1"\n workspace_key_prefix = "ws"\n encrypt = true\n }')).toEqual({ kind: 's3', bucket: 'acme-states', key: 'net.tfstate', region: 'eu-west-1', workspacePrefix: 'ws' });
  expect(place('backend "gcs" {\n bucket = "acme-states"\n }')).toEqual({ kind: 'google', bucket: 'acme-states', prefix: '' });
  expect(place('backend "azurerm" {\n storage_account_name = "acmestates"\n container_name = "tfstate"\n key = "net"\n resource_group_name = "rg"\n }')).toEqual({ kind: 'azure', account: 'acmestates', container: 'tfstate', key: 'net' });
  expect(place('backend "http" {\n address = "https://states.example.org/net"\n }')).toEqual({ kind: 'http', url: 'https://states.example.org/net', trusted: false });
  expect(place('backend "local" {}')).toEqual({ kind: 'local', path: 'terraform.tfstate', workspaceFolder: 'terraform.tfstate.d' });
});

test('JSON and override files count as they do for Terraform', () => {
  expect(declared('', { 'backend.tf.json': '{"terraform":{"backend":{"gcs":{"bucket":"acme-states"}}}}' })).toMatchObject({ type: 'gcs', settings: { bucket: 'acme-states' } });
  expect(declared('backend "local" {}', { 'x_override.tf': 'terraform {\n  backend "gcs" {\n    bucket = "other-states"\n  }\n}\n' })).toMatchObject({ type: 'gcs', where: 'x_override.tf:2' });
  expect(declared('')).toBeUndefined();
});

test.each([
  ['a bucket that init is told', 'backend "s3" {\n key = "net"\n }', 'ROADBED-8813', /bucket is not written out/],
  ['a variable', 'backend "s3" {\n bucket = var.x\n key = "a"\n }', 'ROADBED-8813', /bucket is not/],
  ['no http address', 'backend "http" {\n address = "file:///etc/passwd"\n }', 'ROADBED-8813', /http/],
  ['another backend', 'backend "consul" {\n address = "x"\n path = "y"\n }', 'ROADBED-8814', /s3, gcs/],
  ['the cloud block', 'cloud {\n organization = "acme"\n }', 'ROADBED-8814', /s3, gcs/],
  ['an endpoint of its own', 'backend "s3" {\n bucket = "acme-states"\n key = "a"\n endpoints = { s3 = "https://evil.example" }\n }', 'ROADBED-8816', /credentials are not sent/],
  ['an endpoint of its own, the old way', 'backend "s3" {\n bucket = "acme-states"\n key = "a"\n endpoint = "https://evil.example"\n }', 'ROADBED-8816', /credentials are not sent/],
])('%s is not guessed', (_, block, code, why) => {
  expect(() => place(block)).toThrow(expect.objectContaining({ code, why: expect.stringMatching(why) as string }) as Error);
});

test('keys that stand in code are not part of the place', () => {
  expect(JSON.stringify(place('backend "s3" {\n bucket = "acme-states"\n key = "a"\n access_key = "AKIA"\n secret_key = "hunter2"\n }'))).not.toMatch(/AKIA|hunter2/);
});

test('the last init completes the code, and must not contradict it', () => {
  const code = declared('backend "s3" {\n key = "net"\n }');
  const init = initialised('s3', { bucket: 'acme-states', key: 'net', region: null, secret_key: 'hunter2', endpoints: { s3: null }, encrypt: true });
  expect(placeOfBackend('infra', backendInForce('infra', code, init) as Backend)).toEqual({ kind: 's3', bucket: 'acme-states', key: 'net', workspacePrefix: 'env:' });
  expect(() => backendInForce('infra', code, initialised('s3', { bucket: 'acme-states', key: 'other' }))).toThrow(expect.objectContaining({ code: 'ROADBED-8815', why: expect.stringContaining('key differs') as string }) as Error);
  expect(() => backendInForce('infra', code, initialised('gcs', { bucket: 'acme-states' }))).toThrow(expect.objectContaining({ code: 'ROADBED-8815' }) as Error);
  expect(backendInForce('infra', undefined, init)).toBe(init);
});

test('a broken file of init is none', () => {
  for (const text of ['', 'nonsense', '[]', '{"backend":7}', '{"backend":{"config":{}}}', '{"version":3}']) expect(backendInitialised(text)).toBeUndefined();
});
