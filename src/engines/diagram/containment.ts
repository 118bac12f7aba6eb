/**
 * What contains what: account, region, network, zone, subnet, cluster, namespace.
 *
 * A resource goes where its attributes lead, also through what it uses (a database through its subnet
 * group, a machine through its interface); one that lies in several subnets goes to the lowest place
 * that holds them all. Subnets that differ only in their zone are one group ("private subnets x3"),
 * because a picture with every box three times tells nothing more; where every subnet has a job of its
 * own, zones are drawn instead. The decision follows the subnets alone, so that a new machine never
 * moves the boxes.
 */
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import { oneLine, scalarText, textsAt } from './attribute-values.ts';
import type { GroupKind } from './diagram.ts';
import type { ExposureAnswer } from './exposure.ts';
import { exposures } from './exposure.ts';
import type { Folding } from './fold.ts';
import { nameOf, nameOfAll, sublabelOf } from './labels.ts';
import { HOLDS } from './module-entry.ts';
import { addTo, unique } from './order.ts';
import { ProviderPlaces } from './provider-place.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';
import type { SceneGroup } from './scene.ts';

/** What a module that is not there may be, to hold others: a network, a cluster, or nothing that its name tells. */
const HOLDERS: ReadonlySet<string> = new Set(['network', 'cluster', 'module']);
const ZONE_LIKE = /^([a-z]{2}(-[a-z]+)+-?\d[a-z]?|[a-f]|\d+)$/;

/** Resources that one may stand in another through, beyond the first: enough for any real one. */
const MOST_STEPS = 16;

function isContainer(entry: Entry): boolean {
  return entry.type.role === 'group';
}

function withoutZone(name: string): string {
  const stem = name.replace(/[-_](az)?[-_]?(\d+[a-f]?|[a-f])$/, '').replace(/[-_][a-z]{2}[-_][a-z]+[-_]\d[a-z]$/, '').replace(/\d+$/, '');
  return stem.length >= 2 ? stem : name;
}

/** What is left of a subnet's address when its zone is taken away. */
function stemOf(entry: Entry): string {
  const { key, module, type, name } = entry.resource;
  const job = typeof key === 'string' && !ZONE_LIKE.test(key) ? `[${withoutZone(key)}]` : '';
  return `${module === '' ? '' : `${module}.`}${type}.${withoutZone(name)}${job}`;
}

/** The second line of a box without what its first line says already. */
function withoutName(label: string, sublabel: string): string {
  return sublabel === label ? '' : sublabel.startsWith(`${label} · `) ? sublabel.slice(label.length + 3) : sublabel;
}

export class Containment {
  readonly groups = new Map<string, SceneGroup>();
  readonly #index: ResourceIndex;
  readonly #places: ProviderPlaces;
  readonly #catalogue: ProviderCatalogue;
  readonly #exposures: Map<Entry, ExposureAnswer>;
  readonly #extra = new Map<Entry, Entry[]>();
  readonly #located = new Map<Entry, readonly Entry[]>();
  readonly #networks = new Map<Entry, readonly Entry[]>();
  readonly #tiers = new Map<string, Entry[]>();
  readonly #opening = new Set<Entry>();
  readonly #ids = new Map<Entry, string>();
  /** Subnets whose kind does not come from routes. */
  readonly guessed: Entry[] = [];

  constructor(model: InfrastructureModel, index: ResourceIndex, folding: Folding, catalogue: ProviderCatalogue) {
    this.#index = index;
    this.#catalogue = catalogue;
    this.#places = new ProviderPlaces(model, index);
    this.#exposures = exposures(index);
    const containers = index.entries.filter((entry) => isContainer(entry) && (entry.resource.mode === 'managed'));
    for (const entry of index.entries) {
      if (entry.type.kind === 'subnet' && isContainer(entry)) addTo(this.#tiers, this.#tierKey(entry), entry);
    }
    for (const entry of index.entries) {
      if (!entry.type.locates) continue;
      const places = this.#locate(entry, entry.type.within, 0);
      for (const target of folding.targets(entry)) this.#extra.set(target, [...(this.#extra.get(target) ?? []), ...places]);
    }
    this.#located.clear();
    this.#placeClusters();
    for (const entry of containers) this.groupOf(entry);
  }

  /** A cluster that says nothing of its place lies where its members lie. */
  #placeClusters(): void {
    const members = new Map<Entry, Entry[]>();
    for (const entry of this.#index.entries) {
      const [first] = this.locate(entry);
      if (first?.type.kind !== 'cluster' || this.locate(first).length > 0) continue;
      const rest = this.#locate(entry, entry.type.within.slice(1), 0).filter((place) => place.type.kind !== 'cluster');
      members.set(first, [...(members.get(first) ?? []), ...rest]);
    }
    for (const [cluster, places] of members) {
      this.#extra.set(cluster, unique(places));
      this.#located.delete(cluster);
    }
  }

