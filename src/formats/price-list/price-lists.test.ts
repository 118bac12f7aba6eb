import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { printCsv, readCsv } from './csv.ts';
import { readPriceList } from './read-price-list.ts';

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'nothing';
  } catch (error) {
    return error instanceof PlatformError ? error.code : String(error);
  }
}

const read = (text: string): string[] => readPriceList(text, 'list').prices.map((price) => `${price.provider} ${price.service} ${price.region} ${price.dimension} ${price.amount.toString()} ${price.unit} ${price.asOf}`);

test('what is printed as CSV reads as the same rows', () => {
  const cell = fc.oneof(fc.string(), fc.constantFrom('a,b', '"', 'line\nbreak', '', 'é'));
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 5 }), { minLength: 1 }), (rows) => {
      const table = readCsv(printCsv(rows));
      // A carriage return at the end of a bare cell is the end of a line; printed ones are quoted.
      expect([table.header, ...table.rows]).toEqual(rows.map((row, index) => (index === 0 ? row.map((text, at) => (at === 0 ? text.replace(/^\ufeff/, '') : text)) : row)));
    }),
  );
});

test('a byte order mark and CRLF are read, and a quote that is never closed is refused', () => {
  expect(readCsv('\ufeffa,b\r\n1,"x ""y"" z"\r\n')).toEqual({ header: ['a', 'b'], rows: [['1', 'x "y" z']] });
  expect(codeOf(() => readCsv('a,b\n1,"x'))).toBe('ROADBED-8301');
});

const offer = (price: string, currency = 'USD', more = {}): string =>
  JSON.stringify({
    offerCode: 'AmazonEC2',
    publicationDate: '2026-10-01T00:00:00Z',
    products: {
      A: { attributes: { regionCode: 'us-east-1', instanceType: 'm5.large', operatingSystem: 'Linux', tenancy: 'Shared', capacitystatus: 'Used', preInstalledSw: 'NA', licenseModel: 'No License required', usagetype: 'BoxUsage:m5.large' } },
      B: { attributes: { regionCode: 'us-east-1', instanceType: 'm5.large', operatingSystem: 'Linux', tenancy: 'Dedicated', capacitystatus: 'Used', preInstalledSw: 'NA', usagetype: 'DedicatedUsage:m5.large' } },
      C: { attributes: { regionCode: 'us-east-1', group: 'NGW:NatGateway', usagetype: 'NatGateway-Hours' } },
    },
    terms: { OnDemand: { A: { 'A.1': { priceDimensions: { x: { unit: 'Hrs', beginRange: '0', pricePerUnit: { [currency]: price } } } } }, B: { 'B.1': { priceDimensions: { x: { unit: 'Hrs', pricePerUnit: { USD: '0.106' } } } } }, C: { 'C.1': { priceDimensions: { x: { unit: 'Hrs', pricePerUnit: { USD: '0.045' } } } } }, ...more } },
  });

describe('an AWS price list', () => {
  test('in JSON gives shared on-demand prices under the key that is asked with', () => {
    expect(read(offer('0.0960000000'))).toEqual(['aws AmazonEC2 us-east-1 Instance usage (Linux, on-demand, m5.large) 0.096 hour 2026-10-01', 'aws aws_nat_gateway us-east-1 NAT gateway 0.045 hour 2026-10-01']);
  });

  test('in CSV gives the same', () => {
    const text = '"FormatVersion","v1.0"\n"Publication Date","2026-10-01T00:00:00Z"\n"OfferCode","AmazonEC2"\n"SKU","TermType","StartingRange","Unit","PricePerUnit","Currency","Region Code","Instance Type","Tenancy","CapacityStatus","Operating System","Pre Installed S/W","usageType"\n"A","OnDemand","0","Hrs","0.0960","USD","eu-west-1","m5.large","Shared","Used","Linux","NA","BoxUsage"\n"A","Reserved","0","Hrs","0.05","USD","eu-west-1","m5.large","Shared","Used","Linux","NA","BoxUsage"\n';
    expect(read(text)).toEqual(['aws AmazonEC2 eu-west-1 Instance usage (Linux, on-demand, m5.large) 0.096 hour 2026-10-01']);
    expect(codeOf(() => read(text.replace('"PricePerUnit"', '"Preis"')))).toBe('ROADBED-8305');
  });

  test('with a negative price or mixed currencies is refused as a whole; zeros are left out and counted', () => {
    expect([codeOf(() => read(offer('-1'))), codeOf(() => read(offer('lots'))), codeOf(() => read(offer('0.1', 'CNY')))]).toEqual(['ROADBED-8306', 'ROADBED-8306', 'ROADBED-8307']);
    expect(readPriceList(offer('0'), 'list')).toMatchObject({ leftOut: [{ reason: 'price of zero', count: 1, places: ['product A'] }], prices: [{ service: 'aws_nat_gateway' }] });
  });
});

