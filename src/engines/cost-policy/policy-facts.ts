/**
 * What an expression can ask: sums of the part of the estimate that a policy is about, and each of its resources.
 *
 * A resource whose price is not known in full leaves every sum it is in open above. Usage that was not given is not
 * part of the sums, as everywhere in the estimate; `coverage.usage` counts the resources that have such, and a single
 * resource that costs by usage alone is unknown.
 */
import { Decimal, sumOf } from '../../domain/money.ts';
import type { CostEstimate, ResourceCost } from '../cost/cost-line.ts';
import type { Currency } from '../cost/currency.ts';
import { totalOf } from '../cost/difference.ts';
import { rollUpNameOf } from '../cost/roll-up.ts';
import { globMatches } from '../drift/glob.ts';
import { HOURS_A_MONTH } from '../price-book/units.ts';
import { Amount } from './amount.ts';
import type { PolicyScope } from './policy.ts';

const NAMED = 3;
const HUNDRED = new Decimal(100n, 0);

/** Fields of `total`. */
export class TotalFacts {
  readonly monthly: Amount;
  readonly hourly: Amount;
  readonly fixed: Amount;
  readonly usage: Amount;
  constructor(monthly: Amount, fixed: Amount, usage: Amount) {
    this.monthly = monthly;
    this.hourly = monthly.dividedBy(Amount.exactly(HOURS_A_MONTH));
    this.fixed = fixed;
    this.usage = usage;
  }
}

/** Fields of `change`; all are unknown when there is nothing to compare with. */
export class ChangeFacts {
  readonly monthly: Amount;
  readonly percent: Amount;
  readonly before: Amount;
  readonly after: Amount;
  readonly added: Amount;
  readonly removed: Amount;
  constructor(facts: { before: Amount; after: Amount; monthly: Amount; percent: Amount; added: Amount; removed: Amount }) {
    this.monthly = facts.monthly;
    this.percent = facts.percent;
    this.before = facts.before;
    this.after = facts.after;
    this.added = facts.added;
    this.removed = facts.removed;
  }
}

/** Fields of `coverage`: numbers of resources, and the amount that rests on estimated prices. */
export class CoverageFacts {
  readonly resources: bigint;
  readonly priced: bigint;
  readonly partly: bigint;
  /** Without an amount, or with a part of one. */
  readonly unknown: bigint;
  readonly usage: bigint;
  readonly free: bigint;
  readonly estimated: Amount;
  constructor(resources: readonly ResourceCost[], money: (value: Decimal) => Decimal) {
    const count = (...statuses: string[]): bigint => BigInt(resources.filter(({ status }) => statuses.includes(status)).length);
    this.resources = BigInt(resources.length);
    this.priced = count('priced');
    this.partly = count('partly');
    this.unknown = count('unknown', 'partly');
    this.usage = BigInt(resources.filter((resource) => resource.lines.some((line) => line.kind === 'usage' && line.monthly === undefined)).length);
    this.free = count('free');
    this.estimated = Amount.exactly(money(sumOf(resources.flatMap((resource) => resource.lines.flatMap((line) => (line.price?.method === 'estimated' && line.monthly !== undefined ? [line.monthly.value] : []))))), 'money');
  }
}

/** Fields of `resource`, and of the members of `resources`. */
export class ResourceFacts {
  readonly address: string;
  readonly type: string;
  readonly module: string;
  readonly region: string;
  readonly status: string;
  readonly team: string;
  readonly component: string;
  readonly environment: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly monthly: Amount;
  readonly fixed: Amount;
  readonly usage: Amount;
  readonly change: Amount;
  constructor(cost: ResourceCost, amounts: { monthly: Amount; fixed: Amount; usage: Amount; change: Amount }, environment: string) {
    this.address = cost.address;
    this.type = cost.type;
    this.module = cost.module;
    this.region = cost.region;
    this.status = cost.status;
    this.team = rollUpNameOf(cost, 'team');
    this.component = rollUpNameOf(cost, 'component');
    this.environment = environment;
    this.tags = new Map(Object.entries(cost.tags));
    this.monthly = amounts.monthly;
    this.fixed = amounts.fixed;
    this.usage = amounts.usage;
    this.change = amounts.change;
  }
}

