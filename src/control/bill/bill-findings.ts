/**
 * What a bill says that somebody should look at, as findings of the team that pays: what stood out, and what is charged
 * for things that no known state has.
 *
 * What nobody owns goes to the platform's own team, where the platform team sees it. An anomaly is found again as long
 * as its days are among those that are judged, and is resolved when they are over; each has its first day in its fingerprint.
 */
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import { fingerprintOf, type Finding } from '../../domain/finding.ts';
import { decimal } from '../../domain/money.ts';
import { cloudReference } from '../../domain/reference.ts';
import { unmanagedSpend } from '../../engines/bill-allocation/unmanaged.ts';
import { dayAfter } from '../../engines/bill-series/series.ts';
import { billAnomalies, type BillAnomaly, type ChangesNear } from './anomalies.ts';
import { ownedCosts, type BillSource, type BillView } from './costs.ts';

const ANOMALY = 'cost.bill.anomaly';
const MEASURE = 'effective';
const UNMANAGED_DAYS = 30;
/** Of a resource in thirty days; less is not worth a look. */
const UNMANAGED_AT_LEAST = decimal(1);
const MOST_UNMANAGED = 200;

/** By team, then by what was looked for. Empty where there is no bill. */
export interface BillFindings {
  anomalies: Map<string, Finding[]>;
  unmanaged: Map<string, Finding[]>;
}

export async function billFindings(source: BillSource, view: BillView, changes: ChangesNear): Promise<BillFindings> {
  const { lastDay } = await source.coverage();
  if (lastDay === undefined) return { anomalies: new Map(), unmanaged: new Map() };
  const report = await billAnomalies(source, view, { measure: MEASURE }, changes);
  const range = { from: dayAfter(lastDay, 1 - UNMANAGED_DAYS), to: lastDay };
  const { costs, buckets } = await ownedCosts(source, range, view, ['team', 'resource', 'address']);
  const teamOf = new Map(costs.map((cost) => [buckets[cost.bucket]?.subject.resource ?? '', cost.team]));
  const unmanaged = unmanagedSpend(costs, buckets, { ...range, measure: MEASURE, atLeast: UNMANAGED_AT_LEAST }).slice(0, MOST_UNMANAGED);
  return {
    anomalies: byTeam(report.anomalies.map((anomaly): [string, Finding] => [anomaly.team, anomalyFinding(anomaly)])),
    unmanaged: byTeam(unmanaged.map((finding): [string, Finding] => [teamOf.get(finding.evidence[0]?.value ?? '') ?? '', finding])),
  };
}

function byTeam(found: readonly (readonly [string, Finding])[]): Map<string, Finding[]> {
  const teams = new Map<string, Finding[]>();
  for (const [team, finding] of found) {
    const name = team === '' ? SYSTEM_NAMESPACE : team;
    teams.set(name, [...(teams.get(name) ?? []), finding]);
  }
  return teams;
}

function anomalyFinding(anomaly: BillAnomaly): Finding {
  const { team, providerService, resource, kind, from, to, currency, actual, expected, contributors, causes } = anomaly;
  const when = from === to ? `on ${from}` : `from ${from} to ${to}`;
  const what = resource ?? `${providerService} of ${team === '' ? 'nobody' : team}`;
  const reference = cloudReference(providerService, resource ?? `team/${team}`);
  const [first] = contributors;
  return {
    rule: ANOMALY,
    area: 'cost',
    title: kind === 'rise' ? 'Something cost much more than it does' : 'Something cost much less than it does',
    severity: kind === 'rise' ? 'medium' : 'info',
    confidence: 'likely',
    basis: 'metrics',
    subject: { reference, name: what, type: providerService, source: 'bill' },
    sentence: `${what} was charged ${actual.toFixed(2)} ${currency} ${when} where ${expected.toFixed(2)} is usual${first === undefined ? '' : `; ${first.isNew ? 'new' : 'most of it'}: ${first.address ?? (first.resource === '' ? 'charges without a resource' : first.resource)}`}.`,
    evidence: [
      { name: 'charged', value: `${actual.toFixed(2)} ${currency}` },
      { name: 'usual', value: `${expected.toFixed(2)} ${currency}` },
      { name: 'days before it', value: String(anomaly.history) },
      ...contributors.map((one) => ({ name: one.address ?? (one.resource === '' ? 'no resource' : one.resource), value: `${one.before.toFixed(2)} before, ${one.after.toFixed(2)} a day` })),
      ...causes.map((cause) => ({ name: 'changed before', value: `${cause.at}: ${cause.sentence}` })),
    ],
    fix: { text: causes.length === 0 ? 'Look at the resources that moved; no change of the team is known from the day before.' : 'Look at the resources that moved and at what was changed just before.' },
    controls: [],
    fingerprint: fingerprintOf(ANOMALY, reference, `${team} ${currency} ${kind} ${from}`),
  };
}
