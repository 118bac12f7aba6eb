/**
 * Rows as comma-separated values (RFC 4180), for spreadsheets and scripts. Pure.
 *
 * What is shown shortened is exported whole: times as RFC 3339, hashes in full, shares as numbers. A text
 * that a spreadsheet would run as a formula gets an apostrophe before it, because names and commit
 * subjects are written by strangers.
 */
export interface CsvColumn<Row> {
  label: string;
  /** Undefined leaves the cell empty: unknown is never 0. */
  value: (row: Row) => string | number | boolean | undefined;
}

const FORMULA = /^[=+\-@\t\r]/;

function cell(value: string | number | boolean | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** One line of labels and one a row, each ended by CRLF. */
export function csv<Row>(columns: readonly CsvColumn<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => cell(column.label)), ...rows.map((row) => columns.map((column) => cell(column.value(row))))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}
