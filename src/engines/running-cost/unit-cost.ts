/** Cost against traffic: what a thousand requests cost. Without traffic there is no such number. */
import { Decimal, decimal } from '../../domain/money.ts';

const DIGITS = 10;

export interface UnitCost {
  /** Of 1,000 requests, decimal text; missing where it cannot be told. */
  perThousandRequests?: string;
  /** Why there is none. */
  unknown?: string;
  /** A part of the cost is not known: it is at least this. */
  atLeast: boolean;
}

/** @param amount Cost of a time, decimal text. @param requests Answered in the same time; undefined: not known. */
export function unitCost(amount: string | undefined, requests: number | undefined, incomplete = false): UnitCost {
  const cost = amount === undefined ? undefined : Decimal.parse(amount);
  if (cost === undefined) return { unknown: 'the cost is not known', atLeast: false };
  if (requests === undefined || !Number.isSafeInteger(requests) || requests <= 0) return { unknown: 'no requests were served', atLeast: false };
  return { perThousandRequests: cost.times(decimal(1000)).dividedBy(new Decimal(BigInt(requests), 0), DIGITS).toString(), atLeast: incomplete };
}
