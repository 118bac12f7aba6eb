/** What the provider catalogue says of prices is what the rules do; all types are compared in the slow suites. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dimensionsOf } from './estimate.ts';
import { PRICES_FOLDER, shippedBook } from './testing/infrastructure.ts';

const catalogue = (provider: string): Record<string, { price?: unknown }> => (JSON.parse(readFileSync(join(PRICES_FOLDER, '..', 'providers', `${provider}.json`), 'utf8')) as { types: Record<string, { price?: unknown }> }).types;

test.each([['aws', 'aws_lb'], ['aws', 'aws_nat_gateway'], ['aws', 'aws_ebs_volume'], ['azurerm', 'azurerm_public_ip'], ['azurerm', 'azurerm_managed_disk'], ['google', 'google_compute_disk']])('%s: the price of %s is decided by what its rule asks for', (provider, type) => {
  expect(catalogue(provider)[type]?.price).toEqual(dimensionsOf(type, shippedBook));
});

test('an attribute decides a line when its values change it', () => {
  expect(dimensionsOf('aws_db_instance', shippedBook)).toContainEqual({ name: 'Database instance', kind: 'fixed', attributes: ['engine', 'instance_class', 'multi_az', 'region'] });
  expect(dimensionsOf('aws_nat_gateway', shippedBook)).toEqual([{ name: 'NAT gateway', kind: 'fixed', attributes: ['region'] }, { name: 'Data processed', kind: 'usage', attributes: ['region'] }]);
  expect(dimensionsOf('aws_iam_role', shippedBook)).toBeUndefined();
});
