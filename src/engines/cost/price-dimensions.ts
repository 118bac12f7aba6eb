/**
 * What decides the price of a resource type, found by trying its rule.
 *
 * Whatever the rule reads is noted and then given values, one attribute at a time: flags, numbers, and the
 * words of modes and kinds that rules ask for. An attribute decides a line when one of its values changes
 * whether there is the line, its price or its quantity, for a bare resource or for one that has as much as
 * can be. So the answer is the rules' behaviour and cannot differ from it; a word that no
 * list below has stays unseen, which leaves an attribute out and never puts a wrong one in.
 */
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { PriceProvider } from '../price-book/price.ts';
import { BASE_REGIONS } from '../price-book/region-factors.ts';
import type { CostLine } from './cost-line.ts';
import { attempt, Costing } from './costing.ts';
import type { Coster, CostingWorld } from './costing.ts';
import { priceProviderOf } from './region.ts';
import { Usage } from './usage.ts';

export interface PriceDimension {
  name: string;
  kind: 'fixed' | 'usage';
  /** Dotted paths, sorted. */
  attributes: readonly string[];
}

const VALUES: readonly AttributeValue[] = [
  {}, true, 4, 100_000, '-1', 'PROVISIONED', 'ON_DEMAND', 'gp3', 'io1', 'standard', 'network', 'Interface', 'FARGATE', 'serverless', 'MicrosoftAD', 'Premium', 'Standard', 'Advanced', 'unlimited', 'CapacityReservation',
  'WAF_v2', 'EP1', 'WS1', 'GP_Gen5_4', 'GP_S_Gen5_2', 'S3', 'GP_Gen5', 'P1', 'PremiumV2_LRS', 'UltraSSD_LRS', 'StandardSSD_LRS', 'Standard_D2s_v3', 'n2-custom-4-8192', 'n2-standard-4', 'db-custom-2-7680', 'REGIONAL', 'SQLSERVER_2019_STANDARD', 'STANDARD_HA', 'provisioned', 'vip',
  'hyperdisk-extreme', 'NEARLINE', 'G.1X', 'mysql', 'postgres', '5.7', 'db.t3.medium', 'db.r5.large', 'db.serverless', 't3.micro', 'm5.large', 'ra3.4xlarge', 'cache.r5.large', 'm5.large.search', 'kafka.m5.large', 'mq.m5.large', 'ActiveMQ', 'HTTPS_STR_MATCH', 'USER_PROVISIONED', 'dedicated', 'WEBSOCKET', 'us-west-2', 'db.r6g.large',
];

/** Notes the full path of what a rule reads, also within the blocks that it took out. */
class WatchedCosting extends Costing {
  readonly reads: Set<string>;
  readonly #places = new WeakMap<object, string>();

  constructor(world: CostingWorld, resource: ResourceInstance, where: { provider: PriceProvider; region: string }, reads: Set<string>) {
    super(world, resource, where, new Usage('small').of(resource.address, resource.type));
    this.reads = reads;
  }

  override value(path: string, from?: AttributeValue): AttributeValue | undefined {
    const above = typeof from === 'object' && from !== null ? this.#places.get(from) : undefined;
    const full = (above === undefined ? path : `${above}.${path}`).replaceAll(/\.\d+(?=\.|$)/g, '');
    this.reads.add(full);
    const value = super.value(path, from);
    for (const part of Array.isArray(value) ? (value as readonly AttributeValue[]) : [value]) if (typeof part === 'object' && part !== null) this.#places.set(part, full);
    return value;
  }
}

function withValue(attributes: AttributeValue, path: readonly string[], value: AttributeValue): AttributeValue {
  const [step, ...rest] = path;
  if (step === undefined) return structuredClone(value);
  const before = typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes) ? (attributes as { readonly [name: string]: AttributeValue }) : {};
  return { ...before, [step]: withValue(before[step] ?? {}, rest, value) };
}

type Lines = ReadonlyMap<string, { kind: CostLine['kind']; said: string }>;

/** The lines of a rule for one resource, by name, each with what it says: its price and quantity, or why not. */
function linesOf(type: string, rule: Coster, book: PriceBook, attributes: AttributeValue, reads: Set<string>): Lines {
  const provider = priceProviderOf(type) ?? 'generic';
  const instance: ResourceInstance = { address: `${type}.tried`, resource: `${type}.tried`, module: '', mode: 'managed', type, name: 'tried', provider: { localName: '' }, attributes: attributes as ResourceInstance['attributes'], references: [] };
  const world: CostingWorld = { book, follow: () => undefined, leadingTo: () => [], count: () => 1, today: '2026-11-22' };
  const costing = new WatchedCosting(world, instance, { provider, region: BASE_REGIONS[provider] ?? 'any' }, reads);
  attempt(() => rule(costing));
  return new Map(costing.lines.map((line) => [line.name, { kind: line.kind, said: line.monthly === undefined ? (line.unknown ?? '') : `${line.price?.dimension ?? ''} ${line.price?.amount.toString() ?? ''} x ${line.quantity?.value.toString() ?? ''}` }]));
}

/** How much of a rule is at work for a resource: lines with an amount count most, then lines, then attributes that are asked for. */
function reach(lines: Lines, reads: number): number {
  return [...lines.values()].filter((line) => line.said.includes(' x ')).length * 10_000 + lines.size * 100 + reads;
}

/** A resource that has as much as can be: values are added as long as they bring lines, amounts or questions. */
function fullExample(run: (attributes: AttributeValue) => Lines, reads: ReadonlySet<string>): AttributeValue {
  let full: AttributeValue = {};
  let best = reach(run(full), reads.size);
  for (let round = 0; round < 2; round += 1) {
    for (const path of reads) {
      for (const value of VALUES) {
        const attributes = withValue(full, path.split('.'), value);
        const reached = reach(run(attributes), reads.size);
        if (reached <= best) continue;
        [full, best] = [attributes, reached];
      }
    }
  }
  return full;
}

/** The lines of a type's rule, in the order they were found, with the attributes that decide them. */
export function priceDimensions(type: string, rule: Coster, book: PriceBook): PriceDimension[] {
  const reads = new Set<string>();
  const run = (attributes: AttributeValue): Lines => linesOf(type, rule, book, attributes, reads);
  const found = new Map<string, { kind: CostLine['kind']; attributes: Set<string> }>();
  for (const start of [{}, fullExample(run, reads)]) {
    const before = run(start);
    for (const [name, { kind }] of before) if (!found.has(name)) found.set(name, { kind, attributes: new Set() });
    for (const path of reads) {
      for (const value of VALUES) {
        const after = run(withValue(start, path.split('.'), value));
        for (const [name, { kind }] of [...before, ...after]) {
          const general = typeof value === 'object' ? name : name.replace(` ${String(value)}`, ' ...');
          const line = found.get(general) ?? { kind, attributes: new Set<string>() };
          found.set(general, line);
          if (before.get(name)?.said !== after.get(name)?.said) line.attributes.add(path);
        }
      }
    }
  }
  const place = priceProviderOf(type) === 'azure' ? 'location' : 'region';
  return [...found].map(([name, { kind, attributes }]) => ({ name, kind, attributes: [...new Set([...attributes, place])].sort() })).filter(({ name }, _, all) => !all.some((other) => other.name.endsWith('...') && name !== other.name && name.startsWith(other.name.slice(0, -3))));
}