/** Each figure is reckoned when it is first asked for: most policies ask for one or two. */
export interface PolicyFacts {
  /** How many resources are in scope. */
  readonly count: number;
  readonly total: TotalFacts;
  readonly change: ChangeFacts;
  readonly coverage: CoverageFacts;
  readonly resources: readonly ResourceFacts[];
  readonly teams: ReadonlyMap<string, Amount>;
  readonly components: ReadonlyMap<string, Amount>;
  readonly modules: ReadonlyMap<string, Amount>;
  readonly types: ReadonlyMap<string, Amount>;
  readonly tags: ReadonlyMap<string, ReadonlyMap<string, Amount>>;
}

export interface PolicyInput {
  after: CostEstimate;
  before?: CostEstimate;
  /** Of the amounts that expressions see. */
  currency: Pick<Currency, 'rate'>;
  /** Of resources whose tags name none. */
  environment: string;
  /** Whether a resource is written the same on both sides, so that an unknown price of it changes nothing. */
  unchanged?: (address: string) => boolean;
}

export function factsOf({ after, before, currency, environment, unchanged = () => false }: PolicyInput, scope: PolicyScope): PolicyFacts {
  const money = (value: Decimal): Decimal => value.times(currency.rate);
  const inScope = (resource: ResourceCost): boolean => isInScope(resource, scope, environment);
  const now = after.resources.filter(inScope);
  const then = before?.resources.filter(inScope);
  const earlier = new Map(then?.map((resource) => [resource.address, resource]));
  const change = (resource: ResourceCost): Amount => {
    const old = earlier.get(resource.address);
    if (then === undefined) return nothingToCompare('money');
    if (old === undefined) return ofResource(resource, money);
    return isOpen(resource) && isOpen(old) && unchanged(resource.address) ? Amount.exactly(Decimal.zero, 'money') : ofResource(resource, money).minus(ofResource(old, money));
  };
  const sumBy = (nameOf: (resource: ResourceCost) => string): Map<string, Amount> => new Map([...grouped(now, nameOf)].map(([name, members]) => [name, sumOfResources(members, money)]));
  return lazily(now.length, {
    total: () => new TotalFacts(sumOfResources(now, money), sumOfResources(now, money, (one) => one.fixed.value), sumOfResources(now, money, (one) => one.usage.value)),
    change: () => changeOf(now, then, money, unchanged),
    coverage: () => new CoverageFacts(now, money),
    resources: () => now.map((resource) => new ResourceFacts(resource, { monthly: ofResource(resource, money), fixed: ofResource(resource, money, (one) => one.fixed.value), usage: ofResource(resource, money, (one) => one.usage.value), change: change(resource) }, environmentOf(resource, environment))),
    teams: () => sumBy((resource) => rollUpNameOf(resource, 'team')),
    components: () => sumBy((resource) => rollUpNameOf(resource, 'component')),
    modules: () => sumBy((resource) => rollUpNameOf(resource, 'module')),
    types: () => sumBy((resource) => resource.type),
    tags: () => new Map([...byTag(now)].map(([tag, values]) => [tag, new Map([...values].map(([value, members]) => [value, sumOfResources(members, money)]))])),
  });
}

type Figures = Omit<PolicyFacts, 'count'>;

function lazily(count: number, figures: { readonly [Name in keyof Figures]: () => Figures[Name] }): PolicyFacts {
  const facts = { count };
  for (const name of Object.keys(figures) as (keyof Figures)[]) {
    let known: unknown;
    Object.defineProperty(facts, name, { enumerable: true, get: () => (known ??= figures[name]()) });
  }
  return facts as PolicyFacts;
}

type Part = (resource: ResourceCost) => Decimal;

function isOpen({ status }: ResourceCost): boolean {
  return status === 'unknown' || status === 'partly';
}

function sumOfResources(resources: readonly ResourceCost[], money: (value: Decimal) => Decimal, part: Part = totalOf): Amount {
  const open = resources.filter(isOpen);
  const value = money(sumOf(resources.map(part)));
  return open.length === 0 ? Amount.exactly(value, 'money') : new Amount(value, undefined, reasonOf(open), 'money');
}

function ofResource(resource: ResourceCost, money: (value: Decimal) => Decimal, part: Part = totalOf): Amount {
  const value = money(part(resource));
  if (resource.status === 'usage') return new Amount(value, undefined, `${resource.address} costs by usage, which was not given`, 'money');
  return isOpen(resource) ? new Amount(value, undefined, reasonOf([resource]), 'money') : Amount.exactly(value, 'money');
}

