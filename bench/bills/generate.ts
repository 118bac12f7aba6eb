/** A bill of any size, the same on every machine: hourly charges of some thousand resources in one month, as a provider exports them. */
import { FOCUS_COLUMNS } from '../../src/formats/focus/columns.ts';
import { csvLine } from '../../src/formats/focus/csv-rows.ts';

const COLUMNS = [...FOCUS_COLUMNS.filter((column) => column.since === '1.0').map((column) => column.name), 'x_Operation', 'x_LineItem'];
const SERVICES: readonly (readonly [string, string, string, string])[] = [
  ['Amazon Elastic Compute Cloud', 'Compute', 'Hours', '0.0416'],
  ['Amazon Simple Storage Service', 'Storage', 'GB-Months', '0.0000318'],
  ['Amazon Relational Database Service', 'Databases', 'Hours', '0.171'],
  ['Amazon Simple Queue Service', 'Integration', 'Requests', '0.0000004'],
  ['AWS Lambda', 'Compute', 'GB-Seconds', '0.0000166667'],
];
const TEAMS = ['payments', 'search', 'mobile', 'data', 'platform'];

export function billHeader(): string {
  return csvLine(COLUMNS);
}

/** Row `index` of a bill with `resources` resources; hours repeat when there are more rows than a month has. */
export function billRow(index: number, resources = 2_000): string {
  const resource = index % resources;
  const hour = Math.floor(index / resources) % (30 * 24);
  const [service, category, unit, price] = SERVICES[resource % SERVICES.length] ?? SERVICES[0] ?? ['', '', '', ''];
  const at = (hours: number): string => new Date(Date.UTC(2026, 8, 1, hours)).toISOString().slice(0, 19).replace('T', ' ');
  const quantity = ((index * 7919) % 10_000) / 1_000;
  const cost = (Number(price) * quantity).toFixed(11);
  const values: Record<string, string> = {
    AvailabilityZone: `eu-west-1${'abc'[resource % 3] ?? 'a'}`, BilledCost: cost, BillingAccountId: '123456789012', BillingAccountName: 'Example', BillingCurrency: 'USD',
    BillingPeriodEnd: '2026-10-01 00:00:00', BillingPeriodStart: '2026-09-01 00:00:00', ChargeCategory: 'Usage', ChargeClass: 'NULL', ChargeDescription: `$${price} per ${unit} of ${service}, Europe (Ireland)`,
    ChargeFrequency: 'Usage-Based', ChargePeriodEnd: at(hour + 1), ChargePeriodStart: at(hour), ConsumedQuantity: String(quantity), ConsumedUnit: unit, ContractedCost: cost, ContractedUnitPrice: price,
    EffectiveCost: (Number(cost) * 0.9).toFixed(11), InvoiceIssuerName: 'Amazon Web Services, Inc.', ListCost: cost, ListUnitPrice: price, PricingCategory: 'Standard', PricingQuantity: String(quantity), PricingUnit: unit,
    ProviderName: 'AWS', PublisherName: 'Amazon Web Services, Inc.', RegionId: 'eu-west-1', RegionName: 'Europe (Ireland)', ResourceId: `arn:aws:service:eu-west-1:123456789012:thing/i-${String(resource).padStart(12, '0')}`,
    ResourceName: `thing-${resource}`, ResourceType: 'Thing', ServiceCategory: category, ServiceName: service, SkuId: `SKU${resource % 40}`, SkuPriceId: `SKU${resource % 40}.PRICE`, SubAccountId: `2109876543${resource % 8}`, SubAccountName: `account-${resource % 8}`,
    Tags: resource % 7 === 0 ? 'NULL' : JSON.stringify({ team: TEAMS[resource % TEAMS.length], environment: resource % 3 === 0 ? 'prod' : 'staging', service: `svc-${resource % 25}` }),
    x_Operation: 'RunInstances', x_LineItem: `line-${index}`,
  };
  return csvLine(COLUMNS.map((name) => values[name] ?? 'NULL'));
}
