/** The pictures of a rollout: the parted road, and canary against stable for failures and latency. */
import { useState } from 'react';
import type { Attempt, MetricCheck } from '../../../src/domain/kinds/rollout.ts';
import type { Traffic, TrafficSeries } from '../../../src/api/contract/rollout-page.ts';
import type { ReleaseSummary } from '../../../src/api/contract/shapes.ts';
import { LineChart } from '../charts/line-chart.tsx';
import type { Line } from '../charts/line-chart.tsx';
import { Road } from '../charts/road.tsx';
import type { Lane } from '../charts/road.tsx';
import { millis, percent, rate } from '../data/wording.ts';
import { Panel } from '../ui/page.tsx';
import styles from './rollout.module.css';

function lastSeconds(series: TrafficSeries | undefined, stepSeconds: number): { rate: number; errorShare: number | undefined } | undefined {
  if (series === undefined) return undefined;
  const points = series.points.slice(-Math.max(2, Math.ceil(10 / stepSeconds)) - 1, -1);
  const requests = points.reduce((sum, point) => sum + point.requests, 0);
  const errors = points.reduce((sum, point) => sum + point.errors, 0);
  return { rate: requests / (points.length * stepSeconds), errorShare: requests === 0 ? undefined : errors / requests };
}

export function TrafficRoad({ attempt, traffic, release, from, over }: { attempt: Attempt; traffic: Traffic | undefined; release: ReleaseSummary | undefined; from: ReleaseSummary | undefined; over: boolean }) {
  const measured = (role: 'stable' | 'canary') => (over || traffic === undefined ? undefined : lastSeconds(traffic.series.find((series) => series.role === role), traffic.stepSeconds));
  const whole = (role: 'stable' | 'canary'): string => {
    const series = traffic?.series.find((candidate) => candidate.role === role);
    return series === undefined || series.requests === 0 ? 'saw no request' : `${series.errors} of ${series.requests.toLocaleString('en')} failed in all`;
  };
  const back = attempt.phase === 'RolledBack' || attempt.phase === 'RollingBack' || attempt.phase === 'Aborted';
  const lane = (role: 'stable' | 'canary', name: string, subject: string | undefined, weight: number): Lane => {
    const live = measured(role);
    const measuredWords = live === undefined ? 'no traffic measured yet' : `${rate(live.rate)}, ${live.errorShare === undefined ? 'no answers' : `${percent(live.errorShare)} failed`}`;
    const word = role === 'stable' ? 'stable' : attempt.from === undefined ? 'first release' : attempt.phase === 'Promoted' ? 'canary, promoted' : back ? `canary, returned from ${largestShare(attempt)} %` : 'canary';
    return { role, word, title: name, subtitle: subject ?? '', weight, rate: live?.rate, measured: over ? whole(role) : measuredWords, ...(role === 'canary' && back && weight === 0 && attempt.from !== undefined ? { had: largestShare(attempt) } : {}) };
  };
  const weight = attempt.phase === 'Promoted' ? 100 : attempt.weight;
  const lanes = [
    ...(attempt.from === undefined ? [] : [lane('stable', attempt.from, from?.subject, 100 - weight)]),
    lane('canary', attempt.release, release?.subject, weight),
  ];
  const turned = back && attempt.from !== undefined ? `; ${attempt.release} had ${largestShare(attempt)} % before its traffic went back` : '';
  const sentence = lanes.map((candidate) => `${candidate.weight} % of the traffic goes to ${candidate.role} ${candidate.title}`).join(', ') + turned;
  return <Road lanes={lanes} sentence={sentence} />;
}

/** The largest share that the attempt's steps gave it, up to the one where it ended. */
function largestShare(attempt: Attempt): number {
  return Math.max(0, ...attempt.strategy.steps.slice(0, attempt.step + 1).flatMap((step) => ('setWeight' in step ? [step.setWeight] : [])));
}

/** The limit of the first check of a metric, as the chart draws it: failures are 1 - success rate. */
function limitOf(attempt: Attempt, metric: MetricCheck['metric']): { value: number; quantile: number; name: string } | undefined {
  const checks = [...attempt.strategy.steps.flatMap((step) => ('analysis' in step ? step.analysis.checks : [])), ...(attempt.strategy.background?.checks ?? [])];
  const check = checks.find((candidate) => candidate.metric === metric);
  const value = metric === 'successRate' ? (check?.min === undefined ? undefined : 1 - check.min) : check?.max;
  return check === undefined || value === undefined ? undefined : { value, quantile: check.quantile ?? 0.95, name: check.name };
}

