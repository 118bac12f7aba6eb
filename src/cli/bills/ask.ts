/**
 * Where an answer comes from: a file on this machine, read here, or the platform.
 *
 * Both make the same documents, by the same engines; the platform has its own rules and states.
 */
import { billAnomalies } from '../../control/bill/anomalies.ts';
import { collectBill } from '../../control/bill/collect.ts';
import { costReport, ownedCosts, type BillSource, type BillView } from '../../control/bill/costs.ts';
import { anomalyDocument, costDocument, forecastDocument, type AnomalyDocument, type CostDocument, type ForecastDocument } from '../../control/bill/documents.ts';
import { monthForecasts } from '../../control/bill/month-forecast.ts';
import type { Finding } from '../../domain/finding.ts';
import { decimal } from '../../domain/money.ts';
import { groupWord, UNALLOCATED, type GroupFilter } from '../../engines/bill-allocation/group.ts';
import { readRate } from '../../engines/bill-allocation/rates.ts';
import { ID_ATTRIBUTES, resourceLookup, TAG_ATTRIBUTES, type StateResource } from '../../engines/bill-allocation/resource-lookup.ts';
import { DEFAULT_RULES, readAllocationRules, type AllocationRules } from '../../engines/bill-allocation/rules.ts';
import { unmanagedSpend } from '../../engines/bill-allocation/unmanaged.ts';
import { printAddress } from '../../formats/terraform/address.ts';
import { openState } from '../../formats/terraform/state.ts';
import type { Session } from '../session.ts';
import { findBill, readBill } from './bill-file.ts';
import { measureOf, nameOfFile, numberOf, rangeOf, readText, type BillFlags } from './options.ts';

const WANTED: ReadonlySet<string> = new Set([...ID_ATTRIBUTES, ...TAG_ATTRIBUTES]);

interface LocalBill {
  source: BillSource;
  view: BillView;
  range: { from: string; to: string };
  filters: GroupFilter[];
}

async function local(session: Session, path: string, flags: BillFlags): Promise<LocalBill> {
  const rules = flags.allocation === undefined ? DEFAULT_RULES : readAllocationRules(await readText(flags.allocation), flags.allocation);
  const filters = [...(flags.filter ?? []), ...(flags.team === undefined ? [] : [`team=${flags.team}`])].map(filterOf);
  const asked = rangeOf(flags);
  const resources = await stateResources(session, flags.state ?? []);
  const reading = await readBill(await findBill(path), flags.provider === undefined ? {} : { provider: flags.provider });
  try {
    const source = await collectBill(reading.batches);
    for (const warning of reading.facts().warnings.slice(0, 5)) session.output.say(`${warning.column} ${warning.rule}: ${warning.rows} rows, first row ${warning.firstRow}`);
    const { firstDay = '1970-01-01', lastDay = '1970-01-01' } = await source.coverage();
    return { source, range: { from: asked.from ?? firstDay, to: asked.to ?? lastDay }, filters, view: viewOf(rules, resources, flags) };
  } finally {
    await reading.close();
  }
}

function viewOf(rules: AllocationRules, resources: readonly StateResource[], flags: BillFlags): BillView {
  return {
    rules,
    ...(flags.state === undefined ? {} : { lookup: resourceLookup(resources, rules) }),
    ...(flags.currency === undefined ? {} : { currency: { to: flags.currency, rates: (flags.rate ?? []).map(readRate) } }),
  };
}

async function stateResources(session: Session, paths: readonly string[]): Promise<StateResource[]> {
  const found: StateResource[] = [];
  for (const path of paths) {
    const state = openState(await session.platform.infrastructure.readBytes(path), path).read(() => WANTED);
    const root = nameOfFile(path).replace(/\.(tfstate|json)$/, '');
    for (const instance of state.instances) if (instance.mode === 'managed') found.push({ address: printAddress(instance), root, attributes: instance.attributes });
  }
  return found;
}

function filterOf(text: string): GroupFilter {
  const at = text.indexOf('=');
  const word = groupWord(at < 0 ? text : text.slice(0, at));
  const name = at < 0 ? '' : text.slice(at + 1);
  return { word, name: word === 'team' && name === '' ? UNALLOCATED : name };
}

/** What the platform is asked; `-n` asks for a team's own bills. */
function query(session: Session, flags: BillFlags, more: Record<string, string | undefined>): string {
  const { namespace } = session.options;
  const asked = { ...rangeOf(flags), ...(namespace === undefined ? {} : { namespace }), ...(flags.team === undefined ? {} : { team: flags.team }), ...(flags.currency === undefined ? {} : { currency: flags.currency }), ...(flags.measure === undefined ? {} : { measure: measureOf(flags, 'effective') }), ...more };
  const parameters = new URLSearchParams(Object.entries(asked).filter((pair): pair is [string, string] => pair[1] !== undefined));
  for (const rate of flags.rate ?? []) parameters.append('rate', rate);
  for (const filter of flags.filter ?? []) parameters.append('filter', filter);
  return parameters.toString();
}

export async function askCosts(session: Session, path: string | undefined, flags: BillFlags): Promise<CostDocument> {
  const by = groupWord(flags.by ?? 'team');
  const byDay = flags.byDay === true;
  if (path === undefined) return session.connection().call<CostDocument>('GET', `/roadbed/v1/bills/costs?${query(session, flags, { by, days: byDay ? 'true' : undefined })}`);
  const { source, view, range, filters } = await local(session, path, flags);
  return costDocument(await costReport(source, range, view, { by, byDay, ...(filters.length === 0 ? {} : { filters }) }));
}

export async function askAnomalies(session: Session, path: string | undefined, flags: BillFlags): Promise<AnomalyDocument> {
  const days = numberOf('--days', flags.days, 14, 1, 366);
  const minimum = numberOf('--minimum', flags.minimum, 10, 0, 1e12);
  if (path === undefined) return session.connection().call<AnomalyDocument>('GET', `/roadbed/v1/bills/anomalies?${query(session, flags, { judge: String(days), minimum: String(minimum) })}`);
  const { source, view } = await local(session, path, flags);
  const report = await billAnomalies(source, view, { days, minimum, measure: measureOf(flags, 'effective') });
  return anomalyDocument({ ...report, anomalies: report.anomalies.filter((anomaly) => flags.team === undefined || anomaly.team === flags.team) });
}

export async function askForecast(session: Session, path: string | undefined, flags: BillFlags): Promise<ForecastDocument> {
  if (path === undefined) return session.connection().call<ForecastDocument>('GET', `/roadbed/v1/bills/forecast?${query(session, flags, { by: flags.by })}`);
  const { source, view } = await local(session, path, flags);
  return forecastDocument(await monthForecasts(source, view, { ...(flags.by === undefined ? {} : { by: groupWord(flags.by) }), measure: measureOf(flags, 'effective') }));
}

/** What is on the bill and in none of the states: of those given for a file, of those that were pushed to the platform. */
export async function askUnmanaged(session: Session, path: string | undefined, flags: BillFlags): Promise<Finding[]> {
  const minimum = String(numberOf('--minimum', flags.minimum, 1, 0, 1e12));
  if (path === undefined) return (await session.connection().call<{ findings: Finding[] }>('GET', `/roadbed/v1/bills/unmanaged?${query(session, flags, { minimum })}`)).findings;
  const { source, view, range } = await local(session, path, flags);
  const { buckets, costs } = await ownedCosts(source, range, view, ['team', 'resource', 'address']);
  return unmanagedSpend(costs, buckets, { ...range, measure: measureOf(flags, 'effective'), atLeast: decimal(minimum) });
}
