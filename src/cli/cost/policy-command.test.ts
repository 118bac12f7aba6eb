/** `roadbed cost --policy` as people run it: a folder of code, a file of policies, every format, exit codes. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, expect, test } from 'vitest';
import { localPlatform } from '../../app/local-platform.ts';
import { runProgram } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'roadbed-policy-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function roadbed(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const texts = { out: '', err: '' };
  streams.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString()));
  streams.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString()));
  const code = await runProgram(['cost', ...words], { ...streams, environment: {} }, localPlatform());
  await new Promise((done) => setImmediate(done));
  return { code, ...texts };
}

const policies = (...all: string[]): string => `schemaVersion: 1\npolicies:\n${all.map((one) => `  - ${one}\n`).join('')}`;
const gateways = (count: number): string => `provider "aws" {\n  region = "eu-west-1"\n}\nresource "aws_nat_gateway" "out" {\n  count     = ${count}\n  subnet_id = "subnet-1"\n  tags      = { team = "net<b>" }\n}\n`;
const strange = 'resource "aws_strange_thing" "x" {}\n';

test('a policy that denies refuses with 5 and stands in every format; one that warns does not refuse', async () => {
  const infra = dirname(file('infra/main.tf', gateways(3)));
  const deny = file('deny.yaml', policies('{id: few-gateways, title: At most two NAT gateways, expression: "resources.filter(r, r.type == \'aws_nat_gateway\').size() <= 2", enforcement: deny}', '{id: cheap, expression: total.monthly <= 100, enforcement: deny, message: "{total.monthly} USD a month is above 100"}'));
  const table = await roadbed(infra, '--policy', deny);
  expect(table.code).toBe(5);
  expect(table.err).toContain('policy few-gateways is violated (deny): At most two NAT gateways does not hold');
  expect(table.err).toContain('policy cheap is violated (deny): 105.12 USD a month is above 100');
  expect((await roadbed(infra, '--policy', deny, '--format', 'markdown')).out).toContain('- policy cheap is violated (deny): 105.12 USD a month is above 100');
  expect((await roadbed(infra, '--policy', deny, '--format', 'html')).out).toContain('<li class="over">policy cheap is violated (deny): 105.12 USD a month is above 100</li>');
  const document = JSON.parse((await roadbed(infra, '--policy', deny, '--format', 'json')).out) as { policies: { id: string; status: string }[]; findings: { rule: string; area: string }[] };
  expect(document.policies.map(({ id, status }) => [id, status])).toEqual([['few-gateways', 'violated'], ['cheap', 'violated']]);
  expect(document.findings).toMatchObject([{ rule: 'cost.policy.cheap', area: 'cost' }, { rule: 'cost.policy.few-gateways', area: 'cost' }]);
  const sarif = JSON.parse((await roadbed(infra, '--policy', deny, '--format', 'sarif')).out) as { runs: { results: { ruleId: string }[] }[] };
  expect(sarif.runs[0]?.results.map((one) => one.ruleId)).toEqual(['cost.policy.cheap', 'cost.policy.few-gateways']);
  const warn = file('warn.yaml', policies('{id: cheap, expression: resource.monthly <= 10, enforcement: warn, message: "{resource.address} of {resource.team} costs {resource.monthly}"}'));
  const warned = await roadbed(infra, '--policy', warn, '--format', 'html');
  expect([warned.code, warned.out]).toEqual([0, expect.stringContaining('aws_nat_gateway.out[0] of net&lt;b&gt; costs 35.04') as string]);
});

test('an unknown price is a result of its own, which refuses where that is asked for', async () => {
  const infra = dirname(file('vague/main.tf', gateways(1) + strange));
  const told = await roadbed(infra, '--policy', file('limit.yaml', policies('{id: limit, expression: total.monthly <= 100, enforcement: deny}')));
  expect(told.code).toBe(0);
  expect(told.err).toContain('policy limit is undecided (warn): it cannot be told whether "limit" holds: the cost of one resource is not known: aws_strange_thing.x');
  expect((await roadbed(infra, '--policy', file('strict.yaml', policies('{id: limit, expression: total.monthly <= 100, enforcement: warn, onUnknown: deny}')))).code).toBe(5);
});

test('a policy on the change sees what was added, and that what is unknown on both sides did not change', async () => {
  const before = dirname(file('before/main.tf', gateways(1) + strange));
  const after = dirname(file('after/main.tf', gateways(2) + strange));
  const policy = file('change.yaml', policies('{id: growth, expression: change.monthly <= 30, enforcement: deny, message: "{change.monthly} USD more, {change.added} added"}'));
  expect((await roadbed(after, '--compare', before, '--policy', policy)).err).toContain('policy growth is violated (deny): 35.04 USD more, 1 added');
  expect((await roadbed(after, '--compare', after, '--policy', policy)).code).toBe(0);
  expect((await roadbed(after, '--policy', policy)).err).toContain('there is nothing to compare with');
});

test('a file that is none, or in another currency, is refused before anything is priced', async () => {
  const infra = dirname(file('any/main.tf', gateways(1)));
  const code = async (...words: string[]): Promise<string | undefined> => /ROADBED-\d+/.exec((await roadbed(infra, ...words)).err)?.[0];
  expect(await code('--policy', join(folder, 'absent.yaml'))).toBe('ROADBED-8900');
  expect(await code('--policy', file('broken.yaml', 'a: [}'))).toBe('ROADBED-8901');
  expect(await code('--policy', file('wrong.yaml', policies('{id: x, expression: total.monthly, enforcement: deny}')))).toBe('ROADBED-8901');
  const plain = file('usd.yaml', policies('{id: x, expression: total.monthly <= 40, enforcement: deny}'));
  expect(await code('--policy', plain, '--currency', 'EUR:0.5@2026-11-20')).toBe('ROADBED-8902');
  const euro = file('eur.yaml', `currency: EUR\n${policies('{id: x, expression: total.monthly <= 18, enforcement: deny}')}`);
  expect((await roadbed(infra, '--policy', euro, '--currency', 'EUR:0.5@2026-11-20')).code).toBe(0);
});
