/**
 * From a model to a scene: which resources are drawn, where, and what connects them. Every resource
 * ends as a part, as a piece of another part, or as an omission with a reason; the three are counted,
 * so that no picture leaves anything out in silence.
 */
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import { isPublicGrant } from './access.ts';
import { scalarText } from './attribute-values.ts';
import { Containment } from './containment.ts';
import type { Flow } from './flows.ts';
import { dependencyFlows, flowsOf } from './flows.ts';
import { Folding } from './fold.ts';
import { nameOfAll, sublabelOf } from './labels.ts';
import { addTo, byAddress, unique } from './order.ts';
import type { Entry } from './entry.ts';
import { ResourceIndex } from './resource-index.ts';
import type { Omission, Scene, SceneGroup, SceneNode } from './scene.ts';
import { INTERNET } from './scene.ts';
import { SceneEdges } from './scene-edges.ts';
import { tellApart } from './tell-apart.ts';

interface SceneOptions {
  /** Names of tags that tell the owner, best first; compared without case. */
  ownerTags: readonly string[];
}

function ownerOf(entry: Entry, tags: readonly string[]): string | undefined {
  const values = [...entry.type.classes.tags, 'tags_all'].flatMap((path) => path.split('.').reduce<unknown[]>((found, step) => found.flatMap((value) => {
    const inner = typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Record<string, unknown>)[step] : undefined;
    return Array.isArray(inner) ? inner : inner === undefined ? [] : [inner];
  }), [entry.resource.attributes]));
  for (const tag of tags) {
    for (const value of values) {
      if (typeof value !== 'object' || value === null) continue;
      const found = Object.entries(value).find(([name]) => name.toLowerCase() === tag.toLowerCase());
      const owner = found === undefined ? undefined : scalarText(found[1] as never);
      if (owner !== undefined) return owner;
    }
  }
  return undefined;
}

class SceneBuilder {
  readonly index: ResourceIndex;
  readonly folding: Folding;
  readonly containment: Containment;
  readonly #options: SceneOptions;
  readonly #omitted = new Map<string, Entry[]>();
  readonly #nodeOf = new Map<Entry, string>();
  readonly #folded = new Set<Entry>();
  readonly #nodes = new Map<string, SceneNode>();

  constructor(model: InfrastructureModel, catalogue: ProviderCatalogue, options: SceneOptions) {
    this.index = new ResourceIndex(model, catalogue);
    this.folding = new Folding(this.index);
    this.containment = new Containment(model, this.index, this.folding, catalogue);
    this.#options = options;
  }

  #omit(reason: string, entry: Entry): void {
    addTo(this.#omitted, reason, entry);
  }

