/** `roadbed cost` and `roadbed prices` as their users run them: a process, real folders, a real repository, exit codes. */
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'roadbed-cost-'));
const shop = join(folder, 'aws-shop');

function roadbed(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [join(ROOT, 'src/app/main.ts'), ...words], { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }, (error, out, err) => done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, out, err }));
  });
}

function git(...words: string[]): void {
  execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...words], { cwd: folder, stdio: 'ignore' });
}

beforeAll(() => {
  cpSync(join(ROOT, 'examples/infrastructure'), folder, { recursive: true });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the cost of an example', () => {
  test('is a table with a total, a coverage sentence and nothing unknown in silence', async () => {
    const { code, out, err } = await roadbed('cost', shop);
    expect(code).toBe(0);
    expect(out).toContain('module.network.aws_nat_gateway.this\teu-west-1\t35.04');
    expect(err).toMatch(/resources: \d+ priced, \d+ depending on usage, \d+ free, .*\d+ unknown.*; oldest price of \d{4}-\d{2}-\d{2}/);
    expect(err).toMatch(/USD a month(?: \(from [\d.]+ USD to [\d.]+ USD\))?: fixed [\d.]+ USD, usage not given \(--usage\)/);
    expect(out).toMatch(/^aws_db_instance\.orders\teu-west-1\t[\d.]+\tDatabase instance [\d.]+, Storage [\d.]+; by usage/m);
    expect(out).not.toContain('undefined');
  });

  test('is the same in every format, to the cent', async () => {
    const document = JSON.parse((await roadbed('cost', shop, '--format', 'json', '--usage', 'medium')).out) as { schemaVersion: number; monthly: string; resources: { monthly?: string; status: string }[] };
    expect(document.schemaVersion).toBe(1);
    expect(document.resources.every((one) => one.monthly !== undefined || one.status !== 'priced')).toBe(true);
    const cents = Number(document.monthly).toFixed(2);
    for (const format of ['markdown', 'html']) expect((await roadbed('cost', shop, '--format', format, '--usage', 'medium')).out).toContain(`${cents} USD`);
    const [, ...rows] = (await roadbed('cost', shop, '--format', 'csv', '--usage', 'medium')).out.trim().split('\n');
    expect(rows.length).toBeGreaterThan(80);
  });

  test('tells that modules whose code is not here are not in the total', async () => {
    const lonely = join(folder, 'lonely');
    mkdirSync(lonely);
    writeFileSync(join(lonely, 'main.tf'), 'module "vpc" {\n  source  = "terraform-aws-modules/vpc/aws"\n  version = "5.0.0"\n}\n');
    const { out, err } = await roadbed('cost', lonely, '--format', 'json');
    expect(err).toContain('0.00 USD a month: fixed 0.00 USD, by usage 0.00 USD; not in it: 1 module whose code is not here (terraform init fetches it)');
    expect((JSON.parse(out) as { coverage: { modulesNotRead: number } }).coverage.modulesNotRead).toBe(1);
  });

  test('rolls up, and never tells a sensitive value', async () => {
    expect((await roadbed('cost', shop, '--by', 'module')).out).toMatch(/^\(root\)\t/m);
    expect((await roadbed('cost', shop, '--format', 'json', '--var', 'database_password=hunter2-is-secret')).out).not.toContain('hunter2-is-secret');
    expect(await roadbed('cost', shop, '--by', 'planet')).toMatchObject({ code: 2 });
  });

  test('is compared with a commit in one sentence, and refused by a budget with 5', async () => {
    writeFileSync(join(shop, 'more.tf'), 'resource "aws_nat_gateway" "more" {\n  count         = 2\n  subnet_id     = "subnet-1"\n  allocation_id = "eip-1"\n}\n');
    const compared = await roadbed('cost', shop, '--compare', 'HEAD', '--budget', 'increase=50');
    expect(compared.code).toBe(5);
    expect(compared.err).toContain('this change adds 70.08 USD a month: +2 NAT gateway');
    expect(compared.out).toContain('aws_nat_gateway.more[0]\tadded\t-\t35.04\t+35.04');
    expect((await roadbed('cost', shop, '--compare', 'HEAD', '--exit-code')).code).toBe(7);
    expect((await roadbed('cost', shop, '--compare', 'HEAD', '--format', 'markdown')).out).toContain('**This change adds 70.08 USD a month: +2 NAT gateway.**');
    rmSync(join(shop, 'more.tf'));
    expect((await roadbed('cost', shop, '--budget', '100000')).code).toBe(0);
  });

  test('of nothing is nothing, and of a folder that is not there an error', async () => {
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'empty', 'main.tf'), '');
    expect((await roadbed('cost', join(folder, 'empty'))).err).toContain('0 resources');
    expect((await roadbed('cost', join(folder, 'no-such'))).code).toBe(4);
    expect(await roadbed('cost', shop, '--usage', 'no-such.yaml')).toMatchObject({ code: 4, err: expect.stringContaining('ROADBED-8314') as string });
  });
});

