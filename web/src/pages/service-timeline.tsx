/** One time axis for a service: deployments as markers over its success and its latency. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Deploy } from '../../../src/api/contract/pages.ts';
import type { Traffic, TrafficPoint } from '../../../src/api/contract/rollout-page.ts';
import { LineChart } from '../charts/line-chart.tsx';
import type { Marker } from '../charts/line-chart.tsx';
import { traffic } from '../data/reads.ts';
import { count, millis, percent } from '../data/wording.ts';
import { Empty } from '../ui/empty.tsx';
import { Panel } from '../ui/page.tsx';
import styles from './service.module.css';

/** All revisions together: sums of counts; of quantiles the worst, because quantiles cannot be added. */
function together(data: Traffic): TrafficPoint[] {
  const [first, ...rest] = data.series;
  return (first?.points ?? []).map((point, index) => {
    const all = [point, ...rest.flatMap((series) => series.points[index] ?? [])];
    const p95 = all.flatMap((candidate) => candidate.p95 ?? []);
    return { at: point.at, requests: all.reduce((sum, one) => sum + one.requests, 0), errors: all.reduce((sum, one) => sum + one.errors, 0), ...(p95.length === 0 ? {} : { p95: Math.max(...p95) }) };
  });
}

const MARKS: Readonly<Record<Deploy['outcome'], Marker['tone']>> = { deployed: 'ok', returned: 'bad', started: 'run', removed: 'bad' };

export function ServiceTimeline({ namespace, service, environment, deploys }: { namespace: string; service: string; environment: string; deploys: Deploy[] }) {
  const { data } = useQuery(traffic(namespace, service, environment, 'recent', false));
  const [hover, setHover] = useState<number>();
  if (data === undefined) return <Panel>Measuring…</Panel>;
  const points = together(data);
  const requests = points.reduce((sum, point) => sum + point.requests, 0);
  if (requests === 0) return <Panel flush><Empty kind="not-connected" title="No request in fifteen minutes" text={`The edge has seen no traffic for ${service} in ${environment}; charts begin with the first request.`} /></Panel>;
  const errors = points.reduce((sum, point) => sum + point.errors, 0);
  const markers = deploys.filter((deploy) => deploy.environment === environment).map((deploy): Marker => ({ at: Date.parse(deploy.at), label: deploy.sentence, tone: MARKS[deploy.outcome] }));
  const since = Date.parse(data.since);
  const until = Date.parse(data.until);
  const inside = markers.filter((marker) => marker.at >= since).length;
  const shared = { since, until, markers, hover, onHover: setHover, height: 132 };
  const at = (point: TrafficPoint): number => Date.parse(point.at);
  return (
    <Panel>
      <div className={styles.stack}>
        <LineChart {...shared} title="Failed requests" sentence={`${errors} of ${requests.toLocaleString('en')} failed (${percent(errors / requests)}), ${count(inside, 'deployment event')} in this time.`} lines={[{ label: 'failed', ink: 'canary', points: points.map((point) => ({ at: at(point), value: point.requests === 0 ? undefined : point.errors / point.requests })) }]} format={percent} least={0.01} />
        <LineChart {...shared} title="Latency, p95 to the first byte" sentence={worst(points)} lines={[{ label: 'p95', ink: 'stable', points: points.map((point) => ({ at: at(point), value: point.p95 })) }]} format={millis} least={10} />
      </div>
    </Panel>
  );
}

function worst(points: readonly TrafficPoint[]): string {
  const values = points.flatMap((point) => point.p95 ?? []).toSorted((a, b) => a - b);
  const middle = values[Math.floor(values.length / 2)];
  return middle === undefined ? 'Nothing was measured.' : `Mostly ${millis(middle)}, at worst ${millis(values.at(-1) ?? middle)}.`;
}
