/**
 * Findings that somebody accepted: by rule and address, or by fingerprint, always with a reason and a last day.
 *
 * An expired one does not count and is told; so is one that matches nothing. Nothing is left out for ever.
 */
import type { Finding, SuppressedFinding } from '../../domain/finding.ts';

export interface Suppression {
  /** An id, or a pattern with `*`. */
  rule: string;
  /** An address, or a pattern with `*`; every one when absent. */
  address?: string;
  fingerprint?: string;
  reason: string;
  /** YYYY-MM-DD, the last day on which it holds. */
  until: string;
}

/** Faults of a parsed file, or the suppressions in it. */
export function readSuppressions(file: unknown): { problems: string[] } | { suppressions: Suppression[] } {
  const list = typeof file === 'object' && file !== null ? (file as Record<string, unknown>)['suppressions'] : undefined;
  if (!Array.isArray(list)) return { problems: ['the file must hold a list named suppressions'] };
  const problems = list.flatMap((one: unknown, at) => suppressionProblems(one).map((problem) => `suppressions[${at}] ${problem}`));
  return problems.length > 0 ? { problems } : { suppressions: list as Suppression[] };
}

function suppressionProblems(one: unknown): string[] {
  if (typeof one !== 'object' || one === null) return ['must be an object'];
  const fields = one as Record<string, unknown>;
  const strange = Object.keys(fields).filter((field) => !['rule', 'address', 'fingerprint', 'reason', 'until'].includes(field)).map((field) => `has an unknown field ${field}`);
  const missing = ['rule', 'reason', 'until'].filter((field) => typeof fields[field] !== 'string' || String(fields[field]).trim() === '').map((field) => `needs ${field}`);
  const texts = ['address', 'fingerprint'].filter((field) => fields[field] !== undefined && typeof fields[field] !== 'string').map((field) => `${field} must be a text`);
  const day = String(fields['until']);
  const date = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(`${day}T00:00:00Z`)) ? [] : ['until must be a day, YYYY-MM-DD'];
  return [...strange, ...missing, ...texts, ...date];
}

/** @param today YYYY-MM-DD. */
export function applySuppressions(findings: readonly Finding[], suppressions: readonly Suppression[], today: string): { findings: Finding[]; suppressed: SuppressedFinding[]; notes: string[] } {
  const active = suppressions.filter((one) => one.until >= today).map((one) => ({ one, fits: matcherOf(one), used: false }));
  const kept: Finding[] = [];
  const suppressed: SuppressedFinding[] = [];
  for (const finding of findings) {
    const by = active.find((candidate) => candidate.fits(finding));
    if (by === undefined) kept.push(finding);
    else {
      by.used = true;
      suppressed.push({ finding, reason: by.one.reason, until: by.one.until });
    }
  }
  const expired = suppressions.filter((one) => one.until < today).map((one) => `the suppression of ${one.rule}${one.address === undefined ? '' : ` for ${one.address}`} expired on ${one.until}`);
  const idle = active.filter((candidate) => !candidate.used).map(({ one }) => `the suppression of ${one.rule}${one.address === undefined ? '' : ` for ${one.address}`} matches nothing any more`);
  return { findings: kept, suppressed, notes: [...expired, ...idle] };
}

function matcherOf(one: Suppression): (finding: Finding) => boolean {
  const rule = pattern(one.rule);
  const address = pattern(one.address ?? '*');
  return (finding) => rule(finding.rule) && address(finding.subject.name) && (one.fingerprint === undefined || one.fingerprint === finding.fingerprint);
}

/** `*` stands for any text; found part by part, so that no pattern is slow. */
function pattern(text: string): (value: string) => boolean {
  const [first = '', ...rest] = text.split('*');
  if (rest.length === 0) return (value) => value === text;
  const last = rest.pop() ?? '';
  return (value) => {
    if (!value.startsWith(first) || value.length < first.length + last.length || !value.endsWith(last)) return false;
    let at = first.length;
    for (const part of rest) {
      const found = value.indexOf(part, at);
      if (found < 0 || found + part.length > value.length - last.length) return false;
      at = found + part.length;
    }
    return true;
  };
}
