/** The drift part of `roadbed state` as its users run it: a process, real code, a state as applying would leave it. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { recordedState } from '../../engines/drift/testing/recorded-state.ts';
import type { Recorded } from '../../engines/drift/testing/recorded-state.ts';
import { memoryTree } from '../../engines/terraform/module/testing/memory-tree.ts';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'roadbed-drift-'));
const shop = join(folder, 'aws-shop');
const PASSWORD = 'Planted-Pass-41';

interface Told {
  rule: string;
  severity: string;
  sentence: string;
  subject: { name: string };
  location?: { file: string; line: number };
}

function roadbed(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    const env = { ...process.env, TF_VAR_database_password: PASSWORD };
    execFile(process.execPath, [join(ROOT, 'src/app/main.ts'), 'state', ...words], { cwd: folder, encoding: 'utf8', env, maxBuffer: 64 * 1024 * 1024, timeout: 60_000 }, (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }));
  });
}

/** The findings of drift, and everything that was printed. */
async function drift(...words: string[]): Promise<{ lines: string[]; found: Told[]; printed: string; err: string; code: number }> {
  const { out, err, code } = await roadbed(...words, '--format', 'json');
  const found = (out === '' ? [] : (JSON.parse(out) as { findings: Told[] }).findings).filter((one) => one.rule.startsWith('drift.'));
  return { lines: found.map((one) => `${one.severity} ${one.rule} ${one.subject.name}`), found, printed: out + err, err, code };
}

function write(name: string, recorded: Recorded, serial: number): void {
  const resources = [...recorded.values()].map(({ mode, type, name: label, module, key, attributes }) => ({ ...(module === '' ? {} : { module }), mode, type, name: label, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ attributes, ...(key === undefined ? {} : { index_key: key }) }] }));
  writeFileSync(join(folder, name), JSON.stringify({ version: 4, terraform_version: '1.9.0', serial, lineage: 'a-b-c', outputs: {}, resources }));
}

