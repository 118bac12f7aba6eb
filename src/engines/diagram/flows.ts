/**
 * Edges between drawn resources, from everything that connects: attributes that lead to another
 * (origins, targets, triggers), resources that are nothing but a connection, and relays (target
 * groups, proxies, Kubernetes services), which are passed through so that "load balancer -> service"
 * is one labelled edge and not a chain of plumbing.
 */
import { fillTemplate, textsAt } from './attribute-values.ts';
import type { EdgeKind } from './diagram.ts';
import type { Folding } from './fold.ts';
import { addTo, unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';
import { selectedBy } from './kubernetes-selector.ts';

export interface Flow {
  from: Entry | 'internet';
  to: Entry;
  kind: EdgeKind;
  label?: string;
  /** Resources that make the edge. */
  entries: readonly Entry[];
}

export interface Flows {
  flows: Flow[];
  /** Relays and the parts that they became a label of. */
  relayed: Map<Entry, readonly Entry[]>;
  /** Connections of which only one end, or none, is in the model: what is left of them. */
  loose: Map<Entry, readonly Entry[]>;
}

const KINDS: readonly EdgeKind[] = ['traffic', 'access', 'event', 'name', 'attachment', 'dependency'];
/** Folded everywhere as a badge: an edge to all of its users would be untrue. */
const BADGE_GLYPHS: ReadonlySet<string> = new Set(['key', 'certificate', 'policy', 'identity']);
const MOST_HOPS = 6;
/** Ends of one connection, and ways through relays of one flow: a made-up state may have any number. */
const MOST_ENDS = 100;
const MOST_WAYS = 200;

/** Parts at the far end of a connection. */
export function endParts(folding: Folding, entry: Entry): readonly Entry[] {
  return entry.type.role === 'fold' && entry.type.users && BADGE_GLYPHS.has(entry.type.glyph) ? [] : folding.parts(entry);
}

function labelled(label: string | undefined): { label?: string } {
  return label === undefined ? {} : { label: label.replace(/\/[A-Za-z_]+$|^[A-Z]+$/, (protocol) => protocol.toLowerCase()) };
}

function linkFlows(index: ResourceIndex, folding: Folding, entry: Entry): Flow[] {
  const label = entry.type.role === 'fold' && entry.type.flow !== undefined ? fillTemplate(entry.type.flow, entry.resource.attributes) : undefined;
  const own = folding.parts(entry).slice(0, MOST_ENDS);
  return KINDS.flatMap((kind) => {
    const to = index.linked(entry, entry.type.links.to[kind] ?? []).flatMap((target) => endParts(folding, target)).slice(0, MOST_ENDS);
    const from = index.linked(entry, entry.type.links.from[kind] ?? []).flatMap((target) => endParts(folding, target)).slice(0, MOST_ENDS);
    return own.flatMap((part) => [
      ...unique(to).map((target): Flow => ({ from: part, to: target, kind, ...labelled(label), entries: [entry] })),
      ...unique(from).map((source): Flow => ({ from: source, to: part, kind, ...labelled(label), entries: [entry] })),
    ]);
  });
}

function edgeFlows(index: ResourceIndex, folding: Folding, entry: Entry, loose: Map<Entry, readonly Entry[]>): Flow[] {
  const edge = entry.type.edge;
  if (edge === undefined) return [];
  const ends = (paths: readonly string[]): Entry[] => unique(index.linked(entry, paths).flatMap((target) => endParts(folding, target))).slice(0, MOST_ENDS);
  const from = ends(edge.from);
  const to = ends(edge.to).filter((part) => !from.includes(part));
  if (to.length === 0 || (from.length === 0 && edge.kind !== 'name')) {
    loose.set(entry, [...from, ...to]);
    return [];
  }
  const label = entry.type.flow === undefined ? undefined : fillTemplate(entry.type.flow, entry.resource.attributes);
  const sources: readonly (Entry | 'internet')[] = from.length > 0 ? from : ['internet'];
  return sources.flatMap((source) => to.map((target): Flow => ({ from: source, to: target, kind: edge.kind, ...labelled(label), entries: [entry] })));
}

/** Entrances that are open to everybody by their nature. */
function frontFlow(entry: Entry): Flow[] {
  const { front } = entry.type;
  if (front === undefined || entry.resource.mode !== 'managed') return [];
  const has = (conditions: NonNullable<typeof front.when>): boolean => Object.entries(conditions).some(([path, values]) => textsAt(entry.resource.attributes, path).some((text) => values.includes(text)));
  if ((front.unless !== undefined && has(front.unless)) || (front.when !== undefined && !has(front.when))) return [];
  return [{ from: 'internet', to: entry, kind: 'traffic', ...labelled(fillTemplate(front.label, entry.resource.attributes)), entries: [entry] }];
}

/** Passes flows through relays; a relay that nothing leads to belongs to what it leads to. */
function passRelays(direct: readonly Flow[]): { flows: Flow[]; relayed: Map<Entry, readonly Entry[]> } {
  const outgoing = new Map<Entry, Flow[]>();
  const relays = new Map<Entry, Set<Entry>>();
  for (const flow of direct) {
    if (flow.from !== 'internet' && flow.from.type.role === 'relay') addTo(outgoing, flow.from, flow);
  }
  const flows: Flow[] = [];
  const belongs = (relay: Entry, parts: readonly Entry[]): void => {
    const known = relays.get(relay) ?? new Set<Entry>();
    for (const part of parts) if (part.type.role !== 'relay') known.add(part);
    if (known.size > 0) relays.set(relay, known);
  };
  let ways = 0;
  const pass = (start: Flow, at: Entry, label: string | undefined, entries: readonly Entry[], seen: readonly Entry[]): void => {
    ways += 1;
    if (ways > MOST_WAYS) return;
    const own = fillTemplate(at.type.flow ?? '', at.resource.attributes) ?? label;
    const next = outgoing.get(at) ?? [];
    if (start.from !== 'internet') belongs(at, [start.from]);
    for (const flow of next) {
      const trail = unique([...entries, at, ...flow.entries]);
      const carried = flow.label ?? own;
      if (flow.to.type.role !== 'relay') {
        belongs(at, [flow.to]);
        if (flow.to !== start.from) flows.push({ from: start.from, to: flow.to, kind: start.kind, ...labelled(carried), entries: trail });
      } else if (!seen.includes(flow.to) && seen.length < MOST_HOPS) pass(start, flow.to, carried, trail, [...seen, flow.to]);
    }
  };
  for (const flow of direct) {
    if (flow.from !== 'internet' && flow.from.type.role === 'relay') belongs(flow.from, [flow.to]);
    else if (flow.to.type.role === 'relay') {
      ways = 0;
      pass(flow, flow.to, flow.label, flow.entries, [flow.to]);
    } else flows.push(flow);
  }
  return { flows, relayed: new Map([...relays].map(([relay, parts]) => [relay, [...parts]])) };
}

export function flowsOf(index: ResourceIndex, folding: Folding): Flows {
  const loose = new Map<Entry, readonly Entry[]>();
  const direct = index.entries.flatMap((entry): Flow[] => [
    ...linkFlows(index, folding, entry),
    ...edgeFlows(index, folding, entry, loose),
    ...frontFlow(entry),
  ]);
  const selected = selectedBy(index.entries).map(({ service, workload }): Flow => ({ from: service, to: workload, kind: 'traffic', entries: [service] }));
  return { ...passRelays([...direct, ...selected]), loose };
}

/** References between parts that nothing else explains: something is made from something else. */
export function dependencyFlows(index: ResourceIndex, folding: Folding): Flow[] {
  const carries = (entry: Entry): boolean => entry.type.role === 'node' || (entry.type.role === 'fold' && ['compute', 'container', 'function'].includes(entry.type.glyph));
  return index.entries.filter(carries).flatMap((entry) => {
    const within = new Set(entry.type.within);
    const targets = unique(index.links(entry).flatMap((link) => (link.via === 'dependency' || link.path === 'depends_on' || within.has(link.path) ? [] : link.targets)));
    const parts = unique(targets.flatMap((target) => (target.type.users || target.type.role === 'group' ? [] : folding.parts(target)))).filter((part) => part.type.role === 'node');
    return folding.parts(entry).flatMap((own) => (own.type.role === 'node' ? parts.filter((part) => part !== own).map((part): Flow => ({ from: own, to: part, kind: 'dependency', entries: [entry] })) : []));
  });
}
