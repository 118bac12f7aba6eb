/** What the fleet costs: fifty days of environments that are busier in the week, a bill of two teams, some savings. */
import type { Finding } from '../../../domain/finding.ts';
import { decimal } from '../../../domain/money.ts';
import type { RunningCostCategory, RunningCostLine } from '../../../domain/running-cost.ts';
import type { Findings, FindingTotals, StoredFinding } from '../../../ports/findings.ts';
import type { DailyCost, RunningCostQuery } from '../../../ports/running-cost.ts';
import type { CostAnomalies } from '../../contract/cost-page.ts';
import type { CostReads, DailyAmount } from '../cost-reads.ts';
import { NAMESPACE } from './fleet-objects.ts';

const DAY_MS = 86_400_000;
const SERVICES = ['storefront', 'catalog', 'cart', 'checkout', 'payments', 'orders'];
/** Of an hour, by category. */
const RATES: Readonly<Record<RunningCostCategory, string>> = { compute: '0.0158055', memory: '0.0021185', storage: '0.0000548', database: '0.017' };

function dayAt(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

function lines(): RunningCostLine[] {
  return SERVICES.flatMap((service, index) =>
    ['dev', 'prod'].flatMap((environment) =>
      (Object.keys(RATES) as RunningCostCategory[]).flatMap((category): RunningCostLine[] => {
        if (category === 'database' && index < 3) return [];
        const replicas = environment === 'prod' ? 2 + index : 1;
        const about = { namespace: NAMESPACE, service, environment, category, currency: 'USD', estimated: true };
        if (category === 'storage' && service === 'cart') return [{ ...about, incomplete: true, parts: [{ what: `volume sessions of ${service}`, replicas: 1, unit: 'GiB', unknown: 'the claim says no size' }] }];
        const hourly = decimal(RATES[category]).times(decimal(replicas)).toString();
        const unit = category === 'compute' ? 'vCPU' : category === 'database' ? 'database' : 'GiB';
        return [{ ...about, hourly, incomplete: false, parts: [{ what: `container web of ${service}`, replicas, basis: category === 'database' ? 'counted' : 'requested', quantity: category === 'compute' ? '0.5' : '1', unit, hourly, rate: { amount: RATES[category], unit: category === 'compute' ? 'vCPU-hour' : category === 'database' ? 'database-hour' : 'GiB-hour', method: 'estimated', confidence: 'low', source: 'default rates', asOf: '2026-01-01' } }] }];
      }),
    ),
  );
}

function rowsOf(query: RunningCostQuery, now: number): DailyCost[] {
  const found = new Map<string, DailyCost>();
  for (let at = now - 49 * DAY_MS; at <= now; at += DAY_MS) {
    const day = dayAt(at);
    if (day < query.from || day >= query.until) continue;
    const quiet = [0, 6].includes(new Date(at).getUTCDay());
    for (const line of lines()) {
      if ((query.service ?? line.service) !== line.service || (query.environment ?? line.environment) !== line.environment || (query.namespaces !== undefined && !query.namespaces.includes(line.namespace))) continue;
      const group = Object.fromEntries(query.by.map((dimension) => [dimension, line[dimension]]));
      const key = JSON.stringify([day, group]);
      const known = found.get(key) ?? { day, ...group, currency: 'USD', minutes: at === now ? 540 : 1_440, incompleteMinutes: 0, estimated: true };
      const hours = at === now ? 9 : quiet ? 20 : 24;
      const amount = line.hourly === undefined ? known.amount : decimal(known.amount ?? 0).plus(decimal(line.hourly).times(decimal(hours))).toString();
      found.set(key, { ...known, ...(amount === undefined ? {} : { amount }), incompleteMinutes: line.incomplete ? known.minutes : known.incompleteMinutes });
    }
  }
  return [...found.values()];
}

function finding(rule: string, title: string, name: string, monthly: string): Finding {
  return {
    rule, area: 'waste', title, severity: 'medium', confidence: 'likely', basis: 'inputs-given', sentence: `${name} is attached to nothing in the states given`, evidence: [], fix: { text: 'Remove it.' }, controls: [], fingerprint: rule.padEnd(32, '0').slice(0, 32),
    subject: { reference: `v1:terraform:aws-shop#default#${name}`, name, type: name.split('.')[0] ?? '', source: 'infrastructure/aws-shop#default' },
    saving: { known: true, monthly, currency: 'USD', priceDate: '2026-07-20', confidence: 'likely' },
  };
}

const SAVINGS = [finding('waste.aws.nat-gateways', 'More NAT gateways than a test environment needs', 'aws_nat_gateway.staging[1]', '32.85'), finding('waste.aws.volume-unattached', 'EBS volume without an instance', 'aws_ebs_volume.old_data', '16'), finding('waste.aws.address-unassociated', 'Elastic IP that nothing uses', 'aws_eip.spare', '3.65')];

function fleetFindings(now: number): Pick<Findings, 'list' | 'totals'> {
  const at = new Date(now - DAY_MS).toISOString();
  const stored = SAVINGS.map((one): StoredFinding => ({ namespace: NAMESPACE, finding: one, state: 'open', occurrence: 1, firstSeen: at, lastSeen: at, seenBy: [] }));
  const totals: FindingTotals = { count: 4, byArea: { waste: 4 }, bySeverity: { critical: 0, high: 0, medium: 4, low: 0, info: 0 }, byState: { open: 4, accepted: 0, resolved: 0 }, savings: [{ currency: 'USD', monthly: '52.5' }], unpriced: 1 };
  return { list: async () => stored, totals: async () => totals };
}

function bill(now: number): DailyAmount[] {
  return Array.from({ length: 40 }, (_, index) => dayAt(now - (index + 2) * DAY_MS)).flatMap((day) =>
    [['shop', '41.2'], ['identity', '17.05'], ['(unallocated)', '6.5']].map(([key = '', amount = '']): DailyAmount => ({ day, key, label: key, currency: 'USD', amount, minutes: 1_440, estimated: false, incomplete: false })),
  );
}

function anomalies(now: number): CostAnomalies {
  const day = dayAt(now - 4 * DAY_MS);
  return {
    from: dayAt(now - 15 * DAY_MS), to: dayAt(now - 2 * DAY_MS), judged: 14, noData: 2,
    anomalies: [{ name: 'shop / Amazon RDS', team: 'shop', providerService: 'Amazon RDS', kind: 'rise', from: day, to: day, currency: 'USD', actual: '88.10', expected: '31.40', difference: '56.70', history: 36, contributors: [{ resource: 'arn:aws:rds:eu-west-1:123456789012:db:orders-replica', address: 'aws_db_instance.replica', before: '0.00', after: '55.20', isNew: true }], causes: [{ at: `${day}T08:12:00Z`, kind: 'change.merged', sentence: 'change.merged infrastructure by user:jonas', event: '42' }] }],
  };
}

export function fleetCost(now: number, empty: boolean): CostReads {
  if (empty) {
    const none: FindingTotals = { count: 0, byArea: {}, bySeverity: { critical: 0, high: 0, medium: 0, low: 0, info: 0 }, byState: { open: 0, accepted: 0, resolved: 0 }, savings: [], unpriced: 0 };
    return { running: { days: async () => [], current: async () => ({ lines: [] }), requests: async () => [], recorded: async () => ({ gaps: [] }) }, bills: { coverage: async () => ({}), days: async () => [], anomalies: async () => ({ judged: 0, noData: 0, anomalies: [] }) }, findings: { list: async () => [], totals: async () => none } };
  }
  return {
    running: {
      days: async (query) => rowsOf(query, now),
      current: async () => ({ at: new Date(now).toISOString(), lines: lines() }),
      requests: async () => SERVICES.slice(0, 5).map((service, index) => ({ day: dayAt(now - DAY_MS), service, environment: 'prod', requests: 90_000 * (index + 1) })),
      recorded: async () => ({ since: new Date(now - 49 * DAY_MS).toISOString(), until: new Date(now).toISOString(), gaps: [{ from: new Date(now - 5 * DAY_MS).toISOString(), until: new Date(now - 5 * DAY_MS + 3_600_000).toISOString() }] }),
    },
    bills: { coverage: async () => ({ since: dayAt(now - 41 * DAY_MS), until: dayAt(now - 2 * DAY_MS) }), days: async (_readable, range) => bill(now).filter(({ day }) => day >= range.from && day < range.until), anomalies: async () => anomalies(now) },
    findings: fleetFindings(now),
  };
}
