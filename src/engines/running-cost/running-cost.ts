/**
 * What each service costs in each environment while it runs, with the evidence of every number.
 *
 * A replica costs the larger of what its containers ask for and what it uses, as in OpenCost's specification; where they
 * ask for nothing it costs what was measured, and where nothing was measured either it is unknown. What several services
 * share (a database) is divided evenly among them; what nobody uses any more goes on costing and stands by itself.
 */
import { Decimal } from '../../domain/money.ts';
import type { ScoreContainer, ScoreDocument } from '../../domain/kinds/workload.ts';
import { NO_SERVICE } from '../../domain/running-cost.ts';
import type { RunningCostBasis, RunningCostCategory, RunningCostLine, RunningCostPart, RunningCostRate } from '../../domain/running-cost.ts';
import { parseQuantity } from '../../formats/kubernetes/quantity.ts';
import { apportion } from '../cost-allocation/apportion.ts';
import type { UnknownPrice } from '../price-book/price.ts';
import { isRate, rateAmount } from './rates.ts';
import type { RunningRates } from './rates.ts';

const BYTES_A_GIB = new Decimal(BigInt(2 ** 30), 0);
const DIGITS = 12;

/** Average since the last look; a resource that was not measured is missing. */
export interface ReplicaUsage {
  cores?: number;
  memoryBytes?: number;
}

export interface RunningRevision {
  namespace: string;
  service: string;
  environment: string;
  release: string;
  workload: ScoreDocument;
  /** One entry a replica that runs; empty where nothing is known of it. */
  replicas: readonly ReplicaUsage[];
}

export interface RunningClaim {
  namespace: string;
  environment: string;
  name: string;
  type: string;
  params: Readonly<Record<string, unknown>>;
  workloads: readonly string[];
  /** Size of what is in it, measured. */
  storedBytes?: number;
}

type Resource = 'cpu' | 'memory';
type Place = Pick<RunningCostLine, 'namespace' | 'service' | 'environment' | 'category'>;

