import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../domain/error.ts';
import { decimal } from '../../domain/money.ts';
import { judgeBudgets, parseBudget } from './budget.ts';
import { parseCurrency, printAmount, USD } from './currency.ts';
import { differenceOf, differenceSentence } from './difference.ts';
import { estimateCost } from './estimate.ts';
import { rollUp, UNALLOCATED } from './roll-up.ts';
import { modelOf, resource, shippedBook } from './testing/infrastructure.ts';
import { usageFrom } from './usage.ts';

const estimate = (...resources: Parameters<typeof modelOf>[0]): ReturnType<typeof estimateCost> => estimateCost(modelOf(resources), shippedBook, { today: '2026-11-22' });
const gateway = (name: string, tags = {}): ReturnType<typeof resource> => resource(`aws_nat_gateway.${name}`, { tags });
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'nothing';
  } catch (error) {
    return error instanceof PlatformError ? error.code : String(error);
  }
};

test('a change is one sentence, with what it comes from', () => {
  const sentence = (before: ReturnType<typeof estimate>, after: ReturnType<typeof estimate>): string => differenceSentence(differenceOf(before, after), (type) => (type === 'aws_nat_gateway' ? 'NAT gateway' : type), (value) => printAmount(value, USD));
  expect(sentence(estimate(), estimate(gateway('a'), gateway('b')))).toBe('this change adds 65.70 USD a month: +2 NAT gateway');
  expect(sentence(estimate(gateway('a')), estimate())).toBe('this change saves 32.85 USD a month: -1 NAT gateway');
  expect(sentence(estimate(gateway('a')), estimate(gateway('a')))).toBe('this change changes nothing');
  expect(sentence(estimate(), estimate(resource('aws_brand_new.a')))).toBe('this change changes nothing: +1 aws_brand_new; 1 of unknown cost');
});

describe('budgets', () => {
  const whole = estimate(gateway('a', { team: 'payments' }), gateway('b', { Owner: 'search' }), resource('aws_brand_new.a'));
  const judged = (text: string): unknown => judgeBudgets([parseBudget(text)], whole, differenceOf(estimate(), whole)).map(({ actual, exceeded }) => [actual.toFixed(2), exceeded])[0];

  test('limit the whole, a part, an increase, and what is unknown', () => {
    expect([judged('65.70'), judged('65.69'), judged('team:payments=30'), judged('type:aws_nat_gateway=70'), judged('increase=10'), judged('unknown=0')]).toEqual([['65.70', false], ['65.70', true], ['32.85', true], ['65.70', false], ['65.70', true], ['1.00', true]]);
  });

  test('refuse what they cannot mean', () => {
    expect([codeOf(() => parseBudget('lots')), codeOf(() => parseBudget('-5')), codeOf(() => parseBudget('planet:earth=5')), codeOf(() => judgeBudgets([parseBudget('increase=1')], whole, undefined))]).toEqual(['ROADBED-8311', 'ROADBED-8311', 'ROADBED-8311', 'ROADBED-8312']);
  });
});

test('teams are found under the names people use, and the rest is shown as unallocated', () => {
  const groups = rollUp(estimate(gateway('a', { team: 'payments' }), gateway('b', { 'owned-by': 'payments' }), gateway('c')), 'team');
  expect(groups.map((group) => [group.name, group.resources])).toEqual([['payments', 2], [UNALLOCATED, 1]]);
});

describe('a usage file', () => {
  const text = 'schemaVersion: 1\nprofile: small\ntypes:\n  aws_nat_gateway: {monthly_data_processed_gb: 100}\nresources:\n  aws_nat_gateway.big: {monthly_data_processed_gb: 5000.5}\n  "module.*.aws_lb.*": {capacity_units: 7}\n';

  test('gives its own entry before a pattern, its type and the profile', () => {
    const usage = usageFrom(text, 'usage.yaml');
    const asked = (address: string, type: string, key: string): string => `${usage.of(address, type).get(key)?.value.toString() ?? 'none'} ${usage.of(address, type).get(key)?.from ?? ''}`;
    expect([asked('aws_nat_gateway.big', 'aws_nat_gateway', 'monthly_data_processed_gb'), asked('aws_nat_gateway.a', 'aws_nat_gateway', 'monthly_data_processed_gb'), asked('module.x.aws_lb.front', 'aws_lb', 'capacity_units'), asked('aws_lb.front', 'aws_lb', 'capacity_units'), asked('aws_lb.front', 'aws_lb', 'no_such')]).toEqual(['5000.5 file', '100 file', '7 file', '1 profile', 'none ']);
  });

  test.each(['types: 5', 'typo: {}', 'profile: huge', 'types: {a: {b: -1}}', 'types: {a: {b: many}}', 'resources: {a: 5}', '[1]', 'a: [', 'schemaVersion: 2'])('is refused with its faults: %s', (faulty) => {
    expect(codeOf(() => usageFrom(faulty, 'u.yaml'))).toBe('ROADBED-8310');
  });
});

test('another currency has a rate and its date, and small amounts keep their digits', () => {
  expect(printAmount(decimal('100'), parseCurrency('EUR:0.92@2026-11-20'))).toBe('92.00 EUR');
  expect([printAmount(decimal('0.0000004'), USD), printAmount(decimal('0'), USD), printAmount(decimal('-0.004'), USD)]).toEqual(['0.0000004 USD', '0.00 USD', '-0.004 USD']);
  expect(['EUR', 'EUR:0.92', 'EUR:0@2026-11-20', 'eur:1@2026-11-20'].map((text) => codeOf(() => parseCurrency(text)))).toEqual(Array(4).fill('ROADBED-8313'));
});
