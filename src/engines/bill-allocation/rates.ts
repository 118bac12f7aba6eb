/**
 * Amounts of several currencies in one, where a dated rate is given for each; a currency without one stays what it is.
 * `EUR:1.08@2026-09-30` says that one EUR is 1.08 of the currency asked for. A rate without a date is refused: no one
 * could reproduce the figure.
 */
import { BILL_MEASURES, type BillAmounts } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';
import { Decimal, decimal } from '../../domain/money.ts';

export interface ExchangeRate {
  from: string;
  rate: Decimal;
  /** YYYY-MM-DD. */
  date: string;
}

/** Throws ROADBED-8742. */
export function readRate(text: string): ExchangeRate {
  const [, from = '', digits = '', date = ''] = /^([A-Za-z]{1,40}):([\d.]+)@(\d{4}-\d{2}-\d{2})$/.exec(text) ?? [];
  const rate = Decimal.parse(digits);
  if (rate === undefined || rate.isZero) throw new PlatformError({ code: 'ROADBED-8742', class: 'usage', message: `${JSON.stringify(text)} is no rate with its date`, next: 'write what one of it is worth, and since when: --currency USD --rate EUR:1.08@2026-09-30' });
  return { from, rate, date };
}

/** Exact products; the currencies of the rates become `to`. */
export function converted<Cost extends BillAmounts & { currency: string }>(costs: readonly Cost[], to: string, rates: readonly ExchangeRate[]): Cost[] {
  const byCurrency = new Map(rates.map((rate) => [rate.from, rate.rate]));
  return costs.map((cost) => {
    const rate = byCurrency.get(cost.currency);
    if (rate === undefined) return cost;
    const amounts = Object.fromEntries(BILL_MEASURES.map((measure) => [measure, cost[measure] === '' ? '' : decimal(cost[measure]).times(rate).toString()]));
    return { ...cost, ...amounts, currency: to };
  });
}
