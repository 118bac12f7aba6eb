/** The traffic of one service in one environment for charts: the attempt's own window, or the last minutes. */
import { z } from 'zod';
import type { Events } from '../../ports/events.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { RolloutObject } from '../contract/pages.ts';
import type { Traffic } from '../contract/rollout-page.ts';
import { asOfAttempt } from './pages/rollout.ts';
import { notFound } from './problems.ts';
import { valid } from './request-body.ts';
import type { Snapshot } from './snapshot.ts';
import { trafficSeries } from './traffic-series.ts';
import type { SeriesRoles } from './traffic-series.ts';

const querySchema = z.object({
  /** `attempt`: around the newest attempt, roles canary and stable as they were in it; `recent`: the last minutes. */
  view: z.enum(['attempt', 'recent']).default('recent'),
  /** Number of an earlier attempt. */
  attempt: z.coerce.number().int().min(1).optional(),
  minutes: z.coerce.number().int().min(1).max(1_440).default(15),
});
const POINTS = 180;
const MARGIN_MS = 30_000;

export async function trafficAnswer(deps: { metrics: Metrics; events: Events }, snapshot: Snapshot, namespace: string, service: string, environment: string, query: unknown): Promise<Traffic> {
  const { view, minutes, attempt } = valid(query, querySchema);
  const present = (await snapshot.rollouts()).find((candidate) => candidate.metadata.namespace === namespace && candidate.spec.service === service && candidate.spec.environment === environment);
  if (present === undefined) throw notFound(`service ${service} of ${namespace} in ${environment}`, 'roadbed status');
  const rollout = view === 'attempt' ? await asOfAttempt(deps, present, attempt) : present;
  const window = view === 'attempt' ? attemptWindow(rollout, snapshot.now) : { since: snapshot.now - minutes * 60_000, until: snapshot.now };
  const samples = await deps.metrics.samples({ service, environment, since: new Date(window.since).toISOString(), until: new Date(window.until).toISOString() });
  const stepSeconds = Math.max(1, Math.ceil((window.until - window.since) / 1000 / POINTS));
  return trafficSeries(service, samples, { ...window, stepSeconds }, roles(rollout, view));
}

function attemptWindow(rollout: RolloutObject, now: number): { since: number; until: number } {
  const attempt = rollout.status?.attempt;
  if (attempt === undefined) return { since: now - 300_000, until: now };
  const end = attempt.finishedAt === undefined ? now : Math.min(now, Date.parse(attempt.finishedAt) + MARGIN_MS);
  return { since: Date.parse(attempt.startedAt) - MARGIN_MS, until: Math.max(end, Date.parse(attempt.startedAt) + 60_000) };
}

function roles(rollout: RolloutObject, view: 'attempt' | 'recent'): SeriesRoles {
  const attempt = rollout.status?.attempt;
  if (view === 'attempt' && attempt !== undefined) return { canary: attempt.release, stable: attempt.from };
  const serving = rollout.status?.stable?.release;
  return { stable: serving, canary: attempt?.finishedAt === undefined && attempt?.release !== serving ? attempt?.release : undefined };
}