beforeAll(async () => {
  cpSync(join(ROOT, 'examples/infrastructure/aws-shop'), shop, { recursive: true });
  mkdirSync(join(folder, 'history'));
  const files = readdirSync(shop, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(tf|tfvars)$/.test(path));
  const { recorded } = await recordedState(memoryTree(Object.fromEntries(files.map((path) => [path, readFileSync(join(shop, path))]))), '.', { database_password: PASSWORD }, { 'module.network.data.aws_availability_zones.available': { names: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'] }, 'data.aws_iam_policy_document.fulfilment': { json: '{"Statement":[]}' } });
  write('clean.tfstate', recorded, 9);
  write('history/9.tfstate', recorded, 9);
  const orders = recorded.get('aws_db_instance.orders');
  if (orders === undefined) throw new Error('the example has no database');
  Object.assign(orders.attributes, { multi_az: false, password: 'Planted-Pass-42' });
  write('drifted.tfstate', recorded, 10);
  write('history/10.tfstate', recorded, 10);
  Object.assign(orders.attributes, { password: 'Planted-Pass-43' });
  write('drifted-again.tfstate', recorded, 11);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a state that is what the code says has no drift; one that is not has file, line and no password', async () => {
  const clean = await drift('clean.tfstate', '--code', shop);
  expect(clean.lines).toEqual([]);
  expect(clean.err).toMatch(/Drift: 8\d resources and \d{3} attributes compared/);
  const drifted = await drift('drifted.tfstate', '--code', shop, '--fail-on', 'high');
  expect(drifted.lines).toEqual(['high drift.attribute aws_db_instance.orders', 'medium drift.attribute aws_db_instance.orders']);
  expect(drifted.found[1]?.sentence).toBe('aws_db_instance.orders.multi_az is false in the state, true in the code.');
  expect(drifted.found[1]?.location).toMatchObject({ file: expect.stringContaining('data.tf'), line: expect.any(Number) as number });
  expect(drifted.printed).not.toContain('Planted-Pass');
  expect(drifted.code).toBe(5);
});

test('the coverage counts what was compared, and what was not with the reason', async () => {
  const coverage = async (...words: string[]): Promise<{ drift?: { resources: number; attributes: number; notCompared: { reason: string; count: number; example: string }[] } }> => (JSON.parse((await roadbed(...words, '--format', 'json')).out) as { coverage: object }).coverage;
  expect((await coverage('clean.tfstate')).drift).toBeUndefined();
  writeFileSync(join(folder, 'small.csv'), 'arn,type\narn:aws:sqs:eu-west-1:123456789012:by-hand,sqs:queue\n');
  const { drift } = await coverage('clean.tfstate', '--code', shop, '--inventory', 'small.csv');
  expect(drift?.resources).toBeGreaterThan(70);
  expect(drift?.attributes).toBeGreaterThan(400);
  expect(drift?.notCompared[0]).toMatchObject({ reason: expect.stringContaining('inventor') as string, count: expect.any(Number) as number, example: expect.any(String) as string });
});

test('ignore rules and a baseline silence what was accepted', async () => {
  writeFileSync(join(folder, 'ignore.yaml'), "version: 1\nignore:\n  - address: aws_db_instance.*\n    attribute: multi_az\n    reason: moves in June\n    expires: '2099-12-31'\n");
  const ignored = await drift('drifted.tfstate', '--code', shop, '--drift-ignore', 'ignore.yaml', '--write-baseline', 'baseline.json');
  expect(ignored.lines).toEqual(['high drift.attribute aws_db_instance.orders']);
  expect(ignored.printed).toContain('moves in June');
  const silent = await drift('drifted.tfstate', '--code', shop, '--drift-ignore', 'ignore.yaml', '--baseline', 'baseline.json');
  expect(silent.lines).toEqual([]);
  expect(silent.err).toContain('baseline: 1 accepted, 0 gone');
});

test('a baseline holds over runs for hidden values too: the same secret is known, another one is new, and the file tells neither', async () => {
  await drift('drifted.tfstate', '--code', shop, '--root', 'shop', '--write-baseline', 'secret.json');
  const text = readFileSync(join(folder, 'secret.json'), 'utf8');
  expect(text).toMatch(/"salt": "[0-9a-f]{32}"/);
  expect(text).not.toContain('Planted');
  expect((await drift('drifted.tfstate', '--code', shop, '--root', 'shop', '--baseline', 'secret.json')).lines).toEqual([]);
  const changed = await drift('drifted-again.tfstate', '--code', shop, '--root', 'shop', '--baseline', 'secret.json', '--write-baseline', 'secret-2.json');
  expect(changed.lines).toEqual(['high drift.attribute aws_db_instance.orders']);
  expect(changed.printed).not.toContain('Planted-Pass');
  expect((await drift('drifted-again.tfstate', '--code', shop, '--root', 'shop', '--baseline', 'secret-2.json')).lines).toEqual([]);
});

test('history in the order of numbers, and an older copy against the state given', async () => {
  const expected = ['high drift.history-attribute aws_db_instance.orders', 'medium drift.history-attribute aws_db_instance.orders'];
  expect((await drift('drifted.tfstate', '--history', 'history')).lines).toEqual(expected);
  expect((await drift('drifted.tfstate', '--history', 'clean.tfstate')).lines).toEqual(expected);
  expect((await drift('clean.tfstate', '--history', 'drifted.tfstate')).lines).toContain('high drift.serial-went-back clean.tfstate');
});

test('a refreshed plan and an inventory', async () => {
  writeFileSync(join(folder, 'plan.json'), JSON.stringify({ format_version: '1.2', terraform_version: '1.9.0', planned_values: {}, resource_changes: [], configuration: {}, resource_drift: [{ address: 'aws_sqs_queue.orders', mode: 'managed', type: 'aws_sqs_queue', name: 'orders', change: { actions: ['delete'], before: {}, after: null } }] }));
  expect((await drift('clean.tfstate', '--plan', 'plan.json')).lines).toEqual(['high drift.refresh-deleted aws_sqs_queue.orders']);
  writeFileSync(join(folder, 'inventory.csv'), 'arn,type\narn:aws:sqs:eu-west-1:123456789012:by-hand,sqs:queue\n');
  expect((await drift('clean.tfstate', '--inventory', 'inventory.csv')).lines).toContain('medium drift.unmanaged arn:aws:sqs:eu-west-1:123456789012:by-hand');
});

test('a secret in a key of for_each is shown nowhere', async () => {
  const key = 'wJalrXUtnFEMIK7MDENGbPxRfiCYzEXAMPLE9';
  writeFileSync(join(folder, 'keyed.tfstate'), JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'k', outputs: {}, resources: [{ mode: 'managed', type: 'aws_sqs_queue', name: 'q', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ index_key: key, attributes: { id: 'q' } }] }] }));
  const { lines, printed } = await drift('keyed.tfstate', '--code', shop);
  expect(lines.filter((line) => line.startsWith('high drift.not-in-code aws_sqs_queue.q'))).toHaveLength(1);
  expect(printed).not.toContain(key);
});

test('what cannot be read is refused by its code', async () => {
  writeFileSync(join(folder, 'bad.yaml'), 'version: 1\nignore: 3\n');
  mkdirSync(join(folder, 'empty'));
  const refused = async (...words: string[]): Promise<string | undefined> => /ROADBED-\d{4}/.exec((await drift('clean.tfstate', ...words)).printed)?.[0];
  expect(await Promise.all([refused('--code', shop, '--drift-ignore', 'bad.yaml'), refused('--inventory', 'bad.yaml'), refused('--history', 'empty'), refused('--history', 'nowhere'), refused('--code', shop, '--baseline', 'bad.yaml')])).toEqual(['ROADBED-8251', 'ROADBED-8253', 'ROADBED-8256', 'ROADBED-8255', 'ROADBED-8252']);
}, 60_000);
