/**
 * Prices of resources by the cost engine, for savings and for what the states cost now.
 *
 * Both come from one model of each state, so that a saving is never larger than the cost it is taken from.
 * Where no one tells the region, or a part has no price, the confidence is "possible"; the amount is then what
 * is known at least, and its bounds are those of the cheapest and the dearest region.
 */
import type { Confidence } from '../../domain/finding.ts';
import { estimateCost, resourceCoster } from '../cost/estimate.ts';
import type { CostEstimate, ResourceCost } from '../cost/cost-line.ts';
import { priceProviderOf } from '../cost/region.ts';
import { providerOfType } from '../provider-catalogue/catalogue.ts';
import type { InfrastructureModel, ProviderInstance, ResourceInstance } from '../infrastructure/model.ts';
import { IdentityIndex, referencesByValue } from '../infrastructure/value-references.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { EstateMember, EstateSource } from '../rules/estate-resource.ts';
import type { MonthlyPrice, PricedResource, PriceSource } from './price-source.ts';

const EMPTY_COVERAGE: InfrastructureModel['coverage'] = { files: 0, unreadableFiles: 0, blocks: 0, resourceBlocks: 0, resourceBlocksUnderstood: 0, instances: 1, opaqueModules: 0, attributes: 0, unknownAttributes: 0, reasons: [] };
/** In larger states resources are priced without their neighbours: finding those would take longer than all the rest. */
const MOST_WITH_NEIGHBOURS = 5000;

export interface PricedStates {
  book: PriceBook;
  /** YYYY-MM-DD, to judge the age of prices by. */
  today: string;
  members: readonly EstateMember[];
  /** Of the code, where it is given: they tell the region. */
  providers?: readonly ProviderInstance[];
}

export function estimatedPrices(states: PricedStates): PriceSource {
  const { book, today } = states;
  const worlds = new Map<EstateSource | undefined, (resource: PricedResource) => ResourceCost>();
  const worldOf = (source: EstateSource | undefined): ((resource: PricedResource) => ResourceCost) => {
    const model = stateModel(states.members.find((one) => one.source === source), states.providers);
    const coster = resourceCoster(model, book, { today });
    const there = new Map(model.resources.map((resource) => [resource.address, resource]));
    return (resource) => coster(new PricedInstance(resource, () => there.get(resource.address)?.references ?? []));
  };
  return {
    price(resource, dimension) {
      const world = worlds.get(resource.source) ?? worldOf(resource.source);
      worlds.set(resource.source, world);
      return priceOf(world(resource), dimension, book);
    },
  };
}

/** What each state costs as it stands. */
export function currentCosts({ book, today, members, providers }: PricedStates): CostEstimate[] {
  return members.map((member) => estimateCost(stateModel(member, providers), book, { today }));
}

function stateModel(member: EstateMember | undefined, providers: readonly ProviderInstance[] = []): InfrastructureModel {
  const given = (member?.model.resources ?? []).filter((one) => one.status?.deposed === undefined);
  let index: IdentityIndex | undefined;
  const referencesOf = (resource: PricedInstance): ResourceInstance['references'] => (given.length > MOST_WITH_NEIGHBOURS ? [] : referencesByValue(resource, (index ??= new IdentityIndex(resources))));
  const resources = given.map((resource) => new PricedInstance(resource, referencesOf));
  return { source: { kind: 'state', path: member?.source.path ?? '' }, modules: [], resources, providers, outputs: [], problems: [], coverage: EMPTY_COVERAGE };
}

type Given = PricedResource & Partial<Omit<ResourceInstance, keyof PricedResource>>;

/** A resource of a state as the cost engine sees it; what its attributes are, and what they lead to, is looked for when a price hangs on it. */
class PricedInstance implements ResourceInstance {
  readonly address: string;
  readonly resource: string;
  readonly module: string;
  readonly mode: ResourceInstance['mode'];
  readonly type: string;
  readonly name: string;
  readonly provider: ResourceInstance['provider'];
  readonly #given: Given;
  readonly #referencesOf: (resource: PricedInstance) => ResourceInstance['references'];
  #references: ResourceInstance['references'] | undefined;

  constructor(given: Given, referencesOf: (resource: PricedInstance) => ResourceInstance['references']) {
    const { address, type, resource = address, module = '', mode = 'managed', name = type, provider, references } = given;
    this.address = address;
    this.resource = resource;
    this.module = module;
    this.mode = mode;
    this.type = type;
    this.name = name;
    this.provider = provider ?? { localName: providerOfType(type) };
    this.#given = given;
    this.#referencesOf = referencesOf;
    this.#references = references === undefined || references.length === 0 ? undefined : references;
  }

  get attributes(): ResourceInstance['attributes'] {
    return this.#given.attributes;
  }

  get references(): ResourceInstance['references'] {
    this.#references ??= this.#referencesOf(this);
    return this.#references;
  }
}

function priceOf(cost: ResourceCost, dimension: string | undefined, book: PriceBook): MonthlyPrice {
  const lines = cost.lines.filter((line) => line.kind === 'fixed' && (dimension === undefined || line.name === dimension));
  const priced = lines.flatMap((line) => (line.monthly === undefined || line.price === undefined ? [] : [{ monthly: line.monthly, price: line.price }]));
  const [first, ...rest] = priced;
  if (first === undefined) return { known: false, reason: lines.find((line) => line.unknown !== undefined)?.unknown ?? cost.notes[0] ?? 'the price book has no fixed price of it' };
  const nowhere = cost.notes.some((note) => note.includes('region is not given'));
  const provider = priceProviderOf(cost.type);
  const spread = nowhere && provider !== undefined ? book.factors.spread(provider) : undefined;
  const sum = (bound: 'value' | 'low' | 'high'): typeof first.monthly.value => rest.reduce((total, one) => total.plus(one.monthly[bound]), first.monthly[bound]);
  return {
    known: true,
    monthly: sum('value'),
    low: spread === undefined ? sum('low') : sum('low').times(spread.low),
    high: spread === undefined ? sum('high') : sum('high').times(spread.high),
    currency: 'USD',
    priceDate: priced.map((one) => one.price.asOf).sort()[0] ?? first.price.asOf,
    confidence: priced.length === lines.length && !nowhere ? confidenceOf(priced.map((one) => one.price.confidence)) : 'possible',
  };
}

function confidenceOf(all: readonly ('high' | 'medium' | 'low')[]): Confidence {
  return all.includes('low') ? 'possible' : all.includes('medium') ? 'likely' : 'certain';
}
