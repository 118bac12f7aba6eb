/**
 * Where a resource is, for its price: its own words first, then its identity, then its provider's configuration.
 *
 * What no one says is priced in the provider's base region, and the resource says that this was assumed.
 */
import type { AttributeValue, InfrastructureModel, ProviderInstance, ResourceInstance } from '../infrastructure/model.ts';
import type { PriceProvider } from '../price-book/price.ts';
import { BASE_REGIONS } from '../price-book/region-factors.ts';

export interface FoundRegion {
  region: string;
  assumed?: string;
}

export function priceProviderOf(type: string): PriceProvider | undefined {
  const prefix = type.split('_', 1)[0];
  return prefix === 'aws' ? 'aws' : prefix === 'azurerm' ? 'azure' : prefix === 'google' ? 'gcp' : prefix === 'oci' ? 'oci' : prefix === 'linode' ? 'linode' : undefined;
}

function textOf(value: AttributeValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `West Europe` and `westeurope` are one. */
function azureRegion(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_]/g, '');
}

/** `us-east-1a` and `us-central1-a` without the zone. */
function regionOfZone(zone: string): string {
  return /^[a-z]+\d*-[a-z]+\d+-[a-z]$/.test(zone) ? zone.slice(0, -2) : zone.replace(/^([a-z]{2}(?:-[a-z]+)+-\d+)[a-z]$/, '$1');
}

export class Regions {
  readonly #providers: readonly ProviderInstance[];
  readonly #byAddress: ReadonlyMap<string, ResourceInstance>;

  constructor(model: InfrastructureModel, byAddress: ReadonlyMap<string, ResourceInstance>) {
    this.#providers = model.providers;
    this.#byAddress = byAddress;
  }

  of(resource: ResourceInstance, provider: PriceProvider): FoundRegion {
    const found = this.#own(resource, provider, 0) ?? this.#configured(resource);
    if (found !== undefined) return { region: found };
    const base = BASE_REGIONS[provider] ?? 'any';
    return { region: base, assumed: `the region is not given; prices of ${base}` };
  }

  #own(resource: ResourceInstance, provider: PriceProvider, depth: number): string | undefined {
    const { attributes } = resource;
    const first = (...names: string[]): string | undefined => names.map((name) => textOf(attributes[name])).find((text) => text !== undefined);
    if (provider === 'azure') {
      const location = first('location');
      return location !== undefined ? azureRegion(location) : this.#referenced(resource, provider, depth);
    }
    if (provider === 'gcp') {
      const zone = first('zone', 'node_locations');
      const region = first('region', 'location') ?? (zone === undefined ? undefined : regionOfZone(zone));
      return region === undefined || region === 'global' ? undefined : regionOfZone(region.slice(region.lastIndexOf('/') + 1).toLowerCase());
    }
    const arn = /^arn:[\w-]+:[\w-]+:([a-z]{2}-[\w-]+-\d):/.exec(first('arn', 'id') ?? '')?.[1];
    const zone = first('availability_zone');
    return first('region') ?? arn ?? (zone === undefined ? undefined : regionOfZone(zone));
  }

  /** An Azure resource whose location is that of another, or that lies in another: its group, its server, its cluster. */
  #referenced(resource: ResourceInstance, provider: PriceProvider, depth: number): string | undefined {
    if (depth > 3) return undefined;
    for (const reference of resource.references) {
      const target = this.#byAddress.get(reference.target);
      const found = target === undefined || target.address === resource.address || !target.type.startsWith('azurerm_') ? undefined : this.#own(target, provider, depth + 1);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #configured(resource: ResourceInstance): string | undefined {
    const { localName, alias, module = resource.module } = resource.provider;
    for (let at = module; ; at = at.replace(/(^|\.)module\.[^.[]+(\[[^\]]*\])?$/, '')) {
      const fits = this.#providers.filter((one) => one.localName === localName && one.module === at);
      const found = fits.find((one) => one.alias === alias) ?? (alias === undefined ? fits[0] : undefined);
      const region = textOf(found?.attributes['region']) ?? textOf(found?.attributes['zone']);
      if (region !== undefined) return regionOfZone(region);
      if (at === '') return undefined;
    }
  }
}
