/**
 * Secrets of every known form, planted in every position of everything that `roadbed state` reads, are in nothing
 * that it says: no format, no message, no stack trace, no file. A secret that only its name gives away (a plain
 * password) is planted where a name does.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { localPlatform } from '../../app/local-platform.ts';
import { PlatformError } from '../../domain/error.ts';
import { runProgram } from '../program.ts';
import { STATE_FORMATS } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-secrets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const platform = localPlatform();

interface Secret {
  /** As it is planted. */
  text: string;
  /** The part that must be nowhere. */
  core: string;
}

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const ALNUM = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const whole = (text: fc.Arbitrary<string>): fc.Arbitrary<Secret> => text.map((one) => ({ text: one, core: one }));
/** Random as keys are; made of a number, so that there is nothing to shrink. */
function spelled(seed: number, alphabet: string, length: number): string {
  return [...createHash('sha512').update(String(seed)).digest(), ...createHash('sha512').update(`${seed} again`).digest()].slice(0, length).map((byte) => alphabet[byte % alphabet.length]).join('');
}
/** Small and large letters and digits at its start, as keys of that length nearly always have. */
const key = (length: number): fc.Arbitrary<string> => fc.nat().map((seed) => `aB3${spelled(seed, ALNUM, length - 3)}`);
const FORMS: fc.Arbitrary<Secret> = fc.oneof(
  whole(fc.nat().map((seed) => `AKIA${spelled(seed, UPPER, 16)}`)),
  whole(key(40)),
  whole(fc.tuple(key(36), key(43)).map(([payload, signature]) => `eyJhbGciOiJIUzI1NiJ9.${payload}.${signature}`)),
  whole(key(36).map((text) => `ghp_${text}`)),
  whole(key(26).map((text) => `hvs.${text}`)),
  key(60).map((text) => ({ text: `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`, core: text })),
  key(14).map((text) => ({ text: `postgres://app:${text}@db.internal:5432/app`, core: text })),
  key(40).map((text) => ({ text: `DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=${text}==;EndpointSuffix=core.windows.net`, core: text })),
);
const asJson = ({ text, core }: Secret): Secret => ({ text: JSON.stringify({ service: 'x', token: text }), core: JSON.stringify(core).slice(1, -1) });
const SECRETS = fc.oneof({ weight: 3, arbitrary: FORMS }, { weight: 1, arbitrary: FORMS.map(asJson) });

