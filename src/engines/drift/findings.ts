/**
 * Drifts as findings: the one record that tables, SARIF, waivers and the console read.
 *
 * The fingerprint is of rule, address and attribute and not of values: a waiver holds while the same attribute
 * differs. A baseline also keeps the transition, so that an accepted difference that changes again is new.
 */
import type { Confidence, Finding, FindingBasis, Severity } from '../../domain/finding.ts';
import { compareFindings, fingerprintOf, terraformReference } from '../../domain/finding.ts';
import type { Drift, DriftClass, DriftKind, DriftLevel, DriftOrigin } from './drift.ts';

/** Of drifts that do not say themselves where they are from. */
export type FindingOptions = DriftOrigin;

interface Rule {
  title: string;
  sentence: (drift: Drift) => string;
  confidence: Confidence;
}

const named = (drift: Drift): string => `${drift.address}${drift.attribute === undefined ? '' : `.${drift.attribute}`}`;
const from = (drift: Drift): string => drift.from?.text ?? 'nothing';
const to = (drift: Drift): string => drift.to?.text ?? 'nothing';
const detail = (drift: Drift): string => (drift.detail === undefined ? '' : ` (${drift.detail})`);
const rule = (title: string, confidence: Confidence, sentence: Rule['sentence']): Rule => ({ title, confidence, sentence });

const RULES: Record<DriftKind, Rule> = {
  'declared-not-applied': rule('Declared and not applied', 'certain', (drift) => `${drift.address} is in the code and not in the state.`),
  'not-in-code': rule('In the state and not in the code', 'certain', (drift) => `${drift.address} is in the state and no longer in the code: the next apply destroys it.`),
  'renamed-in-code': rule('Renamed without a moved block', 'likely', (drift) => `${drift.address} seems to be called ${drift.detail ?? ''} now, and no moved block says so: the next apply destroys it and makes another.`),
  'instance-key': rule('Other instance keys', 'certain', (drift) => `${drift.address}: ${drift.detail ?? ''}.`),
  'import-pending': rule('Import not applied', 'certain', (drift) => `${drift.address} is to be imported and is not in the state yet.`),
  'removal-pending': rule('Removal not applied', 'certain', (drift) => `${drift.address} is covered by a removed block (${drift.detail ?? ''}) and still in the state.`),
  tainted: rule('Tainted', 'certain', (drift) => `${drift.address} is tainted: the next apply replaces it.`),
  deposed: rule('Deposed object', 'certain', (drift) => `${drift.address} is a replaced object that was not destroyed.`),
  'provider-version': rule('Provider outside of its constraint', 'certain', (drift) => `Provider ${drift.address} is locked at ${to(drift)}, the code asks for ${from(drift)}.`),
  'module-version': rule('Module outside of its constraint', 'certain', (drift) => `${drift.address} is installed in version ${to(drift)}, the code asks for ${from(drift)}.`),
  'terraform-version': rule('Terraform outside of its constraint', 'certain', (drift) => `The state was written by Terraform ${to(drift)}, the code asks for ${from(drift)}.`),
  attribute: rule('Attribute differs from the code', 'likely', (drift) => `${named(drift)} is ${to(drift)} in the state, ${from(drift)} in the code.`),
  'history-attribute': rule('Attribute changed', 'certain', (drift) => `${named(drift)} changed from ${from(drift)} to ${to(drift)}${detail(drift)}.`),
  'history-added': rule('Resource appeared', 'certain', (drift) => `${drift.address} came into the state${detail(drift)}.`),
  'history-removed': rule('Resource left', 'certain', (drift) => `${drift.address} left the state${detail(drift)}.`),
  'history-moved': rule('Address changed', 'likely', (drift) => `${drift.address} is recorded as ${to(drift)} now${detail(drift)}: a moved block, or state mv.`),
  'history-forgotten': rule('Taken out of the state by hand', 'possible', (drift) => `${drift.address} left the state while something that uses it stays${detail(drift)}: it looks like state rm.`),
  churn: rule('Replaced again and again', 'certain', (drift) => `${drift.address} was replaced ${drift.detail ?? ''}.`),
  'lineage-changed': rule('Another lineage', 'certain', (drift) => `${drift.address} has lineage ${to(drift)} after ${from(drift)}: it is another state under the same name${detail(drift)}.`),
  'serial-went-back': rule('Serial went back', 'certain', (drift) => `${drift.address} went back from serial ${from(drift)} to ${to(drift)}.`),
  'serial-repeated': rule('One serial, two contents', 'certain', (drift) => `${drift.address} has two contents for serial ${to(drift)}.`),
  'version-downgrade': rule('Written by an older Terraform', 'certain', (drift) => `${drift.address} was written by Terraform ${to(drift)} after ${from(drift)}.`),
  'refresh-attribute': rule('Changed outside of Terraform', 'certain', (drift) => `${named(drift)} was changed outside of Terraform, from ${from(drift)} to ${to(drift)}.`),
  'refresh-deleted': rule('Deleted outside of Terraform', 'certain', (drift) => `${drift.address} was deleted outside of Terraform.`),
  missing: rule('Not in the inventory', 'likely', (drift) => `${drift.address} is in the state and not in the inventory${detail(drift)}.`),
  unmanaged: rule('Not managed by the states given', 'likely', (drift) => `${drift.address} is in the inventory and in none of the states given${detail(drift)}.`),
  'inventory-attribute': rule('Inventory differs from the state', 'likely', (drift) => `${named(drift)} is ${to(drift)} in the inventory, ${from(drift)} in the state.`),
};

