import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '../../domain/finding.ts';
import { fingerprintOf, terraformReference } from '../../domain/finding.ts';
import { decimal } from '../../domain/money.ts';
import { Redactor } from '../redaction/redactor.ts';
import type { Rule } from '../rules/rule.ts';
import type { RuleMatch } from '../rules/run-rules.ts';
import type { PriceSource } from './price-source.ts';
import { savingOf, totalSavings } from './saving.ts';
import { applySuppressions, readSuppressions } from './suppressions.ts';
import { shownAttributes, wasteFindings } from './waste-findings.ts';

const RULE: Rule = { id: 'waste.test.disk', area: 'waste', title: 'Disk', severity: 'low', confidence: 'likely', basis: 'inputs-given', types: ['x_disk'], when: 'true', sentence: '{address} ({size} GB, {kind}) is not used in the states given', evidence: ['size', 'password'], fix: 'Remove it.', saving: { kind: 'whole' }, controls: [], includeControllerMade: false, cases: [] };
const redactor = new Redactor({ key: new Uint8Array(16), allowed: shownAttributes([{ rules: [RULE], tables: {}, retired: [] }]), sensitive: () => [] });
const match = (name: string, attributes: Record<string, string | number>, output?: string): RuleMatch => ({ rule: RULE, resource: { address: `x_disk.${name}`, resource: `x_disk.${name}`, module: '', mode: 'managed', type: 'x_disk', name, attributes, source: { path: 'net.tfstate', root: 'net', workspace: 'prod' } }, ...(output === undefined ? {} : { output }) });
/** A tenth of a dollar a GB; thin disks half of it. */
const prices: PriceSource = { price: ({ attributes }) => (typeof attributes['size'] === 'number' ? { known: true, monthly: decimal(attributes['kind'] === 'thin' ? '0.05' : '0.1').times(decimal(attributes['size'])), currency: 'USD', priceDate: '2026-01-01', confidence: 'certain' } : { known: false, reason: 'no size' }) };

test('a finding has its words, redacted evidence, saving and a fingerprint that follows the address', () => {
  const [finding] = wasteFindings([match('a', { size: 10, password: 'hunter2' })], { redactor, prices });
  expect(finding).toMatchObject({ sentence: 'x_disk.a (10 GB, (not set)) is not used in the states given', saving: { known: true, monthly: '1.00', currency: 'USD', priceDate: '2026-01-01' }, subject: { reference: 'v1:terraform:net#prod#x_disk.a', source: 'net.tfstate' } });
  expect(finding?.fingerprint).toBe(fingerprintOf('waste.test.disk', terraformReference('net', 'prod', 'x_disk.a')));
  expect(JSON.stringify(finding)).not.toContain('hunter2');
});

test('an output that hands a thing on makes the finding possible only, and says so', () => {
  const [finding] = wasteFindings([match('a', { size: 10 }, 'disk_id')], { redactor });
  expect(finding?.confidence).toBe('possible');
  expect(finding?.evidence).toContainEqual({ name: 'output', value: 'disk_id' });
});

test('a price that is unknown, or shows no difference, is never 0', () => {
  const disk = (attributes: Record<string, string | number>): { type: string; address: string; attributes: Record<string, string | number> } => ({ type: 'x_disk', address: 'x_disk.a', attributes });
  expect(savingOf({ kind: 'whole' }, disk({}), prices)).toEqual({ known: false, reason: 'no size' });
  expect(savingOf({ kind: 'whole' }, disk({ size: 1 }), undefined)).toEqual({ known: false, reason: 'no price book is loaded' });
  expect(savingOf({ kind: 'change', attributes: { kind: 'thin' } }, disk({ size: 100 }), prices)).toMatchObject({ known: true, monthly: '5.00' });
  expect(savingOf({ kind: 'change', attributes: { kind: 'thick' } }, disk({ size: 100 }), prices)).toMatchObject({ known: false });
});

test('several savings on one thing count once, the largest; currencies are never added', () => {
  const saving = (name: string, monthly: string, currency = 'USD'): Finding => ({ ...(wasteFindings([match(name, { size: 1 })], { redactor })[0] as Finding), saving: { known: true, monthly, currency, priceDate: '2026-01-01', confidence: 'certain' } });
  expect(totalSavings([saving('a', '10.00'), saving('a', '2.00'), saving('b', '1.50'), saving('c', '4.00', 'EUR')])).toEqual([{ currency: 'EUR', monthly: '4.00' }, { currency: 'USD', monthly: '11.50' }]);
});

test('an accepted finding goes until its last day, and is told when it has expired or fits nothing', () => {
  const findings = wasteFindings([match('web', { size: 1 }), match('job', { size: 1 })], { redactor });
  const one = { rule: 'waste.test.*', address: 'x_disk.w*', reason: 'kept for the audit', until: '2026-03-01' };
  const on = applySuppressions(findings, [one], '2026-03-01');
  expect([on.findings.length, on.suppressed.length, on.notes]).toEqual([1, 1, []]);
  const after = applySuppressions(findings, [one, { ...one, address: 'x_disk.gone', until: '2027-01-01' }], '2026-03-02');
  expect(after.findings.length).toBe(2);
  expect(after.notes).toEqual([expect.stringContaining('expired on 2026-03-01'), expect.stringContaining('matches nothing any more')]);
});

test('what is accepted and what is left are all findings, each once', () => {
  const texts = fc.constantFrom('*', 'x_disk.*', 'x_disk.a', '*b', 'x*a*', 'y');
  fc.assert(fc.property(fc.array(texts), fc.array(fc.constantFrom('a', 'b', 'ab')), (patterns, names) => {
    const findings = wasteFindings(names.map((name) => match(name, { size: 1 })), { redactor });
    const { findings: kept, suppressed } = applySuppressions(findings, patterns.map((address) => ({ rule: '*', address, reason: 'r', until: '2030-01-01' })), '2026-01-01');
    expect([...kept, ...suppressed.map((one) => one.finding)].map((one) => one.subject.name).sort()).toEqual(findings.map((one) => one.subject.name).sort());
  }));
});

test('a file of accepted findings needs a rule, a reason and a day', () => {
  expect(readSuppressions({ suppressions: [{ rule: 'x', reason: 'r', until: '2026-01-01' }] })).toHaveProperty('suppressions');
  for (const bad of [null, {}, { suppressions: [{}] }, { suppressions: [{ rule: 'x', reason: '', until: '2026-01-01' }] }, { suppressions: [{ rule: 'x', reason: 'r', until: 'soon' }] }, { suppressions: [{ rule: 'x', reason: 'r', until: '2026-01-01', for: 'ever' }] }]) expect(readSuppressions(bad)).toHaveProperty('problems');
});
