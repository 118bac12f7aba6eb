/** The waterfall adds up, whatever is found: real prices of the book, real rules, states by chance. */
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { Decimal, sumOf } from '../../domain/money.ts';
import { PriceBook } from '../price-book/price-book.ts';
import { Redactor } from '../redaction/redactor.ts';
import type { EstateMember } from '../rules/estate-resource.ts';
import { prepareRules, runRules } from '../rules/run-rules.ts';
import { asRuleFile } from '../rules/validate.ts';
import { currentCosts, estimatedPrices } from './estimated-prices.ts';
import { countedSavings, totalSavings } from './saving.ts';
import { wasteFindings } from './waste-findings.ts';
import { waterfallOf } from './waterfall.ts';

const root = join(import.meta.dirname, '../../..');
const rules = readdirSync(join(root, 'rules/waste')).filter((name) => name.startsWith('aws')).map((name) => asRuleFile(parse(readFileSync(join(root, 'rules/waste', name), 'utf8'))));
const prepared = prepareRules(rules);
const book = new PriceBook({ read: (name) => (existsSync(join(root, 'prices', name)) ? readFileSync(join(root, 'prices', name)) : undefined) });
const redactor = new Redactor({ key: new Uint8Array(16), allowed: new Set(), sensitive: () => [] });
const amount = (text: string): Decimal => Decimal.parse(text) ?? Decimal.zero;

const volume = fc.record({ type: fc.constantFrom('gp2', 'gp3', 'io1', 'magnetic'), size: fc.integer({ min: 1, max: 900 }), iops: fc.integer({ min: 100, max: 9000 }), zone: fc.constantFrom('eu-west-1a', 'us-east-1b', 'sa-east-1a', '') }).map(({ zone, ...rest }) => ['aws_ebs_volume', { ...rest, ...(zone === '' ? {} : { availability_zone: zone }) }] as const);
const instance = fc.record({ instance_type: fc.constantFrom('m4.large', 'm4.10xlarge', 't2.micro', 'm7i.large', 'nonsense'), monitoring: fc.boolean(), root_block_device: fc.array(fc.record({ volume_type: fc.constantFrom('gp2', 'gp3'), volume_size: fc.integer({ min: 8, max: 300 }) }), { maxLength: 1 }), arn: fc.constantFrom('arn:aws:ec2:eu-central-1:1:instance/i-1', '') }).map((attributes) => ['aws_instance', attributes] as const);
const database = fc.record({ instance_class: fc.constantFrom('db.m4.large', 'db.r4.xlarge', 'db.t3.micro'), engine: fc.constantFrom('postgres', 'mysql', 'oracle-se2'), multi_az: fc.boolean(), storage_type: fc.constantFrom('gp2', 'io1', 'gp3'), allocated_storage: fc.integer({ min: 20, max: 500 }), iops: fc.constantFrom(1000, 3000), tags: fc.constantFrom({ env: 'dev' }, { env: 'prod' }) }).map((attributes) => ['aws_db_instance', attributes] as const);
const other = fc.constantFrom(['aws_msk_cluster', { arn: 'arn:aws:kafka:eu-west-1:1:cluster/a/1', number_of_broker_nodes: 3, broker_node_group_info: [{ instance_type: 'kafka.m5.large', ebs_volume_size: 1000 }] }] as const, ['aws_eip', {}] as const, ['aws_kms_key', {}] as const, ['aws_strange', {}] as const, ['aws_lb', { arn: 'arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/a/1' }] as const);
const states = fc.array(fc.array(fc.oneof(volume, instance, database, other), { maxLength: 7 }), { minLength: 1, maxLength: 3 });

test('now less every cause is after, to the cent; a resource counts once and never for more than it costs', () => {
  let seen = 0;
  fc.assert(fc.property(states, (given) => {
    const members = given.map((resources, at): EstateMember => ({ source: { path: `s${at}`, root: `s${at}`, workspace: 'default' }, model: { outputs: [], resources: resources.map(([type, attributes], index) => ({ address: `${type}.r${index}`, resource: `${type}.r${index}`, module: '', mode: 'managed', type, name: `r${index}`, attributes: { id: `id-${at}-${index}-abcdef`, ...attributes } })) } }));
    const priced = { book, today: '2026-11-22', members };
    const findings = wasteFindings(runRules(prepared, members).matches, { redactor, prices: estimatedPrices(priced) });
    const estimates = currentCosts(priced);
    const report = waterfallOf(findings, estimates);
    if (report.low !== undefined && report.high !== undefined) expect([amount(report.low).compare(amount(report.monthly)), amount(report.high).compare(amount(report.monthly))]).toEqual([expect.toSatisfy((sign: number) => sign <= 0), expect.toSatisfy((sign: number) => sign >= 0)]);
    const saved = sumOf(report.causes.map((cause) => amount(cause.monthly)));
    expect(amount(report.monthly).minus(saved).toFixed(2)).toBe(report.after);
    expect(saved.toFixed(2)).toBe(totalSavings(findings)[0]?.monthly ?? '0.00');
    expect(amount(report.after).isNegative).toBe(false);
    const counted = [...countedSavings(findings)];
    expect(new Set(counted.map(([finding]) => finding.subject.reference)).size).toBe(counted.length);
    for (const [finding, { monthly }] of counted) {
      for (const rival of findings) if (rival.subject.reference === finding.subject.reference && rival.saving?.known === true) expect(amount(rival.saving.monthly).compare(monthly)).not.toBe(1);
      const cost = estimates[given.findIndex((_state, at) => finding.subject.source === `s${at}`)]?.resources.find((resource) => resource.address === finding.subject.name);
      expect(monthly.compare((cost?.fixed.value ?? Decimal.zero).rounded(2))).not.toBe(1);
      if (finding.saving?.known === true && finding.saving.low !== undefined) expect([amount(finding.saving.low).compare(monthly), amount(finding.saving.high ?? '0').compare(monthly)]).toEqual([expect.toSatisfy((sign: number) => sign <= 0), expect.toSatisfy((sign: number) => sign >= 0)]);
      seen += 1;
    }
  }), { numRuns: 60 });
  expect(seen).toBeGreaterThan(50);
});
