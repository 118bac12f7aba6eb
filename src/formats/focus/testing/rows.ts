/** Rows of bills for tests: a whole FOCUS row with what the test says about it. */
import { FOCUS_COLUMNS } from '../columns.ts';
import { csvLine } from '../csv-rows.ts';

export const ROW: Readonly<Record<string, string>> = {
  AvailabilityZone: '', BilledCost: '1.25', BillingAccountId: '1111', BillingAccountName: 'Example', BillingCurrency: 'USD', BillingPeriodEnd: '2026-10-01T00:00:00Z', BillingPeriodStart: '2026-09-01T00:00:00Z',
  ChargeCategory: 'Usage', ChargeClass: '', ChargeDescription: 'an hour of a machine', ChargeFrequency: 'Usage-Based', ChargePeriodEnd: '2026-09-02T00:00:00Z', ChargePeriodStart: '2026-09-01T00:00:00Z',
  ConsumedQuantity: '24', ConsumedUnit: 'Hours', ContractedCost: '1.25', ContractedUnitPrice: '0.05', EffectiveCost: '1.00', InvoiceIssuerName: 'Provider Inc.', ListCost: '1.50', ListUnitPrice: '0.0625',
  PricingCategory: 'Standard', PricingQuantity: '24', PricingUnit: 'Hours', ProviderName: 'AWS', PublisherName: 'Provider Inc.', RegionId: 'eu-west-1', RegionName: 'Ireland', ResourceId: 'arn:aws:ec2:eu-west-1:2222:instance/i-1',
  ResourceName: 'web', ResourceType: 'Instance', ServiceCategory: 'Compute', ServiceName: 'Elastic Compute', SkuId: 'SKU1', SkuPriceId: 'SKU1.P', SubAccountId: '2222', SubAccountName: 'prod', Tags: '{"team":"payments"}',
};

const COLUMNS = FOCUS_COLUMNS.filter((column) => column.since === '1.0').map((column) => column.name);

/** A file of these rows; a column that only some rows name stands at the end. */
export function focusCsv(rows: readonly Readonly<Record<string, string>>[], columns: readonly string[] = [...new Set([...COLUMNS, ...rows.flatMap((row) => Object.keys(row))])]): string {
  return csvLine(columns) + rows.map((row) => csvLine(columns.map((name) => row[name] ?? ROW[name] ?? ''))).join('');
}

/** The text in pieces of `size` bytes, as a stream gives them. */
export async function* inPieces(text: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
