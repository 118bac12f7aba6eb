/**
 * Circles of resources that refer to each other.
 *
 * Attributes are evaluated one by one, so that two resources may read different attributes of each other
 * without harm here; Terraform makes whole resources, one after the other, and refuses such a circle. Each
 * resource is told in one circle at most, the shortest one through its first member.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import { compareText } from '../terraform/value/type.ts';
import type { ModelReference, ResourceInstance } from './model.ts';

const MOST_CIRCLES = 20;
const NO_TARGETS: string[] = [];
/** Each look may go through everything. */
const MOST_LOOKS = 200;

export function referenceCircles(resources: readonly ResourceInstance[]): SourceProblem[] {
  const edges = edgesOf(resources);
  const inCircles = resourcesInCircles(edges);
  if (inCircles.length === 0) return [];
  const places = new Map(resources.map((resource) => [resource.resource, resource.location]));
  const told = new Set<string>();
  const problems: SourceProblem[] = [];
  let looks = 0;
  for (const start of inCircles) {
    if (told.has(start) || problems.length >= MOST_CIRCLES || looks >= MOST_LOOKS) continue;
    looks += 1;
    const path = shortestCircle(start, edges);
    if (path === undefined || path.some((address) => told.has(address))) continue;
    for (const address of path) told.add(address);
    const place = places.get(start);
    if (place !== undefined) problems.push({ file: place.file, line: place.line, column: place.column, path: start, message: `depends on itself: ${path.join(' -> ')}`, hint: 'break the circle: one of them has to stand without the others' });
  }
  return problems;
}

/** Resource -> the resources it refers to, in order; instances count as their resource. */
function edgesOf(resources: readonly ResourceInstance[]): Map<string, string[]> {
  const byInstance = new Map<string, string>();
  for (const { address, resource } of resources) byInstance.set(address, resource).set(resource, resource);
  const edges = new Map<string, Set<string>>();
  const seen = new Set<ModelReference>();
  for (const resource of resources) {
    const targets = edges.get(resource.resource) ?? new Set<string>();
    edges.set(resource.resource, targets);
    for (const reference of resource.references) {
      // Instances of one resource share what they all depend on.
      if (seen.has(reference)) continue;
      seen.add(reference);
      const target = byInstance.get(reference.target);
      if (target !== undefined) targets.add(target);
    }
  }
  const sorted = new Map<string, string[]>();
  for (const [address, targets] of edges) sorted.set(address, targets.size === 0 ? NO_TARGETS : [...targets].sort(compareText));
  return sorted;
}

/**
 * Resources from which a way leads back to them: those of a strongly connected part with more than one, and those
 * that refer to themselves (Tarjan's algorithm, without recursion). Sorted.
 */
function resourcesInCircles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const names = [...edges.keys()];
  const places = new Map(names.map((address, at) => [address, at]));
  const targets = names.map((address) => (edges.get(address) ?? []).map((target) => places.get(target) ?? 0));
  /** When a resource was first met, from 1; 0 for never. */
  const met = new Int32Array(names.length);
  const lowest = new Int32Array(names.length);
  const next = new Int32Array(names.length);
  const isOpen = new Uint8Array(names.length);
  const open: number[] = [];
  const found: string[] = [];
  let count = 0;
  for (let start = 0; start < names.length; start += 1) {
    const path = met[start] === 0 ? [start] : [];
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      if (met[at] === 0) {
        count += 1;
        met[at] = count;
        lowest[at] = count;
        open.push(at);
        isOpen[at] = 1;
      }
      const target = targets[at]![next[at]!++];
      if (target === undefined) {
        path.pop();
        if (lowest[at] === met[at]) closePart(at);
        const above = path.at(-1);
        if (above !== undefined) lowest[above] = Math.min(lowest[above]!, lowest[at]!);
      } else if (met[target] === 0) path.push(target);
      else if (isOpen[target] === 1) lowest[at] = Math.min(lowest[at]!, met[target]!);
    }
  }
  return found.sort(compareText);

  function closePart(first: number): void {
    const part = open.splice(open.lastIndexOf(first));
    for (const member of part) isOpen[member] = 0;
    if (part.length > 1 || targets[first]!.includes(first)) found.push(...part.map((member) => names[member]!));
  }
}

function shortestCircle(start: string, edges: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const from = new Map<string, string>();
  const open = [start];
  for (const address of open) {
    for (const target of edges.get(address) ?? []) {
      if (target === start) return pathTo(address, start, from);
      if (from.has(target)) continue;
      from.set(target, address);
      open.push(target);
    }
  }
  return undefined;
}

function pathTo(last: string, start: string, from: ReadonlyMap<string, string>): string[] {
  const path = [last];
  for (let address = last; address !== start; path.push(address)) address = from.get(address) ?? start;
  return [...path.reverse(), start];
}
