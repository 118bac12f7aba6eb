/**
 * The price book: facts, each with source, date, method and confidence, asked by key.
 *
 * Order of the look-up: own price, exact row, a row that holds everywhere, another region's row times the
 * factors of both regions (`estimated`), then what machine-prices.ts adds (another size, the provider's
 * default, the default rate of no provider), unknown. The first step that finds something ends it, and
 * the price says which it was. Tables are unpacked when they are first asked, so a model of one cloud pays
 * for one cloud.
 */
import { gunzipSync } from 'node:zlib';
import type { Decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import { FactTable, factsFrom } from './fact-table.ts';
import { KeyTable } from './key-table.ts';
import { OwnPrices } from './own-prices.ts';
import type { Price, PriceFiles, PriceProvider, UnknownPrice } from './price.ts';
import { BASE_REGIONS, isSameEverywhere, RegionFactors } from './region-factors.ts';

/** Bounds what a hostile own file may unpack to. */
const LARGEST_TABLE = 64 * 1024 * 1024;
/** Answers that are kept; a book may live as long as the control plane. */
const MOST_ANSWERS = 10_000;
const PROVIDERS: readonly PriceProvider[] = ['aws', 'azure', 'gcp', 'oci', 'linode', 'generic'];
const FREE_PROVIDERS = new Set(['null', 'random', 'time', 'tls', 'local', 'template', 'archive', 'http', 'external', 'cloudinit', 'terraform', 'azuread']);
/** What the gathered list leaves out: containers and settings of things that are charged themselves. */
const FREE_TYPES = new Set([
  'terraform_data', 'aws_vpc', 'aws_default_vpc', 'aws_subnet', 'aws_default_subnet', 'aws_ecs_cluster', 'aws_ecs_cluster_capacity_providers', 'aws_appautoscaling_target', 'aws_appautoscaling_policy', 'aws_internet_gateway', 'aws_ec2_transit_gateway', 'aws_default_route_table', 'aws_default_security_group', 'aws_default_network_acl',
  'aws_vpc_security_group_ingress_rule', 'aws_vpc_security_group_egress_rule', 'aws_eks_access_entry', 'aws_eks_access_policy_association', 'aws_eks_pod_identity_association', 'aws_api_gateway_resource', 'aws_iam_openid_connect_provider', 'aws_s3_bucket_lifecycle_configuration', 'aws_ecr_lifecycle_policy', 'aws_vpc_endpoint_connection_accepter',
  'azurerm_resource_group', 'azurerm_virtual_network', 'azurerm_subnet', 'azurerm_network_interface', 'azurerm_network_security_group', 'azurerm_cdn_frontdoor_endpoint', 'azurerm_cdn_frontdoor_origin', 'azurerm_cdn_frontdoor_origin_group', 'azurerm_cdn_frontdoor_route', 'azurerm_user_assigned_identity', 'azurerm_role_assignment', 'azurerm_mssql_server', 'azurerm_federated_identity_credential',
  'google_compute_network', 'google_compute_subnetwork', 'google_compute_firewall', 'google_project_service', 'google_service_account',
]);

export class PriceBook {
  readonly #files: PriceFiles;
  readonly own: OwnPrices;
  readonly #tables = new Map<string, KeyTable>();
  readonly #facts = new Map<PriceProvider, FactTable>();
  #factors: RegionFactors | undefined;
  #free: Set<string> | undefined;
  readonly #answered = new Map<string, Price | UnknownPrice>();

  /** @param options `asOf`: own prices that are younger than this day are left out, so that an older report can be made again. */
  constructor(files: PriceFiles, own: readonly { name: string; text: string }[] = [], options: { asOf?: string } = {}) {
    this.#files = files;
    this.own = new OwnPrices(own, options.asOf);
  }

  text(name: string): string {
    const bytes = this.#files.read(name);
    if (bytes === undefined) return '';
    return new TextDecoder().decode(name.endsWith('.gz') ? gunzipSync(bytes, { maxOutputLength: LARGEST_TABLE }) : bytes);
  }

  /** A large table by machine type: `aws-ec2`, `azure-vm`. */
  table(name: string): KeyTable {
    let table = this.#tables.get(name);
    if (table === undefined) this.#tables.set(name, (table = new KeyTable(this.text(`${name}.csv.gz`))));
    return table;
  }

  facts(provider: PriceProvider): FactTable {
    let facts = this.#facts.get(provider);
    if (facts === undefined) {
      this.#facts.set(provider, (facts = new FactTable()));
      for (const fact of factsFrom(this.text(`facts-${provider}.csv.gz`), provider)) facts.add(fact);
    }
    return facts;
  }

  get factors(): RegionFactors {
    return (this.#factors ??= new RegionFactors(this.text('region-factors.csv')));
  }

  /** A type that carries no charge of its own. A type in neither list is unknown, not free. */
  isFree(type: string): boolean {
    this.#free ??= new Set(readCsv(this.text('free-types.csv')).rows.map((row) => row[1] ?? ''));
    return this.#free.has(type) || FREE_TYPES.has(type) || FREE_PROVIDERS.has(type.split('_', 1)[0] ?? '');
  }

  /** A fact by its key. `services` are tried in turn: several Terraform types share a price that is written under one. */
  fact(provider: PriceProvider, services: string | readonly string[], region: string, dimension: string, unit?: string): Price | UnknownPrice {
    const names = typeof services === 'string' ? [services] : services;
    return this.once(`${provider} ${names.join(' ')}`, [region, dimension, unit ?? ''], () => this.#fact(provider, names, region, dimension, unit));
  }

  /**
   * The answer to a question that was asked before: of thousands of resources most are of few kinds. `what` and `words` are
   * the whole question; words may be anybody's, `what` and the number of words tell one kind of question from another.
   */
  once(what: string, words: readonly string[], find: () => Price | UnknownPrice): Price | UnknownPrice {
    // With the lengths, no two questions are written the same.
    let question = what;
    for (const word of words) question += `\n${word.length} ${word}`;
    const known = this.#answered.get(question);
    if (known !== undefined) return known;
    if (this.#answered.size >= MOST_ANSWERS) this.#answered.clear();
    const found = find();
    this.#answered.set(question, found);
    return found;
  }

  #fact(provider: PriceProvider, names: readonly string[], region: string, dimension: string, unit: string | undefined): Price | UnknownPrice {
    for (const service of names) {
      const own = this.own.price(provider, service, region, dimension);
      if (own !== undefined && (unit === undefined || own.unit === unit)) return { ...own, step: 'own' };
    }
    for (const service of names) {
      const exact = this.#exact(provider, service, region, dimension, unit);
      if (exact !== undefined) return this.own.discounted({ ...exact, step: 'exact' });
    }
    for (const service of names) {
      const estimated = this.#estimated(provider, service, region, dimension, unit);
      if (estimated !== undefined) return this.own.discounted(estimated);
    }
    return { unknown: `the price book has no ${JSON.stringify(dimension)} of ${names[0]}` };
  }

  #exact(provider: PriceProvider, service: string, region: string, dimension: string, unit: string | undefined): Price | undefined {
    const facts = this.facts(provider).of(service, dimension, unit);
    const everywhere = (fact: Price): boolean => fact.region === 'any' || fact.region === 'global';
    return facts.find((fact) => fact.region === region) ?? facts.find(everywhere);
  }

  /** From the base region where it has a row, otherwise from any that has one and a factor. */
  #estimated(provider: PriceProvider, service: string, region: string, dimension: string, unit: string | undefined): Price | undefined {
    const facts = this.facts(provider).of(service, dimension, unit);
    const from = facts.find((fact) => fact.region === BASE_REGIONS[provider]) ?? facts.find((fact) => this.factors.of(provider, fact.region) !== undefined);
    if (from === undefined) return undefined;
    if (isSameEverywhere(service, dimension, region)) return { ...from, region, confidence: from.confidence === 'low' ? 'low' : 'medium', step: 'exact', note: `the same in every region; row of ${from.region}` };
    return this.scaled(from, region);
  }

  /** A price carried to another region by the factors of both; undefined where one of them has none. */
  scaled(from: Price, region: string): Price | undefined {
    const to = this.factors.of(from.provider, region);
    const origin = this.factors.of(from.provider, from.region);
    if (to === undefined || origin === undefined) return undefined;
    const factor = to.factor.dividedBy(origin.factor, 4);
    const low = from.amount.times(to.low.dividedBy(origin.high, 4)).rounded(10);
    const high = from.amount.times(to.high.dividedBy(origin.low, 4)).rounded(10);
    const amount = from.amount.times(factor).rounded(10);
    return { ...from, region, amount, low: low.compare(amount) > 0 ? amount : low, high: high.compare(amount) < 0 ? amount : high, method: 'estimated', confidence: 'low', step: 'region', note: `${from.region} x ${factor.toString()}` };
  }

  /** What a vCPU, a GB or a GPU costs where nothing better is known; the last step before unknown. */
  defaultRate(what: 'CPU' | 'RAM' | 'Spot CPU' | 'Spot RAM' | 'Storage' | 'Network egress internet'): Price | undefined {
    const [rate] = this.facts('generic').of('default-rate', what);
    return rate === undefined ? undefined : { ...rate, method: 'estimated', confidence: 'low', step: 'generic', note: `default rate of ${rate.asOf.slice(0, 4)}` };
  }

  /** A price out of a large table, in its place in the order: own price, table, discount. */
  listed(found: { provider: PriceProvider; service: string; region: string; dimension: string; unit: string; amount: Decimal | undefined; asOf: string; source: string; note?: string }): Price | undefined {
    const own = this.own.price(found.provider, found.service, found.region, found.dimension);
    if (own !== undefined) return { ...own, step: 'own' };
    const { amount } = found;
    if (amount === undefined || amount.isZero || amount.isNegative) return undefined;
    return this.own.discounted({ ...found, amount, method: 'listed', confidence: 'high', step: 'exact' });
  }

  /** Every price with a key of its own: own ones and facts; the large tables are asked by name. */
  *everyFact(): Generator<Price> {
    yield* this.own.all();
    for (const provider of PROVIDERS) yield* this.facts(provider).all();
  }
}
