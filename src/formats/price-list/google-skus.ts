/** Google Cloud's billing catalogue: the list of SKUs of a service. */
import { Decimal } from '../../domain/money.ts';
import { googleKeys } from './google-keys.ts';
import type { ListedPrice } from './imported-price.ts';

interface Rate {
  startUsageAmount?: number;
  unitPrice?: { currencyCode?: string; units?: string | number; nanos?: number };
}

interface Sku {
  skuId?: string;
  description?: string;
  category?: { serviceDisplayName?: string; usageType?: string };
  serviceRegions?: string[];
  pricingInfo?: { effectiveTime?: string; pricingExpression?: { usageUnit?: string; tieredRates?: Rate[] } }[];
}

export function isGoogleSkus(document: unknown): document is { skus: Sku[] } {
  return typeof document === 'object' && document !== null && Array.isArray((document as { skus?: unknown }).skus);
}

/** The vendor's words, where the book has none of its own. */
function dimensionOf(sku: Sku): string {
  const { description = '', category } = sku;
  return category?.usageType === undefined || category.usageType === 'OnDemand' ? description : `${description} [${category.usageType}]`;
}

export function* googleSkuRows(document: { skus: Sku[] }): Generator<ListedPrice> {
  for (const [index, sku] of document.skus.entries()) {
    const info = sku.pricingInfo?.at(-1);
    const service = sku.category?.serviceDisplayName ?? '';
    const known = googleKeys(service, sku.description ?? '', sku.category?.usageType === 'Preemptible');
    const keys = known.length > 0 ? known : [{ service, dimension: dimensionOf(sku) }];
    const ofCores = keys.some(({ dimension }) => /^(Custom|Predefined) cpu/.test(dimension));
    for (const rate of info?.pricingExpression?.tieredRates ?? []) {
      const { units = '0', nanos = 0, currencyCode = 'USD' } = rate.unitPrice ?? {};
      const start = rate.startUsageAmount ?? 0;
      const whole = Decimal.parse(String(units));
      const amount = whole === undefined ? '' : whole.plus(new Decimal(BigInt(Math.trunc(nanos)), 9)).toString();
      for (const region of sku.serviceRegions ?? ['any']) {
        for (const key of keys) yield { provider: 'gcp', service: key.service, region, dimension: `${key.dimension}${start === 0 ? '' : ` from ${start}`}`, unit: ofCores ? 'vCPU-hour' : (info?.pricingExpression?.usageUnit ?? ''), amount, currency: currencyCode, asOf: (info?.effectiveTime ?? '').slice(0, 10), source: 'google-skus', place: `SKU ${index + 1}`, ...(sku.skuId === undefined ? {} : { identity: `${sku.skuId} from ${start}` }) };
      }
    }
  }
}
