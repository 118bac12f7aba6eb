/**
 * Workloads as they are priced: what runs, how many of it, and for how much of a month.
 *
 * An object that another one in the input made (a pod of a ReplicaSet of a Deployment) is counted with its maker and
 * not again. Numbers that only a cluster or people know (machines of a DaemonSet, the time that a job takes) are
 * left open with their reason.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import type { SourceProblem } from '../../domain/source-problem.ts';
import type { KubernetesObject } from '../../formats/kubernetes/manifest.ts';
import { field, textField, texts } from '../../formats/kubernetes/manifest.ts';
import type { PodDemand, RequestDefaults } from './pod-demand.ts';
import { limitRangeDefaults, NO_DEFAULTS, podDemand } from './pod-demand.ts';
import { runsAMonth } from './schedule.ts';

export const WORKLOAD_KINDS = ['Pod', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'CronJob'] as const;
export const READ_KINDS: ReadonlySet<string> = new Set([...WORKLOAD_KINDS, 'HorizontalPodAutoscaler', 'PersistentVolumeClaim', 'StorageClass', 'Service', 'LimitRange']);

export const DEFAULT_NAMESPACE = 'default';
const MOST_REPLICAS = 1_000_000;

/** How many pods, and from where to where an autoscaler takes them. */
export interface Replicas {
  value: number;
  low: number;
  high: number;
}

/** What of it there is. `task`: it runs for a while, `runs` times a month where a schedule says so. */
export type Presence = { kind: 'replicas'; replicas: Replicas } | { kind: 'machines' } | { kind: 'task'; parallel: number; runs?: Decimal; paused: boolean };

export interface VolumeWish {
  name: string;
  size: unknown;
  /** Empty: the cluster's default. */
  storageClass: string;
}

export interface Workload {
  /** `shop/Deployment/web`. */
  address: string;
  object: KubernetesObject;
  namespace: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
  podSpec: unknown;
  pod: PodDemand;
  presence: Presence;
  volumes: readonly VolumeWish[];
  notes: readonly string[];
}

export interface ReadWorkloads {
  workloads: readonly Workload[];
  /** Objects that are no workloads: claims, services, classes. */
  others: readonly KubernetesObject[];
  problems: readonly SourceProblem[];
}

export function namespaceOf(object: KubernetesObject): string {
  return object.namespace === '' ? DEFAULT_NAMESPACE : object.namespace;
}

export function addressOf(object: KubernetesObject): string {
  return `${namespaceOf(object)}/${object.kind}/${object.name}`;
}

export function workloadsOf(objects: readonly KubernetesObject[]): ReadWorkloads {
  const problems: SourceProblem[] = [];
  const seen = new Map<string, KubernetesObject>();
  for (const object of objects) {
    const first = seen.get(addressOf(object));
    if (first === undefined) seen.set(addressOf(object), object);
    else problems.push({ ...object.location, path: '', message: `${addressOf(object)} stands at ${first.location.file}:${first.location.line} already, which is what counts`, hint: 'price one rendering at a time: each environment by itself', ofValue: true });
  }
  const unique = [...seen.values()];
  const defaults = new Map(unique.filter((object) => object.kind === 'LimitRange').map((object) => [namespaceOf(object), limitRangeDefaults(field(object.body, 'spec'))]));
  const scalers = new Map(unique.filter((object) => object.kind === 'HorizontalPodAutoscaler').map((object) => [scaledBy(object), field(object.body, 'spec')]));
  const workloads = unique.filter((object) => (WORKLOAD_KINDS as readonly string[]).includes(object.kind) && !madeBy(object, seen)).map((object) => workloadOf(object, defaults.get(namespaceOf(object)) ?? NO_DEFAULTS, scalers.get(addressOf(object))));
  for (const { object, pod } of workloads) for (const fault of pod.faults) problems.push({ ...object.location, path: '', message: `${addressOf(object)}: ${fault}`, ofValue: true });
  return { workloads, others: unique.filter((object) => !(WORKLOAD_KINDS as readonly string[]).includes(object.kind)), problems };
}

