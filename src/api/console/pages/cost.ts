/**
 * The Cost page from a source's daily amounts: layers, groups, the month and its forecast.
 *
 * Today is not over: its amount is shown and told, and the forecast begins with it, so that a morning does not
 * look like a saving. Days of which less than three quarters were recorded do not teach the forecast anything.
 */
import { Decimal, decimal, sumOf } from '../../../domain/money.ts';
import { lastDayOfMonth } from '../../../engines/bill-series/series.ts';
import type { CostForecast, CostGroup, CostLayer, CostPage, CostQuery, CostSource, CostSourceView } from '../../contract/cost-page.ts';
import type { CostFilter, CostRange, CostReads, DailyAmount } from '../cost-reads.ts';
import type { Readable } from '../readable.ts';
import { costForecast } from './cost-forecast.ts';
import { readableTeams, requestsByService, runningDays, serviceKey } from './cost-history.ts';

const DAY_MS = 86_400_000;
const MOST_LAYERS = 8;
const HOURS_A_MONTH = decimal(730);
const WHOLE_DAY_MINUTES = 1_080;
/** So old the newest whole day may be for a forecast: bills come late. */
const LATEST_DAYS = 7;
const LISTED_SAVINGS = 50;
const LISTED_LINES = 400;
const LISTED_GAPS = 50;
const NO_BILL = 'No bill was imported that you may read. Export it from your provider in the FOCUS format, then: roadbed bills import FILE';
const NOT_YET = 'Nothing ran yet, or the first minutes have not been recorded.';

/** First and last that a source has. */
interface Covered {
  since?: string;
  until?: string;
}

interface Days {
  today: string;
  from: string;
  tomorrow: string;
  monthStart: string;
  previousStart: string;
  nextMonth: string;
}

export async function costPage(reads: CostReads, readable: Readable, query: CostQuery, now: number): Promise<CostPage> {
  const days = daysOf(now, query.days);
  const [recorded, charged] = await Promise.all([reads.running.recorded({ from: days.from, until: days.tomorrow }), reads.bills.coverage(readable)]);
  const sources = sourcesOf(recorded, charged);
  const source: CostSource = query.source ?? (sources.find((one) => one.none === undefined)?.source ?? 'running');
  const filter: CostFilter = { team: query.team, service: query.service, environment: query.environment };
  const range: CostRange = { from: days.from < days.previousStart ? days.from : days.previousStart, until: days.tomorrow };
  const { amounts, rows } = source === 'running' ? await runningDays(reads.running, readable, range, query.by, filter) : { amounts: await reads.bills.days(readable, range, query.by, filter), rows: [] };
  const currencies = currenciesOf(amounts);
  const currency = query.currency !== undefined && currencies.includes(query.currency) ? query.currency : (currencies[0] ?? 'USD');
  const own = amounts.filter((amount) => amount.currency === currency);
  const lines = source === 'running' ? await linesNow(reads, readable, filter, currency) : [];
  const requests = source === 'running' && query.by === 'service' ? requestsByService(rows, await reads.running.requests({ from: days.from, until: days.tomorrow })) : new Map<string, number>();
  const shown = daysBetween(days.from, days.tomorrow);
  const since = sources.find((one) => one.source === source)?.since?.slice(0, 10);
  const comparable = since !== undefined && since <= days.previousStart;
  const groups = groupsOf(own, query, { ...days, comparable }, source === 'bill' ? dayAfterLast(own, days) : days.tomorrow, lines, requests);
  const forecast = costForecast(wholeDays(own, days, source), currency, days.nextMonth);
  const teams = readableTeams(readable, query.team);
  const scope = teams === undefined ? {} : { namespaces: teams };
  const [found, totals] = await Promise.all([reads.findings.list({ ...scope, order: 'saving', limit: LISTED_SAVINGS }), reads.findings.totals(scope)]);
  return {
    checkedAt: new Date(now).toISOString(),
    source, sources, by: query.by, currency, currencies,
    days: shown,
    layers: layersOf(own, groups, shown),
    forecast,
    month: monthOf(own, { ...days, comparable }, forecast),
    groups,
    lines: lines.slice(0, LISTED_LINES),
    gaps: source === 'running' ? recorded.gaps.slice(0, LISTED_GAPS) : [],
    savings: {
      totals: [...totals.savings],
      count: totals.count,
      unpriced: totals.unpriced,
      largest: found.flatMap(({ namespace, finding }) => (finding.saving?.known === true ? [{ namespace, fingerprint: finding.fingerprint, title: finding.title, name: finding.subject.name, source: finding.subject.source, monthly: finding.saving.monthly, currency: finding.saving.currency, confidence: finding.saving.confidence, priceDate: finding.saving.priceDate }] : [])),
    },
  };
}

function dayAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function daysOf(now: number, length: number): Days {
  const date = new Date(now);
  const month = (offset: number): string => dayAt(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1));
  return { today: dayAt(now), from: dayAt(now - (length - 1) * DAY_MS), tomorrow: dayAt(now + DAY_MS), monthStart: month(0), previousStart: month(-1), nextMonth: month(1) };
}

function daysBetween(from: string, until: string): string[] {
  const days: string[] = [];
  for (let at = Date.parse(from); at < Date.parse(until); at += DAY_MS) days.push(dayAt(at));
  return days;
}

function sourcesOf(recorded: Covered, bills: Covered): CostSourceView[] {
  return [
    { source: 'running', ...(recorded.since === undefined ? { none: NOT_YET } : { since: recorded.since }), ...(recorded.until === undefined ? {} : { until: recorded.until }) },
    { source: 'bill', ...(bills.since === undefined ? { none: NO_BILL } : { since: bills.since }), ...(bills.until === undefined ? {} : { until: bills.until }) },
  ];
}

function totalOf(amounts: readonly DailyAmount[]): Decimal | undefined {
  const known = amounts.flatMap(({ amount }) => (amount === undefined ? [] : [decimal(amount)]));
  return known.length === 0 ? undefined : sumOf(known);
}

/** The one with the largest sum first: of these only one is shown at a time. */
function currenciesOf(amounts: readonly DailyAmount[]): string[] {
  const sums = [...Map.groupBy(amounts, (amount) => amount.currency)].map(([currency, own]) => ({ currency, sum: totalOf(own) ?? Decimal.zero }));
  return sums.toSorted((a, b) => b.sum.compare(a.sum) || (a.currency < b.currency ? -1 : 1)).map(({ currency }) => currency);
}

async function linesNow(reads: CostReads, readable: Readable, filter: CostFilter, currency: string): Promise<CostPage['lines']> {
  const { lines } = await reads.running.current(readableTeams(readable, filter.team));
  return lines.filter((line) => line.currency === currency && (filter.service === undefined || line.service === filter.service) && (filter.environment === undefined || line.environment === filter.environment));
}

/** @param until The day behind the last one that has amounts: a bill that is late is compared with as many days before. */
function groupsOf(amounts: readonly DailyAmount[], query: CostQuery, days: Days & { comparable: boolean }, until: string, lines: CostPage['lines'], requests: ReadonlyMap<string, number>): CostGroup[] {
  const keyOf = (line: CostPage['lines'][number]): string => (query.by === 'service' ? serviceKey(line.namespace, line.service) : query.by === 'team' ? line.namespace : line[query.by]);
  const now = Map.groupBy(lines, keyOf);
  const groups = [...Map.groupBy(amounts, (amount) => amount.key)].map(([key, own]): CostGroup => {
    const within = (from: string, until: string): Decimal | undefined => totalOf(own.filter(({ day }) => day >= from && day < until));
    const total = within(days.from, days.tomorrow);
    const hourly = (now.get(key) ?? []).flatMap((line) => (line.hourly === undefined ? [] : [decimal(line.hourly)]));
    const served = requests.get(key);
    return {
      key,
      label: own[0]?.label ?? key,
      ...text('soFar', within(days.monthStart, days.tomorrow)),
      ...(days.comparable ? text('before', within(days.previousStart, sameDayBefore(days, until))) : {}),
      ...text('total', total),
      ...(hourly.length === 0 ? {} : text('monthly', sumOf(hourly).times(HOURS_A_MONTH))),
      ...(served === undefined ? {} : { requests: served }),
      ...(served === undefined || served === 0 || total === undefined ? {} : { perThousand: total.dividedBy(decimal(served), 12).times(decimal(1_000)).rounded(8).toString() }),
      estimated: own.some((amount) => amount.estimated),
      incomplete: own.some((amount) => amount.incomplete && amount.day >= days.from),
    };
  });
  return groups.toSorted((a, b) => decimal(b.total ?? b.before ?? 0).compare(decimal(a.total ?? a.before ?? 0)) || (a.key < b.key ? -1 : 1));
}

