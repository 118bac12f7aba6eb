/** A fleet as a team would have it on an ordinary afternoon: one returned release, one on its way, one waiting. */
import { createHash } from 'node:crypto';
import type { Measurement, RolloutStrategy } from '../../../domain/kinds/rollout.ts';
import type { ApiObject } from '../../../domain/object.ts';
import type { PipelineRunObject, ResourceClaimObject, RolloutObject } from '../../contract/pages.ts';
import type { EntityObject, EnvironmentObject, HoldObject, ReleaseObject, RepositoryObject } from '../snapshot.ts';

export const NAMESPACE = 'shop';
const ROADBED = 'roadbed.dev/v1alpha1';

export function hash(text: string, digits = 64): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits);
}

export function at(now: number, minutesAgo: number): string {
  return new Date(now - minutesAgo * 60_000).toISOString();
}

function meta(name: string, createdAt: string, namespace: string | undefined = NAMESPACE): ApiObject['metadata'] {
  return { name, ...(namespace === undefined ? {} : { namespace }), uid: hash(`${namespace}/${name}`, 32), resourceVersion: '1', generation: 1, creationTimestamp: createdAt };
}

export const STRATEGY: RolloutStrategy = {
  steps: [
    { setWeight: 5 },
    { pause: { duration: '20s' } },
    { setWeight: 25 },
    { analysis: { checks: [{ name: 'success-rate', metric: 'successRate', min: 0.99, interval: '5s', count: 6, failureLimit: 1, noData: 'wait', minSamples: 30 }] } },
    { setWeight: 50 },
    { pause: { duration: '20s' } },
    { setWeight: 100 },
  ],
  background: { startingStep: 0, checks: [{ name: 'latency-p95', metric: 'latency', quantile: 0.95, max: 300, interval: '10s', noData: 'wait', minSamples: 30 }] },
};

export function environments(now: number): EnvironmentObject[] {
  const spec = { autoRollback: true, strategy: STRATEGY };
  return [
    { apiVersion: ROADBED, kind: 'Environment', metadata: meta('dev', at(now, 9_000), undefined), spec: { ...spec, order: 1, production: false, autoPromote: true, strategy: { steps: [{ setWeight: 100 }] } } },
    { apiVersion: ROADBED, kind: 'Environment', metadata: meta('prod', at(now, 9_000), undefined), spec: { ...spec, order: 2, production: true, promotesFrom: 'dev', autoPromote: false } },
  ].map((environment) => ({ ...environment, metadata: { ...environment.metadata } }));
}

export interface Change {
  subject: string;
  author: string;
  minutesAgo: number;
  verified: string[];
}

export const HISTORY: Readonly<Record<string, Change[]>> = {
  storefront: [
    { subject: 'Show delivery date on the product page', author: 'Mara Lindqvist', minutesAgo: 1_500, verified: ['dev', 'prod'] },
    { subject: 'Cut the first paint by loading reviews late', author: 'Jonas Weber', minutesAgo: 3_200, verified: ['dev', 'prod'] },
  ],
  catalog: [
    { subject: 'Search by colour', author: 'Priya Nair', minutesAgo: 42, verified: ['dev'] },
    { subject: 'Index product names in lower case', author: 'Priya Nair', minutesAgo: 2_900, verified: ['dev', 'prod'] },
  ],
  cart: [
    { subject: 'Keep the cart for thirty days', author: 'Tomás Ferreira', minutesAgo: 75, verified: ['dev'] },
    { subject: 'Refuse negative quantities', author: 'Tomás Ferreira', minutesAgo: 260, verified: ['dev'] },
    { subject: 'Merge the guest cart at sign-in', author: 'Mara Lindqvist', minutesAgo: 4_100, verified: ['dev', 'prod'] },
  ],
  checkout: [
    { subject: 'Retry the address service once', author: 'Aiko Tanaka', minutesAgo: 9, verified: ['dev'] },
    { subject: 'Store orders with their currency', author: 'Aiko Tanaka', minutesAgo: 1_700, verified: ['dev', 'prod'] },
  ],
  payments: [
    { subject: 'Charge through the new gateway', author: 'Daniel Osei', minutesAgo: 26, verified: ['dev'] },
    { subject: 'Round amounts by the currency’s rules', author: 'Daniel Osei', minutesAgo: 2_100, verified: ['dev', 'prod'] },
    { subject: 'Log the gateway’s request id', author: 'Lena Fischer', minutesAgo: 5_800, verified: ['dev', 'prod'] },
  ],
};

export function releaseName(service: string, age: number): string {
  return `${service}-${hash(`${service} ${HISTORY[service]?.[age]?.subject}`, 12)}`;
}

export function commitOf(service: string, age: number): string {
  return hash(`commit ${service} ${HISTORY[service]?.[age]?.subject}`, 40);
}

