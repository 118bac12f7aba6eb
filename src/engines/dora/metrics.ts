/**
 * DORA's five keys from the event log, each with the rows behind it.
 *
 * Definitions are those of dora.dev (January 2026); docs/explanation/delivery-metrics.md says how each is
 * computed and what was decided where the definition leaves room. In short: failures are counted in
 * deployments and not in incidents; a canary that the platform returned by itself is a failed deployment,
 * tagged automatic, and the rate is shown without such as well; where there is nothing to compute from, there is
 * no number.
 */
import type { EventRow } from '../../domain/event.ts';
import { deploymentsOf, text, type DeliveryScope, type Deployment } from './deployments.ts';

const DAY_MS = 86_400_000;

export interface MetricRow {
  at: string;
  label: string;
  value: string;
  event?: string;
  chain?: string;
  automatic?: boolean;
}

export interface DeliveryMetric {
  key: 'changeLeadTime' | 'deploymentFrequency' | 'failedDeploymentRecoveryTime' | 'changeFailRate' | 'deploymentReworkRate';
  title: string;
  /** Absent: nothing to compute from. */
  value?: number;
  /** The same without deployments that the platform returned by itself; only where that makes a difference. */
  withoutAutomatic?: number;
  unit: 'seconds' | 'perDay' | 'share';
  /** The value in words, or why there is none. */
  sentence: string;
  rows: MetricRow[];
}

export interface DeliveryReport {
  since: string;
  until: string;
  scope: string;
  metrics: DeliveryMetric[];
}

export interface DeliveryRequest extends DeliveryScope {
  /** RFC 3339; the window is since <= t < until. Rows before it are needed too, to pair beginnings with ends. */
  since: string;
  until: string;
}

/** All five keys of a scope in a window. */
export function deliveryMetrics(rows: readonly EventRow[], request: DeliveryRequest): DeliveryReport {
  const from = Date.parse(request.since);
  const to = Date.parse(request.until);
  const seen = rows.filter((row) => Date.parse(row.occurredAt) < to);
  const all = deploymentsOf(seen, request);
  const finished = all.filter((deployment) => isCounted(deployment) && within(deployment.finishedAt, from, to));
  return {
    since: request.since,
    until: request.until,
    scope: scopeWords(request),
    metrics: [leadTime(seen, all, request, from, to), frequency(finished, from, to), recovery(finished), failRate(finished), rework(finished)],
  };
}

/** Successful or failed; a withdrawn or unfinished deployment says nothing about either. */
function isCounted(deployment: Deployment): boolean {
  return deployment.outcome === 'successful' || deployment.outcome === 'failed';
}

function within(at: number | undefined, from: number, to: number): at is number {
  return at !== undefined && at >= from && at < to;
}

function scopeWords(scope: DeliveryScope): string {
  const what = scope.service ?? (scope.namespace === undefined ? 'all services' : `all services of ${scope.namespace}`);
  return `${what} in ${scope.environment ?? 'production'}`;
}

interface Change {
  commit: string;
  committedAt: number;
  deployment: Deployment;
  row: EventRow | undefined;
}

/** From commit to the moment the deployment that first brought it was done; median. Spans that are not positive are dropped, and said to be. */
function leadTime(rows: readonly EventRow[], all: readonly Deployment[], scope: DeliveryScope, from: number, to: number): DeliveryMetric {
  const changes = firstDeliveries(rows, all, scope).filter((change) => within(change.deployment.finishedAt, from, to));
  const spans = changes.map((change) => ({ change, seconds: ((change.deployment.finishedAt ?? 0) - change.committedAt) / 1_000 }));
  const good = spans.filter((span) => span.seconds > 0);
  const value = median(good.map((span) => span.seconds));
  const dropped = spans.length - good.length;
  const note = dropped === 0 ? '' : `; ${plural(dropped, 'change')} with a commit time after the deployment left out`;
  return {
    key: 'changeLeadTime', title: 'Change lead time', unit: 'seconds', ...(value === undefined ? {} : { value }),
    sentence: value === undefined ? `no change reached ${scope.environment ?? 'production'} in this time${note}` : `median ${duration(value)} over ${plural(good.length, 'change')}${note}`,
    rows: good.map(({ change, seconds }) => rowOf(change.deployment, `${change.deployment.service} ${change.commit.slice(0, 7)} reached ${change.deployment.environment}`, duration(seconds))),
  };
}

