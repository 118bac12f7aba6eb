/**
 * Bounding a view to about 40 parts, with the rest one click away.
 *
 * In this order, and only as far as needed: the same resource in several module instances becomes one
 * stack; many of one type in one place become one stack; groups close, those first whose inside fits a
 * picture of its own; and what is still too much goes to numbered pages. Every closed part opens a view
 * of its inside, together with the neighbours that it is connected to.
 */
import { addTo, byAddress } from './order.ts';
import { withoutKeys } from './resource-index.ts';
import type { SceneGroup } from './scene.ts';
import { INTERNET } from './scene.ts';
import type { View, ViewNode } from './view.ts';
import { labelOfType, retarget } from './view.ts';

export interface SplitView extends View {
  id: string;
  title: string;
  /** Not the whole: the view that this one is a part of. */
  partOf?: string;
}

interface Closed {
  node: ViewNode;
  members: ReadonlySet<string>;
  /** A group that was closed; absent for a stack of nodes. */
  group?: string;
}

const MOST_NEIGHBOURS = 8;
/** A group with more of the picture than this is the picture: closing it would leave an empty frame. */
const LARGEST_SHARE = 0.7;

function chain(groups: ReadonlyMap<string, SceneGroup>, parent: string | undefined): string[] {
  const found: string[] = [];
  for (let at = parent; at !== undefined && !found.includes(at); at = groups.get(at)?.parent) found.push(at);
  return found;
}

function stackOf(id: string, nodes: readonly ViewNode[], opens: string | undefined): ViewNode | undefined {
  const [first] = nodes;
  if (first === undefined) return undefined;
  const { count: _count, opens: _opens, owner: _owner, ...base } = first;
  const counts = nodes.map((node) => node.count);
  const total = counts.includes(undefined) ? undefined : counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const same = nodes.every((node) => node.label === first.label);
  return {
    ...base, id, label: same ? first.label : labelOfType(first), sublabel: same ? first.sublabel : `${nodes.length} different ones`,
    entries: nodes.flatMap((node) => node.entries), stacked: true, badges: [], minor: nodes.every((node) => node.minor), generic: nodes.some((node) => node.generic),
    ...(total === undefined ? {} : { count: total }), ...(opens === undefined ? {} : { opens }),
  };
}

function buckets(nodes: Iterable<ViewNode>, key: (node: ViewNode) => string): [string, ViewNode[]][] {
  const found = new Map<string, ViewNode[]>();
  for (const node of nodes) if (node.entries.length > 0) addTo(found, key(node), node);
  return [...found].sort(([one, left], [other, right]) => right.length - left.length || byAddress(one, other));
}

class Splitter {
  readonly #view: View;
  readonly #most: number;
  readonly #id: string;
  readonly #nodes: Map<string, ViewNode>;
  readonly #groups: Map<string, SceneGroup>;
  readonly #into = new Map<string, string>();
  readonly #neighbours: ReadonlySet<string>;
  /** Parts that the view is about. What is closed must be less, or its inside would be this view again. */
  readonly #own: number;
  readonly closed: Closed[] = [];

  constructor(view: View, most: number, id: string, neighbours: ReadonlySet<string>) {
    this.#view = view;
    this.#most = most;
    this.#id = id;
    this.#nodes = new Map(view.nodes);
    this.#groups = new Map(view.groups);
    this.#neighbours = neighbours;
    this.#own = [...view.nodes.keys()].filter((node) => node !== INTERNET && !neighbours.has(node)).length;
  }

  /** Parts that may be put together: not the internet, not those outside. */
  #free(withClosedGroups: boolean): ViewNode[] {
    const groups = new Set(this.closed.filter((one) => one.group !== undefined).map((one) => one.node.id));
    return [...this.#nodes.values()].filter((node) => node.id !== INTERNET && !this.#neighbours.has(node.id) && (withClosedGroups || !groups.has(node.id)));
  }

  get full(): boolean {
    return this.#nodes.size > this.#most;
  }

