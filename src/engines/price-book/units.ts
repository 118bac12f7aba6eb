/** The one list of units, and how each becomes a month: 730 hours, as the clouds reckon. */
import { Decimal, decimal } from '../../domain/money.ts';

export const PRICE_UNITS = [
  'hour', 'day', 'month', 'year', 'minute', 'second', 'each',
  'GB', 'GB-month', 'GB-hour', 'GB-second', 'TB', 'TB-month', 'TB-hour', 'MB',
  'vCPU-hour', 'vCPU-month', 'vCPU-second', 'GHz-second', 'IOPS-month', 'MBps-month', 'Gbps-hour',
  'LCU-hour', 'ACU-hour', 'ACU-month', 'DBU-hour', 'DPU-hour', 'DIU-hour', '100RU/s-hour',
  'OCPU-hour', 'ECPU-hour', 'GPU-hour', 'perf-unit-GB-month',
  '1M requests', '1M units', '1M tokens', '1M characters',
] as const;

export type PriceUnit = (typeof PRICE_UNITS)[number];

export const HOURS_A_MONTH = decimal(730);
const MONTHLY: Readonly<Record<string, Decimal>> = {
  hour: HOURS_A_MONTH,
  day: HOURS_A_MONTH.dividedBy(decimal(24), 10),
  minute: decimal(730 * 60),
  second: decimal(730 * 3600),
  year: decimal(1).dividedBy(decimal(12), 12),
};

/** How many of the unit one thing uses that is there all month: 730 hours, 1 month; 1 for units without a time. */
export function unitsAMonth(unit: string): Decimal {
  return MONTHLY[unit.slice(unit.lastIndexOf('-') + 1)] ?? Decimal.one;
}
