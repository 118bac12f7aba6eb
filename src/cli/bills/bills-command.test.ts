import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { focusCsv } from '../../formats/focus/testing/rows.ts';
import type { LocalPlatform } from '../local-platform.ts';
import { runProgram } from '../program.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-bills-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function roadbed(...argv: string[]): Promise<{ code: number; out: string; talk: string }> {
  let out = '';
  let talk = '';
  const collect = (take: (text: string) => void): Writable => new Writable({ write: (chunk, _encoding, done) => (take(String(chunk)), done()) });
  const platform = { packageVersion: '0.0.0', infrastructure: { readBytes: async (path: string) => new Uint8Array(readFileSync(path)) } } as unknown as LocalPlatform;
  const streams = { stdout: collect((text) => (out += text)), stderr: collect((text) => (talk += text)), environment: { XDG_CONFIG_HOME: folder, ROADBED_DATA_DIR: join(folder, 'none') } };
  const code = await runProgram(['bills', ...argv], streams as never, platform);
  return { code, out, talk };
}

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const BILL = focusCsv([
  { BilledCost: '30', EffectiveCost: '24', ListCost: '40', ResourceId: 'arn:aws:ec2:eu-west-1:1:instance/i-0001', Tags: '{"Team":"Payments"}' },
  { BilledCost: '10.0000008', EffectiveCost: '10', ListCost: '10', ResourceId: 'arn:aws:ec2:eu-west-1:1:instance/i-0002', Tags: '', x_Note: '=cmd' },
  { BilledCost: '-1.5', EffectiveCost: '-1.5', ListCost: '-1.5', ChargeCategory: 'Credit', ResourceId: '', Tags: '', ServiceName: 'Support' },
]);
const STATE = JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'a', outputs: {}, resources: [{ mode: 'managed', type: 'aws_instance', name: 'web', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 1, attributes: { id: 'i-0001', tags_all: { service: 'cart' } } }] }] });

