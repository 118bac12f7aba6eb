/** Schemas of rollout strategies and their checks, shared by Environment and Rollout; the types stand in rollout.ts. */
import type { Schema } from './definition.ts';
import { choice, decimal, duration, integer, list, record, text, time } from './schema.ts';

const CHECK_SCHEMA: Schema = record(
  'A check of a metric: it passes when min <= value <= max.',
  {
    name: text('Name, unique in the strategy.', { minLength: 1 }),
    metric: choice('successRate: share 0..1 of answers that are no failure; latency: milliseconds at `quantile`; query: arithmetic over edge aggregates.', ['successRate', 'latency', 'query']),
    quantile: decimal('For latency: between 0 and 1.', { minimum: 0, maximum: 1 }),
    query: text('For query, e.g. `canary.p99 / stable.p99`.', { maxLength: 1000 }),
    min: decimal('Smallest passing value.'),
    max: decimal('Largest passing value.'),
    interval: duration('Time between two measurements.'),
    window: duration('Time that a measurement looks back.'),
    initialDelay: duration('Time before the first measurement.'),
    count: integer('Number of measurements; absent with an interval: until the step ends.', { minimum: 0 }),
    failureLimit: integer('Failed measurements that are tolerated; -1: any number.', { minimum: -1 }),
    inconclusiveLimit: integer('Inconclusive measurements that are tolerated.', { minimum: 0 }),
    consecutiveErrorLimit: integer('Errors in a row that are tolerated.', { minimum: 0 }),
    consecutiveSuccessLimit: integer('Successes in a row that end the check.', { minimum: 0 }),
    noData: choice('What fewer than `minSamples` samples mean: never guessed.', ['fail', 'pass', 'inconclusive', 'wait']),
    minSamples: integer('Samples that a measurement needs.', { minimum: 0 }),
  },
  ['name', 'metric', 'noData', 'minSamples'],
);

const STEP_SCHEMA: Schema = record('One of setWeight, pause or analysis.', {
  setWeight: integer('Share of the traffic on the new release, percent.', { minimum: 0, maximum: 100 }),
  pause: record('Wait for a time, or for a person.', { duration: duration('How long; absent: until a person resumes.') }),
  analysis: record('Wait for checks.', { checks: list('The checks.', CHECK_SCHEMA, { minItems: 1 }) }, ['checks']),
});

export const STRATEGY_SCHEMA: Schema = record(
  'The steps that traffic moves in.',
  {
    steps: list('The steps, in order.', STEP_SCHEMA, { maxItems: 100 }),
    background: record(
      'Checks that run beside the steps.',
      { startingStep: integer('From which step on, 0-based.', { minimum: 0 }), checks: list('The checks.', CHECK_SCHEMA, { minItems: 1 }) },
      ['startingStep', 'checks'],
    ),
    progressDeadlineSeconds: integer('Seconds until a revision must be ready; default 600.', { minimum: 1 }),
  },
  ['steps'],
);

export const MEASUREMENT_SCHEMA: Schema = record('One measurement.', {
  at: time('When.'),
  phase: choice('Outcome.', ['Successful', 'Failed', 'Inconclusive', 'Error', 'NoData']),
  query: text('The query as sent.'),
  value: decimal('The value.'),
  samples: integer('Number of samples.'),
  message: text('One sentence.'),
});

export const CHECK_STATUS_SCHEMA: Schema = record('State of one check.', {
  name: text('Name.'),
  step: integer('Index of its step; -1 for the background.'),
  phase: choice('State.', ['Pending', 'Running', 'Successful', 'Failed', 'Inconclusive', 'Error']),
  successful: integer('Successful measurements.'),
  failed: integer('Failed ones.'),
  inconclusive: integer('Inconclusive ones.'),
  error: integer('Errors.'),
  consecutiveSuccess: integer('Successes in a row.'),
  consecutiveError: integer('Errors in a row.'),
  startedAt: time('Start.'),
  finishedAt: time('End.'),
  measurements: list('The last ten.', MEASUREMENT_SCHEMA),
  message: text('One sentence.'),
});
