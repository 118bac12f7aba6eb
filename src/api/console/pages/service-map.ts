/**
 * What needs what, as the descriptors declare it: nodes and edges for a small picture. Pure.
 *
 * An edge points from who needs to what is needed: a component to what it depends on, to an API that it
 * consumes, an API to the component that provides it. Backstage writes each relation on both sides; only
 * the sides named here are read, so that an edge is there once, and also when its other end is missing.
 */
import type { ServiceMap } from '../../contract/pages.ts';

/** A picture with more nodes answers nothing. */
export const MOST_NODES = 40;

export interface Declared {
  ref: string;
  relations: readonly { type: string; targetRef: string }[];
}

const NEEDS = new Set(['dependsOn', 'consumesApi', 'apiProvidedBy']);

type Edge = ServiceMap['edges'][number];

function edgesOf(entities: readonly Declared[]): Edge[] {
  const edges = entities.flatMap(({ ref, relations }) => relations.filter((relation) => NEEDS.has(relation.type)).map(({ type, targetRef }) => ({ from: ref, to: targetRef.toLowerCase(), type })));
  const once = new Map(edges.map((edge) => [`${edge.from} ${edge.to}`, edge]));
  return [...once.values()].filter((edge) => edge.from !== edge.to);
}

/** All that `center` needs and all that needs it, over any number of edges; nearest first. */
function around(center: string, edges: readonly Edge[]): string[] {
  const reached = new Set([center]);
  for (const [near, far] of [['from', 'to'], ['to', 'from']] as const) {
    const seen = new Set([center]);
    for (const at of seen) for (const edge of edges) if (edge[near] === at) seen.add(edge[far]);
    for (const ref of seen) reached.add(ref);
  }
  return [...reached];
}

/** The map of everything, or of what hangs together with `center`; `omitted` counts the nodes beyond the most that are drawn. */
export function serviceMap(entities: readonly Declared[], center?: string): ServiceMap {
  const edges = edgesOf(entities);
  const known = new Set(entities.map((entity) => entity.ref));
  const degree = new Map<string, number>();
  for (const end of edges.flatMap((edge) => [edge.from, edge.to])) degree.set(end, (degree.get(end) ?? 0) + 1);
  const all = center === undefined ? [...degree.keys()].toSorted((a, b) => (degree.get(b) ?? 0) - (degree.get(a) ?? 0) || (a < b ? -1 : 1)) : around(center, edges);
  const shown = new Set(all.slice(0, MOST_NODES));
  const drawn = edges.filter((edge) => shown.has(edge.from) && shown.has(edge.to));
  if (drawn.length === 0) return { nodes: [], edges: [], omitted: 0 };
  return {
    nodes: [...shown].toSorted().map((ref) => ({ ref, found: known.has(ref), ...(ref === center ? { center: true } : {}) })),
    edges: drawn,
    omitted: all.length - shown.size,
  };
}
