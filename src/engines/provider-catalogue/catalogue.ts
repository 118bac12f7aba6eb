/**
 * Looking up what is known of a type. Files of a platform team come after the shipped ones and win,
 * type by type; a type that no file has is derived from its name, and says so.
 */
import { derivedType } from './derived-type.ts';
import type { ProviderFile, ResourceType, ResourceTypeEntry } from './resource-type.ts';

export interface ProviderCatalogue {
  /** Never fails: an unlisted type is derived from its name. */
  type(name: string): ResourceType;
  /** Listed types, sorted. */
  readonly types: readonly string[];
  /** `AWS`, `Google Cloud`; the name itself when no file tells. */
  providerLabel(provider: string): string;
}

const NO_DEFAULTS: ProviderFile['defaults'] = { name: ['name'], identity: ['id'], within: [], computed: ['id'], sensitive: [], security: [], capacity: [], tags: [] };

function complete(type: string, file: ProviderFile, entry: ResourceTypeEntry): ResourceType {
  const defaults = file.defaults;
  return {
    type,
    provider: file.provider,
    derived: false,
    label: entry.label ?? type,
    glyph: entry.glyph ?? 'generic',
    role: entry.role ?? 'node',
    tier: entry.tier ?? 3,
    scope: entry.scope ?? 'regional',
    minor: entry.minor ?? false,
    stacked: entry.stacked ?? false,
    drawData: entry.drawData ?? false,
    name: entry.name ?? defaults.name,
    sublabel: entry.sublabel ?? [],
    identity: entry.identity ?? defaults.identity,
    within: entry.within ?? defaults.within,
    into: entry.into ?? [],
    users: entry.users ?? false,
    locates: entry.locates ?? false,
    links: { to: entry.to ?? {}, from: entry.from ?? {} },
    sensitive: [...defaults.sensitive, ...(entry.sensitive ?? [])],
    computed: [...defaults.computed, ...(entry.computed ?? [])],
    classes: { security: [...defaults.security, ...(entry.security ?? [])], capacity: [...defaults.capacity, ...(entry.capacity ?? [])], tags: defaults.tags },
    price: entry.price ?? [],
    ...(entry.kind === undefined ? {} : { kind: entry.kind }),
    ...(entry.badge === undefined ? {} : { badge: entry.badge }),
    ...(entry.flow === undefined ? {} : { flow: entry.flow }),
    ...(entry.edge === undefined ? {} : { edge: entry.edge }),
    ...(entry.dialect === undefined ? {} : { dialect: entry.dialect }),
    ...(entry.policy === undefined ? {} : { policy: entry.policy }),
    ...(entry.grant === undefined ? {} : { grant: entry.grant }),
    ...(entry.front === undefined ? {} : { front: entry.front }),
    ...(entry.reason === undefined ? {} : { reason: entry.reason }),
  };
}

/** The entry with what it inherits through `like`; a chain of more than four is a mistake that `catalogueProblems` reports. */
function inherited(entry: ResourceTypeEntry, entries: ReadonlyMap<string, { entry: ResourceTypeEntry }>, depth = 0): ResourceTypeEntry {
  const base = entry.like === undefined ? undefined : entries.get(entry.like)?.entry;
  return base === undefined || depth >= 4 ? entry : { ...inherited(base, entries, depth + 1), ...entry };
}

/** @param files Shipped ones first; later files win. */
export function makeCatalogue(files: readonly ProviderFile[]): ProviderCatalogue {
  const entries = new Map<string, { file: ProviderFile; entry: ResourceTypeEntry }>();
  const labels = new Map<string, string>();
  for (const file of files) {
    labels.set(file.provider, file.label);
    const defaults = { ...NO_DEFAULTS, ...file.defaults };
    for (const [type, entry] of Object.entries(file.types)) entries.set(type, { file: { ...file, defaults }, entry });
  }
  const known = new Map<string, ResourceType>();
  return {
    types: [...entries.keys()].sort(),
    providerLabel: (provider) => labels.get(provider) ?? provider,
    type(name) {
      const ready = known.get(name);
      if (ready !== undefined) return ready;
      const found = entries.get(name);
      const type = found === undefined ? derivedType(name) : complete(name, found.file, inherited(found.entry, entries));
      known.set(name, type);
      return type;
    },
  };
}

/** `aws_instance` belongs to the file `aws`: the word before the first underscore. */
export function providerOfType(type: string): string {
  const end = type.indexOf('_');
  return end < 0 ? type : type.slice(0, end);
}
