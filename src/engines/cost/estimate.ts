/**
 * What an infrastructure costs a month, resource by resource.
 *
 * Every managed resource ends in one of six statuses and none in silence; the coverage counts them. The
 * total is the sum of the lines exactly: nothing is rounded before it is printed.
 */
import { Decimal } from '../../domain/money.ts';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import { AWS_DATABASES } from './aws/databases.ts';
import { AWS_DISKS } from './aws/disks.ts';
import { AWS_INSTANCES } from './aws/instances.ts';
import { AWS_NETWORK } from './aws/network.ts';
import { AWS_PLATFORMS } from './aws/platforms.ts';
import { AWS_RELATIONAL } from './aws/relational.ts';
import { AWS_SERVICES } from './aws/services.ts';
import { AZURE_DATABASES } from './azure/databases.ts';
import { AZURE_MACHINES } from './azure/machines.ts';
import { AZURE_PIPELINES } from './azure/pipelines.ts';
import { AZURE_PLATFORMS } from './azure/platforms.ts';
import { AZURE_SERVICES } from './azure/services.ts';
import { AZURE_STORAGE } from './azure/storage.ts';
import { costFromBook } from './book-only.ts';
import type { CostEstimate, CostLine, CostStatus, ResourceCost } from './cost-line.ts';
import { attempt, Costing } from './costing.ts';
import type { Coster, CosterTable, CostingWorld } from './costing.ts';
import { coverageOf } from './coverage.ts';
import { withAllowances } from './free-allowances.ts';
import { GOOGLE_RESOURCES } from './google/resources.ts';
import { GOOGLE_SERVICES } from './google/services.ts';
import { statusOfLines } from './line-status.ts';
import { priceDimensions } from './price-dimensions.ts';
import type { PriceDimension } from './price-dimensions.ts';
import { priceProviderOf, Regions } from './region.ts';
import { NOTHING, sumOfSpans, times } from './span.ts';
import { tagsOf } from './tags.ts';
import { Usage } from './usage.ts';

const RULES: CosterTable = { ...AWS_INSTANCES, ...AWS_DISKS, ...AWS_RELATIONAL, ...AWS_DATABASES, ...AWS_NETWORK, ...AWS_SERVICES, ...AWS_PLATFORMS, ...AZURE_MACHINES, ...AZURE_DATABASES, ...AZURE_STORAGE, ...AZURE_SERVICES, ...AZURE_PLATFORMS, ...AZURE_PIPELINES, ...GOOGLE_RESOURCES, ...GOOGLE_SERVICES };

/** Types with a rule of their own, sorted. */
export const RULED_TYPES: readonly string[] = Object.keys(RULES).sort();

/** What decides the price of a type with a rule of its own, by the rule itself; undefined for other types. */
export function dimensionsOf(type: string, book: PriceBook): PriceDimension[] | undefined {
  const rule = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
  return rule === undefined ? undefined : priceDimensions(type, rule, book);
}

export interface EstimateOptions {
  usage?: Usage;
  /** The day to judge the age of prices by: `2026-11-22`. */
  today: string;
  /** Takes off what vendors give every account each month; without it that is told only. */
  freeAllowances?: boolean;
}

/** Resource by resource, for those who add up more than one model. */
export function resourceCosts(model: InfrastructureModel, book: PriceBook, options: EstimateOptions): ResourceCost[] {
  return withAllowances(model.resources.filter(isThere).map(resourceCoster(model, book, options)), options.freeAllowances === true);
}

export function estimateCost(model: InfrastructureModel, book: PriceBook, options: EstimateOptions): CostEstimate {
  const resources = resourceCosts(model, book, options);
  return {
    currency: 'USD',
    resources,
    fixed: sumOfSpans(resources.map((resource) => resource.fixed)),
    usage: sumOfSpans(resources.map((resource) => resource.usage)),
    coverage: coverageOf(resources, options.today),
  };
}

/** What one resource costs among those of a model; it may differ from the one that stands there: what a change would make of it. */
export function resourceCoster(model: InfrastructureModel, book: PriceBook, options: EstimateOptions): (resource: ResourceInstance) => ResourceCost {
  const usage = options.usage ?? new Usage();
  const byAddress = new Map(model.resources.map((resource) => [resource.address, resource]));
  const regions = new Regions(model, byAddress);
  const world = worldOf(model, byAddress, book, options.today);
  return (resource) => costOf(resource, world, regions, usage);
}

/** What a plan destroys or forgets, and copies that a failed replacement left behind, are not part of what will be. */
function isThere(resource: ResourceInstance): boolean {
  const actions = resource.change?.actions;
  return resource.mode === 'managed' && !(actions !== undefined && actions.length > 0 && actions.every((action) => action === 'delete' || action === 'forget'));
}

