import { expect, test } from 'vitest';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { Attempt, RolloutStatus } from '../../domain/kinds/rollout.ts';
import { decide } from './decide.ts';
import { observedStatus } from './observed-status.ts';
import type { ReplicaState, RolloutView } from './view.ts';

const NOW = Date.parse('2026-01-05T10:00:00Z');
const AT = new Date(NOW - 1_000).toISOString();
const OLD = 'cart.prod.aaaaaaaaaaaa';
const NEW = 'cart.prod.bbbbbbbbbbbb';

function release(letter: string): RolloutView['releases'][string] {
  const source = { repository: 'cart', commit: letter.repeat(40), branch: 'main', sequence: 1, author: { name: 'Ada', email: 'a@b.c' }, subject: 's', committedAt: AT, pipelineRun: 'r' };
  const workload = { apiVersion: 'score.dev/v1b1', metadata: { name: 'cart' }, service: { ports: { web: { port: 80 } } }, containers: {} };
  return { spec: { service: 'cart', hash: `sha256:${letter.repeat(64)}`, artifact: { digest: 'sha256:0', size: 1, mediaType: '' }, configuration: {}, secrets: {}, workload, source } as ReleaseSpec, verified: [] };
}

function replica(state: ReplicaState['state'], port: number, index = 0): ReplicaState {
  return { index, state, restarts: 0, ports: { web: port } };
}

const attempt: Attempt = { number: 2, chain: 'c', release: 'new', from: 'old', phase: 'Promoting', startedAt: AT, step: 0, stepStartedAt: AT, weight: 100, strategy: { steps: [] }, checks: [] };
const promoting: RolloutStatus = { phase: 'Progressing', stable: { release: 'old', since: AT, attempt: 1 }, attempt };

function view(change: Partial<RolloutView> = {}): RolloutView {
  return {
    now: NOW, namespace: 'shop', name: 'cart.prod', generation: 1, spec: { service: 'cart', environment: 'prod', release: 'new', replicas: 1 }, status: promoting, deleting: false,
    environment: { order: 2, production: true, autoPromote: true, autoRollback: true, strategy: { steps: [] } },
    releases: { old: release('a'), new: release('b') }, holds: [], ownedBy: undefined,
    revisions: [{ id: OLD, replicas: [replica('ready', 1)] }, { id: NEW, replicas: [replica('ready', 2)] }],
    inForce: [{ revision: OLD, weight: 0 }, { revision: NEW, weight: 100 }], endpointsInForce: { [OLD]: [1], [NEW]: [2] },
    withdrawnForMs: undefined, inFlight: {}, resources: undefined, desired: undefined, samples: [], url: undefined, ...change,
  };
}

const kinds = (plan: ReturnType<typeof decide>): string[] => plan.actions.map((action) => action.kind);
const written = (plan: ReturnType<typeof decide>): RolloutStatus | undefined => plan.actions.flatMap((action) => (action.kind === 'writeStatus' ? [action.status] : []))[0];

test('promoted is what the table in force says, with every replica ready', () => {
  expect(written(decide(view()))).toMatchObject({ stable: { release: 'new', attempt: 2 }, attempt: { phase: 'Promoted' } });
});

test('a new revision that loses its last replica on the way up is not promoted: traffic goes back to the old one meanwhile', () => {
  const lost = [{ id: OLD, replicas: [replica('ready', 1)] }, { id: NEW, replicas: [replica('unready', 2)] }];
  expect(decide(view({ revisions: lost })).actions).toContainEqual({ kind: 'routeTraffic', weights: [{ revision: OLD, weight: 100 }] });
  const returned = decide(view({ revisions: lost, inForce: [{ revision: OLD, weight: 100 }, { revision: NEW, weight: 0 }] }));
  expect(written(returned)?.attempt?.phase).toBe('Promoting');
  expect(written(returned)?.attempt?.unreadySince).toBe(new Date(NOW).toISOString());
});

test('one that stays away past the deadline is taken back, and one that breaks at once', () => {
  const gone = { ...promoting, attempt: { ...attempt, unreadySince: new Date(NOW - 601_000).toISOString() } };
  const revisions = [{ id: OLD, replicas: [replica('ready', 1)] }, { id: NEW, replicas: [replica('unready', 2)] }];
  expect(written(decide(view({ status: gone, revisions })))?.attempt).toMatchObject({ phase: 'RollingBack', weight: 0, verdict: { outcome: 'RolledBack' } });
  const broken = [{ id: OLD, replicas: [replica('ready', 1)] }, { id: NEW, replicas: [{ ...replica('failed', 2), lastExit: { reason: 'killed by SIGKILL', at: AT, logTail: [] } }] }];
  expect(written(decide(view({ revisions: broken })))?.attempt?.verdict?.sentence).toContain('killed by SIGKILL');
});