/** Types that many rules show attributes of, and attributes that make rules find them. */
const FOUND = { type: 'gp2', size: 10, instance_type: 'm4.large', runtime: 'nodejs12.x', engine: 'postgres', engine_version: '12.1', instance_state: 'stopped', status: 'EXPIRED', retention_in_days: 0, monitoring: true, id: 'vol-0aaaaaaa1', arn: 'arn:aws:x:eu-west-1:1:y/1', name: 'n' };
const TYPES = ['aws_ebs_volume', 'aws_eip', 'aws_instance', 'aws_acm_certificate', 'aws_db_instance', 'aws_security_group', 'aws_iam_role', 'aws_kms_key', 'aws_secretsmanager_secret', 'aws_cloudwatch_log_group', 'aws_lambda_function', 'google_compute_disk', 'azurerm_managed_disk'];
const SHOWN = ['name', 'id', 'arn', 'public_ip', 'domain_name', 'function_name', 'identifier', 'availability_zone', 'runtime', 'instance_type', 'storage_account_type', 'labels', 'user_data', 'user_data_base64', 'metadata', 'connection_string', 'description', 'deeply_nested', 'policy', 'tags'];

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };
type Place = (secret: string) => { state: Json };
const instance = (attributes: Json, more: { [name: string]: Json } = {}): Json => ({ schema_version: 0, attributes, ...more });
const resource = (type: string, more: { [name: string]: Json } = {}): { [name: string]: Json } => ({ mode: 'managed', type, name: 'a', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [instance(FOUND)], ...more });
const document = (resources: Json[], more: { [name: string]: Json } = {}): Json => ({ version: 4, terraform_version: '1.9.0', serial: 3, lineage: 'l', outputs: {}, resources, ...more });
const all = (more: (type: string) => { [name: string]: Json }): Json[] => TYPES.map((type) => resource(type, more(type)));
const values: ((secret: string) => Json)[] = [
  (secret) => secret,
  (secret) => `before ${secret} after`,
  (secret) => [secret, { deep: [{ [secret]: 'x', deeper: secret }] }],
  (secret) => JSON.stringify({ env: [{ name: 'TOKEN', value: secret }] }),
  (secret) => `#!/bin/sh\nexport TOKEN='${secret}'\n`,
  (secret) => Buffer.from(`#!/bin/sh\nexport TOKEN='${secret}'\n`).toString('base64'),
];
const inAttributes: Place[] = SHOWN.flatMap((name) => values.map((value): Place => (secret) => ({ state: document(all(() => ({ instances: [instance({ ...FOUND, [name]: value(secret) })] }))) })));
const around: Place[] = [
  (secret) => ({ state: document(all(() => ({ instances: [instance({ ...FOUND, [secret]: 'x', tags: { [secret]: 'x', Name: secret } })] }))) }),
  (secret) => ({ state: document(all(() => ({ name: secret, module: `module.m[${JSON.stringify(secret)}]` }))) }),
  (secret) => ({ state: document(all(() => ({ instances: [instance(FOUND, { index_key: secret })] }))) }),
  (secret) => ({ state: document(all(() => ({ instances: [instance(FOUND, { private: Buffer.from(secret).toString('base64'), dependencies: [secret], status: secret, deposed: secret, identity: { id: secret }, sensitive_attributes: [[{ type: 'get_attr', value: 'name' }]] }), instance(FOUND)] }))) }),
  (secret) => ({ state: document([resource(secret), resource('aws_eip', { provider: secret, each: secret, mode: secret })]) }),
  (secret) => ({ state: document(all(() => ({})), { lineage: secret, terraform_version: secret, outputs: { [secret]: { value: 'vol-0aaaaaaa1', type: 'string' }, handed: { value: { a: [secret], id: 'vol-0aaaaaaa1' }, type: 'string' } }, check_results: [{ object_kind: secret, config_addr: secret }] }) }),
  (secret) => ({ state: document(all(() => ({})), { version: secret }) }),
  (secret) => ({ state: document(all(() => ({})), { serial: secret, outputs: secret, resources: secret }) }),
  (secret) => ({ state: document([secret, { instances: secret }, resource('aws_eip', { instances: [secret, { attributes: secret }] })]) }),
  (secret) => ({ state: { [secret]: secret } }),
];
const flat: Place[] = [
  (secret) => ({ state: { version: 3, terraform_version: '0.11.14', serial: 1, lineage: secret, modules: [{ path: ['root', secret], outputs: { [secret]: { value: secret, type: 'string', sensitive: false } }, resources: { 'aws_ebs_volume.a': { type: 'aws_ebs_volume', depends_on: [secret], primary: { id: secret, attributes: { id: secret, type: 'gp2', size: '10', 'tags.%': '1', 'tags.Name': secret, [`tags.${secret}`]: 'x', 'list.#': '1', 'list.0.deep': secret, password: secret }, meta: { [secret]: secret } }, deposed: [], provider: secret }, [`aws_eip.${secret}`]: { type: 'aws_eip', primary: { id: 'eipalloc-0aaaaaa1', attributes: { id: 'eipalloc-0aaaaaa1', public_ip: secret } } } } }] } }),
  (secret) => ({ state: { format_version: '1.0', terraform_version: '1.9.0', values: { outputs: { [secret]: { value: secret, sensitive: false } }, root_module: { resources: [{ address: `aws_ebs_volume.a[${JSON.stringify(secret)}]`, mode: 'managed', type: 'aws_ebs_volume', name: 'a', index: secret, values: { ...FOUND, availability_zone: secret, [secret]: secret }, sensitive_values: { name: true } }], child_modules: [{ address: `module.${secret}`, resources: [] }] } } } }),
];
const PLACES: Place[] = [...inAttributes, ...around, ...flat];

interface Run {
  code: number;
  said: string;
}

function file(name: string, content: Json | string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function roadbed(...words: string[]): Promise<Run> {
  return await roadbedOn(platform, ...words);
}

async function roadbedOn(on: typeof platform, ...words: string[]): Promise<Run> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  let said = '';
  for (const stream of Object.values(streams)) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await runProgram(['state', ...words, '--debug'], { ...streams, environment: {} }, on);
  await new Promise((done) => setImmediate(done));
  return { code, said };
}

/** A text is looked for as it is, and as JSON and HTML write it. */
function tells(said: string, { core }: Secret): boolean {
  return said.includes(core) || said.includes(JSON.stringify(core).slice(1, -1)) || said.includes(core.replaceAll('&', '&amp;').replaceAll('"', '&quot;'));
}