test('Azure retail prices become the names of machines; reservations are left out', () => {
  const item = { currencyCode: 'USD', retailPrice: 0.096, armRegionName: 'eastus', armSkuName: 'Standard_D2s_v5', productName: 'Virtual Machines Dsv5 Series', skuName: 'D2s v5', meterName: 'D2s v5', serviceName: 'Virtual Machines', unitOfMeasure: '1 Hour', type: 'Consumption', effectiveStartDate: '2026-09-01T00:00:00Z' };
  const text = JSON.stringify({ Items: [item, { ...item, productName: 'Virtual Machines Dsv5 Series Windows', retailPrice: 0.188 }, { ...item, type: 'Reservation', retailPrice: 500 }, { ...item, meterName: 'D2s v5 Spot', retailPrice: 1.6e-2 }] });
  expect(read(text)).toEqual(['azure Virtual Machines eastus VM Standard_D2s_v5, Linux 0.096 hour 2026-09-01', 'azure Virtual Machines eastus VM Standard_D2s_v5, Windows 0.188 hour 2026-09-01', 'azure Virtual Machines eastus VM Standard_D2s_v5, Linux, spot 0.016 hour 2026-09-01']);
});

test('Google SKUs have a price in each of their regions, in nanos', () => {
  const text = JSON.stringify({ skus: [{ description: 'N2 Custom Instance Core running in Iowa', category: { serviceDisplayName: 'Compute Engine', usageType: 'OnDemand' }, serviceRegions: ['us-central1', 'us-east1'], pricingInfo: [{ effectiveTime: '2026-11-01T00:00:00Z', pricingExpression: { usageUnit: 'h', tieredRates: [{ startUsageAmount: 0, unitPrice: { currencyCode: 'USD', units: '0', nanos: 33174000 } }] } }] }] });
  expect(read(text)).toEqual(['gcp Compute Engine us-central1 Custom cpu (on-demand, n2_custom) 0.033174 vCPU-hour 2026-11-01', 'gcp Compute Engine us-east1 Custom cpu (on-demand, n2_custom) 0.033174 vCPU-hour 2026-11-01']);
});

describe('a FOCUS bill', () => {
  const header = 'ProviderName,ServiceName,RegionId,BillingCurrency,ChargeCategory,ChargePeriodStart,PricingUnit,ContractedUnitPrice,ListUnitPrice,SkuPriceId,ChargeDescription,BilledCost,x_Own\n';
  const row = (price: string, day = '2026-10-01 00:00:00', currency = 'USD'): string => `AWS,Amazon Elastic Compute Cloud,us-east-1,${currency},Usage,"${day}",Hours,${price},0.096,NULL,"$0.096 per On Demand Linux m5.large Instance Hour",1.2,mine\n`;

  test('gives what is paid, NULL being empty; the same row twice is one price, the newer one stays', () => {
    expect(read(header + row('0.08') + row('0.08') + row('0.07', '2026-11-01 00:00:00'))).toEqual(['aws AmazonEC2 us-east-1 Instance usage (Linux, on-demand, m5.large) 0.07 hour 2026-11-01']);
    expect(read(header + row('NULL'))).toEqual(['aws AmazonEC2 us-east-1 Instance usage (Linux, on-demand, m5.large) 0.096 hour 2026-10-01']);
  });

  test('in two currencies, without its columns, or cut off is refused', () => {
    expect([codeOf(() => read(header + row('0.08') + row('0.08', '2026-10-02', 'EUR'))), codeOf(() => read(`${header.replace('PricingUnit,', '')}`)), codeOf(() => read(`${header}AWS,"cut`))]).toEqual(['ROADBED-8307', 'ROADBED-8305', 'ROADBED-8301']);
  });
});

test.each(['', 'hello', '{}', '{"a": ', '[1, 2]', 'null', 'a,b\n1,2\n', '<xml/>'])('%j is no price list', (text) => {
  expect(codeOf(() => readPriceList(text, 'list'))).toBe('ROADBED-8304');
});

describe('a row of the vendor that stands twice', () => {
  const meter = (price: number, more = {}): Record<string, unknown> => ({ currencyCode: 'USD', retailPrice: price, armRegionName: 'eastus', productName: 'NAT Gateway', skuName: 'Standard', meterName: 'Standard Gateway', meterId: 'm-1', serviceName: 'NAT Gateway', unitOfMeasure: '1 Hour', type: 'Consumption', effectiveStartDate: '2026-09-01T00:00:00Z', ...more });

  test('with one price is counted, with two is refused by both places', () => {
    expect(readPriceList(JSON.stringify({ Items: [meter(0.045), meter(0.045)] }), 'list').leftOut).toEqual([{ reason: 'row that stands twice', count: 1, places: ['item 2'] }]);
    expect(codeOf(() => readPriceList(JSON.stringify({ Items: [meter(0.045), meter(0.05)] }), 'list'))).toBe('ROADBED-8891');
    expect(read(JSON.stringify({ Items: [meter(0.045), meter(0.05, { effectiveStartDate: '2026-10-01T00:00:00Z' })] }))).toEqual(['azure azurerm_nat_gateway eastus NAT gateway 0.05 hour 2026-10-01']);
  });
});
