/**
 * What of a charge is stored once and what with every row.
 *
 * An hourly bill repeats everything but the hour and the amounts. What repeats is an item, named by the hash of its
 * content; a column that differs in more than half of the first rows (a line number, a quantity) would make every row an
 * item of its own and is stored with the row. Hashes that were sent are remembered within bounds: one that was forgotten
 * is sent again and finds itself there.
 */
import { hash } from 'node:crypto';
import { detailOf, subjectText, type BillCharge, type BillSubject } from '../../../domain/bill.ts';

const MOST_REMEMBERED = 50_000;
const MOST_CHARACTERS = 40_000_000;
const FEWEST_ROWS_TO_JUDGE = 20;

/** 128 bits of SHA-256 in the form of a UUID, which PostgreSQL keeps in 16 bytes. */
function contentId(text: string): string {
  const digits = hash('sha256', text, 'hex');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-${digits.slice(12, 16)}-${digits.slice(16, 20)}-${digits.slice(20, 32)}`;
}

/** Columns that differ in more than half of these rows; those that the reader has set apart, where it has. */
export function columnsOfTheirOwn(charges: readonly BillCharge[]): string[] {
  const apart = charges.findLast((charge) => charge.apart !== undefined)?.apart;
  if (apart !== undefined) return [...apart.columns];
  if (charges.length < FEWEST_ROWS_TO_JUDGE) return [];
  const values = new Map<string, Set<string>>();
  for (const { detail } of charges) {
    for (const [name, value] of Object.entries(detail)) {
      const seen = values.get(name);
      if (seen === undefined) values.set(name, new Set([value]));
      else seen.add(value);
    }
  }
  return [...values].filter(([, seen]) => seen.size > charges.length / 2).map(([name]) => name);
}

export interface NewContent {
  subjects: Map<string, string>;
  items: Map<string, { subject: string; category: string; currency: string; detail: string }>;
}

/** Gives charges the ids of their items, and tells which content has not been sent yet. */
export class ContentIds {
  readonly #own: ReadonlySet<string>;
  /** Of charges whose reader hands out the same detail again. */
  readonly #known = new WeakMap<BillCharge['detail'], Pick<BillCharge, 'subject' | 'category' | 'currency'> & { id: string }>();
  readonly #subjects = new WeakMap<BillSubject, string>();
  readonly #items = new Map<string, string>();
  #characters = 0;
  #new: NewContent = { subjects: new Map(), items: new Map() };

  constructor(own: readonly string[]) {
    this.#own = new Set(own);
  }

  itemOf(charge: BillCharge): string {
    if (charge.apart === undefined) return this.#itemOf(charge, charge.detail);
    const known = this.#known.get(charge.detail);
    if (known !== undefined && known.subject === charge.subject && known.category === charge.category && known.currency === charge.currency) return known.id;
    const id = this.#itemOf(charge, detailOf(charge));
    if (charge.apart.columns.every((name) => this.#own.has(name))) this.#known.set(charge.detail, { subject: charge.subject, category: charge.category, currency: charge.currency, id });
    return id;
  }

  #itemOf(charge: BillCharge, whole: BillCharge['detail']): string {
    const subject = this.#subjectOf(charge.subject);
    const detail = this.#own.size === 0 ? whole : this.#withoutOwn(whole);
    const text = JSON.stringify(detail);
    const key = `${subject} ${charge.category} ${charge.currency} ${text}`;
    let id = this.#items.get(key);
    if (id === undefined) {
      id = contentId(key);
      this.#characters += key.length;
      if (this.#items.size >= MOST_REMEMBERED || this.#characters > MOST_CHARACTERS) {
        this.#items.clear();
        this.#characters = key.length;
      }
      this.#items.set(key, id);
      this.#new.items.set(id, { subject, category: charge.category, currency: charge.currency, detail: text });
    }
    return id;
  }

  /** What was new since the last call. */
  takeNew(): NewContent {
    const content = this.#new;
    this.#new = { subjects: new Map(), items: new Map() };
    return content;
  }

  #subjectOf(subject: BillSubject): string {
    let id = this.#subjects.get(subject);
    if (id === undefined) {
      const text = subjectText(subject);
      id = contentId(text);
      this.#subjects.set(subject, id);
      this.#new.subjects.set(id, text);
    }
    return id;
  }

  #withoutOwn(detail: Readonly<Record<string, string>>): Record<string, string> {
    const rest: Record<string, string> = {};
    for (const name in detail) if (!this.#own.has(name)) rest[name] = detail[name] ?? '';
    return rest;
  }
}