/** One line for each place and category, sorted; types of claims that hold nothing (`route`, `dns` ...) cost nothing and are not here. */
export function runningCost(revisions: readonly RunningRevision[], claims: readonly RunningClaim[], rates: RunningRates): RunningCostLine[] {
  const parts = new Map<string, { place: Place; parts: RunningCostPart[] }>();
  const add = (place: Place, part: RunningCostPart): void => {
    const key = JSON.stringify([place.namespace, place.service, place.environment, place.category]);
    const known = parts.get(key);
    if (known === undefined) parts.set(key, { place, parts: [part] });
    else known.parts.push(part);
  };
  for (const revision of revisions) {
    const { namespace, service, environment } = revision;
    if (revision.replicas.length === 0) continue;
    add({ namespace, service, environment, category: 'compute' }, replicaPart(revision, 'cpu', rates.cpu));
    add({ namespace, service, environment, category: 'memory' }, replicaPart(revision, 'memory', rates.memory));
  }
  for (const claim of claims) for (const { place, part } of claimParts(claim, rates)) add(place, part);
  return [...parts.values()].map(({ place, parts: own }) => lineOf(place, own, rates.currency)).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function sortKey({ namespace, service, environment, category }: Place): string {
  return [namespace, service, environment, category].join('\u0000');
}

function lineOf(place: Place, parts: readonly RunningCostPart[], currency: string): RunningCostLine {
  const known = parts.flatMap(({ hourly }) => (hourly === undefined ? [] : [Decimal.parse(hourly) ?? Decimal.zero]));
  return {
    ...place,
    currency,
    ...(known.length === 0 ? {} : { hourly: known.reduce((sum, amount) => sum.plus(amount), Decimal.zero).toString() }),
    incomplete: parts.some((part) => part.unknown !== undefined),
    estimated: parts.some((part) => part.rate !== undefined && part.rate.method !== 'own'),
    parts,
  };
}

interface Asked {
  amount: Decimal;
  /** Containers that say nothing. */
  silent: string[];
  onlyLimits: boolean;
}

/** A limit without a request is what is asked for. */
function askedOf(workload: ScoreDocument, resource: Resource): Asked {
  const asked: Asked = { amount: Decimal.zero, silent: [], onlyLimits: true };
  for (const [name, container] of Object.entries(workload.containers)) {
    const requested = quantityOf(container.resources?.requests?.[resource], resource);
    const amount = requested ?? quantityOf(limitOf(container, resource), resource);
    if (requested !== undefined) asked.onlyLimits = false;
    if (amount === undefined) asked.silent.push(name);
    else asked.amount = asked.amount.plus(amount);
  }
  return asked;
}

function limitOf(container: ScoreContainer, resource: Resource): string | undefined {
  return container.resources?.limits?.[resource];
}

/** Cores, or GiB; undefined for what is no quantity. */
function quantityOf(text: unknown, resource: Resource): Decimal | undefined {
  // Score writes K for a thousand, Kubernetes k.
  const value = parseQuantity(typeof text === 'string' ? text.replace(/(\d)K$/, '$1k') : text);
  if (value === undefined || value.isNegative) return undefined;
  return resource === 'cpu' ? value : value.dividedBy(BYTES_A_GIB, DIGITS);
}

function replicaPart({ release, workload, replicas }: RunningRevision, resource: Resource, rate: RunningCostRate | UnknownPrice): RunningCostPart {
  const asked = askedOf(workload, resource);
  const silent = asked.silent.length > 0;
  const all = Object.keys(workload.containers).length === asked.silent.length;
  const measured = replicas.map((usage) => measuredOf(usage, resource));
  const about = { what: `replicas of ${release}`, replicas: replicas.length, unit: resource === 'cpu' ? ('vCPU' as const) : ('GiB' as const), ...(isRate(rate) ? { rate } : {}) };
  if (!isRate(rate)) return { ...about, unknown: rate.unknown };
  if (silent && measured.some((usage) => usage === undefined)) {
    return { ...about, unknown: `${asked.silent.length === 1 ? 'the container' : 'the containers'} ${asked.silent.join(', ')} ${asked.silent.length === 1 ? 'asks' : 'ask'} for no ${resource === 'cpu' ? 'CPU' : 'memory'}, and what is used was not measured yet` };
  }
  const amounts = measured.map((usage) => (usage !== undefined && usage.compare(asked.amount) > 0 ? usage : asked.amount));
  const sum = amounts.reduce((total, amount) => total.plus(amount), Decimal.zero);
  const above = measured.some((usage) => usage !== undefined && usage.compare(asked.amount) > 0);
  const basis: RunningCostBasis = above || all ? 'measured' : asked.onlyLimits ? 'limit' : 'requested';
  return { ...about, basis, quantity: sum.dividedBy(new Decimal(BigInt(replicas.length), 0), 6).toString(), hourly: sum.times(rateAmount(rate)).rounded(DIGITS).toString() };
}

function measuredOf({ cores, memoryBytes }: ReplicaUsage, resource: Resource): Decimal | undefined {
  const value = resource === 'cpu' ? cores : memoryBytes;
  const read = value === undefined || value < 0 ? undefined : Decimal.of(value);
  return resource === 'cpu' ? read?.rounded(6) : read?.dividedBy(BYTES_A_GIB, DIGITS);
}

/** Types that hold data: what they hold costs storage, and a database by itself too. */
function claimParts(claim: RunningClaim, rates: RunningRates): { place: Place; part: RunningCostPart }[] {
  if (claim.type !== 'volume' && claim.type !== 'postgres') return [];
  const stored = storedPart(claim, rates.storage);
  const parts: { category: RunningCostCategory; part: RunningCostPart }[] = [{ category: 'storage', part: stored }];
  if (claim.type === 'postgres') {
    const about = { what: `${claim.type} ${claim.name}`, replicas: 1, basis: 'counted' as const, quantity: '1', unit: 'database' as const };
    parts.push({ category: 'database', part: isRate(rates.database) ? { ...about, rate: rates.database, hourly: rates.database.amount } : { ...about, unknown: rates.database.unknown } });
  }
  const services = claim.workloads.length === 0 ? [NO_SERVICE] : claim.workloads;
  return parts.flatMap(({ category, part }) => divided(part, services.length).map((own, index) => ({ place: { namespace: claim.namespace, service: services[index] ?? NO_SERVICE, environment: claim.environment, category }, part: own })));
}

function storedPart({ type, name, params, storedBytes }: RunningClaim, rate: RunningCostRate | UnknownPrice): RunningCostPart {
  const about = { what: `${type} ${name}`, replicas: 1, unit: 'GiB' as const };
  if (!isRate(rate)) return { ...about, unknown: rate.unknown };
  const declared = parseQuantity(Object.hasOwn(params, 'size') ? params['size'] : undefined);
  const measured = storedBytes === undefined ? undefined : Decimal.of(storedBytes);
  const bytes = declared !== undefined && (measured === undefined || measured.compare(declared) <= 0) ? declared : measured;
  if (bytes === undefined || bytes.isNegative) return { ...about, rate, unknown: `no size is declared (params.size), and what it holds is not measured` };
  const size = bytes.dividedBy(BYTES_A_GIB, DIGITS);
  return { ...about, rate, basis: bytes === declared ? 'declared' : 'measured', quantity: size.rounded(6).toString(), hourly: size.times(rateAmount(rate)).rounded(DIGITS).toString() };
}

/** Even shares of one thing, which sum to it. */
function divided(part: RunningCostPart, among: number): RunningCostPart[] {
  if (among === 1) return [part];
  const share = Decimal.one.dividedBy(new Decimal(BigInt(among), 0), 4).toString();
  const { hourly, ...rest } = part;
  if (hourly === undefined) return Array.from({ length: among }, () => ({ ...rest, share }));
  return apportion(Decimal.parse(hourly) ?? Decimal.zero, Array.from({ length: among }, () => Decimal.one)).map((amount) => ({ ...rest, share, hourly: amount.toString() }));
}
