/** The last five minutes of a service's traffic in one environment, asked for at most every two seconds however many pages look. */
import type { Clock } from '../../ports/clock.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { Pulse } from '../contract/shapes.ts';
import { pulse } from './traffic-series.ts';

const KEEP_MS = 2_000;
const WINDOW_MS = 300_000;

export type PulseReader = (service: string, environment: string) => Promise<Pulse | undefined>;

export function createPulses(metrics: Metrics, clock: Clock): PulseReader {
  const kept = new Map<string, { until: number; value: Promise<Pulse | undefined> }>();
  return (service, environment) => {
    const key = `${service}@${environment}`;
    const present = kept.get(key);
    if (present !== undefined && present.until > clock.monotonic()) return present.value;
    const now = clock.now();
    const value = metrics.samples({ service, environment, since: new Date(now - WINDOW_MS).toISOString() }).then(
      (samples) => pulse(samples, now),
      () => undefined,
    );
    kept.set(key, { until: clock.monotonic() + KEEP_MS, value });
    return value;
  };
}