/** The day of the month before that is as far in its month as `until` is in this one: its end at the latest. */
function sameDayBefore(days: Days, until: string): string {
  const same = dayAt(Date.parse(days.previousStart) + Date.parse(until) - Date.parse(days.monthStart));
  return same < days.monthStart ? same : days.monthStart;
}

function text<Name extends string>(name: Name, value: Decimal | undefined): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: value.toString() } as Partial<Record<Name, string>>);
}

function layersOf(amounts: readonly DailyAmount[], groups: readonly CostGroup[], days: readonly string[]): CostLayer[] {
  const spent = groups.filter((group) => group.total !== undefined);
  const shown = spent.length > MOST_LAYERS ? spent.slice(0, MOST_LAYERS - 1) : spent;
  const rest = new Set(spent.slice(shown.length).map(({ key }) => key));
  const layer = (key: string, label: string, own: readonly DailyAmount[]): CostLayer => {
    const byDay = Map.groupBy(own, ({ day }) => day);
    return { key, label, amounts: days.map((day) => totalOf(byDay.get(day) ?? [])?.toString() ?? null) };
  };
  const byKey = Map.groupBy(amounts, ({ key }) => key);
  const layers = shown.map(({ key, label }) => layer(key, label, byKey.get(key) ?? []));
  return rest.size === 0 ? layers : [...layers, layer('', `${rest.size} others`, amounts.filter(({ key }) => rest.has(key)))];
}

function dayAfterLast(amounts: readonly DailyAmount[], days: Days): string {
  const last = amounts.reduce((newest, { day }) => (day > newest ? day : newest), '');
  return last < days.monthStart ? days.monthStart : dayAt(Date.parse(last) + DAY_MS);
}

/**
 * The newest run of whole days without a hole; it ends in the last week, and never with today. The last day of a bill is
 * usually delivered in parts: unless it ends a month, it is no whole day yet.
 */
function wholeDays(amounts: readonly DailyAmount[], days: Days, source: CostSource): { day: string; amount: string }[] {
  const byDay = Map.groupBy(amounts, ({ day }) => day);
  const whole = (day: string): string | undefined => {
    const own = byDay.get(day) ?? [];
    const recorded = source === 'bill' || Math.max(0, ...own.map(({ minutes }) => minutes)) >= WHOLE_DAY_MINUTES;
    return recorded ? totalOf(own)?.toString() : undefined;
  };
  const run: { day: string; amount: string }[] = [];
  const today = Date.parse(days.today);
  for (let at = today - DAY_MS; ; at -= DAY_MS) {
    const amount = whole(dayAt(at));
    if (amount !== undefined) run.push({ day: dayAt(at), amount });
    else if (run.length > 0 || today - at > LATEST_DAYS * DAY_MS) return run.slice(source === 'bill' && run[0] !== undefined && run[0].day !== lastDayOfMonth(run[0].day) ? 1 : 0).toReversed();
  }
}

function monthOf(amounts: readonly DailyAmount[], days: Days & { comparable: boolean }, forecast: CostForecast): CostPage['month'] {
  const within = (from: string, until: string): Decimal | undefined => totalOf(amounts.filter(({ day }) => day >= from && day < until));
  const coming = forecast.state === 'ready' ? forecast.days : [];
  const last = coming.at(-1);
  const over = within(days.monthStart, coming[0]?.day ?? days.tomorrow) ?? Decimal.zero;
  const sum = (of: 'value' | 'low' | 'high'): string => over.plus(decimal(last?.sum[of] ?? 0)).toString();
  return {
    month: days.monthStart.slice(0, 7),
    ...text('soFar', within(days.monthStart, days.tomorrow)),
    ...(forecast.state === 'ready' ? { expected: { value: sum('value'), low: sum('low'), high: sum('high') } } : {}),
    ...(days.comparable ? text('previous', within(days.previousStart, days.monthStart)) : {}),
  };
}
