/** Answers about bills as JSON: decimals as text, exact; docs/reference/bills-json.md describes them. */
import { BILL_MEASURES, type BillMeasure } from '../../domain/bill.ts';
import type { Decimal } from '../../domain/money.ts';
import type { GroupedCost } from '../../engines/bill-allocation/group.ts';
import type { AnomalyReport } from './anomalies.ts';
import type { CostReport } from './costs.ts';
import type { MonthForecast } from './month-forecast.ts';

type Texts = Record<BillMeasure, string>;

export interface CostDocument {
  from: string;
  to: string;
  by: string;
  totals: ({ currency: string; rows: number } & Texts)[];
  unallocated: ({ currency: string } & Texts)[];
  groups: ({ name: string; currency: string; rows: number } & Texts)[];
  days?: ({ day: string; name: string; currency: string; rows: number } & Texts)[];
}

function texts(amounts: Readonly<Record<BillMeasure, Decimal>>): Texts {
  return Object.fromEntries(BILL_MEASURES.map((measure) => [measure, amounts[measure].toString()])) as Texts;
}

function group({ name, currency, rows, amounts }: GroupedCost): CostDocument['groups'][number] {
  return { name, currency, rows, ...texts(amounts) };
}

export function costDocument(report: CostReport): CostDocument {
  return {
    from: report.range.from,
    to: report.range.to,
    by: report.by,
    totals: report.totals.map(({ currency, rows, amounts }) => ({ currency, rows, ...texts(amounts) })),
    unallocated: report.unallocated.map(({ currency, amounts }) => ({ currency, ...texts(amounts) })),
    groups: report.groups.map(group),
    ...(report.days.length === 0 ? {} : { days: report.days.map((day) => ({ day: day.day ?? '', ...group(day) })) }),
  };
}

function money(value: number): string {
  return value.toFixed(2);
}

export interface AnomalyDocument {
  from?: string;
  to?: string;
  judged: number;
  noData: number;
  resourcesLeftOut: number;
  anomalies: {
    name: string; team: string; providerService: string; resource?: string; kind: 'rise' | 'drop'; from: string; to: string; currency: string; actual: string; expected: string; difference: string; score: number; history: number;
    contributors: { resource: string; address?: string; before: string; after: string; isNew: boolean }[];
    causes: { at: string; kind: string; sentence: string; event: string }[];
  }[];
}

export function anomalyDocument({ anomalies, ...report }: AnomalyReport): AnomalyDocument {
  return {
    ...report,
    anomalies: anomalies.map(({ name, team, providerService, resource, kind, from, to, currency, actual, expected, score, history, contributors, causes }) => ({
      name, team, providerService, ...(resource === undefined ? {} : { resource }), kind, from, to, currency,
      actual: money(actual), expected: money(expected), difference: money(actual - expected), score: Math.round(score * 10) / 10, history,
      contributors: contributors.map((one) => ({ ...one, before: money(one.before), after: money(one.after) })), causes,
    })),
  };
}

export interface ForecastDocument {
  forecasts: ({ name: string; currency: string; month: string; actual: string; through: string; days: { day: string; point: string; low: string; high: string; sum: { point: string; low: string; high: string } }[] } & (
    | { verdict: 'forecast'; point: string; low: string; high: string; confidence: number; history: number }
    | { verdict: 'noData'; reason: string }
  ))[];
}

export function forecastDocument(forecasts: readonly MonthForecast[]): ForecastDocument {
  return {
    forecasts: forecasts.map(({ name, currency, month, actual, through, total, days }) => ({
      name, currency, month, actual: actual.toString(), through,
      ...(total.verdict === 'noData' ? total : { ...total, point: total.point.toString(), low: total.low.toString(), high: total.high.toString() }),
      days: days.map((day) => ({ day: day.day, point: money(day.point), low: money(day.low), high: money(day.high), sum: { point: money(day.sum.point), low: money(day.sum.low), high: money(day.sum.high) } })),
    })),
  };
}
