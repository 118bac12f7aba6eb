/** Rates of what the platform runs itself: out of the price book, with the platform team's own prices over it. */
import { PlatformError } from '../../domain/error.ts';
import { Decimal } from '../../domain/money.ts';
import type { RunningCostRate } from '../../domain/running-cost.ts';
import type { Currency } from '../cost/currency.ts';
import { parseCurrency, USD } from '../cost/currency.ts';
import { ratesOf } from '../kubernetes-cost/rates.ts';
import type { PriceBook } from '../price-book/price-book.ts';
import type { Price, UnknownPrice } from '../price-book/price.ts';
import { isPrice } from '../price-book/price.ts';

export interface RunningRates {
  currency: string;
  cpu: RunningCostRate | UnknownPrice;
  memory: RunningCostRate | UnknownPrice;
  storage: RunningCostRate | UnknownPrice;
  database: RunningCostRate | UnknownPrice;
}

export interface RunningCostSettings {
  /** As `roadbed cost --rates` takes them. */
  rates: string;
  currency: Currency;
}

export const DEFAULT_RUNNING_COST: RunningCostSettings = { rates: 'generic', currency: USD };
const DIGITS = 14;

/** `{"rates": "m5.large:eu-west-1", "currency": "EUR:0.92@2026-11-20"}`; each may be left out. Throws ROADBED-8650. */
export function runningCostSettings(text: string, file: string): RunningCostSettings {
  const refuse = (why: string): never => {
    throw new PlatformError({ code: 'ROADBED-8650', class: 'invalid', message: `${file} says no rates of running cost`, why, next: 'write {"rates": "generic", "currency": "EUR:0.92@2026-11-20"}, or remove the file' });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('it is no object');
  const { rates = 'generic', currency, ...others } = value as Record<string, unknown>;
  const [other] = Object.keys(others);
  if (other !== undefined) return refuse(`${other} is not known here; there are rates and currency`);
  if (typeof rates !== 'string') return refuse('rates must be text');
  if (currency !== undefined && typeof currency !== 'string') return refuse('currency must be text');
  try {
    return { rates, currency: currency === undefined ? USD : parseCurrency(currency) };
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/** Default rates are marked as estimated: nobody pays them here. Throws ROADBED-8650 for rates that the book does not know. */
export function runningRates(book: PriceBook, { rates, currency }: RunningCostSettings, file: string): RunningRates {
  const fact = (dimension: string): Price | UnknownPrice => book.fact('generic', 'default-rate', 'any', dimension);
  const machines = ((): ReturnType<typeof ratesOf> => {
    try {
      return ratesOf(book, rates);
    } catch (error) {
      throw new PlatformError({ code: 'ROADBED-8650', class: 'invalid', message: `${file} says no rates of running cost`, why: error instanceof Error ? error.message : String(error), next: 'give generic, fargate:REGION, autopilot:REGION, or a machine type and its region: m5.large:eu-west-1', cause: error });
    }
  })();
  const read = (found: Price | UnknownPrice, unit: RunningCostRate['unit']): RunningCostRate | UnknownPrice => {
    if (!isPrice(found)) return found;
    return { amount: found.amount.times(currency.rate).rounded(DIGITS).toString(), unit, method: found.method === 'own' ? 'own' : 'estimated', confidence: found.confidence, source: [found.source, found.note].filter((text) => text !== undefined).join('; '), asOf: found.asOf };
  };
  const database = fact('Database');
  return {
    currency: currency.code,
    cpu: read(machines.cpu, 'vCPU-hour'),
    memory: read(machines.memory, 'GiB-hour'),
    storage: read(fact('Storage'), 'GiB-hour'),
    database: isPrice(database) ? read(database, 'database-hour') : { unknown: 'no rate of a database is given' },
  };
}

export function isRate(found: RunningCostRate | UnknownPrice): found is RunningCostRate {
  return 'amount' in found;
}

export function rateAmount(rate: RunningCostRate): Decimal {
  return Decimal.parse(rate.amount) ?? Decimal.zero;
}