describe('prices', () => {
  test('show what a machine costs, with date and source', async () => {
    const { out } = await roadbed('prices', 'show', 'm5.large', '--region', 'eu-west-1');
    expect(out).toContain('Instance usage (Linux, on-demand, m5.large)\t0.107\thour\t2025-04-24\tlisted\thigh\tec2instances-2025');
    expect((await roadbed('prices', 'show', 'm99.large')).code).toBe(4);
    expect((await roadbed('prices', 'list', 'nat gateway', '--region', 'us-east-1')).out).toContain('0.045');
  });

  test('are imported into a folder that the cost then follows; a faulty list leaves nothing behind', async () => {
    const header = 'ProviderName,ServiceName,RegionId,BillingCurrency,ChargeCategory,ChargePeriodStart,PricingUnit,ContractedUnitPrice,ChargeDescription,BilledCost\n';
    const row = (price: string): string => `AWS,Amazon EC2,us-east-1,USD,Usage,2026-10-01 00:00:00,Hours,${price},On Demand Linux m5.large Instance Hour,1\n`;
    writeFileSync(join(folder, 'bill.csv'), header + row('0.05'));
    writeFileSync(join(folder, 'bad.csv'), header + row('0.05') + row('-3'));
    expect((await roadbed('prices', 'import', 'bad.csv', '--to', 'own')).code).toBe(1);
    expect((await roadbed('prices', 'import', 'bill.csv', '--to', 'own', '--dry-run')).err).toContain('would be written');
    expect(readdirSync(folder)).not.toContain('own');
    expect((await roadbed('prices', 'import', 'bill.csv', '--to', 'own')).code).toBe(0);
    expect(readFileSync(join(folder, 'own', 'bill.csv'), 'utf8')).toContain('"Instance usage (Linux, on-demand, m5.large)",hour,0.05,2026-10-01');
    mkdirSync(join(folder, 'one'));
    writeFileSync(join(folder, 'one', 'main.tf'), 'provider "aws" {\n  region = "us-east-1"\n}\nresource "aws_instance" "a" {\n  ami           = "ami-1"\n  instance_type = "m5.large"\n  root_block_device {\n    volume_size = 10\n    volume_type = "gp3"\n  }\n}\n');
    expect((await roadbed('cost', 'one')).out).toContain('aws_instance.a\tus-east-1\t70.88');
    expect((await roadbed('cost', 'one', '--prices', 'own')).out).toContain('aws_instance.a\tus-east-1\t37.30');
  });

  test('of an earlier day make an earlier report again', async () => {
    const own = (price: string, day: string): string => `provider,service_or_type,region,dimension,unit,usd,as_of\naws,AmazonEC2,us-east-1,"Instance usage (Linux, on-demand, m5.large)",hour,${price},${day}\n`;
    mkdirSync(join(folder, 'dated', 'one'), { recursive: true });
    cpSync(join(folder, 'one'), join(folder, 'dated', 'one'), { recursive: true });
    mkdirSync(join(folder, 'contract'));
    writeFileSync(join(folder, 'contract', 'june.csv'), own('0.08', '2026-06-01'));
    writeFileSync(join(folder, 'contract', 'october.csv'), own('0.07', '2026-10-01'));
    const of = async (...words: string[]): Promise<string> => (await roadbed('cost', 'dated/one', '--prices', 'contract', ...words)).out;
    expect(await of()).toContain('\t51.90');
    expect(await of('--prices-as-of', '2026-07-31')).toContain('\t59.20');
    expect((await roadbed('cost', 'dated/one', '--prices-as-of', 'June')).err).toContain('ROADBED-8892');
    expect((await roadbed('cost', 'dated/one', '--prices-as-of', '2020-01-01')).err).toContain('no price book of 2020-01-01 is kept');
    expect((await roadbed('prices', 'keep', '--to', 'contract')).err).toMatch(/the price book of \d{4}-\d{2}-\d{2} is in contract/);
    expect((await roadbed('prices', 'keep', '--to', 'contract')).err).toContain('is there already');
    expect(await of('--prices-as-of', '2026-11-30')).toContain('\t51.90');
  });
});
