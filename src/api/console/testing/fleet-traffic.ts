/** Traffic and logs of the fleet, computed from the time that is asked for: the same second always has the same sample. */
import { histogramCell } from '../../../domain/histogram.ts';
import type { TrafficSample } from '../../../domain/traffic.ts';
import type { Metrics, MetricsQuery } from '../../../ports/metrics.ts';
import type { LogLine, LogQuery, Runtime } from '../../../ports/runtime.ts';
import type { RolloutObject } from '../../contract/pages.ts';
import { revisionOfRelease } from '../traffic-series.ts';
import { hash } from './fleet-objects.ts';

const RATES: Readonly<Record<string, number>> = { storefront: 46, catalog: 38, cart: 22, checkout: 18, payments: 16 };

function noise(seed: string): number {
  return Number.parseInt(hash(seed, 6), 16) / 0xffffff;
}

function sample(service: string, environment: string, release: string, second: number, rate: number, errorShare: number, millis: number): TrafficSample {
  const random = noise(`${release}${second}`);
  const requests = Math.max(0, Math.round(rate * (0.75 + random * 0.5)));
  const errors = Array.from({ length: requests }, (_, index) => (noise(`${release}${second}${index}`) < errorShare ? 1 : 0)).reduce<number>((sum, error) => sum + error, 0);
  const cells = new Map<number, number>();
  for (let index = 0; index < requests; index += 1) {
    const cell = histogramCell(millis * 1000 * (0.5 + noise(`${second}${index}`) ** 3 * 2.4));
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  return { service, environment, revision: revisionOfRelease(service, environment, release), at: new Date(second * 1000).toISOString(), requests, classes: [0, requests - errors, 0, 0, errors], errors, firstByte: [...cells].toSorted(([a], [b]) => a - b) };
}

/** The canary's share of the traffic at a second of its attempt, as the strategy's steps moved it. */
function share(attempt: NonNullable<NonNullable<RolloutObject['status']>['attempt']>, second: number): number {
  const started = Date.parse(attempt.startedAt) / 1000;
  const ended = attempt.finishedAt === undefined ? Infinity : Date.parse(attempt.rollback?.trafficAt ?? attempt.finishedAt) / 1000;
  if (second < started + 8 || second > ended) return 0;
  return second < started + 50 ? 0.05 : attempt.phase === 'Paused' ? 0.5 : 0.25;
}

export function fleetMetrics(rollouts: () => Promise<RolloutObject[]>): Metrics {
  return {
    async samples({ service, environment, since, until }: MetricsQuery) {
      const rollout = (await rollouts()).find((candidate) => candidate.spec.service === service && candidate.spec.environment === environment);
      const stable = rollout?.status?.stable?.release;
      if (stable === undefined) return [];
      const attempt = rollout?.status?.attempt;
      const rate = (RATES[service] ?? 5) * (environment === 'prod' ? 1 : 0.08);
      const samples: TrafficSample[] = [];
      const last = Math.floor((until === undefined ? Date.now() : Math.min(Date.now(), Date.parse(until))) / 1000);
      for (let second = Math.ceil(Date.parse(since) / 1000); second <= last; second += 1) {
        const canary = attempt === undefined ? 0 : share(attempt, second);
        samples.push(sample(service, environment, stable, second, rate * (1 - canary), 0.002, 38));
        if (canary > 0 && attempt !== undefined) samples.push(sample(service, environment, attempt.release, second, rate * canary, attempt.verdict?.outcome === 'RolledBack' && canary > 0.2 ? 0.12 : 0.003, 46));
      }
      return samples;
    },
  };
}

const MESSAGES = ['GET /healthz 200 1 ms', 'GET /items?page=2 200 18 ms', 'POST /orders 201 44 ms', 'pool: 3 of 10 connections in use', 'GET /items/8412 200 9 ms', 'PUT /carts/91/items 200 12 ms'];

/** Ten lines at once, then one a second. */
export function fleetLogs(): Pick<Runtime, 'logs'> {
  return {
    async logs({ id, tail, after }: LogQuery) {
      const now = Math.floor(Date.now() / 1000);
      const from = after === undefined ? now - Math.min(tail ?? 10, 40) : Number(after);
      const lines = Array.from({ length: Math.max(0, now - from) }, (_, index): LogLine => {
        const second = from + index + 1;
        const text = MESSAGES[Math.floor(noise(`${id}${second}`) * MESSAGES.length)] ?? '';
        return { at: new Date(second * 1000).toISOString(), stream: noise(`e${second}`) > 0.94 ? 'err' : 'out', container: 'main', replica: String(second % 2), text };
      });
      return { lines, next: String(now) };
    },
  };
}
