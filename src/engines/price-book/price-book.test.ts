import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { Decimal } from '../../domain/money.ts';
import { readCsv } from '../../formats/price-list/csv.ts';
import { shipped, shippedBook as book } from '../cost/testing/infrastructure.ts';
import { KeyTable } from './key-table.ts';
import { azureMachinePrice, ec2Price, googleMachinePrice, rdsPrice } from './machine-prices.ts';
import { PriceBook } from './price-book.ts';
import type { Price, UnknownPrice } from './price.ts';
import { isPrice } from './price.ts';
import { PRICE_UNITS } from './units.ts';

function told(found: Price | UnknownPrice): string {
  return isPrice(found) ? `${found.amount.toString()} ${found.unit} ${found.method}` : found.unknown;
}

describe('the shipped book', () => {
  test('has positive prices in units of the one list, each with source and date, and no key twice', () => {
    const keys = new Set<string>();
    let count = 0;
    for (const fact of book.everyFact()) {
      count += 1;
      keys.add([fact.provider, fact.service, fact.region, fact.dimension, fact.unit].join('\u0000'));
      expect(PRICE_UNITS).toContain(fact.unit);
      expect(fact.source === '' || !/^\d{4}-\d{2}-\d{2}$/.test(fact.asOf) || fact.amount.compare(Decimal.zero) <= 0).toBe(false);
    }
    expect(count).toBeGreaterThan(8000);
    expect(keys.size).toBe(count);
  });

  test.each(['aws-ec2', 'aws-rds', 'azure-vm', 'gcp-machines'])('finds every row of %s by its key, and no others', (name) => {
    const text = gunzipSync(shipped.read(`${name}.csv.gz`) ?? Buffer.alloc(0)).toString('utf8');
    const { header, rows } = readCsv(text);
    const table = new KeyTable(text);
    const keys = name === 'aws-rds' ? 3 : 2;
    const every = Math.max(1, Math.floor(rows.length / 500));
    for (const row of [...rows.filter((_, index) => index % every === 0), rows.at(-1) ?? []]) expect(table.row(...row.slice(0, keys))?.[header[keys] ?? '']).toBe(row[keys] === '' ? undefined : row[keys]);
    expect(table.row('no.such', 'us-east-1', 'MySQL')).toBeUndefined();
  });
});

test('a table is searched right whatever its keys are', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z0-9.-]{1,6}$/), { maxLength: 30 });
  fc.assert(
    fc.property(names, fc.stringMatching(/^[a-z0-9.-]{1,6}$/), (keys, other) => {
      const sorted = keys.map((key) => [key, `v${key}`]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
      const table = new KeyTable(`key,value\n${sorted.map((row) => `${row.join(',')}\n`).join('')}`);
      for (const key of keys) expect(table.row(key)?.['value']).toBe(`v${key}`);
      expect(table.row(other)?.['value']).toBe(keys.includes(other) ? `v${other}` : undefined);
    }),
  );
});

describe('a price', () => {
  test('is the row of its region, where there is one', () => {
    expect(told(book.fact('aws', 'aws_nat_gateway', 'eu-west-1', 'NAT gateway'))).toBe('0.048 hour listed');
    expect(told(ec2Price(book, 'm5.large', 'eu-west-1'))).toBe('0.107 hour listed');
    expect(told(ec2Price(book, 'm5.large', 'us-east-1', 'windows'))).toBe('0.188 hour listed');
    expect(told(rdsPrice(book, 'db.m5.large', 'us-east-1', 'PostgreSQL'))).toBe('0.178 hour listed');
    expect(told(azureMachinePrice(book, 'standard_d2s_v3', 'eastus'))).toBe('0.096 hour listed');
    expect(told(googleMachinePrice(book, 'n1-standard-4', 'us-central1'))).toBe('0.189999 hour listed');
  });

  test('of a region without a row is the base region\'s times the factor, and says so', () => {
    const found = book.fact('aws', 'aws_globalaccelerator_accelerator', 'eu-west-3', 'Fixed fee');
    expect(told(found)).toMatch(/^0\.025 hour derived$/);
    const balancer = book.fact('aws', 'aws_lb', 'sa-east-1', 'Application load balancer');
    expect(balancer).toMatchObject({ method: 'estimated', confidence: 'low', region: 'sa-east-1' });
    expect(isPrice(balancer) && balancer.note).toMatch(/^us-east-1 x 1\.\d+$/);
  });

  test('that does not vary is not multiplied', () => {
    expect(told(book.fact('aws', 'aws_public_ipv4', 'sa-east-1', 'Public IPv4 address, in use or idle'))).toBe('0.005 hour listed');
  });

  test('that no one knows is unknown with a reason, and never nothing', () => {
    expect(told(book.fact('aws', 'aws_nat_gateway', 'us-east-1', 'Rent'))).toContain('no "Rent"');
    expect(told(ec2Price(book, 'm99.large', 'us-east-1'))).toBe('the price book has no m99.large with Linux in us-east-1');
    expect(told(book.fact('aws', 'aws_lb', 'mars-north-1', 'Application load balancer'))).toContain('no "Application');
  });
});