test('a file is summed up by team with what nobody owns, packed or not, without a platform', async () => {
  for (const path of [file('bill.csv', BILL), file('bill.csv.gz', gzipSync(BILL))]) {
    const { code, out, talk } = await roadbed('show', path, '--format', 'json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ schemaVersion: 1, by: 'team', totals: [{ billed: '38.5000008', rows: 3 }], unallocated: [{ billed: '8.5000008' }], groups: [{ name: 'payments', billed: '30' }, { name: '(unallocated)' }] });
    expect(talk).not.toContain('error');
  }
});

test('rules, filters and days are those of the question', async () => {
  const path = file('bill.csv', BILL);
  const rules = file('rules.yaml', 'version: 1\nrules:\n  - {name: support, match: {service: Support}, split: proportional}\n');
  const { out } = await roadbed('show', path, '--allocation', rules, '--by', 'rule', '--by-day', '--filter', 'team=payments', '--format', 'csv');
  expect(out).toBe('day,rule,billed,currency,rows\n2026-09-01,tag:team,30,USD,1\n2026-09-01,rule:support,-1.5,USD,1\n');
  expect(await roadbed('show', path, '--allocation', file('bad.yaml', 'version: 9'))).toMatchObject({ code: 1, talk: expect.stringContaining('ROADBED-8740') as string });
  expect(await roadbed('show', path, '--month', '2026-13')).toMatchObject({ code: 2, talk: expect.stringContaining('ROADBED-8750') as string });
  expect((await roadbed('show', path, '--month', '2026-10', '--format', 'json')).out).toContain('"groups":[]');
});

test('resources are found in a state, and what is in none is told', async () => {
  const path = file('bill.csv', BILL);
  const state = file('shop.tfstate', STATE);
  expect((await roadbed('show', path, '--state', state, '--by', 'address', '--format', 'csv')).out).toContain('shop#aws_instance.web,30,24,40,USD,1');
  const { out } = await roadbed('show', path, '--state', state, '--unmanaged', '--format', 'json');
  expect((JSON.parse(out) as { findings: { subject: { reference: string } }[] }).findings.map((finding) => finding.subject.reference)).toEqual(['v1:cloud:AWS/arn:aws:ec2:eu-west-1:1:instance/i-0002']);
  expect((await roadbed('show', path, '--unmanaged')).talk).toContain('ROADBED-8752');
  const other = file('other.tfstate', STATE.replaceAll('i-0001', 'i-0009'));
  expect((await roadbed('show', path, '--state', other, '--unmanaged')).talk).toContain('nothing to tell: the states given have all resources on the bill above 1, or none of them');
});

test('an estimate is compared with the bill, in parts that sum to the difference', async () => {
  const estimate = file('cost.json', JSON.stringify({ schemaVersion: 1, currency: { code: 'USD' }, by: 'resource', groups: [], resources: [{ address: 'aws_instance.web', monthly: '600' }, { address: 'aws_eip.gone', monthly: '3.65' }] }));
  const { out } = await roadbed('compare', file('bill.csv', BILL), '--state', file('shop.tfstate', STATE), '--estimate', estimate, '--month', '2026-09', '--format', 'json');
  expect((await roadbed('compare', file('bill.csv', BILL), '--state', file('shop.tfstate', STATE), '--estimate', estimate, '--month', '2026-09')).talk).toContain('1 compared: 576.00 USD less billed than estimated; 1 estimated and not billed');
  expect(JSON.parse(out)).toMatchObject({ items: [{ name: 'aws_instance.web', estimate: '600', actual: '24', difference: '-576', parts: { days: '-580', usage: '20', discount: '-16' }, why: 'compared' }, { name: 'aws_eip.gone', why: 'not-billed' }] });
  expect((await roadbed('compare', file('bill.csv', BILL), '--estimate', file('x.json', '{}'), '--month', '2026-09')).talk).toContain('ROADBED-8755');
  expect((await roadbed('compare', file('bill.csv', BILL))).talk).toContain('ROADBED-8754');
});

test('a check tells every rule that is broken, and whether the file can be imported', async () => {
  expect(await roadbed('check', file('bill.csv', BILL))).toMatchObject({ code: 0, talk: expect.stringContaining('3 rows, 38.5000008 USD; it can be imported') as string });
  const wrong = await roadbed('check', file('wrong.csv', focusCsv([{ BilledCost: 'ten' }, { ChargeFrequency: 'Daily' }])));
  expect(wrong.code).toBe(1);
  expect(wrong.out).toContain('BilledCost\tERROR, the row cannot be imported: must be a decimal');
  expect(wrong.out).toContain('ChargeFrequency\tmust be one of One-Time, Recurring, Usage-Based\t1\t3\tDaily');
  expect(await roadbed('check', join(folder, 'none.csv'))).toMatchObject({ code: 4, talk: expect.stringContaining('ROADBED-8751') as string });
});

test('an export reads as the same bill, and never writes over a file', async () => {
  const path = file('bill.csv', BILL);
  const copy = join(folder, 'copy.csv');
  expect((await roadbed('export', path, '--out', copy)).code).toBe(0);
  expect((await roadbed('show', copy, '--by', 'resource', '--format', 'json')).out).toBe((await roadbed('show', path, '--by', 'resource', '--format', 'json')).out);
  expect((await roadbed('export', path, '--out', copy)).talk).toContain('ROADBED-8753');
});

test('a spreadsheet is given no formulas, numbers stay numbers', async () => {
  const bill = file('bill.csv', focusCsv([{ ResourceId: '=HYPERLINK("x")', BilledCost: '-2' }]));
  expect((await roadbed('show', bill, '--by', 'resource', '--format', 'csv')).out).toContain(`"'=HYPERLINK(""x"")",-2,`);
});

test('short bills have no anomalies and no forecast, and say why', async () => {
  const path = file('bill.csv', BILL);
  expect((await roadbed('anomalies', path)).talk).toContain('0 series were judged, 4 have too few days');
  expect((await roadbed('forecast', path, '--format', 'json')).out).toContain('noData');
  expect(await roadbed('list')).toMatchObject({ code: 3, talk: expect.stringContaining('ROADBED-6002') as string });
});
