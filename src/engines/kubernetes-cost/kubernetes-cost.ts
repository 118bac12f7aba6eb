/**
 * What the manifests of Kubernetes cost a month, as resources beside those of Terraform.
 *
 * A cluster with pools of machines costs its machines and its fees, and its workloads, what is idle and the overhead
 * sum to that exactly. One without costs what its workloads ask for, at rates. Disks and balancers stand beside both.
 * Where Terraform in the same input has the machines already, what workloads have of them is told and not counted again.
 */
import { PlatformError } from '../../domain/error.ts';
import { Decimal, sumOf } from '../../domain/money.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import type { KubernetesObject } from '../../formats/kubernetes/manifest.ts';
import type { Allocation, ClusterAllocation, Subject } from '../cost-allocation/allocate.ts';
import type { Distribution } from '../cost-allocation/distribute.ts';
import { distribute } from '../cost-allocation/distribute.ts';
import type { CostLine, ResourceCost } from '../cost/cost-line.ts';
import { exactly } from '../cost/span.ts';
import type { Usage } from '../cost/usage.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { Where } from './attached.ts';
import { Attached } from './attached-costs.ts';
import type { ClusterDescription } from './cluster-file.ts';
import type { ClusterSummary } from './cluster-rows.ts';
import { idleResources, overheadResources, resourceOf, summaryOf } from './cluster-rows.ts';
import type { Costed } from './costed.ts';
import type { CostedCluster } from './on-machines.ts';
import { costOnMachines } from './on-machines.ts';
import { costOnRates } from './on-rates.ts';
import { ratesOf } from './rates.ts';
import type { Workload } from './workload.ts';
import { namespaceOf, workloadsOf } from './workload.ts';

const MOST_PODS = 20_000;

/** How idle, overhead and shared namespaces are given out; a metric is a key of the usage file. */
export type ShareChoice = 'none' | 'even' | 'proportional' | { metric: string };

export interface KubernetesCostOptions {
  usage: Usage;
  clusters: readonly ClusterDescription[];
  /** For workloads that no cluster of the description takes: `generic`, `fargate:eu-west-1`. */
  rates: string;
  share: ShareChoice;
  /** Addresses of Terraform resources in the same estimate that are the machines of clusters. */
  machinesElsewhere: readonly string[];
  /** The day of prices that the description gives. */
  today: string;
}

export interface KubernetesCost {
  /** Sorted by address. */
  resources: readonly ResourceCost[];
  /** As it is shared out. */
  allocation: ClusterAllocation;
  clusters: readonly ClusterSummary[];
  problems: readonly SourceProblem[];
  /** Whom a resource is of, by its address; idle and overhead are of nobody. */
  subjects: ReadonlyMap<string, Subject>;
}

interface PricedCluster {
  description: ClusterDescription;
  workloads: Workload[];
  costed: Costed[];
  machines?: CostedCluster;
  overhead: readonly ResourceCost[];
}

/** Throws ROADBED-8601, -8602 for rates and machines that are not known, -8603 for more pods than are reckoned with. */
export function kubernetesCost(objects: readonly KubernetesObject[], book: PriceBook, options: KubernetesCostOptions): KubernetesCost {
  const { workloads, others, problems } = workloadsOf(objects);
  refuseTooMany(workloads);
  const attached = new Attached(book, options.usage, others);
  const rest: ClusterDescription = { name: '', provider: 'generic', region: '', managed: '', overhead: [], pools: [], sharedNamespaces: [], paths: [], namespaces: [], rates: options.rates };
  const described = [...options.clusters, rest];
  const clusters = described.map((description): PricedCluster => {
    const mine = workloads.filter((workload) => clusterOf(described, workload.object) === description);
    const claims = others.filter((object) => clusterOf(described, object) === description);
    return pricedCluster(description, mine, claims, attached, book, options);
  });
  const before: ClusterAllocation = {
    workloads: clusters.flatMap((cluster) => cluster.costed.flatMap((one) => one.rows)),
    idle: clusters.flatMap((cluster) => cluster.machines?.idle ?? []),
    overhead: clusters.flatMap((cluster) => cluster.overhead.flatMap((one) => (one.lines.some((line) => line.monthly !== undefined) ? [{ cluster: cluster.description.name, name: one.address, cost: one.fixed.value }] : []))),
  };
  const allocation = clusters.reduce((all, cluster) => distribute(all, sharing(cluster.description, options)), before);
  const resources = clusters.flatMap((cluster) => resourcesOf(cluster, before, allocation, options)).sort((a, b) => (a.address < b.address ? -1 : 1));
  return {
    resources: resources.map((resource) => ({ ...resource, lines: resource.lines.map((line) => dated(line, options.today)) })),
    allocation,
    clusters: clusters.flatMap((cluster) => (cluster.machines === undefined ? [] : [summaryOf(cluster.description, cluster.machines, sumOf(cluster.overhead.map((one) => one.fixed.value)), before)])),
    problems,
    subjects: new Map(clusters.flatMap((cluster) => cluster.costed.map((one): [string, Subject] => [addressIn(one, options), subjectFor(one)]))),
  };
}

