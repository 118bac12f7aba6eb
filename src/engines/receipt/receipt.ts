/**
 * The receipt of an attempt: everything that its verdict rests on, as one value.
 *
 * A view of the event log and of the samples, so it can be had for any attempt at any later time, also of
 * one that another has followed. One sentence on top; under it the measurements, what traffic did on both
 * sides, the times of the way back, the audit rows, the CDEvents, and the delivery metrics before and after
 * with the rows behind each number.
 */
import type { EventRow } from '../../domain/event.ts';
import type { Attempt, CheckStatus, Measurement, Verdict } from '../../domain/kinds/rollout.ts';
import type { TrafficSample } from '../../domain/traffic.ts';
import { toCdEvent, type CDEventOptions } from '../../formats/cdevents/from-row.ts';
import type { CDEvent } from '../../formats/cdevents/event.ts';
import { deliveryMetrics, type DeliveryReport } from '../dora/metrics.ts';
import { revisionId } from '../release/identity.ts';

export interface ReceiptInput {
  namespace: string;
  service: string;
  environment: string;
  attempt: Attempt;
  /** Release hashes by name, of those that the attempt names. */
  hashes: Readonly<Record<string, string>>;
  /** Rows of the attempt's chain, any order. */
  chainRows: readonly EventRow[];
  /** Rows of engines/dora's kinds for the service, from `metricsSince` on and before. */
  deliveryRows: readonly EventRow[];
  /** Start of the window that delivery metrics look at; RFC 3339. */
  metricsSince: string;
  samples: readonly TrafficSample[];
  now: string;
  cdEventOptions?: CDEventOptions;
}

export interface MeasurementRow extends Measurement {
  check: string;
  /** Index of the step; -1 for the background. */
  step: number;
}

export interface SideTotals {
  release: string;
  requests: number;
  errors: number;
}

export interface MovedMetric {
  key: string;
  before?: number;
  after?: number;
}

export interface AttemptReceipt {
  schemaVersion: 1;
  sentence: string;
  outcome: Verdict['outcome'] | 'running';
  chain: string;
  attempt: number;
  release: string;
  from?: string;
  startedAt: string;
  finishedAt?: string;
  /** Milliseconds from the verdict to the traffic being back. */
  returnMillis?: number;
  measurements: MeasurementRow[];
  traffic: { canary: SideTotals; stable?: SideTotals };
  /** The desired-state commit that undid it, and the hold that keeps it undone. */
  undone: { commit?: string; hold?: string };
  audit: EventRow[];
  cdEvents: CDEvent[];
  metrics: { before: DeliveryReport; after: DeliveryReport; moved: MovedMetric[] };
}

export function attemptReceipt(input: ReceiptInput): AttemptReceipt {
  const { attempt } = input;
  const until = attempt.finishedAt ?? input.now;
  const audit = auditOf(input);
  const scope = { namespace: input.namespace, service: input.service, environment: input.environment };
  const before = deliveryMetrics(input.deliveryRows, { ...scope, since: input.metricsSince, until: attempt.startedAt });
  // The row that ends the attempt bears its very time, and the window does not include its end.
  const after = deliveryMetrics(input.deliveryRows, { ...scope, since: input.metricsSince, until: new Date(Date.parse(until) + 1).toISOString() });
  const returned = attempt.rollback?.trafficAt;
  return {
    schemaVersion: 1,
    sentence: attempt.verdict?.sentence ?? `${attempt.release} is on its way in ${input.environment}`,
    outcome: attempt.verdict?.outcome ?? 'running',
    chain: attempt.chain,
    attempt: attempt.number,
    release: attempt.release,
    ...(attempt.from === undefined ? {} : { from: attempt.from }),
    startedAt: attempt.startedAt,
    ...(attempt.finishedAt === undefined ? {} : { finishedAt: attempt.finishedAt }),
    ...(returned === undefined || attempt.verdict === undefined ? {} : { returnMillis: Math.max(0, Date.parse(returned) - Date.parse(attempt.verdict.at)) }),
    measurements: measurementsOf(attempt.checks),
    traffic: trafficOf(input, until),
    undone: { ...(attempt.rollback?.commit === undefined ? {} : { commit: attempt.rollback.commit }), ...(attempt.rollback?.hold === undefined ? {} : { hold: attempt.rollback.hold }) },
    audit,
    cdEvents: audit.flatMap((row) => toCdEvent(row, input.cdEventOptions) ?? []),
    metrics: { before, after, moved: movedBetween(before, after) },
  };
}

/** The chain's rows that belong to this attempt or led to it: a change goes to many places on one chain. */
function auditOf({ chainRows, attempt, namespace, service, environment }: ReceiptInput): EventRow[] {
  const rollout = `${service}.${environment}`;
  return chainRows
    .filter((row) => {
      const { rollout: own, attempt: number } = row.body;
      if (own === undefined) return true;
      return own === rollout && (row.body['namespace'] ?? row.namespace) === namespace && (number === undefined || number === attempt.number);
    })
    .sort((one, other) => one.sequence - other.sequence);
}

function measurementsOf(checks: readonly CheckStatus[]): MeasurementRow[] {
  return checks.flatMap((check) => check.measurements.map((measurement) => ({ ...measurement, check: check.name, step: check.step }))).sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}

function trafficOf({ samples, attempt, service, environment, hashes }: ReceiptInput, until: string): AttemptReceipt['traffic'] {
  const totals = (release: string): SideTotals => {
    const hash = hashes[release];
    const revision = hash === undefined ? undefined : revisionId(service, environment, hash);
    const own = samples.filter((sample) => sample.revision === revision && sample.at >= secondOf(attempt.startedAt) && sample.at <= until);
    return { release, requests: own.reduce((sum, sample) => sum + sample.requests, 0), errors: own.reduce((sum, sample) => sum + sample.errors, 0) };
  };
  return { canary: totals(attempt.release), ...(attempt.from === undefined ? {} : { stable: totals(attempt.from) }) };
}

function secondOf(at: string): string {
  return new Date(Math.floor(Date.parse(at) / 1_000) * 1_000).toISOString();
}

function movedBetween(before: DeliveryReport, after: DeliveryReport): MovedMetric[] {
  return after.metrics.flatMap((metric) => {
    const earlier = before.metrics.find((one) => one.key === metric.key)?.value;
    if (earlier === metric.value) return [];
    return [{ key: metric.key, ...(earlier === undefined ? {} : { before: earlier }), ...(metric.value === undefined ? {} : { after: metric.value }) }];
  });
}
