/**
 * How much dearer a region is than the provider's base region: the median over shared compute types.
 *
 * Usage prices follow compute less well than hours do, so an estimate is never better than `low`, and the
 * span of the quartiles is the honest error bar. Prices that are the same in every commercial region are
 * not multiplied.
 */
import { Decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import type { PriceProvider } from './price.ts';

export interface RegionFactor {
  factor: Decimal;
  low: Decimal;
  high: Decimal;
}

/** Equal in every region seen, in the commercial partition: service, or service and beginning of the dimension. */
const SAME_EVERYWHERE: readonly (readonly [service: string, dimension: string])[] = [
  ['aws_public_ipv4', ''],
  ['aws_eip', ''],
  ['aws_kms_key', 'Customer master key'],
  ['aws_kms_external_key', ''],
  ['aws_sqs_queue', 'Requests [standard]'],
  ['aws_ecr_repository', 'Storage'],
  ['aws_eks_cluster', ''],
  ['aws_cloudwatch_metric_alarm', ''],
  ['aws_lb', 'Load balancer capacity units'],
  ['aws_route53_zone', ''],
  ['aws_route53_record', ''],
  ['aws_route53_health_check', ''],
  ['aws_secretsmanager_secret', ''],
  ['aws_wafv2_web_acl', ''],
  ['aws_waf_web_acl', ''],
  ['aws_globalaccelerator_accelerator', ''],
  ['aws_globalaccelerator_endpoint_group', ''],
  ['aws_cloudfront_distribution', ''],
  ['aws_cloudfront_function', ''],
  ['aws_cloudwatch_dashboard', ''],
  ['azurerm_nat_gateway', ''],
  ['azurerm_private_endpoint', 'Private endpoint'],
  ['azurerm_bastion_host', 'Bastion host'],
  ['azurerm_public_ip', ''],
  ['azurerm_cosmosdb_sql_database', 'Provisioned throughput'],
  ['azurerm_dns_zone', ''],
  ['azurerm_app_service_certificate_order', ''],
  ['azurerm_network_connection_monitor', ''],
  ['azurerm_synapse_workspace', 'Data pipeline'],
  ['azurerm_synapse_workspace', 'Serverless SQL'],
  ['azurerm_data_factory_integration_runtime_self_hosted', ''],
  ['azurerm_data_factory_integration_runtime_azure', 'Orchestration'],
  ['azurerm_private_dns_zone', ''],
  ['google_kms_crypto_key', ''],
  ['google_dns_managed_zone', ''],
  ['google_dns_record_set', ''],
  ['google_container_cluster', 'Cluster management fee'],
  ['google_pubsub_topic', ''],
  ['google_pubsub_subscription', 'Message delivery data'],
  ['google_secret_manager_secret', ''],
];

export const BASE_REGIONS: Readonly<Partial<Record<PriceProvider, string>>> = { aws: 'us-east-1', azure: 'eastus', gcp: 'us-central1' };

export function isSameEverywhere(service: string, dimension: string, region: string): boolean {
  return !region.startsWith('us-gov') && !region.startsWith('cn-') && !region.startsWith('usgov') && SAME_EVERYWHERE.some(([one, start]) => one === service && dimension.startsWith(start));
}

export class RegionFactors {
  readonly #factors = new Map<string, RegionFactor>();

  constructor(text: string) {
    for (const [provider = '', , region = '', factor = '', q1 = '', q3 = ''] of readCsv(text).rows) {
      const [middle, low, high] = [factor, q1, q3].map((cell) => Decimal.parse(cell));
      if (middle !== undefined) this.#factors.set(`${provider} ${region}`, { factor: middle, low: low ?? middle, high: high ?? middle });
    }
  }

  /** The cheapest and the dearest region, for what is in a region that nobody tells. */
  spread(provider: PriceProvider): { low: Decimal; high: Decimal } {
    let [low, high] = [Decimal.one, Decimal.one];
    for (const [key, { factor }] of this.#factors) {
      if (!key.startsWith(`${provider} `)) continue;
      if (factor.compare(low) < 0) low = factor;
      if (factor.compare(high) > 0) high = factor;
    }
    return { low, high };
  }

  /** Undefined for a region that no table knows. The base region is 1. */
  of(provider: PriceProvider, region: string): RegionFactor | undefined {
    if (region === BASE_REGIONS[provider]) return { factor: Decimal.one, low: Decimal.one, high: Decimal.one };
    return this.#factors.get(`${provider} ${region}`);
  }
}