export function releases(now: number): ReleaseObject[] {
  return Object.entries(HISTORY).flatMap(([service, changes]) =>
    changes.map((change, age): ReleaseObject => ({
      apiVersion: ROADBED,
      kind: 'Release',
      metadata: meta(releaseName(service, age), at(now, change.minutesAgo)),
      spec: {
        service,
        artifact: { digest: `sha256:${hash(`${service}${age}`)}`, size: 184_320 + age * 4_096, mediaType: 'application/vnd.roadbed.artifact.v1.tar' },
        workload: { apiVersion: 'score.dev/v1b1', metadata: { name: service }, containers: { main: { image: '.' } } },
        configuration: {},
        secrets: {},
        source: {
          repository: service, commit: commitOf(service, age), branch: 'main', sequence: 40 - age * 3,
          author: { name: change.author, email: `${change.author.split(' ')[0]?.toLowerCase()}@example.com` },
          subject: change.subject, committedAt: at(now, change.minutesAgo + 2), pipelineRun: `${service}-run-${40 - age * 3}`,
        },
        hash: `sha256:${hash(`${service} ${change.subject}`)}`,
      },
      status: { verified: change.verified.map((environment) => ({ environment, at: at(now, Math.max(1, change.minutesAgo - 4)) })) },
    })),
  );
}

function measurement(at: string, value: number, samples: number, failed: boolean, release: string): Measurement {
  return { at, phase: failed ? 'Failed' : 'Successful', query: `successRate(service="${release.split('-')[0]}", environment="prod", release="${release}", window=5s)`, value, samples };
}

export const RETURNED_SENTENCE = (release: string, commit: string): string =>
  `${release} was rolled back: 11.8 % of 240 requests failed, limit 1 %; commit ${commit.slice(0, 7)} by Daniel Osei; 14 user requests affected`;

export const CHAIN_RETURNED = 'chain-payments-7f3e21';

function rollout(now: number, service: string, environment: string, age: number, status: Partial<NonNullable<RolloutObject['status']>>): RolloutObject {
  const stable = releaseName(service, age);
  return {
    apiVersion: ROADBED,
    kind: 'Rollout',
    metadata: meta(`${service}.${environment}`, at(now, 8_000)),
    spec: { service, environment, release: stable, replicas: environment === 'prod' ? 2 : 1 },
    status: {
      phase: 'Healthy',
      stable: { release: stable, since: at(now, (HISTORY[service]?.[age]?.minutesAgo ?? 60) - 6) },
      url: `http://${service}.${environment}.localhost:8080`,
      replicas: environment === 'prod' ? 2 : 1,
      readyReplicas: environment === 'prod' ? 2 : 1,
      restarts: 0,
      ...status,
    },
  };
}

export function rollouts(now: number): RolloutObject[] {
  const bad = releaseName('payments', 0);
  const sentence = RETURNED_SENTENCE(bad, commitOf('payments', 0));
  const check = { step: 3, successful: 1, failed: 2, inconclusive: 0, error: 0, consecutiveSuccess: 0, consecutiveError: 0 };
  const failing = measurement(at(now, 17.5), 0.882, 240, true, bad);
  const dev = Object.keys(HISTORY).map((service) => rollout(now, service, 'dev', 0, {}));
  return [
    ...dev,
    rollout(now, 'storefront', 'prod', 0, {}),
    rollout(now, 'cart', 'prod', 2, { restarts: 1 }),
    rollout(now, 'catalog', 'prod', 1, {
      phase: 'Paused',
      attempt: { number: 4, chain: 'chain-catalog-4', release: releaseName('catalog', 0), from: releaseName('catalog', 1), phase: 'Paused', startedAt: at(now, 14), step: 4, stepStartedAt: at(now, 11), weight: 50, strategy: { steps: [{ setWeight: 5 }, { pause: { duration: '20s' } }, { setWeight: 50 }, { pause: {} }, { setWeight: 100 }] }, checks: [] },
    }),
    rollout(now, 'checkout', 'prod', 1, {
      phase: 'Progressing',
      attempt: {
        number: 7, chain: 'chain-checkout-7', release: releaseName('checkout', 0), from: releaseName('checkout', 1), phase: 'Progressing',
        startedAt: at(now, 2.2), step: 3, stepStartedAt: at(now, 0.6), weight: 25, strategy: STRATEGY,
        checks: [
          { ...check, name: 'success-rate', phase: 'Running', successful: 3, failed: 0, consecutiveSuccess: 3, startedAt: at(now, 0.6), measurements: [0.997, 1, 0.995].map((value, index) => measurement(at(now, 0.5 - index * 0.09), value, 118 + index * 7, false, releaseName('checkout', 0))) },
          { ...check, name: 'latency-p95', step: -1, phase: 'Running', successful: 9, failed: 0, consecutiveSuccess: 9, startedAt: at(now, 2), measurements: [84, 91, 88].map((value, index) => ({ at: at(now, 0.6 - index * 0.17), phase: 'Successful' as const, query: `quantile(0.95, service="checkout", release="${releaseName('checkout', 0)}", window=10s)`, value, samples: 204 + index })) },
        ],
      },
    }),
    rollout(now, 'payments', 'prod', 1, {
      phase: 'RolledBack',
      attempt: {
        number: 12, chain: CHAIN_RETURNED, release: bad, from: releaseName('payments', 1), phase: 'RolledBack',
        startedAt: at(now, 19), finishedAt: at(now, 17.3), step: 3, stepStartedAt: at(now, 17.8), weight: 0, strategy: STRATEGY,
        checks: [
          { ...check, name: 'success-rate', phase: 'Failed', startedAt: at(now, 17.8), finishedAt: at(now, 17.5), message: 'failed (2) > failureLimit (1)', measurements: [measurement(at(now, 17.7), 0.992, 131, false, bad), measurement(at(now, 17.6), 0.894, 188, true, bad), failing] },
          { ...check, name: 'latency-p95', step: -1, phase: 'Successful', successful: 8, failed: 0, startedAt: at(now, 19), finishedAt: at(now, 17.5), measurements: [{ at: at(now, 17.6), phase: 'Successful', query: `quantile(0.95, service="payments", release="${bad}", window=10s)`, value: 121, samples: 322 }] },
        ],
        verdict: { outcome: 'RolledBack', at: at(now, 17.5), sentence, check: 'success-rate', measurement: failing, affectedRequests: 14, canaryRequests: 559 },
        rollback: { startedAt: at(now, 17.5), intent: 'event-41', trafficAt: new Date(now - 17.5 * 60_000 + 412).toISOString(), commit: hash('desired', 40), hold: `payments.prod.${hash('payments', 6)}`, drainedAt: at(now, 17.3) },
      },
    }),
  ];
}

