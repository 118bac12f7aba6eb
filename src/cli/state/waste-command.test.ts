/** `roadbed state` as people run it: real files, a real server, all formats; and no secret in any of them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { localPlatform } from '../../app/local-platform.ts';
import { runProgram } from '../program.ts';
import { STATE_FORMATS } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-state-'));
const servers: Server[] = [];
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const server of servers) server.close();
});

const AWS = 'provider["registry.terraform.io/hashicorp/aws"]';
const resource = (type: string, name: string, attributes: object, more: object = {}): object => ({ mode: 'managed', type, name, provider: AWS, instances: [{ attributes }], ...more });
const stateText = (resources: object[], more: object = {}): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'l', outputs: {}, resources, ...more });

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function roadbed(words: string[], environment: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { out: '', err: '' };
  streams.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  streams.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  const code = await runProgram(['state', ...words], { ...streams, environment }, localPlatform());
  await new Promise((done) => setImmediate(done));
  return { code, ...texts };
}

const ADDRESS = resource('aws_eip', 'a', { id: 'eipalloc-0aaaaaa1', public_ip: '203.0.113.7' });

test('finds an address that nothing has, and not when another state has it', async () => {
  const one = file('one/net.tfstate', stateText([ADDRESS], { lineage: 'one' }));
  const two = file('two/app.tfstate', stateText([resource('aws_nat_gateway', 'n', { id: 'nat-0aaaaaa1', allocation_id: 'eipalloc-0aaaaaa1' }), resource('aws_route', 'r', { nat_gateway_id: 'nat-0aaaaaa1' })], { lineage: 'two' }));
  const alone = await roadbed([one, '--format', 'json']);
  expect(alone.code).toBe(0);
  const { findings, coverage } = JSON.parse(alone.out) as { findings: { rule: string; sentence: string; saving: { known: boolean } }[]; coverage: { resources: number } };
  expect(findings).toMatchObject([{ rule: 'waste.aws.elastic-ip-unassociated', saving: { known: true }, sentence: expect.stringContaining('in the states given') }]);
  expect(coverage.resources).toBe(1);
  expect((JSON.parse((await roadbed([one, two, '--format', 'json'])).out) as { findings: unknown[] }).findings).toEqual([]);
});

test('reads every state below a folder, names roots and workspaces, and leaves backups and .terraform alone', async () => {
  file('estate/net/terraform.tfstate', stateText([ADDRESS], { lineage: 'a' }));
  file('estate/app/terraform.tfstate.d/prod/terraform.tfstate', stateText([ADDRESS], { lineage: 'b' }));
  file('estate/app/.terraform/terraform.tfstate', '{"version":3,"backend":{}}');
  file('estate/net/terraform.tfstate.backup', 'not json');
  const { out } = await roadbed([join(folder, 'estate'), '--format', 'json']);
  const { findings, coverage } = JSON.parse(out) as { findings: { subject: { reference: string } }[]; coverage: { inputs: number } };
  expect(coverage.inputs).toBe(2);
  expect(findings.map((finding) => finding.subject.reference)).toEqual(['v1:terraform:app#prod#aws_eip.a', 'v1:terraform:net#default#aws_eip.a']);
});

test('--fail-on answers 5 from that severity on; an accepted finding does not count until its day is over', async () => {
  const one = file('gate/net.tfstate', stateText([ADDRESS]));
  expect((await roadbed([one, '--fail-on', 'medium'])).code).toBe(5);
  expect((await roadbed([one, '--fail-on', 'high'])).code).toBe(0);
  const accepted = (until: string): string => file(`gate/${until}.yaml`, `suppressions:\n  - {rule: waste.aws.elastic-ip-unassociated, address: 'aws_eip.*', reason: in a partner's firewall, until: '${until}'}\n`);
  expect((await roadbed([one, '--fail-on', 'medium', '--suppress', accepted('2999-01-01')])).code).toBe(0);
  const expired = await roadbed([one, '--fail-on', 'medium', '--suppress', accepted('2020-01-01')]);
  expect([expired.code, expired.err]).toEqual([5, expect.stringContaining('expired on 2020-01-01')]);
  expect((await roadbed([one, '--suppress', file('gate/bad.yaml', 'suppressions: [{rule: x}]')])).err).toContain('ROADBED-8202');
  expect((await roadbed([one, '--suppress', join(folder, 'none.yaml')])).err).toContain('ROADBED-8201');
});

test('a broken state is told and the rest is printed, with 8; alone it is an error; older serials are left out', async () => {
  const good = file('mixed/good.tfstate', stateText([ADDRESS], { lineage: 'x', serial: 2 }));
  file('mixed/bad.tfstate', stateText([ADDRESS]).slice(0, 80));
  file('mixed/older.tfstate', stateText([ADDRESS, resource('aws_nat_gateway', 'n', { allocation_id: 'eipalloc-0aaaaaa1' })], { lineage: 'x', serial: 1 }));
  const both = await roadbed([join(folder, 'mixed'), '--format', 'csv']);
  expect(both.code).toBe(8);
  expect(both.out).toContain('aws_eip.a');
  expect(both.err).toMatch(/bad.tfstate cannot be read/);
  expect(both.err).toMatch(/older.tfstate is serial 1 of the same state/);
  expect((await roadbed([join(folder, 'mixed/bad.tfstate')])).err).toContain('ROADBED-8050');
  expect((await roadbed([good])).code).toBe(0);
  expect((await roadbed([file('empty/readme.txt', ''), join(folder, 'empty')])).err).toContain('ROADBED-8204');
});

test('says file and line when the code is given', async () => {
  file('code/main.tf', 'resource "aws_vpc" "main" {\n  cidr_block = "10.0.0.0/16"\n}\n\nresource "aws_eip" "a" {\n  domain = "vpc"\n}\n');
  const one = file('with-code/net.tfstate', stateText([ADDRESS]));
  const { out } = await roadbed([one, '--code', join(folder, 'code'), '--format', 'json']);
  const { findings } = JSON.parse(out) as { findings: { rule: string; location?: { file: string; line: number } }[] };
  expect(findings.find((finding) => finding.rule === 'waste.aws.elastic-ip-unassociated')?.location).toMatchObject({ file: expect.stringContaining('main.tf'), line: 5 });
});

test('--patch writes what git apply takes, --format patch prints it, and both need the code', async () => {
  file('patched/main.tf', 'variable "kind" {\n  default = "gp2"\n}\n\nresource "aws_ebs_volume" "a" {\n  availability_zone = "eu-west-1a"\n  size              = 100\n  type              = var.kind\n  password          = "hunter2"\n}\n\nresource "aws_eip" "a" {}\n');
  const one = file('with-patch/net.tfstate', stateText([ADDRESS, resource('aws_ebs_volume', 'a', { id: 'vol-0aaaaaa1', type: 'gp2', size: 100, availability_zone: 'eu-west-1a' }), resource('aws_volume_attachment', 'a', { volume_id: 'vol-0aaaaaa1' })]));
  const patch = join(folder, 'with-patch/all.patch');
  const { out, err } = await roadbed([one, '--code', join(folder, 'patched'), '--patch', patch, '--format', 'json']);
  const { findings } = JSON.parse(out) as { findings: { rule: string; fix: { text: string; patch?: string } }[] };
  expect(findings.find((finding) => finding.rule === 'waste.aws.volume-gp2')?.fix).toMatchObject({ note: expect.stringContaining('the default of var.kind'), patch: expect.stringContaining('+  default = "gp3"') });
  expect(err).toMatch(/The patch settles 2 of the findings and saves \d+\.\d\d USD a month/);
  execFileSync('git', ['apply', patch], { cwd: join(folder, 'patched'), env: { ...process.env, GIT_CEILING_DIRECTORIES: folder } });
  expect(readFileSync(join(folder, 'patched/main.tf'), 'utf8')).not.toMatch(/gp2|aws_eip/);
  expect(out + readFileSync(patch, 'utf8')).not.toContain('hunter2');
  expect((await roadbed([one, '--code', join(folder, 'code'), '--format', 'patch'])).out).toContain('--- a/main.tf');
  expect((await roadbed([one, '--format', 'patch'])).err).toContain('ROADBED-8870');
});

async function served(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('reads an http backend with its password, which it gives to no other host and prints nowhere', async () => {
  const seen: (string | undefined)[] = [];
  const address = await served((request, response) => {
    seen.push(request.headers.authorization);
    if (request.url?.startsWith('/moved') === true) response.writeHead(302, { location: 'http://localhost:9/state' }).end();
    else if (request.url?.startsWith('/state') === true) response.end(stateText([ADDRESS]));
    else response.writeHead(401).end();
  });
  const password = 'hunter2-very-long';
  const good = await roadbed([`${address}/state?token=${password}`, '--format', 'json'], { TF_HTTP_USERNAME: 'ci', TF_HTTP_PASSWORD: password });
  expect(good.code).toBe(0);
  expect(seen[0]).toBe(`Basic ${Buffer.from(`ci:${password}`).toString('base64')}`);
  expect(good.out + good.err).not.toContain(password);
  expect(good.out).toContain('waste.aws.elastic-ip-unassociated');
  const moved = await roadbed([`${address}/moved`]);
  expect([moved.code, moved.err]).toEqual([4, expect.stringContaining('ROADBED-8207')]);
  expect((await roadbed([`${address}/closed`])).code).toBe(3);
  expect((await roadbed(['http://127.0.0.1:9/state'])).err).toContain('ROADBED-8206');
});

const SECRETS = ['AKIAIOSFODNN7EXAMPLQ', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY9z', '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----', 'postgres://app:S3cr3tPassw0rd@db.internal/app'];

/** Everything that a state can hold a text in holds `secret`. */
function planted(secret: string): string {
  const attributes = { id: `vol-${secret}`, type: 'gp2', size: 10, name: secret, availability_zone: secret, password: secret, user_data: secret, arn: secret, instance_type: `m4.${secret}`, runtime: secret, public_ip: secret, tags: { Name: secret, [secret]: 'x' }, nested: [{ deep: { token: secret, list: [secret] } }], engine: 'postgres', engine_version: '12.1', instance_state: 'stopped', status: 'EXPIRED', domain_name: secret, status_reason: secret };
  const types = ['aws_ebs_volume', 'aws_eip', 'aws_instance', 'aws_acm_certificate', 'aws_db_instance', 'aws_security_group', 'aws_iam_role', 'aws_kms_key', 'aws_secretsmanager_secret', 'aws_launch_template', secret];
  const resources = types.map((type) => ({ module: `module.x["${secret.replaceAll('\n', '\\n')}"]`, mode: 'managed', type, name: secret, provider: `provider["${secret}"]`, each: secret, instances: [{ index_key: secret, status: secret, schema_version: 1, attributes, sensitive_attributes: [[{ type: 'get_attr', value: 'name' }]], private: Buffer.from(secret).toString('base64'), dependencies: [secret], identity: { secret } }, { index_key: 'second', deposed: secret, attributes_flat: { id: secret, password: secret } }] }));
  return JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: secret, outputs: { [secret]: { value: `vol-${secret}`, type: 'string' }, plain: { value: { a: [secret] }, type: 'string', sensitive: true } }, resources, check_results: [{ object_kind: secret }] });
}

test.each(SECRETS)('a secret in every position of a state is in no output: %s', async (secret) => {
  const path = file('secret/net.tfstate', planted(secret));
  const broken = file('secret/broken.tfstate', planted(secret).replace(/\]\}$/, ''));
  const core = secret.split('\n')[1] ?? (secret.includes('://') ? 'S3cr3tPassw0rd' : secret);
  let looked = 0;
  for (const format of STATE_FORMATS.filter((one) => one !== 'patch')) {
    const { code, out, err } = await roadbed([path, '--format', format, '--debug']);
    expect(code).toBe(0);
    expect(out.length).toBeGreaterThan(100);
    expect(out, format).not.toContain(core);
    expect(err, format).not.toContain(core);
    looked += 1;
  }
  const failed = await roadbed([broken, '--debug']);
  expect(failed.code).toBe(1);
  expect(failed.out + failed.err).not.toContain(core);
  const out = join(folder, 'secret/report.html');
  await roadbed([path, '--format', 'html', '--out', out]);
  expect(readFileSync(out, 'utf8')).not.toContain(core);
  expect(looked).toBe(STATE_FORMATS.length - 1);
});
