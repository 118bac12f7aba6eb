/**
 * What a pod asks for, container by container.
 *
 * A container that has a limit and no request asks for its limit; a namespace's LimitRange fills in the rest. What is
 * left without a word asks for nothing and uses something: that is unknown, never zero. A pod reserves the larger of
 * what its containers and sidecars ask for together and what its init containers need one after the other (each with
 * the sidecars that were started before it); what that is more than the containers stands as `(start)`.
 */
import { Decimal, decimal } from '../../domain/money.ts';
import type { Manifest } from '../../formats/kubernetes/manifest.ts';
import { field, isRecord, textField } from '../../formats/kubernetes/manifest.ts';
import { parseQuantity } from '../../formats/kubernetes/quantity.ts';
import type { AllocatedResource } from '../cost-allocation/allocate.ts';
import { RESOURCES } from '../cost-allocation/allocate.ts';

const BYTES_A_GIB = decimal(2 ** 30);

export interface ContainerDemand {
  name: string;
  /** Cores, GiB, devices; missing where nothing says how much. */
  request: Partial<Record<AllocatedResource, Decimal>>;
  /** What the pod as a whole asks for stands for the containers that ask for nothing. */
  covered: boolean;
}

export interface PodDemand {
  containers: readonly ContainerDemand[];
  /** Faults, each with its path: `spec.containers[0].resources.requests.cpu: "much" is no quantity`. */
  faults: readonly string[];
  notes: readonly string[];
}

/** Defaults of a namespace's LimitRange for containers. */
export interface RequestDefaults {
  request: Partial<Record<AllocatedResource, Decimal>>;
}

export const NO_DEFAULTS: RequestDefaults = { request: {} };
const START = '(start)';
const POD = '(pod)';
const OVERHEAD = '(runtime)';
const MOST_CONTAINERS = 500;

type Request = ContainerDemand['request'];

export function podDemand(spec: unknown, defaults: RequestDefaults): PodDemand {
  const faults: string[] = [];
  const notes = new Set<string>();
  const read = (container: unknown, path: string): Request => {
    const { request, others } = requestOf(field(container, 'resources'), `${path}.resources`, faults);
    for (const other of others) notes.add(`${other} has no price of its own here`);
    return { ...defaults.request, ...request };
  };
  const list = (name: string): readonly unknown[] => {
    const value = field(spec, name);
    return Array.isArray(value) ? value.slice(0, MOST_CONTAINERS) : [];
  };
  const nameOf = (container: unknown, index: number): string => textField(container, 'name') ?? `container ${index + 1}`;
  const main = list('containers').map((container, index): ContainerDemand => ({ name: nameOf(container, index), request: read(container, `containers[${index}]`), covered: false }));
  if (main.length === 0) faults.push('containers: there is none');
  const initial = list('initContainers').map((container, index) => ({ name: nameOf(container, index), sidecar: textField(container, 'restartPolicy') === 'Always', request: read(container, `initContainers[${index}]`) }));
  const sidecars = initial.filter((one) => one.sidecar).map(({ name, request }): ContainerDemand => ({ name, request, covered: false }));
  const running = [...main, ...sidecars];
  const start = startOf(running, initial);
  const whole = requestOf(field(spec, 'resources'), 'resources', faults).request;
  const runtime = quantities(field(spec, 'overhead'), 'overhead', faults).request;
  const containers = withPod(start === undefined ? running : [...running, start], whole);
  return { containers: Object.keys(runtime).length === 0 ? containers : [...containers, { name: OVERHEAD, request: filled(runtime), covered: true }], faults, notes: [...notes] };
}

/** Container defaults of a LimitRange; a default limit is a request where no request is given. */
export function limitRangeDefaults(spec: unknown): RequestDefaults {
  const limits = field(spec, 'limits');
  const ofContainers = (Array.isArray(limits) ? (limits as unknown[]) : []).find((one) => textField(one, 'type') === 'Container');
  const ignored: string[] = [];
  return { request: { ...quantities(field(ofContainers, 'default'), '', ignored).request, ...quantities(field(ofContainers, 'defaultRequest'), '', ignored).request } };
}

function requestOf(resources: unknown, path: string, faults: string[]): { request: Request; others: string[] } {
  const limits = quantities(field(resources, 'limits'), `${path}.limits`, faults);
  const requests = quantities(field(resources, 'requests'), `${path}.requests`, faults);
  return { request: { ...limits.request, ...requests.request }, others: [...new Set([...limits.others, ...requests.others])] };
}

function quantities(given: unknown, path: string, faults: string[]): { request: Request; others: string[] } {
  const request: Request = {};
  const others: string[] = [];
  for (const [name, text] of Object.entries(isRecord(given) ? (given as Manifest) : {})) {
    const resource = resourceOf(name);
    if (resource === undefined) {
      if (name.includes('/') && !name.startsWith('hugepages')) others.push(name);
      continue;
    }
    const quantity = parseQuantity(text);
    if (quantity === undefined || quantity.isNegative) faults.push(`${path}.${name}: ${JSON.stringify(text)?.slice(0, 60) ?? ''} is no quantity`);
    else request[resource] = (request[resource] ?? Decimal.zero).plus(resource === 'memory' ? quantity.dividedBy(BYTES_A_GIB, 12) : quantity);
  }
  return { request, others };
}

function resourceOf(name: string): AllocatedResource | undefined {
  if (name === 'cpu' || name === 'memory') return name;
  return /(^|[./])gpu(\.|$|-|\/)/.test(name) || /\/gpu$/.test(name) || name === 'nvidia.com/gpu.shared' ? 'gpu' : undefined;
}

function filled(request: Request): Request {
  return { cpu: Decimal.zero, memory: Decimal.zero, ...request };
}

const larger = (a: Decimal, b: Decimal): Decimal => (a.compare(b) >= 0 ? a : b);

/** What starting needs beyond what running needs. */
function startOf(running: readonly ContainerDemand[], initial: readonly { sidecar: boolean; request: Request }[]): ContainerDemand | undefined {
  const request: Request = {};
  for (const resource of RESOURCES) {
    const zero = Decimal.zero;
    const together = running.reduce((sum, one) => sum.plus(one.request[resource] ?? zero), zero);
    let before = zero;
    let most = zero;
    for (const one of initial) {
      const own = one.request[resource] ?? zero;
      if (one.sidecar) before = before.plus(own);
      most = larger(most, one.sidecar ? before : before.plus(own));
    }
    const more = most.minus(together);
    if (!more.isNegative && !more.isZero) request[resource] = more;
  }
  return Object.keys(request).length === 0 ? undefined : { name: START, request: filled(request), covered: true };
}

/** A request of the pod as a whole is what it reserves: what it has beyond its containers' requests is of the pod. */
function withPod(containers: readonly ContainerDemand[], whole: Request): readonly ContainerDemand[] {
  const resources = RESOURCES.filter((resource) => whole[resource] !== undefined);
  if (resources.length === 0) return containers;
  const rest: Request = {};
  for (const resource of resources) {
    const own = containers.filter((one) => one.name !== START).reduce((sum, one) => sum.plus(one.request[resource] ?? Decimal.zero), Decimal.zero);
    const more = (whole[resource] ?? Decimal.zero).minus(own);
    rest[resource] = more.isNegative ? Decimal.zero : more;
  }
  const told = containers.filter((one) => one.name !== START).map((one): ContainerDemand => ({ ...one, request: { ...Object.fromEntries(resources.map((resource) => [resource, Decimal.zero])), ...one.request }, covered: true }));
  return [...told, { name: POD, request: filled(rest), covered: true }];
}