  /** Containers of an entry, nearest kind first; empty when nothing tells. */
  locate(entry: Entry): readonly Entry[] {
    const known = this.#located.get(entry);
    if (known !== undefined) return known;
    const found = this.#locate(entry, entry.type.within, 0);
    const places = found.length > 0 ? found : (this.#extra.get(entry) ?? []);
    this.#located.set(entry, places);
    return places;
  }

  #locate(entry: Entry, paths: readonly string[], depth: number): readonly Entry[] {
    for (const path of paths) {
      const found = unique(this.#index.linkedAt(entry, path).slice(0, depth === 0 ? undefined : MOST_STEPS).flatMap((target): readonly Entry[] => {
        if (target === entry) return [];
        if (isContainer(target)) return [this.#canonical(target)];
        if (target.type.type === 'module') return HOLDS.test(path) && HOLDERS.has(target.type.glyph) ? [target] : [];
        return depth < 4 && target.type.role !== 'hidden' ? this.#locate(target, target.type.within, depth + 1) : [];
      })).filter((place) => place !== entry);
      if (found.length > 0) return found;
    }
    return [];
  }

  /** A data source that reads a resource of the same model is that resource. */
  #canonical(entry: Entry): Entry {
    if (entry.resource.mode === 'managed') return entry;
    const same = this.#index.linked(entry, ['id', 'name', 'vpc_id', 'arn', 'self_link']).find((target) => target.resource.mode === 'managed' && target.type.kind === entry.type.kind);
    return same ?? entry;
  }

  #networkOf(subnet: Entry): readonly Entry[] {
    const known = this.#networks.get(subnet);
    if (known !== undefined) return known;
    const found = this.#locate(subnet, subnet.type.within, 0).filter((place) => place.type.kind !== 'subnet');
    this.#networks.set(subnet, found);
    return found;
  }

  #tierKey(entry: Entry): string {
    return `${stemOf(entry)}@${this.#networkOf(entry).map((network) => network.address).join(',')}`;
  }

  /** Id of the group that contains the entry; undefined at the top. */
  parentOf(entry: Entry): string | undefined {
    const ids = unique(this.locate(entry).map((place) => this.groupOf(place)).filter((id) => id !== undefined));
    return this.common(ids) ?? this.#namespace(entry) ?? this.#home(entry);
  }

  /** Lowest group that contains all of the groups. */
  common(ids: readonly string[]): string | undefined {
    const [first, ...others] = ids.map((id) => this.chain(id));
    if (first === undefined) return undefined;
    return first.find((id) => others.every((chain) => chain.includes(id)));
  }

  /** The group and those around it, innermost first. */
  chain(id: string | undefined): string[] {
    const chain: string[] = [];
    for (let at = id; at !== undefined && !chain.includes(at); at = this.groups.get(at)?.parent) chain.push(at);
    return chain;
  }

  /** Makes the group of a container when it is needed, and those around it. */
  groupOf(entry: Entry): string | undefined {
    const known = this.#ids.get(entry);
    if (known !== undefined) return known;
    if (this.#opening.has(entry)) return undefined;
    this.#opening.add(entry);
    const subnet = entry.type.kind === 'subnet';
    const members = subnet ? (this.#tiers.get(this.#tierKey(entry)) ?? [entry]) : [entry];
    const id = subnet ? this.#tierKey(entry) : entry.address;
    for (const member of members) this.#ids.set(member, id);
    const around = subnet ? (this.#zone(entry) ?? this.parentOf(entry)) : this.parentOf(entry);
    const parent = around === id ? undefined : around;
    this.groups.set(id, this.#describe(id, entry, members, parent));
    this.#opening.delete(entry);
    return id;
  }

  #describe(id: string, entry: Entry, members: readonly Entry[], parent: string | undefined): SceneGroup {
    const answers = members.map((member) => this.#exposures.get(member) ?? { guessed: false });
    const [exposure] = unique(answers.map((answer) => answer.exposure));
    const sure = exposure !== undefined && answers.every((answer) => answer.exposure === exposure);
    if (sure) this.guessed.push(...members.filter((_, number) => answers[number]?.guessed === true));
    const existing = entry.resource.mode === 'managed' ? '' : ' · existing';
    const several = members.length > 1;
    const unknown = members.some((member) => member.resource.instancesUnknown !== undefined) ? ' · how many is not known' : '';
    const ranges = several ? entry.type.sublabel.slice(0, 1).flatMap((path) => unique(members.flatMap((member) => textsAt(member.resource.attributes, path)))) : [];
    const shown = ranges.length === 0 ? '' : ` · ${ranges.slice(0, 1).join(', ')}${ranges.length > 1 ? ', …' : ''}`;
    const kind: GroupKind = entry.type.type === 'module' ? 'module' : (entry.type.kind ?? 'group');
    const unreadable = entry.type.type === 'module' ? `${entry.type.label} · code not here` : undefined;
    const label = several ? nameOfAll(members) : nameOf(entry);
    return {
      id,
      kind,
      label,
      sublabel: oneLine(withoutName(label, (unreadable ?? (several ? `${members.length} subnets${shown}` : sublabelOf(members))) + unknown + existing), 80),
      glyph: entry.type.glyph,
      provider: entry.type.provider,
      entries: [...members],
      badges: [],
      ...(parent === undefined ? {} : { parent }),
      ...(sure ? { exposure } : {}),
    };
  }

  /** Zones are drawn where no two subnets of the network are the same but for their zone. */
  #zone(subnet: Entry): string | undefined {
    const networks = this.#networkOf(subnet);
    const [network] = networks;
    const zone = scalarText(subnet.resource.attributes['availability_zone']);
    if (network === undefined || networks.length > 1 || zone === undefined) return undefined;
    const tiers = [...this.#tiers].filter(([, members]) => members[0] !== undefined && this.#networkOf(members[0])[0] === network);
    const zones = unique(tiers.map(([, [first]]) => scalarText(first?.resource.attributes['availability_zone'])));
    if (tiers.some(([, members]) => members.length > 1) || zones.length < 2 || zones.includes(undefined)) return undefined;
    const id = `zone:${network.address}/${zone}`;
    const parent = this.groupOf(network);
    return this.#synthetic(id, 'zone', zone, 'Zone', 'zone', subnet.type.provider, parent);
  }

  #synthetic(id: string, kind: GroupKind, label: string, sublabel: string, glyph: SceneGroup['glyph'], provider: string, parent: string | undefined): string {
    if (!this.groups.has(id)) this.groups.set(id, { id, kind, label: oneLine(label, 60), sublabel, glyph, provider, entries: [], badges: [], ...(parent === undefined ? {} : { parent }) });
    return id;
  }

  /** A namespace that is only named, and the cluster that the provider is set up for. */
  #namespace(entry: Entry): string | undefined {
    if (!['kubernetes', 'helm', 'kubectl'].includes(entry.type.provider)) return undefined;
    const found = this.#places.cluster(entry);
    const cluster = found === undefined ? undefined : this.groupOf(this.#canonical(found));
    const name = entry.type.kind === 'namespace' ? undefined : entry.type.within.flatMap((path) => textsAt(entry.resource.attributes, path))[0];
    if (name === undefined) return cluster;
    return this.#synthetic(`namespace:${cluster ?? ''}/${name}`, 'namespace', name, 'Namespace', 'network', 'kubernetes', cluster);
  }

  #home(entry: Entry): string | undefined {
    const { provider } = entry.type;
    if (provider === 'terraform') return undefined;
    const place = this.#places.place(entry);
    const project = provider === 'google' && entry.type.kind !== 'account' ? this.#index.linkedAt(entry, 'project').find((target) => target.type.kind === 'account') : undefined;
    const label = this.#catalogue.providerLabel(provider);
    const word = provider === 'google' ? 'project' : provider === 'azurerm' ? 'subscription' : 'account';
    const account = project !== undefined ? this.groupOf(project) : place.account === undefined || entry.type.kind === 'account' ? undefined : this.#synthetic(`account:${provider}/${place.account}`, 'account', place.account, `${label} ${word}`, 'account', provider, undefined);
    const regionless = entry.type.scope === 'global' || entry.type.kind === 'account' || place.region === undefined;
    if (regionless) return account;
    return this.#synthetic(`region:${account ?? provider}/${place.region}`, 'region', place.region ?? '', `${label} region`, 'region', provider, account);
  }

  /** Whether a part in this group can be reached from the internet by its subnet's routes; undefined when nothing tells. */
  reachable(parent: string | undefined): boolean | undefined {
    const exposure = this.chain(parent).map((id) => this.groups.get(id)?.exposure).find((found) => found !== undefined);
    return exposure === undefined ? undefined : exposure === 'public';
  }
}
