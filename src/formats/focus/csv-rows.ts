/**
 * Comma-separated values (RFC 4180), piece by piece: a bill of a gigabyte passes through a few hundred kilobytes.
 *
 * Quoted cells may hold commas, quotes and line breaks, also where one piece ends and the next begins. A row that does
 * not end within `LONGEST_ROW` characters is a quote that was never closed, or no CSV; the row where it began is told.
 */
import { PlatformError } from '../../domain/error.ts';

const LONGEST_ROW = 1024 * 1024;
const MOST_CELLS = 2_000;
const QUOTE = 34;
const COMMA = 44;
const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

export interface CsvRow {
  /** 1-based, the header is row 1; line breaks within a cell do not count. */
  number: number;
  cells: string[];
}

export class CsvRows {
  readonly #decoder = new TextDecoder('utf-8', { fatal: false });
  #rest = '';
  #row = 0;
  #at = 0;

  /** The rows that end within this piece. Throws ROADBED-8702. */
  push(bytes: Uint8Array): CsvRow[] {
    return this.#read(this.#rest + this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** The last row, which may lack its line break. Throws ROADBED-8702 when it ends within quotes. */
  end(): CsvRow[] {
    return this.#read(this.#rest + this.#decoder.decode(), true);
  }

  #read(text: string, last: boolean): CsvRow[] {
    const rows: CsvRow[] = [];
    this.#at = 0;
    while (this.#at < text.length) {
      const start = this.#at;
      const cells = this.#cells(text, last);
      if (cells === undefined) {
        this.#at = start;
        break;
      }
      this.#row += 1;
      if (cells.length > 1 || cells[0] !== '') rows.push({ number: this.#row, cells });
    }
    this.#rest = text.slice(this.#at);
    if (this.#rest.length > LONGEST_ROW || (last && this.#rest !== '')) throw unclosed(this.#row + 1);
    return rows;
  }

  /** Cells of the row at `#at`, which moves behind it; undefined when the row does not end in this text. */
  #cells(text: string, last: boolean): string[] | undefined {
    const cells: string[] = [];
    for (;;) {
      if (cells.length > MOST_CELLS) throw new PlatformError({ code: 'ROADBED-8702', class: 'invalid', message: `row ${this.#row + 1} has more than ${MOST_CELLS} cells`, next: 'check that the file is comma-separated' });
      const cell = text.charCodeAt(this.#at) === QUOTE ? this.#quoted(text, last) : this.#plain(text, last);
      if (cell === undefined) return undefined;
      cells.push(cell);
      if (text.charCodeAt(this.#at) === COMMA) {
        this.#at += 1;
        continue;
      }
      this.#at += 1;
      return cells;
    }
  }

  #plain(text: string, last: boolean): string | undefined {
    const from = this.#at;
    let at = from;
    let code = text.charCodeAt(at);
    while (at < text.length && code !== COMMA && code !== LINE_FEED) code = text.charCodeAt(++at);
    if (at === text.length && !last) return undefined;
    this.#at = at;
    return text.slice(from, code === LINE_FEED && at > from && text.charCodeAt(at - 1) === CARRIAGE_RETURN ? at - 1 : at);
  }

  #quoted(text: string, last: boolean): string | undefined {
    let cell = '';
    let from = this.#at + 1;
    for (;;) {
      const end = text.indexOf('"', from);
      // A quote at the very end may be the first of two.
      if (end < 0 || (end === text.length - 1 && !last)) return undefined;
      cell = cell === '' ? text.slice(from, end) : cell + text.slice(from, end);
      if (text.charCodeAt(end + 1) !== QUOTE) return this.#behindQuote(text, end + 1, cell, last);
      cell += '"';
      from = end + 2;
    }
  }

  #behindQuote(text: string, at: number, cell: string, last: boolean): string | undefined {
    const crlf = text.charCodeAt(at) === CARRIAGE_RETURN ? at + 1 : at;
    if (crlf === text.length) {
      this.#at = crlf;
      return last ? cell : undefined;
    }
    const code = text.charCodeAt(crlf);
    if ((code !== COMMA || crlf !== at) && code !== LINE_FEED) {
      throw new PlatformError({ code: 'ROADBED-8702', class: 'invalid', message: `row ${this.#row + 1} has text behind a closing quote`, why: `after ${JSON.stringify(cell.slice(-40))} stands ${JSON.stringify(text.slice(at, at + 20))}`, next: 'quotes within a cell are doubled; export the file again' });
    }
    this.#at = crlf;
    return cell;
  }
}

function unclosed(row: number): PlatformError {
  return new PlatformError({ code: 'ROADBED-8702', class: 'invalid', message: `row ${row} does not end: a quote that is never closed, or a file that was cut off`, next: 'export the file again' });
}

/** Quotes only where they are needed; ends with a line feed. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