/** `the cost of 2 resources is not known: aws_x.a (no price), aws_y.b`. */
function reasonOf(open: readonly ResourceCost[]): string {
  const named = open.slice(0, NAMED).map((resource) => `${resource.address} (${resource.lines.find((line) => line.kind === 'fixed' && line.unknown !== undefined)?.unknown ?? resource.notes[0] ?? 'no price'})`);
  return `the cost of ${open.length === 1 ? 'one resource' : `${open.length} resources`} is not known: ${named.join(', ')}${open.length > NAMED ? ' and others' : ''}`;
}

function nothingToCompare(unit: Amount['unit']): Amount {
  return new Amount(undefined, undefined, 'there is nothing to compare with: give --compare, or a plan', unit);
}

function changeOf(now: readonly ResourceCost[], then: readonly ResourceCost[] | undefined, money: (value: Decimal) => Decimal, unchanged: (address: string) => boolean): ChangeFacts {
  const after = sumOfResources(now, money);
  if (then === undefined) return new ChangeFacts({ before: nothingToCompare('money'), after, monthly: nothingToCompare('money'), percent: nothingToCompare('percent'), added: nothingToCompare('count'), removed: nothingToCompare('count') });
  const before = sumOfResources(then, money);
  const [here, there] = [new Set(now.map((one) => one.address)), new Set(then.map((one) => one.address))];
  const count = (resources: readonly ResourceCost[], others: ReadonlySet<string>): Amount => Amount.exactly(new Decimal(BigInt(resources.filter((one) => !others.has(one.address)).length), 0), 'count');
  const monthly = differenceOf(now, then, money, (one) => here.has(one.address) && there.has(one.address) && isOpen(one) && unchanged(one.address));
  return new ChangeFacts({ before, after, monthly, percent: percentOf(monthly, before), added: count(now, there), removed: count(then, here) });
}

/** What is unknown and written the same on both sides costs the same on both. */
function differenceOf(now: readonly ResourceCost[], then: readonly ResourceCost[], money: (value: Decimal) => Decimal, same: (resource: ResourceCost) => boolean): Amount {
  return sumOfResources(now.filter((one) => !same(one)), money).minus(sumOfResources(then.filter((one) => !same(one)), money));
}

function percentOf(change: Amount, before: Amount): Amount {
  const base = before.exact;
  if (base === undefined) return new Amount(undefined, undefined, before.why, 'percent');
  if (!base.isZero) return new Amount(...ends(change.dividedBy(before).times(Amount.exactly(HUNDRED))), change.why, 'percent');
  return change.exact?.isZero === true ? Amount.exactly(Decimal.zero, 'percent') : new Amount(undefined, undefined, 'before it cost nothing, so there is no percentage', 'percent');
}

function ends(amount: Amount): [Decimal | undefined, Decimal | undefined] {
  return [amount.low, amount.high];
}

function grouped(resources: readonly ResourceCost[], nameOf: (resource: ResourceCost) => string): Map<string, ResourceCost[]> {
  const groups = new Map<string, ResourceCost[]>();
  for (const resource of resources) {
    const name = nameOf(resource);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [resource]);
    else group.push(resource);
  }
  return groups;
}

/** In one pass, however many names of tags there are. */
function byTag(resources: readonly ResourceCost[]): Map<string, Map<string, ResourceCost[]>> {
  const tags = new Map<string, Map<string, ResourceCost[]>>();
  for (const resource of resources) {
    for (const [tag, value] of Object.entries(resource.tags)) {
      const values = tags.get(tag) ?? new Map<string, ResourceCost[]>();
      tags.set(tag, values);
      const members = values.get(value);
      if (members === undefined) values.set(value, [resource]);
      else members.push(resource);
    }
  }
  return tags;
}

function environmentOf(resource: ResourceCost, otherwise: string): string {
  for (const tag of ['environment', 'env', 'stage']) {
    const name = rollUpNameOf(resource, `tag:${tag}`);
    if (!name.startsWith('(')) return name;
  }
  return otherwise;
}

function isInScope(resource: ResourceCost, { module, team, component, environment, type, address, tags }: PolicyScope, otherwise: string): boolean {
  const fits = (pattern: string | undefined, text: () => string): boolean => pattern === undefined || globMatches(pattern, text());
  return fits(module, () => rollUpNameOf(resource, 'module')) && fits(team, () => rollUpNameOf(resource, 'team')) && fits(component, () => rollUpNameOf(resource, 'component')) && fits(type, () => resource.type) && fits(address, () => resource.address) && fits(environment, () => environmentOf(resource, otherwise)) && Object.entries(tags).every(([name, pattern]) => Object.hasOwn(resource.tags, name) && globMatches(pattern, resource.tags[name] ?? ''));
}
