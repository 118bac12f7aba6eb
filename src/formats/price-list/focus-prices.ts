/**
 * Unit prices out of a FOCUS bill: what is really paid, contracted before list.
 *
 * Files in circulation write NULL for empty, quote some numbers, put a space between date and time and add
 * columns of their own: all of that is read. Rows of usage only; a tax or a credit has no unit price.
 */
import type { BookKey } from './aws-keys.ts';
import { awsKeys } from './aws-keys.ts';
import { azureKey } from './azure-keys.ts';
import type { CsvTable } from './csv.ts';
import { googleKeys } from './google-keys.ts';
import type { ListedPrice } from './imported-price.ts';
import { refuseColumns } from './imported-price.ts';

const NEEDED = ['ProviderName', 'ServiceName', 'BillingCurrency', 'ChargeCategory', 'ChargePeriodStart', 'PricingUnit'];
const PROVIDERS: readonly (readonly [RegExp, string])[] = [[/aws|amazon/i, 'aws'], [/microsoft|azure/i, 'azure'], [/google/i, 'gcp'], [/oracle/i, 'oci']];
const INSTANCE = /On Demand (Linux|Windows|RHEL|SUSE) ([a-z][\w-]*\.[\w-]+) Instance Hour/i;

export function isFocus(table: CsvTable): boolean {
  return table.header.includes('ChargePeriodStart') && table.header.includes('BilledCost');
}

/** Throws ROADBED-8305 for missing columns. */
export function* focusRows(table: CsvTable, file: string): Generator<ListedPrice> {
  const places = new Map(table.header.map((name, index) => [name.trim(), index]));
  const missing = NEEDED.filter((name) => !places.has(name));
  if (missing.length > 0) refuseColumns(file, missing);
  for (const [index, row] of table.rows.entries()) {
    const cell = (name: string): string => {
      const text = (row[places.get(name) ?? -1] ?? '').trim();
      return text === 'NULL' ? '' : text;
    };
    const amount = cell('ContractedUnitPrice') || cell('ListUnitPrice');
    const provider = PROVIDERS.find(([name]) => name.test(cell('ProviderName')))?.[1];
    if (cell('ChargeCategory') !== 'Usage' || amount === '' || provider === undefined || cell('PricingUnit') === '') continue;
    const description = cell('ChargeDescription');
    const instance = provider === 'aws' ? INSTANCE.exec(description) : null;
    const words = { service: cell('ServiceName'), dimension: [cell('SkuPriceId') || cell('SkuId'), description].filter((part) => part !== '').join(': ') };
    const known = keysOf(provider, cell);
    const keys = known.length > 0 ? known : instance === null ? [words] : [{ service: 'AmazonEC2', dimension: `Instance usage (${instance[1]?.toUpperCase() === 'SUSE' ? 'SLES' : (instance[1] ?? '')}, on-demand, ${instance[2] ?? ''})` }];
    for (const key of keys) yield { provider, service: key.service, region: cell('RegionId') || 'any', dimension: key.dimension, unit: cell('PricingUnit'), amount, currency: cell('BillingCurrency'), asOf: cell('ChargePeriodStart').slice(0, 10), source: 'focus', place: `row ${index + 2}` };
  }
}

/** Vendors add columns that name what is charged as their price lists do: with them a bill reaches all rules. */
function keysOf(provider: string, cell: (name: string) => string): BookKey[] {
  if (provider === 'aws') {
    const usageType = cell('x_UsageType');
    return usageType === '' ? [] : awsKeys({ offer: cell('x_ServiceCode') || cell('ServiceName'), usageType, operation: cell('x_Operation'), attributes: {} });
  }
  if (provider === 'azure') {
    const key = azureKey({ service: cell('x_SkuMeterCategory') || cell('ServiceName'), product: cell('x_SkuMeterSubcategory'), sku: cell('x_SkuDescription'), meter: cell('x_SkuMeterName') });
    return key === undefined ? [] : [key];
  }
  return provider === 'gcp' ? googleKeys(cell('ServiceName'), cell('x_SkuDescription') || cell('ChargeDescription'), cell('PricingCategory') === 'Dynamic') : [];
}
