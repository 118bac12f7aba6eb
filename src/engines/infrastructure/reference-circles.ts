/**
 * Circles of resources that refer to each other.
 *
 * Attributes are evaluated one by one, so that two resources may read different attributes of each other
 * without harm here; Terraform makes whole resources, one after the other, and refuses such a circle. Each
 * resource is told in one circle at most, the shortest one through its first member.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import { compareText } from '../terraform/value/type.ts';
import type { ResourceInstance } from './model.ts';

const MOST_CIRCLES = 20;

export function referenceCircles(resources: readonly ResourceInstance[]): SourceProblem[] {
  const edges = edgesOf(resources);
  const places = new Map(resources.map((resource) => [resource.resource, resource.location]));
  const told = new Set<string>();
  const problems: SourceProblem[] = [];
  for (const start of resourcesInCircles(edges)) {
    if (told.has(start) || problems.length >= MOST_CIRCLES) continue;
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
  const byInstance = new Map(resources.flatMap((resource) => [[resource.address, resource.resource] as const, [resource.resource, resource.resource] as const]));
  const edges = new Map<string, Set<string>>();
  for (const resource of resources) {
    const targets = edges.get(resource.resource) ?? new Set<string>();
    edges.set(resource.resource, targets);
    for (const reference of resource.references) {
      const target = byInstance.get(reference.target);
      if (target !== undefined) targets.add(target);
    }
  }
  return new Map([...edges].map(([address, targets]) => [address, [...targets].sort(compareText)]));
}

/** What is left when everything that nothing waits for, or that waits for nothing, is taken away again and again. */
function resourcesInCircles(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const back = new Map<string, string[]>([...edges.keys()].map((address) => [address, []]));
  for (const [address, targets] of edges) for (const target of targets) back.get(target)?.push(address);
  let left = new Set(edges.keys());
  for (const [from, to] of [[edges, back], [back, edges]] as const) {
    const open = new Map([...left].map((address) => [address, (from.get(address) ?? []).filter((other) => left.has(other)).length]));
    const free = [...left].filter((address) => open.get(address) === 0);
    const kept = new Set(left);
    for (let address = free.pop(); address !== undefined; address = free.pop()) {
      kept.delete(address);
      for (const other of to.get(address) ?? []) {
        const count = (open.get(other) ?? 0) - 1;
        open.set(other, count);
        if (count === 0 && kept.has(other)) free.push(other);
      }
    }
    left = kept;
  }
  return [...left].sort(compareText);
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
