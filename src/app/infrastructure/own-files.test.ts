/** A platform team's own rules and prices, and a root's own list of drift to live with, hold for pushed states too. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rootStatesSchema } from '../../api/contract/state-page.ts';
import { ownFilesMark } from './own-files.ts';
import { openStateWorld, type StateWorld } from './testing/state-world.ts';

const RULE = `schemaVersion: 1
area: waste
rules:
  - id: waste.ours.volume-larger-than-ours
    title: Volume larger than ours are
    severity: low
    confidence: certain
    basis: proven
    types: [aws_ebs_volume]
    when: "number('size') > 90.0"
    sentence: '{address} has {size} GB'
    evidence: [size]
    fix: Make it smaller.
    cases:
      - {name: a large one, states: [{aws_ebs_volume.a: {id: vol-0aaaaaaa1, size: 100}}], finds: [aws_ebs_volume.a]}
      - {name: a small one, states: [{aws_ebs_volume.a: {id: vol-0aaaaaaa1, size: 10}}], finds: []}
`;
const PRICE = `provider,service_or_type,region,dimension,unit,usd,as_of,source,method,confidence
aws,aws_ebs_volume,eu-west-1,"Storage (general purpose SSD, gp3)",GB-month,0.02,2026-10-01,contract,listed,high
`;
const CODE = 'provider "aws" {\n  region = "eu-west-1"\n}\n\nresource "aws_ebs_volume" "data" {\n  availability_zone = "eu-west-1a"\n  size              = 50\n  type              = "gp3"\n}\n';
const IGNORE = "version: 1\nignore:\n  - {address: aws_ebs_volume.data, attribute: size, reason: grown by hand until spring, expires: '2999-01-31'}\n";

let extensions: string;
let all: StateWorld;

beforeAll(async () => {
  extensions = mkdtempSync(join(tmpdir(), 'roadbed-own-files-'));
  for (const name of ['rules', 'prices']) mkdirSync(join(extensions, name));
  writeFileSync(join(extensions, 'rules', 'ours.yaml'), RULE);
  writeFileSync(join(extensions, 'rules', 'broken.yaml'), 'rules: 7\n');
  writeFileSync(join(extensions, 'prices', 'contract.csv'), PRICE);
  all = await openStateWorld({ extensions });
  await all.world.register('shop', 'infrastructure', { 'roadbed.yaml': 'version: 1\ninfrastructure:\n  - { path: disks, name: disks }\n', 'disks/main.tf': CODE });
}, 60_000);
afterAll(async () => {
  await all.stop();
  rmSync(extensions, { recursive: true });
});

const state = JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: 'aaaaaaaa-0000-4000-8000-000000000001', outputs: {}, resources: [{ mode: 'managed', type: 'aws_ebs_volume', name: 'data', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 0, attributes: { id: 'vol-0aaaaaaa1', size: 100, type: 'gp3', availability_zone: 'eu-west-1a' } }] }] });
const found = async (area: string): Promise<string[]> => (await all.findings.list({ areas: [area as 'waste'], limit: 50 })).map(({ finding }) => finding.rule).sort();
const page = async () => rootStatesSchema.parse(await (await all.world.ask('/infrastructure/shop/infrastructure/state?root=disks')).json());

test('own rules find, own prices count, and an own file with a fault is told and left out', async () => {
  expect((await all.send('shop/terraform-states?root=disks', state)).status).toBeLessThan(300);
  await all.analysis.pass();
  expect(await found('waste')).toContain('waste.ours.volume-larger-than-ours');
  expect((await page()).states[0]?.serials[0]?.cost?.monthly).toBe('2.00');
  expect((await all.states.estate()).coverage?.problems.join()).toMatch(/broken\.yaml/);
}, 60_000);

test('a commit that says what drift to live with resolves it, and a faulty list silences nothing', async () => {
  expect(await found('drift')).toEqual(['drift.attribute']);
  await all.world.push('shop', 'infrastructure', { 'disks/roadbed.drift.yaml': IGNORE }, 'Live with the grown disk');
  await all.analysis.pass();
  expect(await found('drift')).toEqual([]);
  await all.world.push('shop', 'infrastructure', { 'disks/roadbed.drift.yaml': IGNORE.replace('reason:', 'because:') }, 'Break the list');
  await all.analysis.pass();
  expect(await found('drift')).toEqual(['drift.attribute']);
  expect((await page()).states[0]?.trouble).toMatch(/roadbed\.drift\.yaml/);
}, 60_000);

test('what was analysed with other own files is analysed again', () => {
  const before = ownFilesMark(extensions);
  expect(before).toMatch(/^[0-9a-f]{12}$/);
  writeFileSync(join(extensions, 'prices', 'contract.csv'), PRICE.replace('0.02', '0.03'));
  expect(ownFilesMark(extensions)).not.toBe(before);
  expect(ownFilesMark(join(extensions, 'nowhere'))).toBe('');
});
