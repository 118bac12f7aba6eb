/** Azure retail prices, as the public endpoint answers: one page, or several put into one list. */
import { azureKey } from './azure-keys.ts';
import type { ListedPrice } from './imported-price.ts';

interface Item {
  currencyCode?: string;
  retailPrice?: number;
  unitPrice?: number;
  armRegionName?: string;
  armSkuName?: string;
  productName?: string;
  skuName?: string;
  meterName?: string;
  serviceName?: string;
  unitOfMeasure?: string;
  meterId?: string;
  type?: string;
  tierMinimumUnits?: number;
  effectiveStartDate?: string;
}

export function isAzureRetail(document: unknown): document is { Items: Item[] } | { Items: Item[] }[] {
  const [first] = Array.isArray(document) ? (document as unknown[]) : [document];
  return typeof first === 'object' && first !== null && Array.isArray((first as { Items?: unknown }).Items);
}

/** Pay as you go and spot; reservations, development prices and the old low priority are other things. */
export function* azureRetailRows(document: { Items: Item[] } | { Items: Item[] }[]): Generator<ListedPrice> {
  const items = (Array.isArray(document) ? document : [document]).flatMap((page) => page.Items);
  for (const [index, item] of items.entries()) {
    if (item.type !== 'Consumption' || item.meterName?.includes('Low Priority') === true) continue;
    const service = item.serviceName ?? '';
    const machine = service === 'Virtual Machines' && item.armSkuName !== undefined && item.armSkuName !== '';
    const system = item.productName?.includes('Windows') === true ? 'Windows' : 'Linux';
    const spot = item.meterName?.includes('Spot') === true || item.skuName?.includes('Spot') === true ? ', spot' : '';
    const tier = (item.tierMinimumUnits ?? 0) === 0 ? '' : ` from ${item.tierMinimumUnits}`;
    const key = machine || tier !== '' ? undefined : azureKey({ service, product: item.productName ?? '', sku: item.skuName ?? '', meter: item.meterName ?? '' });
    yield {
      provider: 'azure',
      service: key?.service ?? service,
      region: item.armRegionName === undefined || item.armRegionName === '' ? 'any' : item.armRegionName,
      dimension: key !== undefined ? key.dimension : machine ? `VM ${item.armSkuName}, ${system}${spot}` : `${item.productName ?? ''}: ${item.skuName ?? ''}, ${item.meterName ?? ''}${tier}`,
      unit: item.unitOfMeasure ?? '',
      amount: String(item.retailPrice ?? item.unitPrice ?? ''),
      currency: item.currencyCode ?? 'USD',
      asOf: (item.effectiveStartDate ?? '').slice(0, 10),
      source: 'azure-retail',
      place: `item ${index + 1}`,
      ...(item.meterId === undefined ? {} : { identity: item.meterId }),
    };
  }
}
