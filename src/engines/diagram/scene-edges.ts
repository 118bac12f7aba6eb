/**
 * Collects edges between parts: one edge for each pair and kind, labels put together, and what adds
 * nothing left out (a dependency beside traffic). Rules that would join many parts with many are drawn
 * between the groups around them; rules that open a part the internet has no route to are a badge.
 */
import { accessRights } from './access.ts';
import type { Containment } from './containment.ts';
import type { EdgeKind } from './diagram.ts';
import type { Flow } from './flows.ts';
import { endParts } from './flows.ts';
import type { Folding } from './fold.ts';
import type { Allowance } from './network-rules.ts';
import { allowances } from './network-rules.ts';
import { byAddress, unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';
import type { SceneEdge } from './scene.ts';
import { INTERNET } from './scene.ts';

interface Parts {
  readonly index: ResourceIndex;
  readonly folding: Folding;
  readonly containment: Containment;
  partId(entry: Entry): string | undefined;
  part(id: string): { parent?: string; entries: readonly Entry[] } | undefined;
}

const MOST_PAIRS = 8;
const MOST_DEPENDENCIES = 60;
const MOST_JOINED = 400;

/** `443/tcp` and `443/https` are one: the name that says more stays. */
function mergedLabels(labels: readonly string[]): string[] {
  const known = unique(labels.filter((label) => label !== 'allowed'));
  const telling = known.filter((label) => {
    const [port, protocol = ''] = label.split('/');
    return !known.some((other) => other !== label && other.split('/')[0] === port && (protocol === '' || /^(tcp|udp)$/i.test(protocol)) && !/^(tcp|udp)$/i.test(other.split('/')[1] ?? 'tcp'));
  });
  return telling.sort(byAddress);
}

/** Rights add up: who can read and can write, can read and write. */
function mergedRights(labels: readonly string[]): string[] {
  if (labels.includes('can read and write') || (labels.includes('can read') && labels.includes('can write'))) return ['can read and write'];
  const telling = labels.filter((label) => label !== 'can use');
  return telling.length > 0 ? telling : unique(labels);
}

export class SceneEdges {
  /** Why connections were left out, and how many. */
  readonly left = new Map<string, number>();
  readonly #parts: Parts;
  readonly #badge: (id: string, text: string, title: string) => void;
  readonly #edges = new Map<string, SceneEdge>();

  constructor(parts: Parts, badge: (id: string, text: string, title: string) => void) {
    this.#parts = parts;
    this.#badge = badge;
  }

  #leave(reason: string): void {
    this.left.set(reason, (this.left.get(reason) ?? 0) + 1);
  }

  #add(from: string, to: string, kind: EdgeKind, label: string | undefined, entries: readonly Entry[]): void {
    if (from === to || this.#contains(from, to) || this.#contains(to, from)) return;
    const key = `${from}\n${to}\n${kind}`;
    const edge = this.#edges.get(key) ?? { from, to, kind, labels: [], entries: [] };
    if (label !== undefined && !edge.labels.includes(label)) edge.labels.push(label);
    for (const entry of entries) if (!edge.entries.includes(entry)) edge.entries.push(entry);
    this.#edges.set(key, edge);
  }

  #contains(outer: string, inner: string): boolean {
    return this.#parts.containment.chain(this.#parts.part(inner)?.parent).includes(outer);
  }

  #ids(entries: readonly Entry[]): string[] {
    return unique(entries.flatMap((entry) => this.#parts.partId(entry) ?? []));
  }

  addFlows(flows: readonly Flow[]): void {
    for (const flow of flows) {
      const to = this.#parts.partId(flow.to);
      const from = flow.from === 'internet' ? INTERNET : this.#parts.partId(flow.from);
      if (from !== undefined && to !== undefined) this.#add(from, to, flow.kind, flow.label, flow.entries);
    }
  }

  addAllowances(): void {
    const { index, folding } = this.#parts;
    for (const allowance of allowances(index)) {
      const to = this.#ids(allowance.to.flatMap((entry) => [...folding.parts(entry)]));
      if (allowance.from === 'internet') this.#open(allowance, to);
      else this.#between(allowance, this.#ids(allowance.from.flatMap((entry) => [...folding.parts(entry)])), to);
    }
  }

  #open(allowance: Allowance, targets: readonly string[]): void {
    const label = allowance.ranges.length === 0 ? allowance.label : `${allowance.label} from ${allowance.ranges.slice(0, 2).join(', ')}`;
    for (const id of targets) {
      const part = this.#parts.part(id);
      const internal = part?.entries.some((entry) => entry.resource.attributes['internal'] === true) === true;
      if (internal || this.#parts.containment.reachable(part?.parent ?? id) === false) {
        this.#badge(id, 'open rule', `${allowance.rule.address} allows ${label} from anywhere, but the internet has no route to it`);
        this.#leave('a rule allows the internet where no route from it leads (badge "open rule")');
      } else this.#add(INTERNET, id, 'traffic', label, [allowance.rule]);
    }
  }

  /** Many to many is drawn between the groups around the parts, if these do not contain each other. */
  #between(allowance: Allowance, sources: readonly string[], targets: readonly string[]): void {
    const ends = (ids: readonly string[]): readonly string[] => {
      if (ids.length <= 3 || sources.length * targets.length <= MOST_PAIRS) return ids;
      const around = this.#parts.containment.common(ids.map((id) => this.#parts.part(id)?.parent ?? id));
      return around === undefined || this.#parts.containment.groups.get(around) === undefined ? ids : [around];
    };
    const from = ends(sources);
    const to = ends(targets);
    const nested = from.some((one) => to.some((other) => one === other || this.#contains(one, other) || this.#contains(other, one)));
    const [left, right] = nested ? [sources, targets] : [from, to];
    if (left.length * right.length > MOST_JOINED) return this.#leave(`a rule that joins more than ${MOST_JOINED} pairs of parts`);
    for (const one of left) for (const other of right) this.#add(one, other, 'traffic', allowance.label, [allowance.rule]);
  }

  addAccess(): void {
    const { index, folding } = this.#parts;
    for (const right of accessRights(index)) {
      const targets = this.#ids(endParts(folding, right.target).filter((part) => part.type.role === 'node'));
      const principals = this.#ids(right.principals.flatMap((principal) => [...folding.parts(principal)]));
      if (targets.length === 0) this.#leave('a permission on a key, a policy or a whole project');
      else if (targets.length * principals.length > MOST_JOINED) this.#leave(`a permission of more than ${MOST_JOINED} pairs of parts`);
      else if (principals.length === 0) this.#leave('a permission of somebody who is not in the model');
      else for (const from of principals) for (const to of targets) this.#add(from, to, 'access', right.verb, right.entries);
    }
  }

  addDependencies(flows: readonly Flow[]): void {
    const joined = new Set([...this.#edges.values()].flatMap((edge) => [`${edge.from}\n${edge.to}`, `${edge.to}\n${edge.from}`]));
    const added = new Set<string>();
    for (const flow of flows) {
      const from = flow.from === 'internet' ? undefined : this.#parts.partId(flow.from);
      const to = this.#parts.partId(flow.to);
      if (from === undefined || to === undefined || joined.has(`${from}\n${to}`)) continue;
      added.add(`${from}\n${to}`);
      if (added.size > MOST_DEPENDENCIES) this.#leave(`a dependency beyond the first ${MOST_DEPENDENCIES}`);
      else this.#add(from, to, 'dependency', undefined, flow.entries);
    }
  }

  /** Parts that an edge leads from or to. */
  ends(): string[] {
    return unique([...this.#edges.values()].flatMap((edge) => [edge.from, edge.to]));
  }

  /** Sorted by ends and kind; attachments and bare events beside a telling edge are dropped. */
  result(): SceneEdge[] {
    const edges = [...this.#edges.values()];
    const telling = new Set(edges.filter((edge) => edge.kind === 'traffic' || edge.kind === 'event' || edge.kind === 'access').map((edge) => `${edge.from}\n${edge.to}`));
    const traffic = new Set(edges.filter((edge) => edge.kind === 'traffic').map((edge) => `${edge.from}\n${edge.to}`));
    return edges
      .filter((edge) => {
        const pair = `${edge.from}\n${edge.to}`;
        if (edge.kind === 'attachment' || edge.kind === 'dependency') return !telling.has(pair);
        return edge.kind !== 'event' || edge.labels.length > 0 || !traffic.has(pair);
      })
      .map((edge) => ({ ...edge, labels: edge.kind === 'access' ? mergedRights(edge.labels) : mergedLabels(edge.labels), entries: [...edge.entries].sort((left, right) => byAddress(left.address, right.address)) }))
      .sort((left, right) => byAddress(left.from, right.from) || byAddress(left.to, right.to) || byAddress(left.kind, right.kind));
  }
}
