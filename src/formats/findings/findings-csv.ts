/** Findings as CSV by RFC 4180, one a line. Cells that a spreadsheet would run as a formula get an apostrophe in front. */
import type { Finding } from '../../domain/finding.ts';

const COLUMNS: readonly [string, (finding: Finding) => string][] = [
  ['rule', (finding) => finding.rule],
  ['severity', (finding) => finding.severity],
  ['confidence', (finding) => finding.confidence],
  ['basis', (finding) => finding.basis],
  ['subject', (finding) => finding.subject.name],
  ['type', (finding) => finding.subject.type],
  ['source', (finding) => finding.subject.source],
  ['file', (finding) => finding.location?.file ?? ''],
  ['line', (finding) => String(finding.location?.line ?? '')],
  ['sentence', (finding) => finding.sentence],
  ['evidence', (finding) => finding.evidence.map(({ name, value }) => `${name}=${value}`).join('; ')],
  ['fix', (finding) => finding.fix.text],
  ['patch', (finding) => (finding.fix.patch === undefined ? (finding.fix.withoutPatch === undefined ? '' : `none: ${finding.fix.withoutPatch}`) : 'yes')],
  ['saving_monthly', (finding) => (finding.saving?.known === true ? finding.saving.monthly : '')],
  ['saving_low', (finding) => (finding.saving?.known === true ? (finding.saving.low ?? finding.saving.monthly) : '')],
  ['saving_high', (finding) => (finding.saving?.known === true ? (finding.saving.high ?? finding.saving.monthly) : '')],
  ['currency', (finding) => (finding.saving?.known === true ? finding.saving.currency : '')],
  ['price_date', (finding) => (finding.saving?.known === true ? finding.saving.priceDate : '')],
  ['price_confidence', (finding) => (finding.saving?.known === true ? finding.saving.confidence : '')],
  ['saving_unknown_because', (finding) => (finding.saving?.known === false ? finding.saving.reason : '')],
  ['controls', (finding) => finding.controls.join(' ')],
  ['fingerprint', (finding) => finding.fingerprint],
];

export function findingsCsv(findings: readonly Finding[]): string {
  const lines = [COLUMNS.map(([name]) => name), ...findings.map((finding) => COLUMNS.map(([, value]) => value(finding)))];
  return lines.map((cells) => `${cells.map(cell).join(',')}\r\n`).join('');
}

function cell(value: string): string {
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
