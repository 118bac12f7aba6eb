/** Manifests and machines to one estimate: what it sums to, what is unknown, what others got wrong. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Decimal, decimal, sumOf } from '../../domain/money.ts';
import { readManifests } from '../../formats/kubernetes/manifest.ts';
import { totalAllocated } from '../cost-allocation/aggregate.ts';
import type { ResourceCost } from '../cost/cost-line.ts';
import { estimateOf } from '../cost/joined.ts';
import { totalOf } from '../cost/difference.ts';
import { shippedBook as book } from '../cost/testing/infrastructure.ts';
import { Usage, usageFrom } from '../cost/usage.ts';
import { clustersFrom } from './cluster-file.ts';
import type { KubernetesCost, KubernetesCostOptions } from './kubernetes-cost.ts';
import { kubernetesCost } from './kubernetes-cost.ts';
import { filterKubernetes, kubernetesGroups } from './kubernetes-groups.ts';
import { READ_KINDS } from './workload.ts';

const TODAY = '2026-11-22';

function run(manifests: readonly unknown[], more: Partial<Omit<KubernetesCostOptions, 'clusters' | 'usage'>> & { clusters?: unknown[]; usage?: Record<string, unknown> } = {}): KubernetesCost {
  const { objects, problems } = readManifests(JSON.stringify({ kind: 'List', apiVersion: 'v1', items: manifests }), 'all.json', READ_KINDS);
  expect(problems).toEqual([]);
  const { clusters, usage, ...rest } = more;
  return kubernetesCost(objects, book, { rates: 'generic', share: 'none', machinesElsewhere: [], today: TODAY, ...rest, usage: usage === undefined ? new Usage() : usageFrom(JSON.stringify({ resources: usage }), 'usage.json'), clusters: clusters === undefined ? [] : clustersFrom(JSON.stringify({ clusters }), 'nodes.json') });
}

const container = (cpu?: string, memory?: string, name = 'app'): unknown => ({ name, image: 'x', resources: { requests: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) } } });
const workload = (kind: string, name: string, containers: unknown[], spec: Record<string, unknown> = {}, namespace = 'shop'): unknown => ({ apiVersion: 'apps/v1', kind, metadata: { name, namespace, labels: { app: name } }, spec: { ...spec, template: { metadata: { labels: { app: name } }, spec: { containers, ...((spec['podSpec'] ?? {}) as object) } } } });
const deployment = (name: string, cpu: string, memory: string, replicas = 1, namespace = 'shop'): unknown => workload('Deployment', name, [container(cpu, memory)], { replicas }, namespace);
const pool = (more: Record<string, unknown> = {}): Record<string, unknown> => ({ name: 'general', instanceType: 'm5.large', count: 2, reserved: { cpu: 0, memory: 0 }, ...more });
const cluster = (pools: unknown[] = [pool()], more: Record<string, unknown> = {}): Record<string, unknown> => ({ name: 'prod', provider: 'aws', region: 'us-east-1', pools, ...more });
const of = (cost: KubernetesCost, address: string): ResourceCost | undefined => cost.resources.find((resource) => resource.address === address);
const total = (cost: KubernetesCost): string => totalOf(estimateOf(cost.resources, TODAY)).toFixed(2);
const amount = (resource: ResourceCost | undefined): string => (resource === undefined ? 'none' : totalOf(resource).toFixed(4));

describe('without machines', () => {
  test('a workload costs its requests at the default rates, marked as estimated', () => {
    const cost = run([deployment('web', '500m', '2Gi', 3)]);
    const expected = decimal('0.031611').times(decimal('0.5')).plus(decimal('0.004237').times(decimal(2))).times(decimal(3 * 730));
    expect(amount(of(cost, 'shop/Deployment/web'))).toBe(expected.toFixed(4));
    expect(of(cost, 'shop/Deployment/web')?.lines.every((line) => line.price?.method === 'estimated')).toBe(true);
  });

  test('rates are those of a serverless offer or of a machine type where that is said', () => {
    const [fargate, machine] = ['fargate:us-east-1', 'm5.large:us-east-1'].map((rates) => run([deployment('web', '2', '8Gi')], { rates }));
    expect(fargate === undefined ? '' : total(fargate)).toBe(decimal('0.04048').times(decimal(2)).plus(decimal('0.00444').times(decimal(8))).times(decimal(730)).toFixed(2));
    // Two cores and 8 GiB are an m5.large: 0.096 an hour.
    expect(machine === undefined ? '' : total(machine)).toBe('70.08');
    expect(() => run([deployment('web', '1', '1Gi')], { rates: 'm99.huge:nowhere' })).toThrow('names no rates');
  });

  test('an autoscaler makes a range, and its least is the figure', () => {
    const web = of(run([deployment('web', '1', '0', 9), { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'x', namespace: 'shop' }, spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 2, maxReplicas: 10 } }]), 'shop/Deployment/web');
    expect([web?.fixed.value, web?.fixed.low, web?.fixed.high].map((value) => value?.dividedBy(decimal('23.07603'), 4).toString())).toEqual(['2', '2', '10']);
  });

  test('usage above the request is what it costs, usage below it is not', () => {
    const [idle, busy] = ['0.1', '2'].map((cpu) => run([deployment('web', '1', '0')], { usage: { 'shop/Deployment/web/*': { average_vcpu: cpu } } }));
    expect([idle, busy].map((cost) => (cost === undefined ? '' : total(cost)))).toEqual(['23.08', '46.15']);
  });

  test('what asks for nothing is unknown and never nothing', () => {
    const cost = run([workload('Deployment', 'web', [container()])]);
    expect(of(cost, 'shop/Deployment/web')).toMatchObject({ status: 'unknown', lines: [{ name: 'app: CPU', unknown: expect.stringContaining('average_vcpu') as string }, { name: 'app: memory' }] });
    expect(of(run([workload('Deployment', 'web', [container('1')])]), 'shop/Deployment/web')?.status).toBe('partly');
    const none = of(run([workload('Deployment', 'web', [container()], { replicas: 0 })]), 'shop/Deployment/web');
    expect([none?.status, amount(none)]).toEqual(['priced', '0.0000']);
  });

  test('a task costs the time that it is said to run, else depends on usage', () => {
    const report = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report', namespace: 'shop' }, spec: { schedule: '0 * * * *', jobTemplate: { spec: { template: { spec: { containers: [container('1', '0')] } } } } } };
    expect(of(run([report]), 'shop/CronJob/report')).toMatchObject({ status: 'usage', lines: [{ usageKey: 'run_minutes' }, {}] });
    expect(total(run([report], { usage: { 'shop/CronJob/report': { run_minutes: 6 } } }))).toBe(decimal('23.07603').times(decimal('0.1')).toFixed(2));
    expect(total(run([{ ...report, spec: { ...report.spec, suspend: true } }]))).toBe('0.00');
  });

  test('what another object of the input made is counted once', () => {
    const owned = { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name: 'web-1', namespace: 'shop', ownerReferences: [{ kind: 'Deployment', name: 'web', controller: true }] }, spec: { replicas: 1, template: { spec: { containers: [container('1', '1Gi')] } } } };
    expect(total(run([deployment('web', '1', '1Gi'), owned]))).toBe(total(run([deployment('web', '1', '1Gi')])));
    expect(run([deployment('web', '1', '1Gi'), deployment('web', '2', '1Gi')]).problems).toMatchObject([{ message: expect.stringContaining('stands at all.json:1 already') as string }]);
  });

  test('more pods than can be reckoned with are refused', () => {
    expect(() => run([deployment('web', '1', '1Gi', 999_999)])).toThrow('999999 pods');
  });
});

describe('on machines', () => {
  test('workloads, idle and overhead are what machines and fees cost', () => {
    const cost = run([deployment('web', '1', '2Gi', 3)], { clusters: [cluster([pool()], { managed: 'eks', overhead: [{ name: 'support', monthly: 10 }] })] });
    expect(total(cost)).toBe(decimal('0.096').times(decimal(2 * 730)).plus(decimal(73)).plus(decimal(10)).toFixed(2));
    expect(cost.resources.map((resource) => resource.address)).toEqual(['prod/idle/general', 'prod/overhead/management', 'prod/overhead/support', 'shop/Deployment/web']);
  });

  test('the fee is that of the book or of the description, and never a number in the code', () => {
    const fee = (more: Record<string, unknown>): string => amount(of(run([], { clusters: [cluster([], more)] }), 'prod/overhead/management'));
    expect([fee({ managed: 'eks' }), fee({ managed: 'eks-extended' }), fee({ managed: 'eks', managementFee: '0.05' }), fee({ managementFee: 0 }), fee({})]).toEqual(['73.0000', '438.0000', '36.5000', 'none', 'none']);
  });

  test('each type of machine has its own price', () => {
    const pools = [pool({ name: 'small', count: 1, labels: { size: 'small' } }), pool({ name: 'large', instanceType: 'm5.4xlarge', count: 1, labels: { size: 'large' } })];
    const on = (size: string): unknown => workload('Deployment', size, [container('1', '4Gi')], { podSpec: { nodeSelector: { size } } });
    const cost = run([on('small'), on('large')], { clusters: [cluster(pools)] });
    expect(cost.resources.filter((resource) => resource.type === 'kubernetes/Deployment').map((resource) => resource.notes)).toEqual([['on large'], ['on small']]);
    expect(total(cost)).toBe(decimal('0.864').times(decimal(730)).toFixed(2));
  });

  test('a pod on each machine counts the machines that take it', () => {
    const agent = (podSpec: unknown): unknown => workload('DaemonSet', 'agent', [container('100m', '100Mi')], { podSpec }, 'kube-system');
    const pools = [pool({ count: 3 }), pool({ name: 'gpu', count: 2, taints: ['nvidia.com/gpu=true:NoSchedule'] })];
    const pods = (podSpec: unknown): number => run([agent(podSpec)], { clusters: [cluster(pools)] }).allocation.workloads.length;
    expect([pods({}), pods({ tolerations: [{ operator: 'Exists' }] })]).toEqual([3, 5]);
  });

  test('a pod that finds no room is unknown, and the machines are paid for all the same', () => {
    const cost = run([deployment('big', '64', '1Gi')], { clusters: [cluster()] });
    expect([of(cost, 'shop/Deployment/big')?.status, total(cost), cost.clusters[0]?.unplaced]).toEqual(['unknown', '140.16', 1]);
  });

  test('machines without a price make their pods unknown', () => {
    const cost = run([deployment('web', '1', '1Gi')], { clusters: [cluster([pool({ instanceType: 'z9.nothing', capacity: { cpu: 4, memory: '16Gi' } })])] });
    expect([of(cost, 'shop/Deployment/web')?.status, of(cost, 'prod/idle/general')?.status, cost.clusters[0]?.unpriced]).toEqual(['unknown', 'unknown', 2]);
    expect(() => run([], { clusters: [cluster([pool({ instanceType: 'z9.nothing' })])] })).toThrow('how much CPU and memory');
  });

  test('lower requests by usage have two figures', () => {
    const cost = run([deployment('web', '1', '1Gi', 4)], { clusters: [cluster()], usage: { 'shop/Deployment/web/app': { average_vcpu: '0.75', average_memory_gb: '0.5' } } });
    const saving = cost.clusters[0]?.saving;
    expect([saving?.realisable.toFixed(2), saving?.requested.isZero, cost.clusters[0]?.efficiency?.toNumber()]).toEqual(['0.00', false, expect.closeTo(0.72, 1)]);
    const more = run([deployment('web', '1', '1Gi', 4)], { clusters: [cluster()], usage: { 'shop/Deployment/web/app': { average_vcpu: '0.3', average_memory_gb: '0.5' } } });
    expect(more.clusters[0]?.saving.realisable.toFixed(2)).toBe('70.08');
  });

  test('shared namespaces are given to the others, and the whole stays', () => {
    const given = [deployment('web', '1', '2Gi'), deployment('dns', '1', '1Gi', 1, 'kube-system')];
    const clusters = [cluster([pool()], { managed: 'eks', sharedNamespaces: ['kube-system'] })];
    const [none, shared] = [run(given, { clusters }), run(given, { clusters, share: 'proportional' })];
    expect(total(shared)).toBe(total(none));
    expect([of(shared, 'kube-system/Deployment/dns')?.status, amount(of(shared, 'shop/Deployment/web')), shared.resources.length]).toEqual(['elsewhere', '213.1600', 2]);
  });

  test('what Terraform has already is told and not counted twice; disks of claims are', () => {
    const db = { ...(workload('StatefulSet', 'db', [container('1', '1Gi')], { replicas: 2 }) as Record<string, unknown>) };
    const spec = { ...(db['spec'] as object), volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { storageClassName: 'gp3', resources: { requests: { storage: '10Gi' } } } }] };
    const cost = run([{ ...db, spec }, deployment('web', '1', '1Gi')], { machinesElsewhere: ['aws_eks_node_group.a'] });
    expect([of(cost, 'shop/Deployment/web')?.status, total(cost)]).toEqual(['elsewhere', '1.60']);
    expect(of(cost, 'shop/Deployment/web')?.notes.join()).toContain('26.17 USD a month by what it asks for, of machines that are counted as aws_eks_node_group.a');
  });
});

test('of several clusters each has its namespaces; what none takes is priced at rates', () => {
  const clusters = [cluster([pool()], { namespaces: ['shop'] }), cluster([pool({ count: 1 })], { name: 'test', namespaces: ['trial'] })];
  const cost = run([deployment('web', '1', '1Gi'), deployment('web', '1', '1Gi', 1, 'trial'), deployment('web', '1', '1Gi', 1, 'other')], { clusters });
  expect(cost.resources.map((resource) => resource.address)).toEqual(['other/Deployment/web', 'prod/idle/general', 'prod/shop/Deployment/web', 'test/idle/general', 'test/trial/Deployment/web']);
  expect(kubernetesGroups(cost, [], 'cluster').map((group) => [group.name, totalOf(group).toFixed(2)])).toEqual([['prod (idle)', '114.29'], ['test (idle)', '44.21'], ['(none)', '26.17'], ['prod', '25.87'], ['test', '25.87']]);
  expect(filterKubernetes(cost, [{ word: 'cluster', value: 'test' }]).resources.map((resource) => resource.address)).toEqual(['test/idle/general', 'test/trial/Deployment/web']);
});

describe('disks and balancers', () => {
  const claim = (storageClassName: string | undefined, storage: unknown = '100Gi'): unknown => ({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'shop' }, spec: { ...(storageClassName === undefined ? {} : { storageClassName }), resources: { requests: { storage } } } });
  const priced = (manifests: unknown[], provider?: string, region = ''): string => {
    const found = of(run(manifests, provider === undefined ? {} : { clusters: [cluster([], { provider, region })] }), 'shop/PersistentVolumeClaim/c');
    return found?.status === 'priced' ? totalOf(found).toFixed(2) : (found?.lines[0]?.unknown ?? 'none');
  };

  test('a claim costs what its class makes', () => {
    expect([priced([claim('gp3')]), priced([claim('gp2')], 'aws', 'us-east-1'), priced([claim('premium-rwo')], 'gcp', 'us-central1'), priced([claim(undefined)])]).toEqual(['8.00', '10.00', '17.00', '4.00']);
    expect([priced([claim('fast')], 'aws', 'us-east-1'), priced([claim('gp3', 'big')])]).toEqual(['what the storage class "fast" makes is not known', 'big is no size']);
    const own = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'fast' }, provisioner: 'ebs.csi.aws.com', parameters: { type: 'io2' } };
    expect(priced([claim('fast'), own], 'aws', 'us-east-1')).toBe('12.50');
  });

  test('a balancer needs a cloud', () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'c', namespace: 'shop' }, spec: { type: 'LoadBalancer' } };
    const found = (provider?: string): ResourceCost | undefined => of(run([service, { ...service, metadata: { name: 'inner' }, spec: { type: 'ClusterIP' } }], provider === undefined ? {} : { clusters: [cluster([], { provider, region: 'us-east-1' })] }), 'shop/Service/c');
    expect([found()?.status, amount(found('aws'))]).toEqual(['unknown', '18.2500']);
  });
});

test('labels have the cost of those who carry them, filters leave the others out', () => {
  const cost = run([deployment('web', '1', '1Gi'), deployment('db', '1', '1Gi', 1, 'data')], { clusters: [cluster()] });
  expect(kubernetesGroups(cost, [], 'label:app').map((group) => group.name).sort()).toEqual(['(idle)', 'db', 'web']);
  const only = filterKubernetes(cost, [{ word: 'namespace', value: 'data' }]);
  expect(only.resources.map((resource) => resource.address)).toEqual(['data/Deployment/db']);
  expect(sumOf(kubernetesGroups(only, [], 'namespace').map(totalOf)).compare(totalOf(only.resources[0] ?? { fixed: zero, usage: zero }))).toBe(0);
});

const zero = { value: Decimal.zero, low: Decimal.zero, high: Decimal.zero };

test('on random clusters the estimate is the machines, the fees and the disks, and the allocation is the estimate', () => {
  const quantity = fc.constantFrom('0', '100m', '250m', '1', '1500m', '7');
  const memory = fc.constantFrom('0', '64Mi', '1Gi', '3.5Gi', '500M', '40Gi');
  const one = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), kind: fc.constantFrom('Deployment', 'StatefulSet', 'DaemonSet'), namespace: fc.constantFrom('shop', 'kube-system'), containers: fc.array(fc.tuple(quantity, memory), { minLength: 1, maxLength: 3 }), replicas: fc.integer({ min: 0, max: 5 }) });
  const pools = fc.array(fc.record({ instanceType: fc.constantFrom('m5.large', 'c5.xlarge', 'r5.2xlarge', 'g4dn.xlarge'), count: fc.integer({ min: 0, max: 4 }), spot: fc.boolean() }), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(fc.uniqueArray(one, { selector: (given) => `${given.namespace}${given.kind}${given.name}`, maxLength: 8 }), pools, fc.constantFrom('none', 'even', 'proportional'), fc.constantFrom('0', '0.2', '9'), (given, described, share, used) => {
    const manifests = given.map(({ name, kind, namespace, containers, replicas }) => workload(kind, name, containers.map(([cpu, size], index) => container(cpu, size, `c${index}`)), { replicas }, namespace));
    const clusters = [cluster(described.map((pooled, index) => pool({ ...pooled, name: `p${index}` })), { managed: 'eks', overhead: [{ name: 'x', monthly: '7.77' }], sharedNamespaces: ['kube-system'] })];
    const cost = run(manifests, { clusters, share: share as 'even', usage: { '*/c0': { average_vcpu: used } } });
    const [summary] = cost.clusters;
    if (summary === undefined) return false;
    const whole = totalOf(estimateOf(cost.resources, TODAY));
    const parts = totalAllocated(cost.allocation);
    return summary.workloads.plus(summary.idle).compare(summary.assets) === 0 && !summary.idle.isNegative && whole.compare(summary.assets.plus(summary.overhead)) === 0 && parts.total.compare(whole) === 0 && kubernetesGroups(cost, [], 'label:app').reduce((sum, group) => sum.plus(totalOf(group)), Decimal.zero).compare(whole) === 0;
  }), { numRuns: 60 });
});