/** Each change with the first successful deployment that contains it: its own commit, or a later one of the same repository. */
function firstDeliveries(rows: readonly EventRow[], all: readonly Deployment[], scope: DeliveryScope): Change[] {
  const changes = new Map<string, Change>();
  const merged = rows.filter((row) => row.kind === 'change.merged' && (scope.namespace === undefined || (text(row, 'namespace') ?? row.namespace) === scope.namespace));
  const successes = all.filter((deployment) => deployment.promoted && deployment.commit !== undefined).sort((one, other) => (one.finishedAt ?? 0) - (other.finishedAt ?? 0));
  for (const deployment of successes) {
    const place = `${deployment.namespace}/${deployment.repository ?? '-'}/${deployment.service}@${deployment.environment}`;
    const deliver = (commit: string, committedAt: number | undefined, row?: EventRow): void => {
      const key = `${place} ${commit}`;
      if (committedAt !== undefined && !Number.isNaN(committedAt) && !changes.has(key)) changes.set(key, { commit, committedAt, deployment, row });
    };
    for (const row of merged) if (contains(deployment, row)) deliver(text(row, 'commit') ?? '', commitTime(row), row);
    deliver(deployment.commit ?? '', deployment.committedAt);
  }
  return [...changes.values()];
}

function contains(deployment: Deployment, change: EventRow): boolean {
  const commit = text(change, 'commit');
  const namespace = text(change, 'namespace') ?? change.namespace;
  if (commit === undefined || namespace !== deployment.namespace || text(change, 'repository') !== deployment.repository) return false;
  const sequence = change.body['sequence'];
  return commit === deployment.commit || (typeof sequence === 'number' && deployment.sequence !== undefined && sequence <= deployment.sequence);
}

function commitTime(row: EventRow): number {
  return Date.parse(text(row, 'committedAt') ?? row.occurredAt);
}

function frequency(finished: readonly Deployment[], from: number, to: number): DeliveryMetric {
  const successes = finished.filter((deployment) => deployment.promoted);
  const days = (to - from) / DAY_MS;
  const value = successes.length === 0 || days <= 0 ? undefined : successes.length / days;
  const times = successes.map((deployment) => deployment.finishedAt ?? 0).sort((one, other) => one - other);
  const between = median(times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / 1_000));
  return {
    key: 'deploymentFrequency', title: 'Deployment frequency', unit: 'perDay', ...(value === undefined ? {} : { value }),
    sentence: value === undefined ? 'no successful deployment in this time' : `${plural(successes.length, 'deployment')} in ${duration(days * 86_400)}${between === undefined ? '' : `, median ${duration(between)} apart`}`,
    rows: successes.map((deployment) => rowOf(deployment, `${deployment.release} serves ${deployment.environment}`, 'successful')),
  };
}