  #members(nodes: readonly ViewNode[]): Set<string> {
    return new Set(nodes.flatMap((node) => [...(this.closed.find((one) => one.node.id === node.id)?.members ?? [node.id])]));
  }

  #close(node: ViewNode, nodes: readonly ViewNode[], group?: string): void {
    const members = this.#members(nodes);
    for (const one of nodes) this.#nodes.delete(one.id);
    for (const member of members) this.#into.set(member, node.id);
    this.#nodes.set(node.id, node);
    for (let at = this.closed.length - 1; at >= 0; at -= 1) if (nodes.some((one) => one.id === this.closed[at]?.node.id)) this.closed.splice(at, 1);
    this.closed.push({ node, members, ...(group === undefined ? {} : { group }) });
  }

  stack(kind: string, least: number, key: (node: ViewNode) => string): void {
    for (const [name, nodes] of buckets(this.#free(false), key)) {
      if (!this.full || nodes.length < least) return;
      if (this.#members(nodes).size >= this.#own) continue;
      const id = `${kind}:${name}`;
      const stack = stackOf(id, nodes, `${this.#id}/${id}`);
      if (stack !== undefined) this.#close(stack, nodes);
    }
  }

  closeGroups(): void {
    while (this.full) {
      const sizes = new Map<string, ViewNode[]>();
      for (const node of this.#nodes.values()) for (const id of chain(this.#groups, node.parent)) addTo(sizes, id, node);
      const candidates = [...sizes].filter(([, nodes]) => nodes.length >= 2 && nodes.length <= this.#nodes.size * LARGEST_SHARE && this.#members(nodes).size < this.#own).sort(([one, left], [other, right]) => {
        const [fits, otherFits] = [left.length <= this.#most, right.length <= this.#most];
        return fits !== otherFits ? (fits ? -1 : 1) : (fits ? right.length - left.length : left.length - right.length) || byAddress(one, other);
      });
      const [id, nodes] = candidates[0] ?? [];
      const group = id === undefined ? undefined : this.#groups.get(id);
      if (id === undefined || nodes === undefined || group === undefined) return;
      this.#close(this.#closedGroup(group, nodes), nodes, id);
      for (const inner of [...this.#groups.keys()]) if (chain(this.#groups, inner).includes(id)) this.#into.set(inner, id);
      for (const [inner, outer] of this.#into) if (outer === id) this.#groups.delete(inner);
    }
  }

  #closedGroup(group: SceneGroup, nodes: readonly ViewNode[]): ViewNode {
    const within = [...this.#groups.values()].filter((inner) => chain(this.#groups, inner.id).includes(group.id));
    return {
      id: group.id, label: group.label, sublabel: `${group.sublabel === undefined || group.sublabel === '' ? '' : `${group.sublabel} · `}${nodes.length} parts`, glyph: group.glyph, provider: group.provider,
      entries: [...within.flatMap((inner) => inner.entries), ...nodes.flatMap((node) => node.entries)], tier: Math.round(nodes.reduce((sum, node) => sum + node.tier, 0) / nodes.length),
      stacked: true, minor: false, generic: false, existing: false, count: 1, badges: group.badges, module: '', opens: `${this.#id}/${group.id}`, ...(group.parent === undefined ? {} : { parent: group.parent }),
    };
  }

  pages(): void {
    if (!this.full) return;
    const rest = this.#free(true).sort((left, right) => byAddress(left.id, right.id));
    const places = this.#most - MOST_NEIGHBOURS - 2;
    const size = Math.max(2, Math.min(places, Math.ceil(rest.length / 2)), Math.ceil(rest.length / places));
    for (let page = 0; page * size < rest.length && this.full; page += 1) {
      const nodes = rest.slice(page * size, (page + 1) * size);
      const [first] = nodes;
      const last = nodes.at(-1);
      const stack = nodes.length < 2 ? undefined : stackOf(`page:${page + 1}`, nodes, `${this.#id}/page:${page + 1}`);
      if (stack === undefined || first === undefined || last === undefined) continue;
      const { parent: _, ...top } = stack;
      this.#close({ ...top, label: `Part ${page + 1}`, sublabel: `${nodes.length} parts, ${first.label} to ${last.label}`, glyph: 'module' }, nodes);
    }
  }

  /** What stands for a part of the view now; undefined when nothing does. */
  standIn(id: string): string | undefined {
    let at = id;
    for (let hops = 0; hops < 8 && !this.#nodes.has(at); hops += 1) at = this.#into.get(at) ?? at;
    return this.#nodes.has(at) || this.#groups.has(at) ? at : undefined;
  }

  result(): View {
    return { ...this.#view, groups: this.#groups, nodes: this.#nodes, edges: retarget(this.#view.edges, (id) => this.standIn(id)) };
  }
}

/** The inside of a closed part, and those it is connected to, as they look in the view around it. */
function insideOf(view: View, outer: View, closed: Closed, most: number, standIn: (id: string) => string | undefined): { view: View; neighbours: ReadonlySet<string> } {
  const nodes = new Map([...closed.members].sort(byAddress).flatMap((id) => { const node = view.nodes.get(id); return node === undefined ? [] : [[id, node] as const]; }));
  const groups = new Map<string, SceneGroup>();
  const keep = (parent: string | undefined): void => {
    for (const id of chain(view.groups, parent)) {
      const group = view.groups.get(id);
      if (group !== undefined) groups.set(id, group);
    }
  };
  for (const node of nodes.values()) keep(node.parent);
  const { group } = closed;
  if (group !== undefined) for (const inner of view.groups.keys()) if (chain(view.groups, inner).includes(group)) keep(inner);
  const innerGroups = new Set(group === undefined ? [] : [...groups.keys()].filter((id) => chain(view.groups, id).includes(group)));
  const inside = (id: string): boolean => nodes.has(id) || innerGroups.has(id);
  const outerOf = (id: string): ViewNode | undefined => outer.nodes.get(standIn(id) ?? '');
  const room = nodes.size > most ? MOST_NEIGHBOURS : Math.min(MOST_NEIGHBOURS, most - nodes.size);
  const neighbours = new Map<string, ViewNode>();
  for (const edge of view.edges) {
    if (inside(edge.from) === inside(edge.to)) continue;
    const other = outerOf(inside(edge.from) ? edge.to : edge.from);
    if (other !== undefined && neighbours.size < room && other.id !== closed.node.id) {
      const { parent: _, ...top } = other;
      neighbours.set(other.id, { ...top, existing: true });
    }
  }
  const target = (id: string): string | undefined => {
    if (inside(id)) return id;
    const other = outerOf(id)?.id;
    return other !== undefined && neighbours.has(other) ? other : undefined;
  };
  return { view: { ...view, groups, nodes: new Map([...nodes, ...neighbours]), edges: retarget(view.edges, target), left: [] }, neighbours: new Set(neighbours.keys()) };
}

/** The view within the bound, then the views that its closed parts open, and theirs. */
export function splitView(view: View, id: string, title: string, most: number, inside?: { partOf: string; neighbours: ReadonlySet<string> }): SplitView[] {
  const splitter = new Splitter(view, most, id, inside?.neighbours ?? new Set());
  splitter.stack('instances', 2, (node) => `${node.parent ?? ''}|${withoutKeys(node.entries[0]?.address ?? node.id)}`);
  splitter.stack('alike', 3, (node) => `${node.parent ?? ''}|${node.entries[0]?.type.type ?? node.id}`);
  splitter.closeGroups();
  splitter.stack('type', 2, (node) => `${node.entries[0]?.type.type ?? node.id}`);
  splitter.pages();
  const outer = splitter.result();
  const own: SplitView = { ...outer, id, title, ...(inside === undefined ? {} : { partOf: inside.partOf }) };
  const closed = [...splitter.closed].sort((left, right) => byAddress(left.node.id, right.node.id));
  if (view.level !== 'resource') {
    for (const { node } of closed) outer.nodes.set(node.id, { ...node, opens: 'network' });
    return [own];
  }
  return [own, ...closed.flatMap((one) => {
    const { view: inner, neighbours } = insideOf(view, outer, one, most, (part) => splitter.standIn(part));
    return splitView(inner, `${id}/${one.node.id}`, one.node.label, most, { partOf: id, neighbours });
  })];
}
