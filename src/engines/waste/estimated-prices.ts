/**
 * Prices of single resources by the cost engine, for savings.
 *
 * A resource is priced alone, so what only its neighbours tell (a region from a subnet) may be assumed;
 * then, and where a part has no price, the confidence is "possible" and the amount what is known at least.
 */
import type { Confidence } from '../../domain/finding.ts';
import { estimateCost } from '../cost/estimate.ts';
import type { ResourceCost } from '../cost/cost-line.ts';
import { providerOfType } from '../provider-catalogue/catalogue.ts';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { MonthlyPrice, PricedResource, PriceSource } from './price-source.ts';

const EMPTY_COVERAGE: InfrastructureModel['coverage'] = { files: 0, unreadableFiles: 0, blocks: 0, resourceBlocks: 0, resourceBlocksUnderstood: 0, instances: 1, opaqueModules: 0, attributes: 0, unknownAttributes: 0, reasons: [] };

/** @param today YYYY-MM-DD, to judge the age of prices by. */
export function estimatedPrices(book: PriceBook, today: string): PriceSource {
  return {
    price(resource, dimension) {
      const [cost] = estimateCost(modelOf(resource), book, { today }).resources;
      return cost === undefined ? { known: false, reason: 'nothing to price' } : priceOf(cost, dimension);
    },
  };
}

function modelOf(resource: PricedResource): InfrastructureModel {
  const provider = providerOfType(resource.type);
  const instance: ResourceInstance = { address: resource.address, resource: resource.address, module: '', mode: 'managed', type: resource.type, name: resource.type, provider: { localName: provider }, attributes: resource.attributes, references: [] };
  return { source: { kind: 'state', path: '' }, modules: [], resources: [instance], providers: [], outputs: [], problems: [], coverage: EMPTY_COVERAGE };
}

function priceOf(cost: ResourceCost, dimension: string | undefined): MonthlyPrice {
  const lines = cost.lines.filter((line) => line.kind === 'fixed' && (dimension === undefined || line.name === dimension));
  const priced = lines.flatMap((line) => (line.monthly === undefined || line.price === undefined ? [] : [{ monthly: line.monthly.value, low: line.monthly.low, high: line.monthly.high, price: line.price }]));
  const [first, ...rest] = priced;
  if (first === undefined) return { known: false, reason: lines.find((line) => line.unknown !== undefined)?.unknown ?? cost.notes[0] ?? 'the price book has no fixed price of it' };
  const complete = priced.length === lines.length && !cost.notes.some((note) => note.includes('region is not given'));
  return {
    known: true,
    monthly: rest.reduce((sum, one) => sum.plus(one.monthly), first.monthly),
    low: rest.reduce((sum, one) => sum.plus(one.low), first.low),
    high: rest.reduce((sum, one) => sum.plus(one.high), first.high),
    currency: 'USD',
    priceDate: priced.map((one) => one.price.asOf).sort()[0] ?? first.price.asOf,
    confidence: complete ? confidenceOf(priced.map((one) => one.price.confidence)) : 'possible',
  };
}

function confidenceOf(all: readonly ('high' | 'medium' | 'low')[]): Confidence {
  return all.includes('low') ? 'possible' : all.includes('medium') ? 'likely' : 'certain';
}
