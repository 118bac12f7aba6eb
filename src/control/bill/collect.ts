/**
 * The charges of a file as something that questions can be asked of, without a database.
 *
 * Kept are sums by day and subject, not rows: memory goes by how many different things were charged on how many days.
 */
import { BILL_MEASURES, dayOf, subjectText, type BillCharge, type BillMeasure, type BillSubject } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';
import { ExactSum } from '../../domain/exact-sum.ts';
import { Decimal } from '../../domain/money.ts';
import { subjectKey, type BillDayCost, type BillRange, type BillSubjectCost } from '../../ports/bills.ts';
import type { BillSource } from './costs.ts';

const MOST_CELLS = 5_000_000;

interface Cell {
  day: string;
  subject: number;
  category: string;
  currency: string;
  rows: number;
  /** Undefined until the cost is told once. */
  sums: Partial<Record<BillMeasure, ExactSum>>;
}

type Sums = { currency: string; rows: number } & Record<BillMeasure, string>;

/** Throws ROADBED-8743 for more than five million different things and days, and what the reader throws. */
export async function collectBill(batches: AsyncIterable<readonly BillCharge[]>): Promise<BillSource> {
  const subjects: BillSubject[] = [];
  const numbers = new Map<string, number>();
  const seen = new WeakMap<BillSubject, number>();
  const cells = new Map<string, Cell>();
  const numberOf = (subject: BillSubject): number => {
    let number = seen.get(subject);
    if (number === undefined) {
      const text = subjectText(subject);
      number = numbers.get(text) ?? subjects.push(subject) - 1;
      numbers.set(text, number);
      seen.set(subject, number);
    }
    return number;
  };
  for await (const batch of batches) {
    for (const charge of batch) add(cells, charge, numberOf(charge.subject));
    if (cells.size > MOST_CELLS) throw new PlatformError({ code: 'ROADBED-8743', class: 'invalid', message: `more than ${MOST_CELLS} different things and days were charged`, next: 'import it into a platform: roadbed bills import' });
  }
  return sourceOf(subjects, [...cells.values()]);
}

function add(cells: Map<string, Cell>, charge: BillCharge, subject: number): void {
  const day = dayOf(charge.starts);
  const key = `${day} ${subject} ${charge.category} ${charge.currency}`;
  let cell = cells.get(key);
  if (cell === undefined) {
    cell = { day, subject, category: charge.category, currency: Buffer.from(charge.currency).toString(), rows: 0, sums: {} };
    cells.set(key, cell);
  }
  cell.rows += 1;
  for (const measure of BILL_MEASURES) if (charge[measure] !== '') (cell.sums[measure] ??= new ExactSum()).add(charge[measure]);
}

function sourceOf(subjects: readonly BillSubject[], cells: readonly Cell[]): BillSource {
  const within = (range: BillRange): Cell[] => (range.namespace === undefined ? cells.filter((cell) => cell.day >= range.from && cell.day <= range.to) : []);
  const days = cells.map((cell) => cell.day).sort();
  return {
    coverage: () => Promise.resolve({ ...(days[0] === undefined ? {} : { firstDay: days[0], lastDay: days.at(-1) ?? '' }), version: 'file' }),
    subjects(range) {
      const found = new Map<number, Map<string, Cell[]>>();
      for (const cell of within(range)) {
        const currencies = found.get(cell.subject) ?? new Map<string, Cell[]>();
        found.set(cell.subject, currencies.set(cell.currency, [...(currencies.get(cell.currency) ?? []), cell]));
      }
      return Promise.resolve([...found].flatMap(([number, currencies]): BillSubjectCost[] => {
        const subject = subjects[number];
        return subject === undefined ? [] : [{ id: String(number), subject, totals: [...currencies].map(([currency, of]) => ({ ...sum(of), currency })) }];
      }));
    },
    days(range, bucketOf, categories) {
      const sums = new Map<string, Cell[]>();
      const places = new Map<string, { day: string; bucket: number; currency: string }>();
      for (const cell of within(range)) {
        const bucket = bucketOf.get(subjectKey(String(cell.subject), undefined));
        if (bucket === undefined || (categories !== undefined && !categories.includes(cell.category))) continue;
        const key = `${cell.day} ${String(bucket)} ${cell.currency}`;
        places.set(key, { day: cell.day, bucket, currency: cell.currency });
        const list = sums.get(key);
        if (list === undefined) sums.set(key, [cell]);
        else list.push(cell);
      }
      return Promise.resolve([...sums].sort(([a], [b]) => (a < b ? -1 : 1)).flatMap(([key, of]): BillDayCost[] => {
        const place = places.get(key);
        return place === undefined ? [] : [{ ...sum(of), ...place }];
      }));
    },
  };
}

function sum(cells: readonly Cell[]): Sums {
  const of = (measure: BillMeasure): string => {
    const told = cells.flatMap((cell) => cell.sums[measure]?.value ?? []);
    return told.length === 0 ? '' : told.reduce((total, value) => total.plus(value), Decimal.zero).toString();
  };
  return { currency: cells[0]?.currency ?? '', rows: cells.reduce((rows, cell) => rows + cell.rows, 0), billed: of('billed'), effective: of('effective'), list: of('list'), contracted: of('contracted') };
}
