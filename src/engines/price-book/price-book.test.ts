import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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

describe('own prices', () => {
  const header = 'provider,service_or_type,region,dimension,unit,usd,as_of,source,method,confidence\n';

  test('replace listed ones of the same key', () => {
    const own = new PriceBook(shipped, [{ name: 'a.csv', text: `${header}aws,AmazonEC2,us-east-1,"Instance usage (Linux, on-demand, m5.large)",hour,0.07,2026-10-01,contract,listed,high\n` }]);
    expect(told(ec2Price(own, 'm5.large', 'us-east-1'))).toBe('0.07 hour own');
    expect(told(ec2Price(own, 'm5.large', 'us-west-2'))).toBe('0.096 hour listed');
  });

  test('of nothing or less are left out', () => {
    const own = new PriceBook(shipped, [{ name: 'a.csv', text: `${header}aws,aws_nat_gateway,us-east-1,NAT gateway,hour,0,2026-10-01,x,listed,high\naws,aws_nat_gateway,us-east-1,NAT gateway,hour,-1,2026-10-01,x,listed,high\n` }]);
    expect(told(own.fact('aws', 'aws_nat_gateway', 'us-east-1', 'NAT gateway'))).toBe('0.045 hour derived');
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