function worldOf(model: InfrastructureModel, byAddress: ReadonlyMap<string, ResourceInstance>, book: PriceBook, today: string): CostingWorld {
  const byType = new Map<string, ResourceInstance[]>();
  const managed = new Map<string, number>();
  const byResource = new Map<string, ResourceInstance>();
  for (const resource of model.resources) {
    if (!byResource.has(resource.resource)) byResource.set(resource.resource, resource);
    if (resource.mode === 'managed') managed.set(resource.type, (managed.get(resource.type) ?? 0) + 1);
    const same = byType.get(resource.type);
    if (same === undefined) byType.set(resource.type, [resource]);
    else same.push(resource);
  }
  const leading = leadingByType(byType);
  return {
    book,
    today,
    count: (types) => types.reduce((sum, type) => sum + (managed.get(type) ?? 0), 0),
    follow: (resource, attribute, types) => {
      if (!types.some((type) => byType.has(type))) return undefined;
      for (const reference of resource.references) {
        if (reference.attribute !== attribute && !reference.attribute.startsWith(`${attribute}.`)) continue;
        const target = byAddress.get(reference.target) ?? byResource.get(reference.target);
        if (target !== undefined && types.includes(target.type)) return target;
      }
      return undefined;
    },
    leadingTo: (resource, types) => {
      const found = types.flatMap((type) => [leading(type).get(resource.address), resource.resource === resource.address ? undefined : leading(type).get(resource.resource)].filter((list) => list !== undefined));
      return found.length <= 1 ? (found[0] ?? []) : found.flat();
    },
  };
}

/** Resources of one type by what they lead to, made when first asked for: references of states are looked for only where a price hangs on them. */
function leadingByType(byType: ReadonlyMap<string, readonly ResourceInstance[]>): (type: string) => ReadonlyMap<string, readonly ResourceInstance[]> {
  const made = new Map<string, Map<string, ResourceInstance[]>>();
  return (type) => {
    const present = made.get(type);
    if (present !== undefined) return present;
    const leading = new Map<string, ResourceInstance[]>();
    for (const resource of byType.get(type) ?? []) {
      for (const target of new Set(resource.references.map((reference) => reference.target))) {
        const others = leading.get(target);
        if (others === undefined) leading.set(target, [resource]);
        else others.push(resource);
      }
    }
    made.set(type, leading);
    return leading;
  };
}

function costOf(resource: ResourceInstance, world: CostingWorld, regions: Regions, usage: Usage): ResourceCost {
  const provider = priceProviderOf(resource.type);
  const about = { address: resource.address, type: resource.type, module: resource.module, tags: tagsOf(resource), ...(resource.location === undefined ? {} : { location: resource.location }) };
  const nothing = { ...about, region: '', lines: [], fixed: NOTHING, usage: NOTHING };
  const rule: Coster | undefined = Object.hasOwn(RULES, resource.type) ? RULES[resource.type] : undefined;
  if (rule === undefined && world.book.isFree(resource.type)) return { ...nothing, status: 'free', notes: ['carries no charge of its own'] };
  const inBook = provider !== undefined && rule === undefined && world.book.facts(provider).hasService(resource.type);
  if (rule === undefined && !inBook) {
    return { ...nothing, status: 'unknown', notes: [provider === undefined ? `the price book has no provider of ${resource.type}` : `the price book has no price of ${resource.type}`] };
  }
  const where = regions.of(resource, provider ?? 'generic');
  const costing = new Costing(world, resource, { provider: provider ?? 'generic', region: where.region }, usage.of(resource.address, resource.type));
  const run = attempt(() => (rule ?? costFromBook)(costing));
  if ('undetermined' in run) costing.unknown('Resource', 'fixed', run.undetermined);
  return finished(about, costing, where, resource.instancesUnknown);
}

type About = Pick<ResourceCost, 'address' | 'type' | 'module' | 'tags' | 'location'>;

function finished(about: About, costing: Costing, where: { region: string; assumed?: string }, instancesUnknown: string | undefined): ResourceCost {
  const lines = instancesUnknown === undefined ? costing.lines : costing.lines.map((line) => ofUnknownNumber(line, instancesUnknown));
  const sum = (kind: CostLine['kind']): ResourceCost['fixed'] => sumOfSpans(lines.flatMap((line) => (line.kind === kind && line.monthly !== undefined ? [line.monthly] : [])));
  const status = statusOf(costing, lines);
  const nothing = status === 'unknown' && lines.length === 0 && costing.notes.length === 0 ? 'its attributes name nothing that could be priced' : undefined;
  const why = [costing.elsewhere, costing.free, nothing].filter((one) => one !== undefined);
  const assumed = where.assumed === undefined || lines.length === 0 ? [] : [where.assumed];
  return { ...about, region: where.region, status, notes: [...why, ...costing.notes, ...assumed], lines, fixed: sum('fixed'), usage: sum('usage') };
}

/** How many there are is not known: the price of one stands, its amount does not. */
function ofUnknownNumber(line: CostLine, reason: string): CostLine {
  const { monthly, ...rest } = line;
  return monthly === undefined ? line : { ...rest, unknown: `the number of instances is not known (${reason}); one is ${times(monthly, Decimal.one).value.toFixed(2)} USD a month` };
}

function statusOf(costing: Costing, lines: readonly CostLine[]): CostStatus {
  if (costing.elsewhere !== undefined && lines.length === 0) return 'elsewhere';
  if (costing.free !== undefined && lines.length === 0) return 'free';
  return statusOfLines(lines);
}
