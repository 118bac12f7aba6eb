/**
 * Finding resources of a model: by address, by what they are called elsewhere (id, arn, name), and by
 * the attribute that leads to them.
 *
 * Code gives references through its expressions, a state gives equal values; both arrive as
 * `references`. Where a reference is missing, an equal identity is looked up, and last a name, which
 * counts only when exactly one resource of the same provider has it.
 */
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import type { ResourceType } from '../provider-catalogue/resource-type.ts';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { textsAt } from './attribute-values.ts';
import type { Entry } from './entry.ts';
import { moduleEntry } from './module-entry.ts';
import { addTo, byAddress, unique } from './order.ts';

interface Link {
  path: string;
  targets: readonly Entry[];
  via: 'expression' | 'value' | 'dependency';
}

export function withoutIndexes(path: string): string {
  return path.includes('.') ? path.split('.').filter((step) => !/^\d+$/.test(step)).join('.') : path;
}

/** `module.a["x"].t.n[0]` without any key: `module.a.t.n`. */
export function withoutKeys(address: string): string {
  return address.replace(/\[(?:"(?:[^"\\]|\\.)*"|\d+)\]/g, '');
}

/** Roles that nobody refers to by a name. */
const NAMELESS: ReadonlySet<string> = new Set(['edge', 'rule', 'policy', 'grant', 'hidden']);

export class ResourceIndex {
  /** In the order of addresses. */
  readonly entries: readonly Entry[];
  readonly #addresses = new Map<string, Entry[]>();
  readonly #opaque: readonly Entry[];
  readonly #identities = new Map<string, Entry[]>();
  readonly #names = new Map<string, Entry[]>();
  readonly #links = new Map<Entry, Link[]>();
  readonly #same = new Map<Entry, Entry>();
  readonly #referrers = new Map<Entry, { entry: Entry; path: string }[]>();

  constructor(model: InfrastructureModel, catalogue: ProviderCatalogue) {
    this.#opaque = model.modules.filter((module) => module.opaque !== undefined).map(moduleEntry);
    const resources = model.resources.map((resource): Entry => ({ address: resource.address, resource, type: catalogue.type(resource.type) }));
    this.entries = [...resources, ...this.#opaque].sort((left, right) => byAddress(left.address, right.address));
    for (const entry of this.entries) this.#register(entry);
    for (const entry of this.entries) this.#link(entry);
    this.#findSame();
  }

  /** Every module of a larger system reads the same zone by its name: that is one zone, and the managed one when it is here. */
  #findSame(): void {
    const first = new Map<string, Entry>();
    const managedFirst = [...this.entries].sort((left, right) => Number(left.resource.mode !== 'managed') - Number(right.resource.mode !== 'managed'));
    for (const entry of managedFirst) {
      if (entry.type.role !== 'node') continue;
      const name = entry.type.name.flatMap((path) => textsAt(entry.resource.attributes, path))[0];
      if (name === undefined) continue;
      const { attributes, provider } = entry.resource;
      const key = JSON.stringify([entry.type.type, provider.alias ?? '', name.replace(/\.$/, ''), textsAt(attributes, 'private_zone')[0] ?? String(Object.hasOwn(attributes, 'vpc'))]);
      const known = first.get(key);
      if (known === undefined) first.set(key, entry);
      else if (entry.resource.mode !== 'managed') this.#same.set(entry, known);
    }
  }

  /** The entry itself, or the one of the same name that a data source reads again. */
  canonical(entry: Entry): Entry {
    return this.#same.get(entry) ?? entry;
  }

  #register(entry: Entry): void {
    const { address, resource } = entry.resource;
    for (const key of new Set([address, resource, withoutKeys(address)])) addTo(this.#addresses, key, entry);
    for (const path of entry.type.identity) for (const value of textsAt(entry.resource.attributes, path)) if (value.length > 2) addTo(this.#identities, value, entry);
    const names = unique([...entry.type.name, 'name', 'id'].flatMap((path) => textsAt(entry.resource.attributes, path)));
    for (const name of names) addTo(this.#names, name, entry);
  }

  #link(entry: Entry): void {
    const links = entry.resource.references.map((reference): Link => ({ path: withoutIndexes(reference.attribute), targets: this.at(reference.target), via: reference.via }));
    this.#links.set(entry, links);
    for (const link of links) if (link.via !== 'dependency' && link.path !== 'depends_on') for (const target of link.targets) if (target !== entry) addTo(this.#referrers, target, { entry, path: link.path });
  }

  /** Instances at an address of an instance, a resource, or inside an opaque module. */
  at(address: string): readonly Entry[] {
    const found = this.#addresses.get(address) ?? this.#addresses.get(withoutKeys(address));
    if (found !== undefined) return found;
    return this.#opaque.filter((module) => address.startsWith(`${module.address}.`) || withoutKeys(address).startsWith(`${withoutKeys(module.address)}.`));
  }

  /** Who refers to the entry, and through which attribute. */
  referrers(entry: Entry): readonly { entry: Entry; path: string }[] {
    return this.#referrers.get(entry) ?? [];
  }

  links(entry: Entry): readonly Link[] {
    return this.#links.get(entry) ?? [];
  }

  /** A resource by its id, arn or address in a text; a wildcard or path at the end is ignored. */
  byIdentity(value: string): readonly Entry[] {
    const exact = this.#identities.get(value);
    if (exact !== undefined) return exact;
    const trimmed = value.replace(/^(?:https?|gs|s3):\/\//, '').replace(/(?::\*|\/\*|\*|\/+)$/, '');
    return this.#identities.get(trimmed) ?? this.#identities.get(trimmed.split('/')[0] ?? '') ?? [];
  }

  #byName(entry: Entry, value: string): readonly Entry[] {
    const family = (provider: string): string => (provider === 'helm' || provider === 'kubectl' ? 'kubernetes' : provider);
    const named = (this.#names.get(value) ?? []).filter((other) => other !== entry && family(other.type.provider) === family(entry.type.provider) && !NAMELESS.has(other.type.role));
    const parts = named.filter((other) => other.type.role !== 'fold');
    const candidates = parts.length > 0 ? parts : named;
    return unique(candidates.map((other) => other.resource.resource)).length === 1 ? candidates : [];
  }

  /** What the attribute at the path leads to: everything below the path counts. */
  linkedAt(entry: Entry, path: string): readonly Entry[] {
    const links = this.links(entry).filter((link) => link.via !== 'dependency');
    const exact = links.filter((link) => link.path === path || link.path.startsWith(`${path}.`));
    const found = exact.length > 0 ? exact : links.filter((link) => path.startsWith(`${link.path}.`));
    const targets = unique(found.flatMap((link) => link.targets)).filter((target) => target !== entry);
    if (targets.length > 0) return targets;
    const texts = textsAt(entry.resource.attributes, path);
    const identified = unique(texts.flatMap((text) => this.byIdentity(text))).filter((target) => target !== entry);
    return identified.length > 0 ? identified : unique(texts.flatMap((text) => this.#byName(entry, text)));
  }

  /** What all of the attributes lead to. */
  linked(entry: Entry, paths: readonly string[]): Entry[] {
    return unique(paths.flatMap((path) => this.linkedAt(entry, path)));
  }
}