export function holds(now: number): HoldObject[] {
  const release = releaseName('payments', 0);
  return [
    {
      apiVersion: ROADBED,
      kind: 'Hold',
      metadata: meta(`payments.prod.${hash('payments', 6)}`, at(now, 17.5)),
      spec: { service: 'payments', environment: 'prod', release, hash: `sha256:${hash('payments Charge through the new gateway')}`, commit: commitOf('payments', 0), sequence: 40, reason: RETURNED_SENTENCE(release, commitOf('payments', 0)), by: 'service:rollout-controller', chain: CHAIN_RETURNED },
    },
  ];
}

export function repositories(now: number): RepositoryObject[] {
  return Object.keys(HISTORY).map((service) => ({
    apiVersion: ROADBED,
    kind: 'Repository',
    metadata: meta(service, at(now, 8_200)),
    spec: { branch: 'main', trusted: false, ...(service === 'cart' ? { template: { name: 'node-service', version: '1.0.0', requestedAt: at(now, 8_200), requestedBy: 'user:tomas' } } : {}) },
    status: { cloneUrl: `http://127.0.0.1:8081/${NAMESPACE}/${service}.git`, head: commitOf(service, 0), ...(service === 'cart' ? { timeToValueSeconds: 24 } : {}) },
  }));
}

const STEPS = [
  { name: 'install', needs: [] },
  { name: 'lint', needs: ['install'] },
  { name: 'test', needs: ['install'] },
  { name: 'build', needs: ['install'] },
  { name: 'package', needs: ['lint', 'test', 'build'] },
];

