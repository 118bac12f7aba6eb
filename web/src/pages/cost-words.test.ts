import { expect, test } from 'vitest';
import { money } from '../data/wording.ts';
import { changeWords, daysToCome, monthName, rateOf, sentenceOf } from './cost-words.ts';

test('money is written with two digits, and small amounts keep those that say something', () => {
  expect([money('1234.5', 'USD'), money('0', 'USD'), money('0.00042', 'EUR'), money('-3', 'USD')]).toEqual(['1,234.50 USD', '0.00 USD', '0.00042 EUR', '-3.00 USD']);
});

test('a change is told against an amount, and not where there was none', () => {
  expect([changeWords('12', '10'), changeWords('8', '10'), changeWords('10.01', '10'), changeWords('10', '0'), changeWords(undefined, '1')]).toEqual(['20.0 % more', '20.0 % less', 'as much', undefined, undefined]);
});

test('the picture says who costs most', () => {
  const days = Array.from({ length: 30 }, () => '2026-11-01');
  const group = (label: string, total: string) => ({ key: label, label, total, estimated: false, incomplete: false });
  expect(sentenceOf({ days, currency: 'USD', groups: [group('checkout', '75'), group('orders', '25')] })).toBe('100.00 USD in 30 days; checkout is 75.0 % of it.');
  expect(sentenceOf({ days, currency: 'USD', groups: [] })).toBe('Nothing in the 30 days shown.');
});

test('only days that are still to come are drawn as forecast', () => {
  const day = (name: string) => ({ day: name, value: '1', low: '0', high: '2', sum: { value: '1', low: '0', high: '2' } });
  expect(daysToCome({ days: ['2026-11-21', '2026-11-22'], forecast: { state: 'ready', method: '', days: [day('2026-11-22'), day('2026-11-23')] } })).toEqual([day('2026-11-23')]);
  expect(monthName('2026-11')).toBe('November 2026');
});

test('the rate of now is of what has one, and unknown where nothing has', () => {
  expect([rateOf([{ monthly: '1.5' }, {}, { monthly: '2' }]), rateOf([{}])]).toEqual(['3.5', undefined]);
});