function refuseTooMany(workloads: readonly Workload[]): void {
  const pods = workloads.reduce((sum, { presence }) => sum + (presence.kind === 'replicas' ? presence.replicas.value : presence.kind === 'task' ? presence.parallel : 1), 0);
  if (pods > MOST_PODS) throw new PlatformError({ code: 'ROADBED-8603', class: 'refused', message: `the manifests ask for ${pods} pods`, why: `at most ${MOST_PODS} are reckoned with`, next: 'price the clusters one by one' });
}

/** The first cluster that claims an object by folder and namespace; the last one takes what is left. */
function clusterOf(clusters: readonly ClusterDescription[], object: KubernetesObject): ClusterDescription | undefined {
  const below = (path: string): boolean => object.location.file === path || object.location.file.startsWith(`${path.replace(/\/+$/, '')}/`);
  return clusters.find(({ paths, namespaces }) => (paths.length === 0 || paths.some(below)) && (namespaces.length === 0 || namespaces.includes(namespaceOf(object))));
}

function pricedCluster(description: ClusterDescription, workloads: Workload[], others: readonly KubernetesObject[], attached: Attached, book: PriceBook, options: KubernetesCostOptions): PricedCluster {
  const where: Where = { provider: description.provider, region: description.region };
  const overhead = overheadResources(book, description);
  const machines = description.pools.length > 0 ? costOnMachines(description, workloads, options.usage, book) : undefined;
  const rates = machines === undefined && workloads.length > 0 ? ratesOf(book, description.rates) : undefined;
  const costed = machines?.workloads ?? (rates === undefined ? [] : workloads.map((workload) => costOnRates(workload, description.name, rates, options.usage)));
  const byAddress = new Map(workloads.map((workload) => [workload.address, workload]));
  for (const one of costed) {
    const workload = byAddress.get(one.of.address);
    if (workload !== undefined) attached.addTo(one, workload, where, machines === undefined ? undefined : new Set(one.rows.map((row) => row.subject.pod)).size);
  }
  const beside = others.flatMap((object) => attached.costOf(object, description.name, where) ?? []);
  return { description, workloads, costed: [...costed, ...beside], overhead, ...(machines === undefined ? {} : { machines }) };
}

/** Sharing of one cluster; others are left as they are, because their names are not its own. */
function sharing(description: ClusterDescription, { share, usage }: KubernetesCostOptions): Parameters<typeof distribute>[1] {
  const how: Distribution = typeof share === 'string' ? { how: share } : { how: 'metric', weight: (row) => usage.of(addressOfSubject(row.subject), row.subject.kind).get(share.metric)?.value ?? Decimal.zero };
  return { cluster: description.name, idle: how, overhead: how, namespaces: { names: description.sharedNamespaces, distribution: how } };
}

function addressOfSubject({ namespace, kind, controller }: Subject): string {
  return `${namespace}/${kind}/${controller}`;
}

const keyOf = (subject: Subject): string => `${subject.cluster}/${addressOfSubject(subject)}`;