export function pipelineRuns(now: number): PipelineRunObject[] {
  const run = (service: string, age: number, minutesAgo: number, phase: NonNullable<PipelineRunObject['status']>['phase'], failedAt?: string): PipelineRunObject => {
    const failedIndex = STEPS.findIndex((step) => step.name === failedAt);
    return {
      apiVersion: ROADBED,
      kind: 'PipelineRun',
      metadata: meta(`${service}-run-${40 - age * 3 + (failedAt === undefined ? 0 : 1)}`, at(now, minutesAgo)),
      spec: { repository: service, ref: 'refs/heads/main', commit: failedAt === undefined ? commitOf(service, age) : hash(`${service} failing`, 40), trigger: { kind: 'push', by: 'user:mara' }, chain: `chain-${service}-${40 - age * 3}` },
      status: {
        phase,
        isolation: 'bubblewrap',
        limits: 'cgroup',
        startedAt: at(now, minutesAgo),
        ...(phase === 'Running' ? {} : { finishedAt: at(now, minutesAgo - 0.7) }),
        steps: STEPS.map((step, index) => {
          const state = failedAt === undefined ? (phase === 'Running' && index > 1 ? (index === 4 ? 'Pending' : 'Running') : 'Succeeded') : step.name === failedAt ? 'Failed' : index > failedIndex && step.name === 'package' ? 'Skipped' : 'Succeeded';
          const done = state === 'Succeeded' || state === 'Failed';
          return {
            ...step,
            phase: state,
            task: `${service}-run-${age}-${step.name}`,
            ...(state === 'Pending' || state === 'Skipped' ? {} : { startedAt: at(now, minutesAgo - index * 0.1) }),
            ...(done ? { finishedAt: at(now, minutesAgo - index * 0.1 - 0.15 - index * 0.05), exitCode: state === 'Failed' ? 1 : 0 } : {}),
            ...(state === 'Failed' ? { message: 'exit code 1: 2 of 41 tests failed (delivery-date.test.js)' } : {}),
          };
        }),
        ...(phase === 'Succeeded' ? { artifact: { digest: `sha256:${hash(`${service}${age}`)}`, size: 184_320 }, release: releaseName(service, age) } : {}),
        ...(failedAt === undefined ? {} : { message: `step "${failedAt}" failed: exit code 1` }),
      },
    };
  };
  const passed = Object.entries(HISTORY).flatMap(([service, changes]) => changes.map((change, age) => run(service, age, change.minutesAgo + 1, 'Succeeded')));
  return [...passed, run('storefront', 0, 33, 'Failed', 'test'), { ...run('cart', 0, 0.6, 'Running'), metadata: meta('cart-run-41', at(now, 0.6)) }];
}

export function claims(now: number): ResourceClaimObject[] {
  return ['dev', 'prod'].map((environment) => ({
    apiVersion: ROADBED,
    kind: 'ResourceClaim',
    metadata: meta(`checkout-db.${environment}`, at(now, 8_000)),
    spec: { type: 'postgres', class: 'default', uid: 'postgres.default#checkout.db', environment, params: {}, workloads: ['checkout'] },
    status: { phase: 'Bound', outputs: { host: '127.0.0.1', port: 5432, database: `checkout_${environment}` }, secretOutputs: ['username', 'password'] },
  }));
}

export function entities(now: number): EntityObject[] {
  const owners: Record<string, string> = { storefront: 'web-team', catalog: 'web-team', cart: 'web-team', checkout: 'payments-team', payments: 'payments-team' };
  const needs: Record<string, string[]> = { storefront: ['catalog', 'cart', 'checkout'], checkout: ['cart', 'payments'], payments: ['fraud-check'], cart: ['catalog'], catalog: [] };
  const about: Record<string, string> = {
    storefront: 'The shop’s pages', catalog: 'Products, prices and search', cart: 'What a customer is about to buy', checkout: 'Turns a cart into an order', payments: 'Takes the money and says whether it worked',
  };
  const entity = (kind: string, name: string, spec: EntityObject['spec'], relations: EntityObject['relations'], description?: string): EntityObject => ({
    apiVersion: 'backstage.io/v1alpha1',
    kind,
    metadata: { ...meta(name, at(now, 8_100)), ...(description === undefined ? {} : { description }), tags: kind === 'Component' ? ['node'] : [], annotations: { 'roadbed.dev/source-repository': `${NAMESPACE}/${name}`, 'roadbed.dev/source-path': 'catalog-info.yaml' } },
    spec,
    ...(relations === undefined ? {} : { relations }),
  });
  const component = `component:${NAMESPACE}/`;
  return [
    ...Object.keys(owners).map((name) =>
      entity('Component', name, { type: name === 'storefront' ? 'website' : 'service', lifecycle: 'production', owner: `group:${owners[name]}`, system: 'shop' }, [
        { type: 'ownedBy', targetRef: `group:${NAMESPACE}/${owners[name]}` },
        { type: 'partOf', targetRef: `system:${NAMESPACE}/shop` },
        ...(needs[name] ?? []).map((target) => ({ type: 'dependsOn', targetRef: component + target })),
        ...Object.entries(needs).filter(([, targets]) => targets.includes(name)).map(([source]) => ({ type: 'dependencyOf', targetRef: component + source })),
      ], about[name]),
    ),
    entity('System', 'shop', { owner: 'group:web-team' }, [{ type: 'ownedBy', targetRef: `group:${NAMESPACE}/web-team` }, ...Object.keys(owners).map((name) => ({ type: 'hasPart', targetRef: component + name }))], 'The demo shop'),
    entity('API', 'catalog-api', { type: 'openapi', lifecycle: 'production', owner: 'group:web-team', system: 'shop' }, [{ type: 'ownedBy', targetRef: `group:${NAMESPACE}/web-team` }], 'Products over HTTP'),
    ...['web-team', 'payments-team'].map((name) => entity('Group', name, { type: 'team' }, Object.entries(owners).filter(([, owner]) => owner === name).map(([service]) => ({ type: 'ownerOf', targetRef: component + service })))),
  ];
}