export function TrafficComparison({ attempt, traffic }: { attempt: Attempt; traffic: Traffic | undefined }) {
  const [hover, setHover] = useState<number>();
  if (traffic === undefined) return <Panel>Measuring…</Panel>;
  const since = Date.parse(traffic.since);
  const until = Date.parse(traffic.until);
  const lines = (values: (points: TrafficSeries['points']) => (number | undefined)[]): Line[] =>
    traffic.series.map((series) => {
      const own = values(series.points);
      return { label: series.role === 'earlier' ? `earlier ${series.release}` : series.role, ink: series.role, points: series.points.map((point, index) => ({ at: Date.parse(point.at), value: own[index] })) };
    });
  const failures = limitOf(attempt, 'successRate');
  const latency = limitOf(attempt, 'latency');
  const key = latency?.quantile === 0.5 ? 'p50' : latency?.quantile === 0.99 ? 'p99' : 'p95';
  const markers = [
    { at: Date.parse(attempt.startedAt), label: `${attempt.release} starts`, tone: 'run' as const },
    ...(attempt.rollback?.trafficAt === undefined ? [] : [{ at: Date.parse(attempt.rollback.trafficAt), label: 'traffic is back', tone: 'bad' as const }]),
    ...(attempt.phase === 'Promoted' && attempt.finishedAt !== undefined ? [{ at: Date.parse(attempt.finishedAt), label: 'promoted', tone: 'ok' as const }] : []),
  ];
  return (
    <div className={styles.charts}>
      <Panel>
        <LineChart title={`Failed requests, over ${Math.max(WINDOW_SECONDS, traffic.stepSeconds)} s`} sentence={failureSentence(traffic)} lines={lines((points) => failedShares(points, traffic.stepSeconds))} since={since} until={until} format={percent} least={0.01} limit={failures === undefined ? undefined : { value: failures.value, label: `limit ${percent(failures.value)}` }} markers={markers} hover={hover} onHover={setHover} />
      </Panel>
      <Panel>
        <LineChart title={`Latency, ${key}`} sentence={latencySentence(traffic, key)} lines={lines((points) => points.map((point) => point[key]))} since={since} until={until} format={millis} least={10} limit={latency === undefined ? undefined : { value: latency.value, label: `limit ${millis(latency.value)}` }} markers={markers} hover={hover} onHover={setHover} />
      </Panel>
    </div>
  );
}

const WINDOW_SECONDS = 10;

/**
 * Share of failed requests over the ten seconds up to each point; single seconds of a small canary say
 * nothing. The line ends with the last request: what comes after would only echo it.
 */
function failedShares(points: TrafficSeries['points'], stepSeconds: number): (number | undefined)[] {
  const width = Math.max(1, Math.round(WINDOW_SECONDS / stepSeconds));
  const last = points.findLastIndex((point) => point.requests > 0);
  return points.map((_, index) => {
    if (index > last) return undefined;
    const window = points.slice(Math.max(0, index - width + 1), index + 1);
    const requests = window.reduce((sum, one) => sum + one.requests, 0);
    return requests < 5 ? undefined : window.reduce((sum, one) => sum + one.errors, 0) / requests;
  });
}

function failureSentence(traffic: Traffic): string {
  const said = traffic.series.filter((series) => series.role !== 'earlier').map((series) => (series.requests === 0 ? `${series.role} saw no request` : `${series.role} failed ${series.errors} of ${series.requests.toLocaleString('en')} (${percent(series.errors / series.requests)})`));
  return said.length === 0 ? 'No request was seen in this time.' : `${said.join(', ')}.`;
}

function latencySentence(traffic: Traffic, key: 'p50' | 'p95' | 'p99'): string {
  const said = traffic.series.flatMap((series) => {
    const values = series.points.flatMap((point) => point[key] ?? []).toSorted((a, b) => a - b);
    const middle = values[Math.floor(values.length / 2)];
    return series.role === 'earlier' || middle === undefined ? [] : [`${series.role} mostly ${millis(middle)}`];
  });
  return said.length === 0 ? 'No request was seen in this time.' : `${said.join(', ')}.`;
}