test('what is refused before it starts is told as it is, in the verdict, the message and the condition', () => {
  const status: RolloutStatus = { phase: 'Progressing', attempt: { number: 1, chain: 'c', release: 'new', phase: 'Preparing', startedAt: AT, step: 0, stepStartedAt: AT, weight: 0, strategy: { steps: [] }, checks: [] } };
  const message = 'ROADBED-3303: cart insists on port 9000 (web), which cart in dev (team shop, release old) has already.';
  const next = written(decide(view({ status, revisions: [], inForce: undefined, endpointsInForce: {}, resources: { state: 'failed', refused: true, message } })));
  expect(next?.attempt?.verdict).toMatchObject({ outcome: 'RolledBack', sentence: expect.stringContaining(`was rolled back: ${message}`) });
  expect(next?.conditions?.find((one) => one.type === 'Ready')).toMatchObject({ status: 'False', message: expect.stringContaining(message) });
  // Where another release serves the rollout is ready, and the condition on progress goes on saying why the newer one is not there.
  const ended: RolloutStatus = { phase: 'RolledBack', stable: { release: 'old', since: AT, attempt: 1 }, attempt: { ...attempt, phase: 'RolledBack', finishedAt: AT, verdict: { outcome: 'RolledBack', at: AT, sentence: message } } };
  const after = observedStatus(view({ status: ended, revisions: [{ id: OLD, replicas: [replica('ready', 1)] }] }), ended);
  expect(after.conditions?.map(({ type, status: is, reason, message: said }) => [type, is, reason, said])).toEqual([['Available', 'True', 'ReplicasReady', ''], ['Progressing', 'False', 'RolledBack', message], ['Ready', 'True', 'Settled', '']]);
});

test('what still has weight, or something in flight, is not removed, though nobody wants it', () => {
  const settled: RolloutStatus = { phase: 'Healthy', stable: { release: 'new', since: AT, attempt: 2 }, attempt: { ...attempt, phase: 'Promoted', finishedAt: AT } };
  const carrying = view({ status: settled, inForce: [{ revision: OLD, weight: 50 }, { revision: NEW, weight: 50 }] });
  expect(kinds(decide(carrying))).not.toContain('removeRevision');
  expect(kinds(decide(view({ status: settled, inFlight: { [OLD]: 1 } })))).not.toContain('removeRevision');
  expect(decide(view({ status: settled })).actions).toContainEqual({ kind: 'removeRevision', revision: OLD });
});

test('while traffic is on its way back nothing else is done', () => {
  const returning: RolloutStatus = { ...promoting, phase: 'RollingBack', attempt: { ...attempt, phase: 'RollingBack', weight: 0, rollback: { startedAt: AT, intent: 'failed' } } };
  expect(decide(view({ status: returning })).actions).toEqual([{ kind: 'routeTraffic', weights: [{ revision: OLD, weight: 100 }, { revision: NEW, weight: 0 }] }]);
});

test('a newer wish than the bad release is left in the desired state', () => {
  const rollback = { startedAt: AT, intent: 'failed', trafficAt: AT };
  const returning: RolloutStatus = { ...promoting, phase: 'RollingBack', attempt: { ...attempt, phase: 'RollingBack', weight: 0, rollback } };
  const back = view({ status: returning, inForce: [{ revision: OLD, weight: 100 }, { revision: NEW, weight: 0 }] });
  expect(kinds(decide({ ...back, desired: { release: 'new', commit: 'c1' } }))).toContain('commitDesired');
  expect(kinds(decide({ ...back, desired: { release: 'newer', commit: 'c2' } }))).not.toContain('commitDesired');
  expect(written(decide({ ...back, desired: { release: 'newer', commit: 'c2' } }))?.attempt?.rollback?.commit).toBe('c2');
});

test('a release that brings its own strategy is rolled out by it, in the environment that it names', () => {
  const own = release('b');
  const strategies = { prod: { steps: [{ setWeight: 7 }] }, dev: { steps: [{ setWeight: 90 }] } };
  const settled: RolloutStatus = { phase: 'Healthy', stable: { release: 'old', since: AT, attempt: 1 } };
  const begun = view({ status: settled, inForce: [{ revision: OLD, weight: 100 }], revisions: [{ id: OLD, replicas: [replica('ready', 1)] }], releases: { old: release('a'), new: { ...own, spec: { ...own.spec, strategies } } as RolloutView['releases'][string] } });
  expect(written(decide(begun))?.attempt?.strategy).toEqual(strategies.prod);
  expect(written(decide({ ...begun, releases: { old: release('a'), new: own } as RolloutView['releases'] }))?.attempt?.strategy).toEqual({ steps: [] });
});