function scaledBy(scaler: KubernetesObject): string {
  const target = field(field(scaler.body, 'spec'), 'scaleTargetRef');
  return `${namespaceOf(scaler)}/${textField(target, 'kind') ?? ''}/${textField(target, 'name') ?? ''}`;
}

function madeBy(object: KubernetesObject, known: ReadonlyMap<string, KubernetesObject>): boolean {
  const owners = field(field(object.body, 'metadata'), 'ownerReferences');
  return Array.isArray(owners) && (owners as unknown[]).some((owner) => field(owner, 'controller') === true && known.has(`${namespaceOf(object)}/${textField(owner, 'kind') ?? ''}/${textField(owner, 'name') ?? ''}`));
}

function workloadOf(object: KubernetesObject, defaults: RequestDefaults, scaler: unknown): Workload {
  const spec = field(object.body, 'spec');
  const { kind } = object;
  const inner = kind === 'CronJob' ? field(field(spec, 'jobTemplate'), 'spec') : spec;
  const template = kind === 'Pod' ? object.body : field(inner, 'template');
  const podSpec = field(template, 'spec');
  const metadata = field(template, 'metadata');
  const pod = podDemand(podSpec, defaults);
  const notes = [...pod.notes];
  const presence = presenceOf(kind, spec, inner, scaler, notes);
  const templates = field(spec, 'volumeClaimTemplates');
  const ephemeral = field(podSpec, 'volumes');
  const volumes = [
    ...(Array.isArray(templates) ? (templates as unknown[]) : []).map((claim) => volumeWish(textField(field(claim, 'metadata'), 'name') ?? 'volume', field(claim, 'spec'))),
    ...(Array.isArray(ephemeral) ? (ephemeral as unknown[]) : []).filter((one) => field(one, 'ephemeral') !== undefined).map((one) => volumeWish(textField(one, 'name') ?? 'volume', field(field(field(one, 'ephemeral'), 'volumeClaimTemplate'), 'spec'))),
  ];
  return {
    address: addressOf(object),
    object,
    namespace: namespaceOf(object),
    labels: { ...object.labels, ...texts(field(metadata, 'labels')) },
    annotations: { ...object.annotations, ...texts(field(metadata, 'annotations')) },
    podSpec,
    pod,
    presence,
    volumes,
    notes,
  };
}

export function volumeWish(name: string, spec: unknown): VolumeWish {
  return { name, size: field(field(field(spec, 'resources'), 'requests'), 'storage'), storageClass: textField(spec, 'storageClassName') ?? '' };
}

function count(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= MOST_REPLICAS ? value : otherwise;
}

function presenceOf(kind: string, spec: unknown, inner: unknown, scaler: unknown, notes: string[]): Presence {
  if (kind === 'DaemonSet') return { kind: 'machines' };
  if (kind === 'Job' || kind === 'CronJob') {
    const schedule = textField(spec, 'schedule');
    const runs = schedule === undefined ? undefined : runsAMonth(schedule);
    if (kind === 'CronJob' && runs === undefined) notes.push(`${JSON.stringify(schedule ?? '')} is no schedule that is understood here`);
    return { kind: 'task', parallel: count(field(inner, 'parallelism'), 1), ...(runs === undefined ? {} : { runs }), paused: field(spec, 'suspend') === true };
  }
  if (kind === 'Pod') return { kind: 'replicas', replicas: { value: 1, low: 1, high: 1 } };
  const given = field(spec, 'replicas');
  const wanted = count(given, 1);
  if (given !== undefined && given !== null && (typeof given !== 'number' || wanted !== given)) notes.push(`replicas: ${JSON.stringify(given)?.slice(0, 40) ?? ''} is no number of pods; 1 is assumed`);
  if (scaler === undefined) return { kind: 'replicas', replicas: { value: wanted, low: wanted, high: wanted } };
  const low = count(field(scaler, 'minReplicas'), 1);
  const high = Math.max(low, count(field(scaler, 'maxReplicas'), low));
  notes.push(`from ${low} to ${high} replicas by its autoscaler; the figure is for ${low}`);
  return { kind: 'replicas', replicas: { value: low, low, high } };
}

export const ONE_POD: Replicas = { value: 1, low: 1, high: 1 };
export const HOURS = decimal(730);