const OPTIONS = { numRuns: 12, seed: 20261122, endOnFailure: true };

test('in a state of any kind, anywhere in it, in any format', async () => {
  let findings = 0;
  await fc.assert(fc.asyncProperty(SECRETS, fc.constantFrom(...PLACES), fc.constantFrom(...STATE_FORMATS.filter((format) => format !== 'patch')), async (secret, place, format) => {
    const { said } = await roadbed(file('one/a.tfstate', place(secret.text).state), '--format', format);
    if (said.includes('waste.')) findings += 1;
    expect(said.length).toBeGreaterThan(20);
    expect(tells(said, secret), said.slice(0, 3000)).toBe(false);
  }), OPTIONS);
  expect(findings).toBeGreaterThan(5);
}, 60_000);

test('in every position once, in the format that tells most', async () => {
  const secret = { text: 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', core: '16C7e42F292c6912E7710c838347Ae178B4a' };
  const attributes = TYPES.map((type) => resource(type, { instances: SHOWN.flatMap((name) => values.map((value, at) => instance({ ...FOUND, [name]: value(secret.text) }, { index_key: `${name}-${at}` }))) }));
  const everywhere: Place[] = [() => ({ state: document(attributes) }), ...around, ...flat];
  for (const place of everywhere) expect(tells((await roadbed(file('each/a.tfstate', place(secret.text).state), '--format', 'json')).said, secret), JSON.stringify(place('SECRET').state).slice(0, 400)).toBe(false);
}, 60_000);

test('in a state that is cut off or damaged anywhere: messages and stack traces', async () => {
  await fc.assert(fc.asyncProperty(FORMS, fc.constantFrom(...around, ...flat, inAttributes[0] as Place), fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom('', '}', '\u0000', '"', ',,', 'x'), async (secret, place, at, wrong) => {
    const text = JSON.stringify(place(secret.text).state);
    const cut = Math.floor(text.length * at);
    expect(tells((await roadbed(file('cut/a.tfstate', text.slice(0, cut) + wrong))).said, secret)).toBe(false);
    expect(tells((await roadbed(file('cut/a.tfstate', text.slice(0, cut) + wrong + text.slice(cut)))).said, secret)).toBe(false);
  }), OPTIONS);
});

const plain = document([resource('aws_instance', { instances: [instance({ ...FOUND, id: 'i-0aaaaaaaaaa', ami: 'ami-1', tags: { Name: 'web' }, user_data: 'old', password: 'before' })] })]);

test('in history, plan, inventory and code: everything that drift is told from', async () => {
  await fc.assert(fc.asyncProperty(FORMS, fc.constantFrom('history', 'plan', 'json', 'csv', 'code', 'names'), fc.constantFrom(...STATE_FORMATS), async (secret, input, format) => {
    const state = file('drift/now.tfstate', plain);
    const { text } = secret;
    const before = { ...FOUND, id: 'i-0aaaaaaaaaa', ami: text, tags: { Name: text, [text]: text }, user_data: text, instance_type: text, password: text, list: [{ deep: text }] };
    const given: Record<typeof input, () => string[]> = {
      history: () => ['--history', file('drift/before.tfstate', document([resource('aws_instance', { instances: [instance(before), instance(before, { index_key: text })] })], { serial: 2 }))],
      plan: () => ['--plan', file('drift/plan.json', { format_version: '1.2', terraform_version: '1.9.0', planned_values: { outputs: { [text]: { value: text } } }, resource_changes: [], configuration: {}, variables: { v: { value: text } }, resource_drift: [{ address: `aws_instance.a[${JSON.stringify(text)}]`, mode: 'managed', type: 'aws_instance', name: 'a', index: text, change: { actions: ['update'], before, after: { ...before, ami: 'ami-2', tags: {}, user_data: `x${text}`, instance_type: 'b', list: [], password: 'y' }, before_sensitive: {}, after_sensitive: {} } }] })],
      json: () => ['--inventory', file('drift/inventory.json', { configurationItems: [{ resourceType: 'AWS::EC2::Instance', resourceId: 'i-0aaaaaaaaaa', awsRegion: 'eu-west-1', configuration: { instanceType: text, imageId: text }, tags: { Name: text, [text]: text } }, { resourceType: 'AWS::EC2::Instance', resourceId: text, awsRegion: text, awsAccountId: text }] })],
      csv: () => ['--inventory', file('drift/inventory.csv', `arn,type,region,name\n"arn:aws:ec2:eu-west-1:1:instance/${text.replaceAll('"', '')}","ec2:instance","${text.replaceAll('"', '')}","x"\n`)],
      code: () => ['--code', dirname(file('drift/code/main.tf', `variable "v" {\n  default = ${JSON.stringify(text)}\n}\nresource "aws_instance" "a" {\n  ami           = ${JSON.stringify(text)}\n  instance_type = var.v\n  user_data     = ${JSON.stringify(text)}\n  tags = {\n    Name = ${JSON.stringify(text)}\n  }\n}\nresource "aws_ebs_volume" "b" {\n  for_each = toset([${JSON.stringify(text)}])\n  snapshot_id = each.key\n}\n`))],
      names: () => ['--inventory', file('drift/inventory.json', { Resources: [{ Arn: `arn:aws:ec2:eu-west-1:1:instance/${text}`, ResourceType: text, Properties: [{ Name: 'tags', Data: [{ Key: text, Value: text }] }] }] })],
    };
    const words = given[input]();
    if (format === 'patch' && input !== 'code') return;
    const { said } = await roadbed(state, ...words, '--format', format);
    expect(tells(said, secret), `${input} ${said.slice(0, 3000)}`).toBe(false);
  }), { ...OPTIONS, numRuns: 20 });
}, 60_000);

test('a plain password is hidden by its name alone: attributes, outputs, addresses with a user', async () => {
  const secret = { text: 'correct-horse', core: 'correct-horse' };
  const state = document(all(() => ({ instances: [instance({ ...FOUND, password: secret.text, db: [{ master_password: secret.text }], connection_string: `Server=x;Password=${secret.text}`, url: `https://ci:${secret.text}@git.example/x`, environment: [{ variables: { DB_PASSWORD: secret.text } }], kube_config: [{ client_key: secret.text }] })] })), { outputs: { password: { value: secret.text, type: 'string', sensitive: true } } });
  const now = file('named/now.tfstate', state);
  const other = file('named/before.tfstate', JSON.stringify(state).replaceAll(secret.text, 'other-words').replace('"serial":3', '"serial":2'));
  for (const format of STATE_FORMATS.filter((one) => one !== 'patch')) expect(tells((await roadbed(now, '--history', other, '--format', format)).said, secret), format).toBe(false);
}, 60_000);

test('in a crash: whatever breaks while a state is looked at, and quotes it', async () => {
  const secret = { text: 'ghp_16C7e42F292c6912E7710c838347Ae178B4c', core: '16C7e42F292c6912E7710c838347Ae178B4c' };
  const state = file('crash/a.tfstate', plain);
  const broken = (fault: unknown): typeof platform => ({ ...platform, infrastructure: { ...platform.infrastructure, rules: async () => await Promise.reject(fault) } });
  const faults = [new Error(`broken at ${secret.text}`), new TypeError(`x ${secret.text}`, { cause: new Error(secret.text) }), secret.text, new PlatformError({ code: 'ROADBED-6000', class: 'failed', message: secret.text, why: secret.text, next: secret.text, detail: secret.text })];
  for (const fault of faults) {
    const { code, said } = await roadbedOn(broken(fault), state);
    expect(code).not.toBe(0);
    expect(said).toContain('ROADBED-6000');
    expect(tells(said, secret), said).toBe(false);
  }
});

test('nothing but what was asked for is written: neither beside the state nor in the folder for temporary files', async () => {
  const text = 'ghp_16C7e42F292c6912E7710c838347Ae178B4b';
  const state = file('files/a.tfstate', document(all(() => ({ instances: [instance({ ...FOUND, tags: { Name: text } })] }))));
  const out = join(folder, 'files/report.html');
  await roadbed(state, '--format', 'html', '--out', out);
  expect(readdirSync(join(folder, 'files')).sort()).toEqual(['a.tfstate', 'report.html']);
  expect(readFileSync(out, 'utf8')).not.toContain(text);
  await roadbed(state, '--code', folder, '--write-baseline', join(folder, 'files/baseline.json'), '--history', file('files/b.tfstate', document([], { serial: 2 })));
  for (const name of readdirSync(join(folder, 'files')).filter((one) => !one.endsWith('.tfstate'))) expect(readFileSync(join(folder, 'files', name), 'utf8'), name).not.toContain(text);
}, 60_000);
