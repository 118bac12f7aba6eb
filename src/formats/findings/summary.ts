/** What every form of a report says first: the sentence, the money, the causes in order, what to do first. */
import type { Finding, Severity } from '../../domain/finding.ts';
import { CONFIDENCES, SEVERITIES } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { Decimal, sumOf } from '../../domain/money.ts';
import { grouped } from '../report-html/page.ts';

const MOST_FIRST = 5;

/** `7 findings in 3 states: 1 high, 6 low; 120.00 USD a month to save`. */
export function headline({ findings, subject, savings }: FindingReport): string {
  if (findings.length === 0) return `Nothing found in ${subject}`;
  const bySeverity = SEVERITIES.map((severity) => ({ severity, count: findings.filter((finding) => finding.severity === severity).length })).filter(({ count }) => count > 0);
  const money = savings.length === 0 ? '' : `; ${savings.map((saving) => `${saving.monthly} ${saving.currency}`).join(' and ')} a month to save`;
  return `${findings.length} ${findings.length === 1 ? 'finding' : 'findings'} in ${subject}: ${bySeverity.map(({ severity, count }) => `${count} ${severity}`).join(', ')}${money}`;
}

/** What it costs, what could be saved, and how much of that is certain; whole sentences. */
export function moneySentence({ cost, findings, savings }: FindingReport): string {
  const unpriced = findings.filter((finding) => finding.saving?.known === false).length;
  const rest = unpriced === 0 ? '' : ` ${unpriced} more ${unpriced === 1 ? 'finding saves' : 'findings save'} an unknown amount.`;
  const [saved] = savings;
  if (saved === undefined) return findings.length === 0 ? 'No rule found anything to change.' : `No saving could be priced.${rest}`;
  if (cost === undefined) return `${grouped(saved.monthly)} ${saved.currency} a month can be saved.${rest}`;
  const [now, part] = [Decimal.parse(cost.monthly) ?? Decimal.zero, Decimal.parse(saved.monthly) ?? Decimal.zero];
  const share = now.isZero ? '' : ` (${Math.round((part.toNumber() / now.toNumber()) * 100)} %)`;
  return `${grouped(saved.monthly)} of ${grouped(cost.monthly)} ${cost.currency} a month${share} can be saved.${rest}`;
}

/** Findings of one rule. */
export interface CauseGroup {
  rule: string;
  title: string;
  severity: Severity;
  findings: readonly Finding[];
  /** Of the savings that count, by currency. */
  sums: readonly { currency: string; monthly: string }[];
  unpriced: number;
  /** Fingerprints of findings with a saving that is not in the sums. */
  notCounted: ReadonlySet<string>;
}

/** The largest saving first, then the worst. */
export function groupsOf(findings: readonly Finding[], { counted }: Pick<FindingReport, 'counted'>): CauseGroup[] {
  const byRule = new Map<string, Finding[]>();
  for (const finding of findings) {
    const same = byRule.get(finding.rule);
    if (same === undefined) byRule.set(finding.rule, [finding]);
    else same.push(finding);
  }
  return [...byRule].map(([rule, own]) => groupOf(rule, own, counted)).sort((a, b) => amountOf(b).compare(amountOf(a)) || SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || (a.rule < b.rule ? -1 : 1));
}

function groupOf(rule: string, findings: readonly Finding[], counted: ReadonlySet<string> | undefined): CauseGroup {
  const known = findings.flatMap(({ saving, fingerprint }) => (saving?.known === true ? [{ ...saving, fingerprint }] : []));
  const counting = known.filter((one) => counted?.has(one.fingerprint) !== false);
  const currencies = [...new Set(counting.map((one) => one.currency))].sort();
  const worst = findings.reduce<number>((least, finding) => Math.min(least, SEVERITIES.indexOf(finding.severity)), SEVERITIES.length);
  return {
    rule,
    title: findings[0]?.title ?? rule,
    severity: SEVERITIES[worst] ?? 'info',
    findings: bySaving(findings),
    sums: currencies.map((currency) => ({ currency, monthly: sumOf(counting.flatMap((one) => (one.currency === currency ? [Decimal.parse(one.monthly) ?? Decimal.zero] : []))).toFixed(2) })),
    unpriced: findings.filter((finding) => finding.saving?.known === false).length,
    notCounted: new Set(known.filter((one) => counted?.has(one.fingerprint) === false).map((one) => one.fingerprint)),
  };
}

/** The largest saving first, then by name. */
function bySaving(findings: readonly Finding[]): Finding[] {
  const amounts = new Map(findings.map((finding) => [finding, savingOf(finding)]));
  const zero = Decimal.zero;
  return [...findings].sort((a, b) => (amounts.get(b) ?? zero).compare(amounts.get(a) ?? zero) || (a.subject.name < b.subject.name ? -1 : 1));
}

function amountOf(group: CauseGroup): Decimal {
  return Decimal.parse(group.sums[0]?.monthly ?? '0') ?? Decimal.zero;
}

function savingOf({ saving }: Finding): Decimal {
  return saving?.known === true ? (Decimal.parse(saving.monthly) ?? Decimal.zero) : Decimal.zero;
}

/** The finding to begin with, and what is said of it: its own sentence, or the cause where several have it. */
export interface FirstStep {
  finding: Finding;
  what: string;
  why: string;
}

/** What is worst, then what saves most for the least doubt: at most five causes, each with its reason. */
export function firstToDo(report: FindingReport): FirstStep[] {
  const groups = groupsOf(report.findings.filter((finding) => finding.area !== 'drift' || isUrgent(finding)), report);
  const worth = groups.filter((group) => isUrgent(group) || group.sums.length > 0);
  worth.sort((a, b) => Number(isUrgent(b)) - Number(isUrgent(a)) || weightOf(b) - weightOf(a) || (a.rule < b.rule ? -1 : 1));
  return worth.slice(0, MOST_FIRST).flatMap((group) => {
    const [finding] = group.findings;
    const what = group.findings.length === 1 ? finding?.sentence : `${group.title}: ${group.findings.length} resources`;
    return finding === undefined || what === undefined ? [] : [{ finding, what, why: whyFirst(group) }];
  });
}

function isUrgent({ severity }: { severity: Severity }): boolean {
  return severity === 'critical' || severity === 'high';
}

/** A certain dollar counts as one, a likely one as most of one, a possible one as half. */
function weightOf(group: CauseGroup): number {
  return amountOf(group).toNumber() * ([1, 0.8, 0.5][weakest(group)] ?? 0.5);
}

function weakest({ findings }: CauseGroup): number {
  return findings.reduce((most, finding) => Math.max(most, CONFIDENCES.indexOf(finding.confidence)), 0);
}

function whyFirst(group: CauseGroup): string {
  const money = group.sums.map(({ monthly, currency }) => `${grouped(monthly)} ${currency} a month`);
  const patches = group.findings.filter((finding) => finding.fix.patch !== undefined).length;
  return [...(isUrgent(group) ? [group.severity] : []), ...money, CONFIDENCES[weakest(group)] ?? '', ...(patches === 0 ? [] : [patches === group.findings.length ? 'with a patch' : `${patches} with a patch`])].join(', ');
}
