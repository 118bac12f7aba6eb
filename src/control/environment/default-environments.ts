/**
 * The two environments that are there at first start: dev takes what the pipeline makes, prod what dev verified.
 *
 * No data in production means `wait`: a canary that nobody visited has proved nothing, so it neither passes
 * nor fails; it stays at its weight, says how many samples are missing, and goes on by itself when visitors
 * come, or when a person promotes it fully.
 */
import { PlatformError } from '../../domain/error.ts';
import type { EnvironmentSpec } from '../../domain/kinds/environment.ts';
import { API_VERSION, GROUP } from '../../domain/kinds/group.ts';
import type { MetricCheck, RolloutStrategy } from '../../domain/kinds/rollout.ts';
import { objectReference } from '../../domain/reference.ts';
import type { Objects } from '../../ports/objects.ts';
import { ROLLOUT_CONTROLLER } from '../../engines/rollout-plan/attempt-events.ts';

export interface NamedEnvironment {
  name: string;
  spec: EnvironmentSpec;
}

/** Paces of the production strategy: the demo's whole scene takes less than a minute. */
const CALM = { pause: '60s', interval: '10s', window: '60s', initialDelay: '10s', minSamples: 50, deadline: 120 };
const DEMO = { pause: '10s', interval: '2s', window: '30s', initialDelay: '3s', minSamples: 20, deadline: 120 };

export function defaultEnvironments(demo: boolean): NamedEnvironment[] {
  const pace = demo ? DEMO : CALM;
  return [
    { name: 'dev', spec: { order: 1, production: false, autoPromote: true, autoRollback: true, strategy: { steps: [], progressDeadlineSeconds: pace.deadline } } },
    { name: 'prod', spec: { order: 2, production: true, promotesFrom: 'dev', autoPromote: true, autoRollback: true, strategy: productionStrategy(pace) } },
  ];
}

function productionStrategy(pace: typeof CALM): RolloutStrategy {
  const timing = { interval: pace.interval, window: pace.window, initialDelay: pace.initialDelay, minSamples: pace.minSamples, noData: 'wait' as const };
  const checks: MetricCheck[] = [
    { name: 'success-rate', metric: 'successRate', min: 0.99, ...timing },
    { name: 'latency-p99', metric: 'latency', quantile: 0.99, max: 1_000, failureLimit: 2, ...timing },
  ];
  const pause = { pause: { duration: pace.pause } };
  return {
    steps: [{ setWeight: 10 }, pause, { setWeight: 25 }, pause, { setWeight: 50 }, pause],
    background: { startingStep: 0, checks },
    progressDeadlineSeconds: pace.deadline,
  };
}

/** Creates what is not there, each with its `environment.created` event in the same transaction; changes nothing that is. */
export async function ensureEnvironments(objects: Objects, environments: readonly NamedEnvironment[]): Promise<void> {
  for (const { name, spec } of environments) {
    if ((await objects.get('roadbed.dev/Environment', undefined, name)) !== undefined) continue;
    const event = { actor: ROLLOUT_CONTROLLER, subject: objectReference(GROUP, 'Environment', undefined, name), kind: 'environment.created', schemaVersion: 1 as const, body: { environment: name, production: spec.production, order: spec.order } };
    try {
      await objects.transact([{ action: 'create', object: { apiVersion: API_VERSION, kind: 'Environment', metadata: { name }, spec } }], [event], { reason: 'first start' });
    } catch (error) {
      if (!(error instanceof PlatformError) || error.class !== 'already-exists') throw error;
    }
  }
}