function refusal(text: string, name = 'a.csv'): (string | undefined)[] | undefined {
  try {
    new PriceBook(shipped, [{ name, text }]);
    return undefined;
  } catch (error) {
    return error instanceof PlatformError ? [error.code, error.why] : [String(error)];
  }
}

describe('the look-up', () => {
  const step = (found: Price | UnknownPrice): unknown => (isPrice(found) ? [found.step, found.confidence] : found.unknown);

  test('goes from the row of the region to its factor, another size, the provider\'s rates and default rates, and says which', () => {
    expect(step(ec2Price(book, 'm5.large', 'eu-west-1'))).toEqual(['exact', 'high']);
    expect(step(book.fact('aws', 'aws_lb', 'sa-east-1', 'Application load balancer'))).toEqual(['region', 'low']);
    expect(step(rdsPrice(book, 'db.m5.3xlarge', 'us-east-1', 'MySQL'))).toEqual(['sibling', 'low']);
    expect(told(rdsPrice(book, 'db.m5.3xlarge', 'us-east-1', 'MySQL'))).toBe('1.026 hour estimated');
    expect(step(ec2Price(book, 'm5.large', 'us-iso-east-1'))).toEqual(['generic', 'low']);
    expect(step(ec2Price(book, 'm99.large', 'us-east-1'))).toBe('the price book has no m99.large with Linux in us-east-1');
    const unpriced = [...gunzipSync(shipped.read('aws-ec2-specs.csv.gz') ?? Buffer.alloc(0)).toString('utf8').matchAll(/^([^,\n]+),[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,0,/gm)].map((row) => row[1] ?? '').filter((type) => book.table('aws-ec2').row(type, 'us-east-1') === undefined);
    const steps = unpriced.map((type) => ec2Price(book, type, 'us-east-1')).filter(isPrice).map((price) => price.step);
    expect(steps).toContain('provider');
  });

  test('scales a size that is left out to within a few percent of the row that was there', () => {
    const hidden = (type: string): PriceBook => new PriceBook({ read: (name) => (name === 'azure-vm.csv.gz' || name === 'gcp-machines.csv.gz' ? gzipSync(gunzipSync(shipped.read(name) ?? Buffer.alloc(0)).toString('utf8').split('\n').filter((line) => !line.startsWith(`${type},`)).join('\n')) : shipped.read(name)) });
    for (const [type, region] of [['Standard_D8s_v5', 'eastus'], ['Standard_E16s_v5', 'westeurope']] as const) {
      const [guess, row] = [azureMachinePrice(hidden(type), type, region), azureMachinePrice(book, type, region)];
      expect(step(guess)).toEqual(['sibling', 'low']);
      if (isPrice(guess) && isPrice(row)) expect(Math.abs(guess.amount.toNumber() / row.amount.toNumber() - 1)).toBeLessThan(0.02);
    }
    const guess = googleMachinePrice(hidden('n2-standard-8'), 'n2-standard-8', 'europe-west1');
    expect([told(guess).slice(0, 6), step(guess)]).toEqual([told(googleMachinePrice(book, 'n2-standard-8', 'europe-west1')).slice(0, 6), ['sibling', 'low']]);
  });
});

describe('own prices', () => {
  const header = 'provider,service_or_type,region,dimension,unit,usd,as_of,source,method,confidence\n';

  test('replace listed ones of the same key', () => {
    const own = new PriceBook(shipped, [{ name: 'a.csv', text: `${header}aws,AmazonEC2,us-east-1,"Instance usage (Linux, on-demand, m5.large)",hour,0.07,2026-10-01,contract,listed,high\n` }]);
    expect(told(ec2Price(own, 'm5.large', 'us-east-1'))).toBe('0.07 hour own');
    expect(told(ec2Price(own, 'm5.large', 'us-west-2'))).toBe('0.096 hour listed');
  });

  test.each<[string, string, string]>([
    ['nothing', 'aws,aws_nat_gateway,us-east-1,NAT gateway,hour,0,2026-10-01,x,listed,high', 'row 3: a price of 0'],
    ['less than nothing', 'aws,aws_nat_gateway,us-east-1,NAT gateway,hour,-1,2026-10-01,x,listed,high', 'row 3: a price of -1'],
    ['no number', 'aws,aws_nat_gateway,us-east-1,NAT gateway,hour,lots,2026-10-01,x,listed,high', 'row 3: "lots" is no price'],
    ['an unknown unit', 'aws,aws_nat_gateway,us-east-1,NAT gateway,fortnight,1,2026-10-01,x,listed,high', 'row 3: "fortnight" is no unit'],
    ['another provider', 'acme,aws_nat_gateway,us-east-1,NAT gateway,hour,1,2026-10-01,x,listed,high', 'row 3: "acme" is no provider'],
    ['a day that is none', 'aws,aws_nat_gateway,us-east-1,NAT gateway,hour,1,soon,x,listed,high', 'row 3: "soon" is no day'],
    ['cells too few', 'aws,aws_nat_gateway,us-east-1,NAT gateway,hour,1', 'row 3: 6 cells instead of 10'],
    ['two prices of one key and day', 'aws,aws_lb,us-east-1,Application load balancer,hour,2,2026-10-01,x,listed,high', 'rows 2 and 3: two prices'],
  ])('with %s are refused as a whole, by the number of the row', (_, row, why) => {
    const good = 'aws,aws_lb,us-east-1,Application load balancer,hour,1,2026-10-01,x,listed,high\n';
    expect(refusal(`${header}${good}${row}\n`)).toEqual(['ROADBED-8890', expect.stringContaining(why)]);
    expect(refusal(`${header}${good}${good}`)).toBeUndefined();
  });

  test('without its columns, and discounts that are none, are refused', () => {
    expect(refusal(header.replace(',usd,', ',preis,'))).toEqual(['ROADBED-8890', 'it lacks the columns usd']);
    expect(refusal('provider,service_or_type,region,percent,note\naws,*,*,10,\naws,*,*,100,\n', 'discounts.csv')).toEqual(['ROADBED-8890', 'row 3: "100" is no percentage from 0 to below 100']);
  });

  test('of several days are taken as of the day that is asked for', () => {
    const text = `${header}${['2026-09-01,0.05', '2026-10-01,0.06', '2026-11-01,0.07'].map((row) => `aws,aws_nat_gateway,us-east-1,NAT gateway,hour,${row.split(',')[1] ?? ''},${row.split(',')[0] ?? ''},x,listed,high\n`).join('')}`;
    const at = (asOf?: string): string => told(new PriceBook(shipped, [{ name: 'a.csv', text }], asOf === undefined ? {} : { asOf }).fact('aws', 'aws_nat_gateway', 'us-east-1', 'NAT gateway'));
    expect([at(), at('2026-10-31'), at('2026-09-30'), at('2026-01-01')]).toEqual(['0.07 hour own', '0.06 hour own', '0.05 hour own', '0.045 hour derived']);
  });

  test('a discount comes off the list price; the one that names more wins', () => {
    const own = new PriceBook(shipped, [{ name: 'discounts.csv', text: 'provider,service_or_type,region,percent,note\naws,*,*,10,enterprise\naws,aws_nat_gateway,*,20,\n' }]);
    expect(own.fact('aws', 'aws_nat_gateway', 'us-east-1', 'NAT gateway')).toMatchObject({ method: 'own', note: 'list price less 20 %' });
    expect(told(own.fact('aws', 'aws_nat_gateway', 'us-east-1', 'NAT gateway'))).toBe('0.036 hour own');
    expect(told(own.fact('aws', 'aws_lb', 'us-east-1', 'Application load balancer'))).toBe('0.02025 hour own');
    expect(told(own.fact('azure', 'azurerm_nat_gateway', 'westeurope', 'NAT gateway'))).toBe('0.045 hour derived');
  });
});

test('types without a charge are a list; what is on neither is not free', () => {
  expect(['aws_iam_role', 'aws_subnet', 'random_id', 'tls_private_key', 'azurerm_subnet'].map((type) => book.isFree(type))).toEqual([true, true, true, true, true]);
  expect(['aws_nat_gateway', 'aws_brand_new_thing', 'datadog_monitor'].map((type) => book.isFree(type))).toEqual([false, false, false]);
});
