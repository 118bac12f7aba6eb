/** compare: what `roadbed cost` had estimated against what was billed, by resource or by team, with the reasons. */
import { z } from 'zod';
import { PlatformError } from '../../domain/error.ts';
import { Decimal, decimal, sumOf } from '../../domain/money.ts';
import { compareCosts, type ActualCost, type CostVariance, type EstimatedCost } from '../../engines/bill-comparison/compare.ts';
import type { CostDocument } from '../../control/bill/documents.ts';
import type { Session } from '../session.ts';
import { askCosts } from './ask.ts';
import { readText, type BillFlags } from './options.ts';
import { amount, printTable, wantsJson } from './print.ts';

const named = z.object({ monthly: z.string().optional() });
const estimateSchema = z.object({
  schemaVersion: z.literal(1),
  currency: z.object({ code: z.string() }),
  by: z.string(),
  groups: z.array(named.extend({ name: z.string() })),
  resources: z.array(named.extend({ address: z.string() })),
});

export async function compareWithEstimate(session: Session, path: string | undefined, flags: BillFlags): Promise<void> {
  const by = flags.by ?? 'address';
  if (flags.estimate === undefined || (by !== 'address' && by !== 'team')) throw new PlatformError({ code: 'ROADBED-8754', class: 'usage', message: 'a comparison needs an estimate, by address or by team', next: 'roadbed cost DIR --format json --out cost.json, then: roadbed bills compare BILL --state FILE --estimate cost.json --month 2026-09' });
  if (flags.month === undefined) throw new PlatformError({ code: 'ROADBED-8754', class: 'usage', message: 'an estimate is of a month: name one', next: '--month 2026-09' });
  const { currency, estimates } = readEstimate(await readText(flags.estimate), flags.estimate, by);
  const costs = await askCosts(session, path, { ...flags, by, byDay: true });
  const [year = 0, month = 1] = flags.month.split('-').map(Number);
  const monthDays = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const result = compareCosts(estimates, actualCosts(costs, currency), monthDays);
  const skipped = [...new Set(costs.groups.map((group) => group.currency))].filter((code) => code !== currency);
  print(session, flags, result, currency);
  if (skipped.length > 0) session.output.say(`charges in ${skipped.join(', ')} are not compared with an estimate in ${currency}; give a rate: --currency ${currency} --rate ${skipped[0] ?? ''}:1.08@2026-09-30`);
}

function print(session: Session, flags: BillFlags, result: readonly CostVariance[], currency: string): void {
  const text = (value: Decimal | undefined): string => (value === undefined ? '' : value.toString());
  if (wantsJson(session, flags)) {
    const items = result.map((one) => ({ ...one, ...(one.estimate === undefined ? {} : { estimate: text(one.estimate) }) }));
    return session.output.line(JSON.stringify({ schemaVersion: 1, currency, items }));
  }
  const shown = (value: Decimal | undefined): string => (value === undefined ? '' : amount(session, flags, text(value)));
  printTable(session, flags, ['name', 'estimate', 'actual', 'difference', 'days', 'usage', 'discount', 'why'], result.map((one) => [one.name, shown(one.estimate), shown(one.actual), shown(one.difference), shown(one.parts?.days), shown(one.parts?.usage), shown(one.parts?.discount), one.why]));
  const compared = result.filter((one) => one.difference !== undefined);
  const more = sumOf(compared.map((one) => one.difference ?? Decimal.zero));
  const billed = more.isZero ? 'as much billed as estimated' : `${(more.isNegative ? more.negated() : more).toFixed(2)} ${currency} ${more.isNegative ? 'less' : 'more'} billed than estimated`;
  session.output.say(`${compared.length} compared: ${billed}; ${result.filter((one) => one.why === 'not-billed').length} estimated and not billed, ${result.filter((one) => one.why === 'not-estimated').length} billed and not estimated, ${result.filter((one) => one.why === 'estimate-unknown').length} without a known estimate`);
}

/** Throws ROADBED-8755. */
function readEstimate(text: string, file: string, by: 'address' | 'team'): { currency: string; estimates: EstimatedCost[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  const parsed = estimateSchema.safeParse(value);
  if (!parsed.success || (by === 'team' && parsed.data.by !== 'team')) throw new PlatformError({ code: 'ROADBED-8755', class: 'invalid', message: `${file} is no estimate${by === 'team' ? ' by team' : ''}`, next: `roadbed cost DIR ${by === 'team' ? '--by team ' : ''}--format json --out ${file}` });
  const { currency, groups, resources } = parsed.data;
  const rows = by === 'team' ? groups : resources.map((resource) => ({ ...resource, name: resource.address }));
  return { currency: currency.code, estimates: rows.map((row) => ({ name: row.name, monthly: row.monthly === undefined ? undefined : Decimal.parse(row.monthly) })) };
}

/** Addresses without their root where only one root has them. */
function actualCosts(costs: CostDocument, currency: string): ActualCost[] {
  const groups = costs.groups.filter((group) => group.currency === currency && group.name !== '(none)');
  const short = (name: string): string => (costs.by === 'address' ? name.slice(name.indexOf('#') + 1) : name);
  const times = new Map<string, number>();
  for (const group of groups) times.set(short(group.name), (times.get(short(group.name)) ?? 0) + 1);
  const days = new Map<string, Set<string>>();
  for (const row of costs.days ?? []) if (row.currency === currency) days.set(row.name, (days.get(row.name) ?? new Set()).add(row.day));
  return groups.map((group) => ({ name: times.get(short(group.name)) === 1 ? short(group.name) : group.name, effective: decimal(group.effective), list: decimal(group.list), days: days.get(group.name)?.size ?? 0 }));
}
