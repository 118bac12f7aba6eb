/** Tables of bills as people, spreadsheets and programs read them. */
import { Decimal } from '../../domain/money.ts';
import { csvLine } from '../../formats/focus/csv-rows.ts';
import type { Session } from '../session.ts';
import type { BillFlags } from './options.ts';

export function wantsJson(session: Session, flags: BillFlags): boolean {
  return session.output.json || flags.format === 'json';
}

/** A number, a share, a change, or that there is none; with or without the currency. */
const AMOUNT = /^(?:[-+]?[\d,.]+(?: ?%| [A-Z]{3})?|-|)$/;

/** A table for people, tabs for a pipe, CSV with `--format csv`. */
export function printTable(session: Session, flags: BillFlags, titles: readonly string[], rows: readonly (readonly string[])[]): void {
  if (flags.format === 'csv') {
    for (const row of [titles, ...rows]) session.output.line(csvLine(row.map(plainCell)).trimEnd());
    return;
  }
  session.output.table(rows, titles.map((title, index) => ({ title: title[0]?.toUpperCase() + title.slice(1), value: (row) => row[index] ?? '', clip: index === 0, right: rows.every((row) => AMOUNT.test(row[index] ?? '')) })));
}

/** A spreadsheet takes a cell that begins with these for a formula; a number stays one. */
function plainCell(cell: string): string {
  return /^[=+@\t\r]|^-(?![\d.])/.test(cell) ? `'${cell}` : cell;
}

/** Two digits for people, all of them in CSV and in a pipe. */
export function amount(session: Session, flags: BillFlags, text: string): string {
  if (flags.format === 'csv' || !session.output.person) return text;
  return Decimal.parse(text)?.toFixed(2) ?? text;
}