/** From the moment users met the failed deployment until they were served well again; median. */
function recovery(finished: readonly Deployment[]): DeliveryMetric {
  const failed = finished.filter((deployment) => deployment.failure !== undefined);
  const recovered = failed.flatMap((deployment) => {
    const seconds = ((deployment.failure?.recoveredAt ?? Number.NaN) - deployment.deployedAt) / 1_000;
    return seconds >= 0 ? [{ deployment, seconds }] : [];
  });
  const value = median(recovered.map((one) => one.seconds));
  const manual = median(recovered.filter((one) => !automatic(one.deployment)).map((one) => one.seconds));
  const open = failed.length - recovered.length;
  const note = open === 0 ? '' : `; ${open} not recovered yet`;
  return {
    key: 'failedDeploymentRecoveryTime', title: 'Failed deployment recovery time', unit: 'seconds', ...(value === undefined ? {} : { value }), ...(manual === undefined ? {} : { withoutAutomatic: manual }),
    sentence: value === undefined ? (failed.length === 0 ? 'no deployment failed in this time' : `${plural(failed.length, 'failed deployment')}, none recovered yet`) : `median ${duration(value)} over ${plural(recovered.length, 'failed deployment')}${note}`,
    rows: failed.map((deployment) => {
      const span = recovered.find((one) => one.deployment === deployment);
      return rowOf(deployment, `${deployment.release} failed in ${deployment.environment}`, span === undefined ? 'not recovered yet' : duration(span.seconds));
    }),
  };
}

function failRate(finished: readonly Deployment[]): DeliveryMetric {
  const value = share(finished, (deployment) => deployment.outcome === 'failed');
  const counted = finished.filter((deployment) => !automatic(deployment));
  const without = share(counted, (deployment) => deployment.outcome === 'failed');
  return {
    key: 'changeFailRate', title: 'Change fail rate', unit: 'share', ...(value === undefined ? {} : { value }), ...(without === undefined ? {} : { withoutAutomatic: without }),
    sentence:
      value === undefined ? 'no deployment in this time' : `${percent(value)} of ${plural(finished.length, 'deployment')}; ${without === undefined ? 'every one was returned by the platform itself' : `${percent(without)} without those that the platform returned by itself`}`,
    rows: finished.map((deployment) => rowOf(deployment, `${deployment.release} in ${deployment.environment}`, deployment.outcome === 'failed' ? (automatic(deployment) ? 'failed, returned by the platform' : 'failed') : 'successful')),
  };
}

function rework(finished: readonly Deployment[]): DeliveryMetric {
  const value = share(finished, (deployment) => deployment.fixes !== undefined);
  const fixes = finished.filter((deployment) => deployment.fixes !== undefined);
  return {
    key: 'deploymentReworkRate', title: 'Deployment rework rate', unit: 'share', ...(value === undefined ? {} : { value }),
    sentence: value === undefined ? 'no deployment in this time' : `${percent(value)} of ${plural(finished.length, 'deployment')}: ${fixes.length} made because of an incident`,
    rows: fixes.map((deployment) => rowOf(deployment, `${deployment.release} in ${deployment.environment}`, `fix of ${deployment.fixes ?? ''}`)),
  };
}

function automatic(deployment: Deployment): boolean {
  return deployment.failure?.automatic === true;
}

function rowOf(deployment: Deployment, label: string, value: string): MetricRow {
  const event = deployment.rows.find((row) => Date.parse(row.occurredAt) === deployment.finishedAt) ?? deployment.rows[0];
  return {
    at: new Date(deployment.finishedAt ?? deployment.deployedAt).toISOString(), label, value,
    ...(event === undefined ? {} : { event: event.id, chain: event.chain }), ...(automatic(deployment) ? { automatic: true } : {}),
  };
}

function share(deployments: readonly Deployment[], counts: (deployment: Deployment) => boolean): number | undefined {
  return deployments.length === 0 ? undefined : deployments.filter(counts).length / deployments.length;
}

/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function percent(value: number): string {
  return `${Number((value * 100).toFixed(1))} %`;
}

/** `0.4 s`, `12 s`, `4 min 12 s`, `3 h 5 min`, `2 d 4 h`. */
function duration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const pairs = [['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]] as const;
  const first = pairs.findIndex(([, size]) => whole >= size);
  const shown = pairs.slice(first, first + 2).map(([unit, size], index) => [unit, index === 0 ? Math.floor(whole / size) : Math.floor((whole % (pairs[first]?.[1] ?? 1)) / size)] as const);
  return shown.filter(([, amount]) => amount > 0).map(([unit, amount]) => `${amount} ${unit}`).join(' ');
}
