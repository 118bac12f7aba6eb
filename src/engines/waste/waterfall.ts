/** From what the states cost now, through the savings by cause, to what is left: adds up to the cent. */
import type { Finding } from '../../domain/finding.ts';
import type { ReportCost, SavingCause } from '../../domain/finding-report.ts';
import { Decimal, sumOf } from '../../domain/money.ts';
import type { CostEstimate } from '../cost/cost-line.ts';
import { totalOf } from '../cost/difference.ts';
import { countedSavings } from './saving.ts';

/** @param estimates One a state, priced as the savings are. Savings in another currency than theirs are not part of it. */
export function waterfallOf(findings: readonly Finding[], estimates: readonly CostEstimate[]): ReportCost {
  const currency = estimates[0]?.currency ?? 'USD';
  // Resource by resource in cents, as the savings are: otherwise what is left could be less than nothing by a cent.
  const now = sumOf(estimates.flatMap((estimate) => estimate.resources.map((resource) => totalOf(resource).rounded(2))));
  const causes = causesOf(findings, currency);
  const saved = sumOf(causes.map((cause) => Decimal.parse(cause.monthly) ?? Decimal.zero));
  const bound = (which: 'low' | 'high'): string => sumOf(estimates.flatMap((estimate) => estimate.resources.map((resource) => resource.fixed[which].plus(resource.usage[which]).rounded(2)))).toFixed(2);
  const [low, high] = [bound('low'), bound('high')];
  const count = (...statuses: readonly (keyof CostEstimate['coverage']['byStatus'])[]): number => estimates.reduce((sum, { coverage }) => sum + statuses.reduce((total, status) => total + coverage.byStatus[status], 0), 0);
  const oldest = estimates.flatMap(({ coverage }) => coverage.oldestPrice ?? []).sort()[0];
  return {
    currency,
    monthly: now.toFixed(2),
    ...(low === high ? {} : { low, high }),
    after: now.minus(saved).toFixed(2),
    causes,
    resources: estimates.reduce((sum, estimate) => sum + estimate.resources.length, 0),
    priced: count('priced', 'free', 'elsewhere'),
    unknown: count('unknown', 'partly'),
    usage: count('usage'),
    ...(oldest === undefined ? {} : { oldestPrice: oldest }),
  };
}

function causesOf(findings: readonly Finding[], currency: string): SavingCause[] {
  const byRule = new Map<string, { title: string; amounts: Decimal[] }>();
  for (const [finding, saving] of countedSavings(findings)) {
    if (saving.currency !== currency) continue;
    const cause = byRule.get(finding.rule) ?? { title: finding.title, amounts: [] };
    cause.amounts.push(saving.monthly);
    byRule.set(finding.rule, cause);
  }
  const causes = [...byRule].map(([rule, { title, amounts }]) => ({ rule, title, sum: sumOf(amounts), findings: amounts.length }));
  causes.sort((a, b) => b.sum.compare(a.sum) || (a.rule < b.rule ? -1 : 1));
  return causes.map(({ sum, ...cause }) => ({ ...cause, monthly: sum.toFixed(2) }));
}
