/**
 * A Rollout: one service in one environment, for as long as it lives there; named `<service>.<environment>`.
 *
 * `spec.release` is the desired release, written from the desired-state repository only. The reconciler
 * moves traffic towards it in the steps of the strategy; one such move is an attempt, recorded in
 * `status.attempt` while it is the newest and in the event log for ever.
 */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { immutable } from './immutable.ts';
import { CHECK_STATUS_SCHEMA, MEASUREMENT_SCHEMA, STRATEGY_SCHEMA } from './strategy-schema.ts';
import { choice, conditions, decimal, flag, integer, list, observedGeneration, record, text, time } from './schema.ts';

/** `noData` is what a check concludes when fewer than `minSamples` samples are there: mandatory, never guessed. */
export type NoDataPolicy = 'fail' | 'pass' | 'inconclusive' | 'wait';

/** Semantics of the limits: docs/explanation/analysis.md (those of Argo Rollouts' code, with noData added). */
export interface MetricCheck {
  name: string;
  /** successRate: share 0..1 of answers that are not 5xx, connect errors or resets; latency: milliseconds at `quantile`. */
  metric: 'successRate' | 'latency' | 'query';
  /** 0 < quantile < 1, for latency. */
  quantile?: number;
  /** Arithmetic over edge aggregates, e.g. `canary.p99 / stable.p99`; see docs/reference/queries.md. */
  query?: string;
  /** The value passes when min <= value <= max (equality passes). */
  min?: number;
  max?: number;
  /** Durations are `30s`, `500ms`, `5m`, `1h`. */
  interval?: string;
  window?: string;
  initialDelay?: string;
  count?: number;
  failureLimit?: number;
  inconclusiveLimit?: number;
  consecutiveErrorLimit?: number;
  consecutiveSuccessLimit?: number;
  noData: NoDataPolicy;
  minSamples: number;
}

export type RolloutStep =
  | { setWeight: number }
  | { pause: { duration?: string } }
  | { analysis: { checks: MetricCheck[] } };

export interface RolloutStrategy {
  steps: RolloutStep[];
  /** Runs beside the steps from `startingStep` (0-based) on. */
  background?: { startingStep: number; checks: MetricCheck[] };
  /** Seconds until a revision must be ready; default 600. */
  progressDeadlineSeconds?: number;
}

export interface RolloutSpec {
  service: string;
  environment: string;
  /** Name of the Release; absent: nothing is to run. */
  release?: string;
  replicas: number;
  /** A person's instruction for the attempt with this number. */
  instruction?: { attempt: number; action: 'resume' | 'promoteFully' | 'abort'; by: string; reason: string; /** When it was given; tells a second instruction from the first. */ at?: string };
  paused?: boolean;
}

export interface Measurement {
  at: string;
  phase: 'Successful' | 'Failed' | 'Inconclusive' | 'Error' | 'NoData';
  /** The query as sent, with revision and window resolved. */
  query: string;
  value?: number;
  samples: number;
  message?: string;
}

export interface CheckStatus {
  name: string;
  /** Index of the step the check belongs to; -1 for the background. */
  step: number;
  phase: 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Inconclusive' | 'Error';
  successful: number;
  failed: number;
  inconclusive: number;
  error: number;
  consecutiveSuccess: number;
  consecutiveError: number;
  startedAt: string;
  finishedAt?: string;
  /** The last ten. */
  measurements: Measurement[];
  message?: string;
}

export interface Verdict {
  outcome: 'Promoted' | 'RolledBack' | 'Aborted' | 'Paused';
  at: string;
  /** One sentence that says why, with metric, value, limit, samples, suspect commit. */
  sentence: string;
  check?: string;
  measurement?: Measurement;
  /** Requests of users that the bad revision answered with an error. */
  affectedRequests?: number;
  canaryRequests?: number;
}

export type AttemptPhase = 'Preparing' | 'Progressing' | 'Paused' | 'Promoting' | 'RollingBack' | 'Promoted' | 'RolledBack' | 'Aborted';

export interface Attempt {
  number: number;
  /** Chain id of the events of this attempt. */
  chain: string;
  release: string;
  /** The release that served before; absent on the first. */
  from?: string;
  phase: AttemptPhase;
  startedAt: string;
  finishedAt?: string;
  step: number;
  stepStartedAt: string;
  weight: number;
  strategy: RolloutStrategy;
  checks: CheckStatus[];
  verdict?: Verdict;
  /** `at` of the last instruction that was followed. */
  obeyed?: string;
  /** Since when not all replicas of the release are ready, once they were. */
  unreadySince?: string;
  /** Progress of the one resumable return: each step is idempotent and recorded once it is done. */
  rollback?: { startedAt: string; intent?: string; trafficAt?: string; commit?: string; hold?: string; drainedAt?: string };
}

export interface RolloutStatus {
  observedGeneration?: number;
  phase: 'Empty' | 'Progressing' | 'Paused' | 'Healthy' | 'RollingBack' | 'RolledBack' | 'Degraded';
  /** The release that serves; the place to return to. */
  stable?: { release: string; since: string; /** Number of the attempt that brought it. */ attempt?: number };
  attempt?: Attempt;
  url?: string;
  replicas?: number;
  readyReplicas?: number;
  restarts?: number;
  message?: string;
  conditions?: Condition[];
}

