/** Budgets: a limit on the whole, on a part by name, on what a change adds, and on what is not known. */
import { PlatformError } from '../../domain/error.ts';
import { Decimal } from '../../domain/money.ts';
import type { CostEstimate } from './cost-line.ts';
import type { CostDifference } from './difference.ts';
import { totalOf } from './difference.ts';
import { rollUp } from './roll-up.ts';

/** `500`, `increase=100`, `unknown=0`, `team:payments=1000`, `module:module.network=250`, `tag:env:prod=4000`. */
export interface Budget {
  text: string;
  scope: 'total' | 'increase' | 'unknown' | { by: string; name: string };
  limit: Decimal;
}

/** Throws ROADBED-8311 for what is no budget. */
export function parseBudget(text: string): Budget {
  const at = text.lastIndexOf('=');
  const limit = Decimal.parse(text.slice(at + 1));
  const place = at < 0 ? 'total' : text.slice(0, at);
  const by = /^(tag:[^:]+|module|type|component|team|region|provider|resource):(.+)$/.exec(place);
  const scope = place === 'total' || place === 'increase' || place === 'unknown' ? place : by === null ? undefined : { by: by[1] ?? '', name: by[2] ?? '' };
  if (limit === undefined || limit.isNegative || scope === undefined) throw new PlatformError({ code: 'ROADBED-8311', class: 'usage', message: `${JSON.stringify(text)} is no budget`, next: 'write 500, increase=100, unknown=0, or team:payments=1000 (also module, type, component, region, tag:NAME)' });
  return { text, scope, limit };
}

export interface BudgetResult {
  budget: string;
  limit: Decimal;
  actual: Decimal;
  exceeded: boolean;
  /** A budget that nothing is under, or that needs a comparison which was not asked for, says so. */
  note?: string;
}

export function judgeBudgets(budgets: readonly Budget[], estimate: CostEstimate, difference: CostDifference | undefined): BudgetResult[] {
  return budgets.map(({ text, scope, limit }) => {
    const against = (actual: Decimal, note?: string): BudgetResult => ({ budget: text, limit, actual, exceeded: actual.compare(limit) > 0, ...(note === undefined ? {} : { note }) });
    if (scope === 'total') return against(totalOf(estimate));
    if (scope === 'unknown') return against(new Decimal(BigInt(estimate.coverage.byStatus.unknown + estimate.coverage.byStatus.partly), 0));
    if (scope === 'increase') {
      if (difference === undefined) throw new PlatformError({ code: 'ROADBED-8312', class: 'usage', message: 'a budget for the increase needs something to compare with', next: 'give --compare with a folder, plan, state, commit or branch, or the JSON of a plan' });
      return against(difference.difference);
    }
    const group = rollUp(estimate, scope.by).find((one) => one.name === scope.name);
    return group === undefined ? against(Decimal.zero, `no resource is of ${scope.by} ${scope.name}`) : against(totalOf(group));
  });
}
