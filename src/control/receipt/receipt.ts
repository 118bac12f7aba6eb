/** Fetches what a receipt is made of; what it says is decided in engines/receipt. */
import { PlatformError } from '../../domain/error.ts';
import type { EventRow } from '../../domain/event.ts';
import type { Attempt, CheckStatus, RolloutStep, Verdict } from '../../domain/kinds/rollout.ts';
import { serviceReference } from '../../domain/reference.ts';
import { DELIVERY_EVENT_KINDS } from '../../engines/dora/deployments.ts';
import { attemptReceipt, type AttemptReceipt } from '../../engines/receipt/receipt.ts';
import type { CDEventOptions } from '../../formats/cdevents/from-row.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Events } from '../../ports/events.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Objects } from '../../ports/objects.ts';
import type { ReleaseObject, RolloutObject } from '../rollout/world.ts';

const METRICS_DAYS = 30;
const MOST_ROWS = 5_000;

export interface ReceiptDeps {
  /** Bound to whoever asks. */
  objects: Objects;
  events: Pick<Events, 'query'>;
  metrics: Metrics;
  clock: Clock;
  cdEventOptions?: CDEventOptions;
}

/** Receipt of the newest attempt, or of an earlier one by number. Throws ROADBED-3350 when there is none. */
export async function receiptOf(deps: ReceiptDeps, namespace: string, rolloutName: string, number?: number): Promise<AttemptReceipt> {
  const rollout = await deps.objects.get<RolloutObject>('roadbed.dev/Rollout', namespace, rolloutName);
  const attempt = rollout === undefined ? undefined : await attemptOf(deps, rollout, number);
  if (rollout === undefined || attempt === undefined) {
    throw new PlatformError({ code: 'ROADBED-3350', class: 'not-found', message: `There is no receipt of ${rolloutName}${number === undefined ? '' : `, attempt ${number}`}.`, why: 'Nothing was rolled out yet, or the attempt is unknown.', next: `roadbed status ${rolloutName} -n ${namespace}` });
  }
  const { service, environment } = rollout.spec;
  const now = deps.clock.now();
  const metricsSince = new Date(Date.parse(attempt.startedAt) - METRICS_DAYS * 86_400_000).toISOString();
  const [chainRows, deliveryRows, samples, hashes] = await Promise.all([
    deps.events.query({ chain: attempt.chain, order: 'ascending', limit: MOST_ROWS }),
    deps.events.query({ namespace, kinds: [...DELIVERY_EVENT_KINDS], since: metricsSince, order: 'ascending', limit: MOST_ROWS }),
    deps.metrics.samples({ service, environment, since: attempt.startedAt, ...(attempt.finishedAt === undefined ? {} : { until: attempt.finishedAt }) }),
    hashesOf(deps.objects, namespace, attempt),
  ]);
  return attemptReceipt({ namespace, service, environment, attempt, hashes, chainRows, deliveryRows, metricsSince, samples, now: new Date(now).toISOString(), ...(deps.cdEventOptions === undefined ? {} : { cdEventOptions: deps.cdEventOptions }) });
}

/** The newest attempt stands in the status; earlier ones are read back from the row that ended them. */
export async function attemptOf(deps: Pick<ReceiptDeps, 'events'>, rollout: RolloutObject, number: number | undefined): Promise<Attempt | undefined> {
  const newest = rollout.status?.attempt;
  if (number === undefined || number === newest?.number) return newest;
  return (await endedAttempts(deps, rollout, MOST_ROWS)).find((attempt) => attempt.number === number);
}

/** Attempts that have ended, newest first. */
export async function endedAttempts(deps: Pick<ReceiptDeps, 'events'>, rollout: RolloutObject, limit: number): Promise<Attempt[]> {
  const { service, environment } = rollout.spec;
  const rows = await deps.events.query({ subject: serviceReference(service, environment), kinds: ['rollout.finished'], order: 'descending', limit });
  return rows.flatMap((row) => (row.body['namespace'] === rollout.metadata.namespace && typeof row.body['attempt'] === 'number' ? [attemptFromRow(row, row.body['attempt'])] : []));
}

function attemptFromRow(row: EventRow, number: number): Attempt {
  const body = row.body as { release: string; from?: string; startedAt: string; finishedAt?: string; outcome: Verdict['outcome']; verdict?: Verdict; checks: CheckStatus[]; steps: RolloutStep[]; step?: number; rollback?: NonNullable<Attempt['rollback']> };
  const finishedAt = body.finishedAt ?? row.occurredAt;
  return {
    number, chain: row.chain, release: body.release, startedAt: body.startedAt, finishedAt, stepStartedAt: body.startedAt, step: body.step ?? body.steps.length, weight: body.outcome === 'Promoted' ? 100 : 0,
    phase: body.outcome === 'Paused' ? 'Aborted' : body.outcome, strategy: { steps: body.steps }, checks: body.checks,
    ...(body.from === undefined ? {} : { from: body.from }),
    ...(body.verdict === undefined ? {} : { verdict: body.verdict }),
    ...(body.rollback === undefined ? {} : { rollback: body.rollback }),
  };
}

async function hashesOf(objects: Objects, namespace: string, attempt: Attempt): Promise<Record<string, string>> {
  const names = [attempt.release, attempt.from].filter((name) => name !== undefined);
  const releases = await Promise.all(names.map((name) => objects.get<ReleaseObject>('roadbed.dev/Release', namespace, name)));
  return Object.fromEntries(releases.flatMap((release) => (release === undefined ? [] : [[release.metadata.name, release.spec.hash]])));
}