  /** Which entries become nodes of their own. */
  #drawn(flows: readonly Flow[], relayed: ReadonlyMap<Entry, readonly Entry[]>, loose: ReadonlyMap<Entry, readonly Entry[]>): Entry[] {
    const touched = new Set(flows.flatMap((flow) => [flow.from, flow.to]));
    return this.index.entries.filter((entry) => {
      const { role } = entry.type;
      const managed = entry.resource.mode === 'managed';
      if (this.index.canonical(entry) !== entry) {
        this.#folded.add(entry);
        return false;
      }
      if (!managed && !entry.type.drawData && !(role === 'node' && touched.has(entry))) {
        if (role === 'policy') this.#folded.add(entry);
        else if (role === 'hidden') this.#omit(entry.type.reason ?? 'not part of a picture', entry);
        else if (role !== 'group') this.#omit('data source: only read', entry);
        return false;
      }
      if (role === 'node') return true;
      if (role === 'fold') {
        const alone = this.folding.targets(entry).length === 0;
        if (!alone) this.#folded.add(entry);
        return alone;
      }
      if (role === 'relay') {
        if (relayed.has(entry)) this.#folded.add(entry);
        return !relayed.has(entry);
      }
      if (role === 'hidden') this.#omit(entry.type.reason ?? 'not part of a picture', entry);
      else if (role === 'edge' && loose.get(entry)?.length === 0) return true;
      else if (role !== 'group') this.#folded.add(entry);
      return false;
    });
  }

  /** Instances of one resource in one place are one node. */
  #makeNodes(drawn: readonly Entry[]): void {
    const places = new Map<string, Map<string, Entry[]>>();
    // Modules that are not there come last: by then it is known which of them hold others and are boxes.
    const isModule = (entry: Entry): boolean => entry.type.type === 'module';
    for (const entry of [...drawn.filter((one) => !isModule(one)), ...drawn.filter(isModule)]) {
      if (this.containment.groups.has(entry.address)) continue;
      const parent = this.containment.parentOf(entry) ?? '';
      const byPlace = places.get(entry.resource.resource) ?? new Map<string, Entry[]>();
      addTo(byPlace, parent, entry);
      places.set(entry.resource.resource, byPlace);
    }
    for (const [resource, byPlace] of places) {
      for (const [parent, entries] of byPlace) this.#makeNode(byPlace.size === 1 ? resource : `${resource}@${parent}`, parent, entries);
    }
  }

  #makeNode(id: string, parent: string, entries: Entry[]): void {
    const [first] = entries;
    if (first === undefined) return;
    const unknown = entries.some((entry) => entry.resource.instancesUnknown !== undefined);
    const owners = unique(entries.map((entry) => ownerOf(entry, this.#options.ownerTags)).filter((owner) => owner !== undefined));
    this.#nodes.set(id, {
      id,
      label: nameOfAll(entries),
      sublabel: sublabelOf(entries),
      glyph: first.type.glyph,
      provider: first.type.provider,
      entries,
      tier: first.type.tier,
      stacked: first.type.stacked || entries.length > 1 || unknown,
      minor: first.type.minor || !['node'].includes(first.type.role),
      generic: first.type.derived,
      existing: first.resource.mode !== 'managed',
      badges: [],
      module: first.resource.module,
      ...(parent === '' ? {} : { parent }),
      ...(unknown ? {} : { count: entries.length }),
      ...(owners[0] === undefined ? {} : { owner: owners[0] }),
    });
    for (const entry of entries) this.#nodeOf.set(entry, id);
  }

  partId(entry: Entry): string | undefined {
    if (entry.type.role === 'group' || this.containment.groups.has(entry.address)) {
      const id = this.containment.groupOf(entry);
      return id !== undefined && this.containment.groups.has(id) ? id : undefined;
    }
    return this.#nodeOf.get(entry);
  }

  part(id: string): SceneNode | SceneGroup | undefined {
    return this.#nodes.get(id) ?? this.containment.groups.get(id);
  }

  #badge(id: string, text: string, title: string, glyph: SceneNode['glyph']): void {
    const part = this.part(id);
    if (part !== undefined && !part.badges.some((badge) => badge.text === text)) part.badges.push({ glyph, text, title });
  }

  #addBadges(): void {
    for (const entry of this.#folded) {
      const text = this.folding.badge(entry);
      if (text === undefined) continue;
      for (const part of this.folding.targets(entry)) {
        const id = this.partId(part);
        if (id !== undefined) this.#badge(id, text, `${entry.type.label}: ${entry.address}`, entry.type.glyph);
      }
    }
    for (const entry of this.index.entries.filter(isPublicGrant)) {
      for (const id of this.index.linked(entry, entry.type.grant?.targets ?? []).map((target) => this.partId(target))) if (id !== undefined) this.#badge(id, 'public', `Anybody may use it: ${entry.address}`, 'internet');
    }
  }

  build(): Scene {
    const { flows, relayed, loose } = flowsOf(this.index, this.folding);
    const drawn = this.#drawn(flows, relayed, loose);
    this.#makeNodes(drawn);
    const edges = new SceneEdges(this, (id, text, title) => this.#badge(id, text, title, 'firewall'));
    edges.addFlows(flows);
    edges.addAllowances();
    edges.addAccess();
    edges.addDependencies(dependencyFlows(this.index, this.folding));
    this.#leaveAlonePlumbing(edges);
    tellApart(this.#nodes, this.containment.groups);
    this.#addBadges();
    if (this.#nodes.size === 0 && this.containment.groups.size === 0) this.#drawPlumbing();
    this.#leaveUnusedGroups(edges);
    const found = edges.result();
    if (found.some((edge) => edge.from === INTERNET || edge.to === INTERNET)) this.#nodes.set(INTERNET, internet());
    return { groups: this.containment.groups, nodes: this.#nodes, edges: found, folded: this.#folded, omitted: this.#omissions(), notes: this.#notes(edges.left) };
  }

  /**
   * Logs, parameters, layers and the like that nothing here uses say nothing beside real parts. An identity that
   * acts by itself, as a service account does, stays; a role of AWS is nothing without its user.
   */
  #leaveAlonePlumbing(edges: SceneEdges): void {
    const ends = new Set(edges.ends());
    const isAlone = (node: SceneNode): boolean => !ends.has(node.id) && node.entries.every((entry) => entry.type.role === 'fold') && (node.glyph !== 'identity' || node.provider === 'aws');
    const alone = [...this.#nodes.values()].filter(isAlone);
    if (alone.length === this.#nodes.size) return;
    for (const node of alone) {
      this.#nodes.delete(node.id);
      for (const entry of node.entries) {
        this.#nodeOf.delete(entry);
        this.#omit('supports something that is not here', entry);
      }
    }
  }

  /** A model of nothing but plumbing: better its pieces than an empty picture. */
  #drawPlumbing(): void {
    const pieces = this.index.entries.filter((entry) => entry.resource.mode === 'managed' && entry.type.role !== 'hidden');
    for (const entry of pieces) this.#folded.delete(entry);
    this.#makeNodes(pieces);
  }

  /** Networks that are only read are drawn when something lies in them or leads to them. */
  #leaveUnusedGroups(edges: SceneEdges): void {
    const used = new Set<string>();
    for (const node of this.#nodes.values()) for (const id of this.containment.chain(node.parent)) used.add(id);
    for (const group of this.containment.groups.values()) if (group.entries.some((entry) => entry.resource.mode === 'managed')) for (const id of this.containment.chain(group.id)) used.add(id);
    for (const id of edges.ends()) for (const around of this.containment.chain(id)) used.add(around);
    for (const id of [...this.containment.groups.keys()]) if (!used.has(id)) this.containment.groups.delete(id);
    const drawn = new Set([...this.containment.groups.values()].flatMap((group) => group.entries));
    for (const entry of this.index.entries) if (entry.type.role === 'group' && entry.resource.mode !== 'managed' && !drawn.has(entry)) this.#omit('data source: only read', entry);
  }

  #omissions(): Omission[] {
    return [...this.#omitted].map(([reason, entries]) => ({ reason, entries })).sort((left, right) => byAddress(left.reason, right.reason));
  }

  #notes(left: ReadonlyMap<string, number>): string[] {
    const guessed = this.containment.guessed.length;
    return [
      ...(guessed === 0 ? [] : [`${guessed} ${guessed === 1 ? 'subnet has' : 'subnets have'} no route table here: public or private follows map_public_ip_on_launch, not routes.`]),
      ...[...left].sort(([one], [other]) => byAddress(one, other)).map(([reason, count]) => `${count} ${count === 1 ? 'connection is' : 'connections are'} not drawn: ${reason}.`),
    ];
  }
}

function internet(): SceneNode {
  return { id: INTERNET, label: 'Internet', sublabel: 'Everybody', glyph: 'internet', provider: 'internet', entries: [], tier: 0, stacked: false, minor: false, generic: false, existing: true, count: 1, badges: [], module: '' };
}

export function buildScene(model: InfrastructureModel, catalogue: ProviderCatalogue, options: SceneOptions): { scene: Scene; index: ResourceIndex } {
  const builder = new SceneBuilder(model, catalogue, options);
  const scene = builder.build();
  return { scene, index: builder.index };
}
