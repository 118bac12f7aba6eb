import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventRow } from '../../domain/event.ts';
import { deploymentsOf } from './deployments.ts';
import { deliveryMetrics, median, type DeliveryMetric, type DeliveryReport } from './metrics.ts';

const START = Date.parse('2026-03-01T00:00:00Z');
const WEEK = { since: '2026-03-01T00:00:00Z', until: '2026-03-08T00:00:00Z' };
const HOUR = 3_600;
let sequence = 0;

function row(kind: string, seconds: number, body: Record<string, unknown>): EventRow {
  sequence += 1;
  const at = new Date(START + seconds * 1_000).toISOString();
  return { id: `e${sequence}`, sequence, chain: `c${String(body['attempt'] ?? sequence)}`, namespace: 'shop', actor: { issuer: 'roadbed', subject: 'x' }, subject: 's', occurredAt: at, recordedAt: at, kind, schemaVersion: 1, body };
}

interface Story {
  attempt: number;
  commit: string;
  /** Seconds from the start of the window. */
  committed: number;
  deployed: number;
  more?: Record<string, unknown>;
}

function body({ attempt, commit, committed, more }: Story): Record<string, unknown> {
  return { namespace: 'shop', service: 'checkout', environment: 'prod', production: true, rollout: 'checkout.prod', attempt, release: `checkout-${commit}`, repository: 'checkout', commit, committedAt: new Date(START + committed * 1_000).toISOString(), ...more };
}

function promoted(story: Story, after = 600): EventRow[] {
  return [row('service.deployed', story.deployed, body(story)), row('service.upgraded', story.deployed + after, body(story)), row('rollout.finished', story.deployed + after, { ...body(story), outcome: 'Promoted' })];
}

function returned(story: Story, how: { after: number; recovery?: number; automatic?: boolean; intent?: string }): EventRow[] {
  const incident = `shop/checkout.prod#${story.attempt}`;
  const automatic = how.automatic ?? true;
  const at = story.deployed + how.after;
  return [
    row('service.deployed', story.deployed, body(story)),
    ...(automatic ? [row('incident.detected', at, { ...body(story), incident, automatic })] : []),
    row('service.rolledback', at, { ...body(story), intent: how.intent ?? (automatic ? 'failed' : 'aborted'), incident: automatic ? incident : null, automatic }),
    ...(how.recovery === undefined ? [] : [row('incident.resolved', at + how.recovery, { ...body(story), incident, automatic })]),
  ];
}

function metric(report: DeliveryReport, key: DeliveryMetric['key']): DeliveryMetric {
  const found = report.metrics.find((one) => one.key === key);
  if (found === undefined) throw new Error(key);
  return found;
}

const V1 = promoted({ attempt: 1, commit: 'aaaaaaa', committed: 0, deployed: HOUR });
const V2 = returned({ attempt: 2, commit: 'bbbbbbb', committed: 2 * HOUR, deployed: 3 * HOUR }, { after: 30, recovery: 1.5 });
const V3 = promoted({ attempt: 3, commit: 'ccccccc', committed: 4 * HOUR, deployed: 5 * HOUR });
const SCENE = [...V1, ...V2, ...V3];

describe('the scene: a good release, a bad one returned by the platform, its fix', () => {
  const report = deliveryMetrics(SCENE, WEEK);

  test('lead time is the median from commit to the end of the deployment that brought it', () => {
    expect(metric(report, 'changeLeadTime')).toMatchObject({ value: HOUR + 600, unit: 'seconds', sentence: 'median 1 h 10 min over 2 changes' });
    expect(metric(report, 'changeLeadTime').rows.map((one) => one.label)).toEqual(['checkout aaaaaaa reached prod', 'checkout ccccccc reached prod']);
  });

  test('frequency counts successes only', () => {
    expect(metric(report, 'deploymentFrequency')).toMatchObject({ value: 2 / 7, sentence: '2 deployments in 7 d, median 4 h apart' });
  });

  test('recovery counts from the moment users met the release until they were served well', () => {
    expect(metric(report, 'failedDeploymentRecoveryTime')).toMatchObject({ value: 31.5, sentence: 'median 32 s over 1 failed deployment', rows: [{ automatic: true, value: '32 s' }] });
  });

  test('the return by the platform is a failed deployment, shown with and without', () => {
    expect(metric(report, 'changeFailRate')).toMatchObject({ value: 1 / 3, withoutAutomatic: 0, sentence: '33.3 % of 3 deployments; 0 % without those that the platform returned by itself' });
    expect(metric(report, 'changeFailRate').rows.map((one) => [one.value, one.automatic ?? false])).toEqual([['successful', false], ['failed, returned by the platform', true], ['successful', false]]);
  });

  test('the fix is rework, linked to the incident', () => {
    expect(metric(report, 'deploymentReworkRate')).toMatchObject({ value: 1 / 3, rows: [{ label: 'checkout-ccccccc in prod', value: 'fix of shop/checkout.prod#2' }] });
  });

  test('each number names the events behind it', () => {
    const ids = new Set(SCENE.map((one) => one.id));
    for (const one of report.metrics) for (const line of one.rows) expect(ids.has(line.event ?? '')).toBe(true);
  });
});

