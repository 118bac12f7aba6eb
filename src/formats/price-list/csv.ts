/**
 * Comma-separated values as RFC 4180 has them, in one pass.
 *
 * A byte order mark and CRLF are read; a quote that is never closed is an error with its line, because
 * everything after it would silently become one cell. Rows may be shorter or longer than the header:
 * what that means is for the reader of the format to say.
 */
import { PlatformError } from '../../domain/error.ts';

export interface CsvTable {
  header: string[];
  rows: string[][];
}

/** Throws ROADBED-8301 when a quoted cell is never closed. */
export function readCsv(text: string): CsvTable {
  const rows: string[][] = [];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < text.length) {
    const [row, next] = readRow(text, at, rows.length + 1);
    if (row.length > 1 || row[0] !== '') rows.push(row);
    at = next;
  }
  const [header = [], ...body] = rows;
  return { header, rows: body };
}

function readRow(text: string, start: number, line: number): [string[], number] {
  const row: string[] = [];
  let at = start;
  for (;;) {
    if (text[at] === '"') {
      const [cell, next] = readQuoted(text, at, line);
      row.push(cell);
      at = next;
    } else {
      const from = at;
      while (at < text.length && text[at] !== ',' && text[at] !== '\n') at += 1;
      row.push(text.slice(from, text[at] === '\n' && text[at - 1] === '\r' && at > from ? at - 1 : at));
    }
    if (text[at] !== ',') return [row, at + 1];
    at += 1;
  }
}

/** What stands between the closing quote and the next comma is dropped, as spreadsheets do. */
function readQuoted(text: string, start: number, line: number): [string, number] {
  let cell = '';
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) throw new PlatformError({ code: 'ROADBED-8301', class: 'invalid', message: `row ${line} has a quote that is never closed`, next: 'export the file again; it is cut off or edited by hand' });
    cell += text.slice(at, end);
    at = end + 1;
    if (text[at] !== '"') break;
    cell += '"';
    at += 1;
  }
  while (at < text.length && text[at] !== ',' && text[at] !== '\n') at += 1;
  return [cell, at];
}

/** LF, quotes only where they are needed. */
export function printCsv(rows: Iterable<readonly string[]>): string {
  let text = '';
  for (const row of rows) text += `${row.map((cell) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
  return text;
}
