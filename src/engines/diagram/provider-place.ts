/**
 * Account and region of a resource, from what it says of itself (arn, zone, location, project) or
 * from its provider's configuration, followed from the module up to the root. An account that nobody
 * tells is no group at all: a box with a guess in its title would be worse than none.
 */
import type { AttributeValue, InfrastructureModel, ProviderInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { scalarText } from './attribute-values.ts';
import { addTo, unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';

/** How deep a provider's blocks nest, over how many data sources a host comes, and how many are looked at. */
const NESTED_MOST = 3;
const ORIGIN_STEPS = 3;
const ORIGINS_MOST = 50;

interface Place {
  account?: string;
  region?: string;
}

function text(entry: Entry, name: string): string | undefined {
  return scalarText(entry.resource.attributes[name]);
}

/** `europe-west1-b` and `eu-west-1a` without the zone; a self link's last part. */
function regionOfZone(zone: string, provider: string): string {
  const name = zone.split('/').at(-1) ?? zone;
  return provider === 'google' ? name.replace(/-[a-z]$/, '') : name.replace(/[a-z]$/, '');
}

function ownPlace(entry: Entry): Place {
  const region = text(entry, 'region');
  switch (entry.type.provider) {
    case 'aws': {
      const arn = (text(entry, 'arn') ?? '').split(':');
      const zone = text(entry, 'availability_zone');
      const found = region ?? (arn[3] || (zone === undefined ? undefined : regionOfZone(zone, 'aws')));
      const account = arn[4] || undefined;
      return { ...(found === undefined ? {} : { region: found }), ...(account === undefined || !/^\d{12}$/.test(account) ? {} : { account }) };
    }
    case 'google': {
      const zone = text(entry, 'zone') ?? text(entry, 'location');
      const found = region?.split('/').at(-1) ?? (zone === undefined || !/\d/.test(zone) ? undefined : regionOfZone(zone, 'google'));
      const account = text(entry, 'project');
      return { ...(found === undefined ? {} : { region: found.toLowerCase() }), ...(account === undefined ? {} : { account }) };
    }
    case 'azurerm': {
      const location = text(entry, 'location')?.toLowerCase().replaceAll(' ', '');
      const account = /^\/subscriptions\/([^/]+)/.exec(text(entry, 'id') ?? '')?.[1];
      return { ...(location === undefined ? {} : { region: location }), ...(account === undefined ? {} : { account }) };
    }
    default:
      return region === undefined ? {} : { region };
  }
}

export class ProviderPlaces {
  readonly #providers = new Map<string, ProviderInstance>();
  /** The one account that all resources of a provider name. */
  readonly #accounts = new Map<string, string | undefined>();
  readonly #index: ResourceIndex;

  constructor(model: InfrastructureModel, index: ResourceIndex) {
    this.#index = index;
    for (const provider of model.providers) this.#providers.set(`${provider.module}|${provider.localName}|${provider.alias ?? ''}`, provider);
    const seen = new Map<string, string[]>();
    for (const entry of index.entries) {
      const { account } = ownPlace(entry);
      if (account !== undefined) addTo(seen, this.#key(entry), account);
    }
    for (const [key, accounts] of seen) this.#accounts.set(key, unique(accounts).length === 1 ? accounts[0] : undefined);
  }

  #key(entry: Entry): string {
    return `${entry.type.provider}|${entry.resource.provider.localName}|${entry.resource.provider.alias ?? ''}`;
  }

  #provider(entry: Entry): ProviderInstance | undefined {
    const { localName, alias } = entry.resource.provider;
    let module = entry.resource.module;
    for (;;) {
      const found = this.#providers.get(`${module}|${localName}|${alias ?? ''}`);
      if (found !== undefined || module === '') return found;
      module = module.replace(/\.?module\.[^.[\]]+(\[(?:"(?:[^"\\]|\\.)*"|\d+)\])?$/, '');
      if (!module.startsWith('module.')) module = '';
    }
  }

  place(entry: Entry): Place {
    const own = ownPlace(entry);
    const provider = this.#provider(entry)?.attributes ?? {};
    const account = own.account ?? this.#accounts.get(this.#key(entry)) ?? (entry.type.provider === 'google' ? scalarText(provider['project']) : entry.type.provider === 'azurerm' ? scalarText(provider['subscription_id']) : undefined);
    const region = own.region ?? (entry.type.provider === 'azurerm' ? undefined : scalarText(provider['region']));
    return { ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }) };
  }

  /**
   * The cluster that a Kubernetes provider is configured from, through its host or certificate, also where these
   * are secret (only what they are made from is asked, never what they are) and on the way through data sources.
   */
  cluster(entry: Entry): Entry | undefined {
    const bare = (value: AttributeValue): AttributeValue => (value instanceof SensitiveAttribute ? value.reveal() : value);
    const origins = (value: AttributeValue, depth: number): readonly Entry[] => {
      const inner = bare(value);
      if (inner instanceof UnknownAttribute) return inner.origins.flatMap((origin) => this.#index.at(origin.address));
      if (depth === 0 || typeof inner !== 'object' || inner === null) return [];
      return Object.values(inner).flatMap((part: AttributeValue) => origins(part, depth - 1));
    };
    const attributes = this.#provider(entry)?.attributes ?? {};
    const named = Object.values(attributes).flatMap((value) => { const known = scalarText(value); return known === undefined ? [] : this.#index.byIdentity(known); });
    return this.#nearestCluster(unique([...named, ...Object.values(attributes).flatMap((value) => origins(value, NESTED_MOST))]), ORIGIN_STEPS);
  }

  #nearestCluster(entries: readonly Entry[], steps: number): Entry | undefined {
    const found = entries.find((one) => one.type.kind === 'cluster');
    if (found !== undefined || steps === 0 || entries.length === 0) return found;
    const read = entries.filter((one) => one.resource.mode === 'data');
    return this.#nearestCluster(unique(read.flatMap((one) => this.#index.links(one).flatMap((link) => [...link.targets]))).slice(0, ORIGINS_MOST), steps - 1);
  }
}