test('nothing to compute from is no number', () => {
  const report = deliveryMetrics([], WEEK);
  expect(report.metrics.map((one) => [one.value, one.rows])).toEqual(Array(5).fill([undefined, []]));
  expect(report.metrics.map((one) => one.sentence)).toEqual([
    'no change reached production in this time', 'no successful deployment in this time', 'no deployment failed in this time', 'no deployment in this time', 'no deployment in this time',
  ]);
});

test('what happened outside the window or the scope does not count', () => {
  const later = promoted({ attempt: 4, commit: 'ddddddd', committed: 0, deployed: 8 * 24 * HOUR });
  const dev = promoted({ attempt: 1, commit: 'eeeeeee', committed: 0, deployed: HOUR, more: { environment: 'dev', production: false, rollout: 'checkout.dev' } });
  expect(deliveryMetrics([...SCENE, ...later, ...dev], WEEK)).toEqual(deliveryMetrics(SCENE, WEEK));
  expect(metric(deliveryMetrics([...SCENE, ...dev], { ...WEEK, environment: 'dev' }), 'deploymentFrequency').value).toBe(1 / 7);
  expect(metric(deliveryMetrics(SCENE, { ...WEEK, service: 'basket' }), 'changeFailRate').value).toBeUndefined();
  expect(metric(deliveryMetrics(SCENE, { ...WEEK, namespace: 'other' }), 'changeFailRate').value).toBeUndefined();
});

test('a deployment that another wish replaced is neither success nor failure', () => {
  const superseded = returned({ attempt: 2, commit: 'bbbbbbb', committed: 0, deployed: 2 * HOUR }, { after: 30, automatic: false, intent: 'superseded' });
  expect(metric(deliveryMetrics([...V1, ...superseded], WEEK), 'changeFailRate')).toMatchObject({ value: 0, sentence: '0 % of 1 deployment; 0 % without those that the platform returned by itself' });
});

test('a return that a person asked for is a failure that is not automatic', () => {
  const aborted = returned({ attempt: 2, commit: 'bbbbbbb', committed: 0, deployed: 2 * HOUR }, { after: 30, automatic: false });
  expect(metric(deliveryMetrics([...V1, ...aborted], WEEK), 'changeFailRate')).toMatchObject({ value: 0.5, withoutAutomatic: 0.5 });
});

test('without a row that tells recovery, the next success in the same place is it', () => {
  const aborted = returned({ attempt: 2, commit: 'bbbbbbb', committed: 0, deployed: 2 * HOUR }, { after: 30, automatic: false });
  expect(metric(deliveryMetrics(aborted, WEEK), 'failedDeploymentRecoveryTime')).toMatchObject({ sentence: '1 failed deployment, none recovered yet' });
  expect(metric(deliveryMetrics([...aborted, ...V3], WEEK), 'failedDeploymentRecoveryTime').value).toBe(3 * HOUR + 600);
});

test('an incident after promotion makes that deployment failed, once, however many incidents name it', () => {
  const one = { attempt: 1, commit: 'aaaaaaa', committed: 0, deployed: HOUR };
  const good = promoted(one);
  const incidents = [1, 2, 3].map((number) => row('incident.detected', (2 + number) * HOUR, { ...body(one), incident: `i${number}`, automatic: false }));
  const report = deliveryMetrics([...good, ...incidents], WEEK);
  expect(metric(report, 'changeFailRate').value).toBe(1);
  expect(metric(report, 'deploymentFrequency').value).toBe(1 / 7);
});

test('an incident that names no deployment blames none', () => {
  const stray = row('incident.detected', 6 * HOUR, { namespace: 'shop', service: 'checkout', environment: 'prod', production: true, incident: 'x', automatic: false });
  expect(metric(deliveryMetrics([...V1, stray], WEEK), 'changeFailRate').value).toBe(0);
});

