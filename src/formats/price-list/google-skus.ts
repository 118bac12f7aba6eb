/** Google Cloud's billing catalogue: the list of SKUs of a service. */
import { Decimal } from '../../domain/money.ts';
import type { ListedPrice } from './imported-price.ts';

interface Rate {
  startUsageAmount?: number;
  unitPrice?: { currencyCode?: string; units?: string | number; nanos?: number };
}

interface Sku {
  description?: string;
  category?: { serviceDisplayName?: string; usageType?: string };
  serviceRegions?: string[];
  pricingInfo?: { effectiveTime?: string; pricingExpression?: { usageUnit?: string; tieredRates?: Rate[] } }[];
}

export function isGoogleSkus(document: unknown): document is { skus: Sku[] } {
  return typeof document === 'object' && document !== null && Array.isArray((document as { skus?: unknown }).skus);
}

const CUSTOM = /^(?:Spot Preemptible )?(\w+) Custom Instance (Core|Ram) running in/;

function dimensionOf(sku: Sku): string {
  const { description = '', category } = sku;
  const spot = category?.usageType === 'Preemptible';
  const custom = CUSTOM.exec(description);
  if (custom !== null) return `Custom ${custom[2] === 'Core' ? 'cpu' : 'ram'} (${spot ? 'spot' : 'on-demand'}, ${(custom[1] ?? '').toLowerCase()}_custom)`;
  return category?.usageType === undefined || category.usageType === 'OnDemand' ? description : `${description} [${category.usageType}]`;
}

export function* googleSkuRows(document: { skus: Sku[] }): Generator<ListedPrice> {
  for (const [index, sku] of document.skus.entries()) {
    const info = sku.pricingInfo?.at(-1);
    const custom = CUSTOM.exec(sku.description ?? '');
    for (const rate of info?.pricingExpression?.tieredRates ?? []) {
      const { units = '0', nanos = 0, currencyCode = 'USD' } = rate.unitPrice ?? {};
      const start = rate.startUsageAmount ?? 0;
      const whole = Decimal.parse(String(units));
      const amount = whole === undefined ? '' : whole.plus(new Decimal(BigInt(Math.trunc(nanos)), 9)).toString();
      for (const region of sku.serviceRegions ?? ['any']) {
        yield { provider: 'gcp', service: sku.category?.serviceDisplayName ?? '', region, dimension: `${dimensionOf(sku)}${start === 0 ? '' : ` from ${start}`}`, unit: custom?.[2] === 'Core' ? 'vCPU-hour' : (info?.pricingExpression?.usageUnit ?? ''), amount, currency: currencyCode, asOf: (info?.effectiveTime ?? '').slice(0, 10), source: 'google-skus', place: `SKU ${index + 1}` };
      }
    }
  }
}
