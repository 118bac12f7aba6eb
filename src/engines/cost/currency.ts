/** Another currency for printing, with the rate and its date; sums are made in the book's currency and converted once. */
import { PlatformError } from '../../domain/error.ts';
import { Decimal } from '../../domain/money.ts';

export interface Currency {
  code: string;
  /** Of one USD. */
  rate: Decimal;
  /** The day of the rate; none for the book's own currency. */
  date?: string;
}

export const USD: Currency = { code: 'USD', rate: Decimal.one };

/** `EUR:0.92@2026-11-20`. A rate without a date is refused: no one could reproduce the figure. Throws ROADBED-8313. */
export function parseCurrency(text: string): Currency {
  const [, code = '', digits = '', date = ''] = /^([A-Z]{3}):([\d.]+)@(\d{4}-\d{2}-\d{2})$/.exec(text) ?? [];
  const rate = Decimal.parse(digits);
  if (rate === undefined || rate.isZero) throw new PlatformError({ code: 'ROADBED-8313', class: 'usage', message: `${JSON.stringify(text)} is no currency with a rate and its date`, next: 'write what one USD is worth, and since when: --currency EUR:0.92@2026-11-20' });
  return { code, rate, date };
}

/** `32.85 USD`; half a cent and less shows its digits, so that a small price does not look like nothing. */
export function printAmount(value: Decimal, currency: Currency): string {
  return `${printNumber(value, currency)} ${currency.code}`;
}

export function printNumber(value: Decimal, currency: Currency): string {
  const converted = value.times(currency.rate);
  const cents = converted.toFixed(2);
  return converted.isZero || !/^-?0\.00$/.test(cents) ? cents : converted.toFixed(8).replace(/0+$/, '');
}