test('changes between two deployments arrive with the first deployment that contains them', () => {
  const story = { attempt: 1, commit: 'ccccccc', committed: 2 * HOUR, deployed: 3 * HOUR, more: { sequence: 12 } };
  const change = (commit: string, place: number, committed: number): EventRow => row('change.merged', committed, { namespace: 'shop', repository: 'checkout', commit, sequence: place, committedAt: new Date(START + committed * 1_000).toISOString() });
  const rows = [change('1111111', 10, 0), change('2222222', 11, HOUR), change('ccccccc', 12, 2 * HOUR), change('3333333', 13, 2 * HOUR), ...promoted(story)];
  const lead = metric(deliveryMetrics(rows, WEEK), 'changeLeadTime');
  expect(lead.rows).toHaveLength(3);
  expect(lead.value).toBe(2 * HOUR + 600);
});

test('a change is counted when it first arrives, and a commit time after its deployment is left out and said', () => {
  const again = promoted({ attempt: 2, commit: 'aaaaaaa', committed: 0, deployed: 10 * HOUR });
  expect(metric(deliveryMetrics([...V1, ...again], WEEK), 'changeLeadTime').rows).toHaveLength(1);
  const future = promoted({ attempt: 1, commit: 'aaaaaaa', committed: 9 * HOUR, deployed: HOUR });
  expect(metric(deliveryMetrics(future, WEEK), 'changeLeadTime').sentence).toBe('no change reached production in this time; 1 change with a commit time after the deployment left out');
});

describe('laws', () => {
  const story = fc.record({ kind: fc.constantFrom('promoted', 'automatic', 'aborted', 'superseded', 'running'), commit: fc.constantFrom('aaaaaaa', 'bbbbbbb', 'ccccccc'), committed: fc.nat(100_000), deployed: fc.nat(600_000), after: fc.integer({ min: 1, max: 5_000 }), recovery: fc.option(fc.nat(5_000), { nil: undefined }) });
  const history = fc.array(story, { maxLength: 12 }).map((stories) => stories.flatMap(({ kind, after, recovery, ...rest }, index) => {
    const told = { ...rest, attempt: index + 1 };
    if (kind === 'promoted') return promoted(told, after);
    if (kind === 'running') return promoted(told, after).slice(0, 1);
    return returned(told, { after, automatic: kind === 'automatic', ...(kind === 'superseded' ? { intent: 'superseded' } : {}), ...(recovery === undefined ? {} : { recovery }) });
  }));

  test('the order in which rows are given is irrelevant, and a row given twice counts once', () => {
    fc.assert(fc.property(history, (rows) => {
      const report = deliveryMetrics(rows, WEEK);
      expect(deliveryMetrics(rows.toReversed(), WEEK)).toEqual(report);
      expect(deliveryMetrics([...rows, ...rows], WEEK)).toEqual(report);
    }));
  });

  test('shares lie between 0 and 1, spans are not negative, and failures never exceed deployments', () => {
    fc.assert(fc.property(history, (rows) => {
      const report = deliveryMetrics(rows, WEEK);
      for (const one of report.metrics) {
        for (const value of [one.value, one.withoutAutomatic]) if (value !== undefined) expect(value >= 0 && (one.unit !== 'share' || value <= 1) && Number.isFinite(value)).toBe(true);
      }
      const rate = metric(report, 'changeFailRate');
      if (rate.withoutAutomatic !== undefined) expect(rate.withoutAutomatic).toBeLessThanOrEqual(rate.value ?? 0);
    }));
  });

  test('every attempt is at most one deployment, and two windows hold what one holds', () => {
    fc.assert(fc.property(history, fc.integer({ min: 1, max: 604_799 }), (rows, cut) => {
      expect(deploymentsOf(rows, {}).length).toBe(rows.filter((one) => one.kind === 'service.deployed').length);
      const middle = new Date(START + cut * 1_000).toISOString();
      const counted = (since: string, until: string): number => metric(deliveryMetrics(rows, { since, until }), 'deploymentFrequency').rows.length;
      expect(counted(WEEK.since, middle) + counted(middle, WEEK.until)).toBe(counted(WEEK.since, WEEK.until));
    }));
  });

  test('the median lies between the extremes and does not depend on order', () => {
    fc.assert(fc.property(fc.array(fc.nat(), { minLength: 1 }), (values) => {
      const middle = median(values) ?? -1;
      expect(middle >= Math.min(...values) && middle <= Math.max(...values)).toBe(true);
      expect(median(values.toReversed())).toBe(middle);
    }));
  });
});