const VERDICT_SCHEMA = record('What was decided, and why.', {
  outcome: choice('Outcome.', ['Promoted', 'RolledBack', 'Aborted', 'Paused']),
  at: time('When.'),
  sentence: text('One sentence that says why.'),
  check: text('The check that decided.'),
  measurement: MEASUREMENT_SCHEMA,
  affectedRequests: integer('Requests of users that the bad revision answered with an error.'),
  canaryRequests: integer('Requests that the new revision answered.'),
});

const ATTEMPT_SCHEMA = record('The newest move towards a release.', {
  number: integer('Counts the attempts.'),
  chain: text('Chain of the events of this attempt.'),
  release: text('Where it goes to.'),
  from: text('The release that served before.'),
  phase: choice('State.', ['Preparing', 'Progressing', 'Paused', 'Promoting', 'RollingBack', 'Promoted', 'RolledBack', 'Aborted']),
  startedAt: time('Start.'),
  finishedAt: time('End.'),
  step: integer('Index of the current step.'),
  stepStartedAt: time('When the step began.'),
  weight: decimal('Share of the traffic on the new release, percent.'),
  strategy: STRATEGY_SCHEMA,
  checks: list('State of the checks.', CHECK_STATUS_SCHEMA),
  verdict: VERDICT_SCHEMA,
  obeyed: text('`at` of the last instruction that was followed.'),
  unreadySince: time('Since when not all replicas of the release are ready, once they were.'),
  rollback: record('Progress of the one resumable return.', {
    startedAt: time('Start.'),
    intent: text('Why it returns: failed, unready, aborted, superseded or held.'),
    trafficAt: time('When the traffic was back.'),
    commit: text('Commit of the desired-state repository.'),
    hold: text('Name of the Hold.'),
    drainedAt: time('When the bad revision was gone.'),
  }),
});

export const ROLLOUT: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'Rollout',
  plural: 'rollouts',
  singular: 'rollout',
  shortNames: ['ro'],
  categories: ['all', 'roadbed'],
  scope: 'Namespaced',
  ordered: true,
  description: 'One service in one environment, for as long as it lives there; named `<service>.<environment>`.',
  spec: record(
    'What is desired.',
    {
      service: text('The service.', { minLength: 1, pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' }),
      environment: text('The environment.', { minLength: 1 }),
      release: text('Name of the desired Release; absent: nothing is to run.'),
      replicas: integer('Number of processes a revision.', { minimum: 0, maximum: 100, default: 1 }),
      instruction: record(
        'A person\'s instruction for the attempt with this number.',
        {
          attempt: integer('The attempt it is for.'),
          action: choice('What to do.', ['resume', 'promoteFully', 'abort']),
          by: text('Who says so.'),
          reason: text('Why.'),
          at: time('When it was given; tells a second instruction from the first.'),
        },
        ['attempt', 'action', 'by', 'reason'],
      ),
      paused: flag('Whether to start no new attempt.'),
    },
    ['service', 'environment'],
  ),
  status: record('What is.', {
    observedGeneration: observedGeneration(),
    phase: choice('State.', ['Empty', 'Progressing', 'Paused', 'Healthy', 'RollingBack', 'RolledBack', 'Degraded']),
    stable: record('The release that serves; the place to return to.', { release: text('Release.'), since: time('Since when.'), attempt: integer('Number of the attempt that brought it.') }),
    attempt: ATTEMPT_SCHEMA,
    url: text('Where it answers.'),
    replicas: integer('Processes that run.'),
    readyReplicas: integer('Processes that are ready.'),
    restarts: integer('Restarts of its processes.'),
    message: text('One sentence.'),
    conditions: conditions(),
  }),
  selectableFields: ['spec.service', 'spec.environment', 'spec.release', 'status.phase'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Phase', '.status.phase', 'State.'),
    column('Stable', '.status.stable.release', 'The release that serves.'),
    column('Weight', '.status.attempt.weight', 'Share of the traffic on the new release, percent.', { type: 'number' }),
    column('Ready', '.status.readyReplicas', 'Processes that are ready.', { type: 'integer' }),
    column('URL', '.status.url', 'Where it answers.', { priority: 1 }),
    column('Message', '.status.message', 'One sentence.', { priority: 1 }),
    AGE,
  ],
  scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas' },
  // Routes, processes and the right to a name hang on these two: one that could be renamed could take what others run.
  validate: (object, old) => {
    const { service, environment } = object['spec'] as RolloutSpec;
    if (old !== undefined) {
      const before = old['spec'] as RolloutSpec;
      return [...immutable('spec.service', service, before.service), ...immutable('spec.environment', environment, before.environment)];
    }
    const { name } = object['metadata'] as { name: string };
    return name === `${service}.${environment}` ? [] : [{ field: 'metadata.name', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(name)}: a rollout is named ${service}.${environment}, after its service and its environment` }];
  },
};