const SEVERITY: Record<DriftClass, Severity> = { security: 'high', existence: 'medium', capacity: 'medium', other: 'low', tag: 'low', computed: 'info', housekeeping: 'info' };
/** What threatens the state itself, whatever it holds. */
const SEVERE: ReadonlySet<DriftKind> = new Set(['lineage-changed', 'serial-went-back', 'serial-repeated', 'refresh-deleted', 'not-in-code', 'renamed-in-code']);
const BASIS: Record<DriftLevel, FindingBasis> = { D0: 'code', D1: 'code', D2: 'proven', D3: 'inputs-given', D4: 'proven' };

function driftRule(kind: DriftKind): string {
  return `drift.${kind}`;
}

function severityOf(drift: Drift): Severity {
  return SEVERE.has(drift.kind) ? 'high' : SEVERITY[drift.class];
}

/** Stable over runs; of values it holds nothing. */
export function driftFingerprint(drift: Drift, options: Pick<FindingOptions, 'root' | 'workspace'>): string {
  const step = drift.level === 'D2' ? (drift.detail ?? '') : '';
  const { root, workspace } = drift.origin ?? options;
  return fingerprintOf(driftRule(drift.kind), terraformReference(root, workspace, drift.address), [drift.attribute ?? '', ...(step === '' ? [] : [step])].join('\n'));
}

export function driftFindings(drifts: readonly Drift[], options: FindingOptions): Finding[] {
  return drifts.map((drift) => findingOf(drift, options)).sort(compareFindings);
}

function findingOf(drift: Drift, options: FindingOptions): Finding {
  const { title, confidence, sentence } = RULES[drift.kind];
  const { file, line, column, endLine } = drift.location ?? {};
  const { root, workspace, source } = drift.origin ?? options;
  return {
    rule: driftRule(drift.kind),
    area: 'drift',
    title,
    severity: severityOf(drift),
    confidence,
    basis: BASIS[drift.level],
    subject: { reference: terraformReference(root, workspace, drift.address), name: drift.address, type: drift.type, source },
    ...(file === undefined || line === undefined ? {} : { location: { file, line, ...(column === undefined ? {} : { column }), ...(endLine === undefined ? {} : { endLine }) } }),
    sentence: sentence(drift),
    evidence: evidenceOf(drift),
    fix: { text: drift.fix ?? (drift.kind === 'attribute' ? 'apply the code, or write the recorded value into it' : 'bring code and reality together, or accept it with an ignore rule') },
    controls: [],
    fingerprint: driftFingerprint(drift, options),
  };
}

const SIDES: Record<DriftLevel, readonly [from: string, to: string]> = { D0: ['code', 'state'], D1: ['code', 'state'], D2: ['before', 'after'], D3: ['state', 'inventory'], D4: ['before', 'after'] };

function evidenceOf(drift: Drift): { name: string; value: string }[] {
  const [left, right] = SIDES[drift.level];
  return [
    { name: 'level', value: drift.level },
    { name: 'class', value: drift.class },
    ...(drift.attribute === undefined ? [] : [{ name: 'attribute', value: drift.attribute }]),
    ...(drift.from === undefined ? [] : [{ name: left, value: drift.from.text }]),
    ...(drift.to === undefined ? [] : [{ name: right, value: drift.to.text }]),
    ...(drift.detail === undefined ? [] : [{ name: 'detail', value: drift.detail }]),
  ];
}