function resourcesOf(cluster: PricedCluster, before: ClusterAllocation, after: ClusterAllocation, options: KubernetesCostOptions): ResourceCost[] {
  const { description, machines, overhead } = cluster;
  const [had, has] = [before, after].map((allocation) => new Map(grouped(allocation.workloads)));
  const left = { idle: after.idle.some((idle) => idle.cluster === description.name), overhead: after.overhead.some((one) => one.cluster === description.name) };
  const elsewhere = options.machinesElsewhere;
  const counted = (resource: ResourceCost): ResourceCost => (elsewhere.length === 0 ? resource : countedElsewhere(resource, resource.lines, [], resource.notes, elsewhere));
  return [
    ...cluster.costed.map((one) => {
      const key = `${one.cluster}/${one.of.address}`;
      const givenOut = had?.has(key) === true && has?.get(key) === undefined;
      const shared = sumOf((has?.get(key) ?? []).map((row) => row.shared));
      return rowOf(one, { address: addressIn(one, options), region: description.region, givenOut, shared, elsewhere });
    }),
    ...(machines === undefined ? [] : idleResources(description, machines).filter((one) => left.idle || one.status !== 'priced').map(counted)),
    ...overhead.filter((one) => left.overhead || one.status !== 'priced').map(counted),
  ];
}

function grouped(rows: readonly Allocation[]): [string, Allocation[]][] {
  const groups = new Map<string, Allocation[]>();
  for (const row of rows) {
    const key = keyOf(row.subject);
    const those = groups.get(key);
    if (those === undefined) groups.set(key, [row]);
    else those.push(row);
  }
  return [...groups];
}

/** With its cluster in front where there are several. */
function addressIn(one: Costed, options: KubernetesCostOptions): string {
  return options.clusters.length > 1 && one.cluster !== '' ? `${one.cluster}/${one.of.address}` : one.of.address;
}

function subjectFor({ of, cluster }: Costed): Subject {
  return { cluster, namespace: of.namespace, kind: of.object.kind, controller: of.object.name, pod: '', container: '', labels: of.labels, annotations: of.annotations };
}

function rowOf(one: Costed, { address, region, givenOut, shared, elsewhere }: { address: string; region: string; givenOut: boolean; shared: Decimal; elsewhere: readonly string[] }): ResourceCost {
  const { of, lines, attached } = one;
  const about = { address, type: `kubernetes/${of.object.kind}`, region, tags: of.labels, location: of.object.location };
  if (givenOut) return { ...resourceOf(about, [], [...one.notes, 'shared by the other workloads of the cluster']), status: 'elsewhere' };
  const cut: CostLine[] = shared.isZero ? lines : [...lines, { name: 'Share of idle, overhead and shared namespaces', kind: 'fixed', monthly: exactly(shared) }];
  return elsewhere.length === 0 || cut.length === 0 ? resourceOf(about, [...cut, ...attached], one.notes) : countedElsewhere(about, cut, attached, one.notes, elsewhere);
}

/** What is cut from machines that are priced as Terraform resources: its figure is told, and not counted a second time. */
function countedElsewhere(about: Parameters<typeof resourceOf>[0], cut: readonly CostLine[], attached: readonly CostLine[], notes: readonly string[], machines: readonly string[]): ResourceCost {
  const amount = sumOf(cut.flatMap((line) => (line.monthly === undefined ? [] : [line.monthly.value])));
  const unknown = cut.filter((line) => line.monthly === undefined).length;
  const note = `${amount.toFixed(2)} USD a month${unknown === 0 ? '' : ` and ${unknown} unknown`} by what it asks for, of machines that are counted as ${machines.slice(0, 3).join(', ')}${machines.length > 3 ? ` and ${machines.length - 3} more` : ''}`;
  const rest = resourceOf(about, attached, [...notes, note]);
  return attached.length === 0 ? { ...rest, status: 'elsewhere' } : rest;
}

function dated(line: CostLine, today: string): CostLine {
  return line.price?.asOf === '' ? { ...line, price: { ...line.price, asOf: today } } : line;
}
