/**
 * Everything a command says: data on stdout, talk on stderr.
 *
 * A person at a terminal gets colour, padded tables and ages; a pipe gets tabs, full ids and exact times;
 * `--json` gets one document with `schemaVersion`. Colour follows NO_COLOR, FORCE_COLOR and TERM=dumb.
 */
import { styleText } from 'node:util';
import type { PlatformError } from '../domain/error.ts';

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

export interface OutputOptions {
  json?: boolean | string;
  quiet?: boolean;
  color?: boolean;
  debug?: boolean;
}

export interface Streams {
  stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
  environment: Record<string, string | undefined>;
}

export interface TableColumn<Row> {
  title: string;
  value: (row: Row) => string;
  /** Shown to people instead of `value`, e.g. an age for a time. */
  shown?: (row: Row) => string;
  style?: (row: Row) => Style | undefined;
  /** Long words that people may read shortened, so that a row stays one line of the terminal; a pipe gets all of it. */
  clip?: boolean;
  /** Amounts stand under each other at their last digit. */
  right?: boolean;
}

/** Width that a shortened column keeps. */
const SHORTEST = 20;

function wantsColor(options: OutputOptions, streams: Streams): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = streams.environment;
  if (options.color === false || (NO_COLOR !== undefined && NO_COLOR !== '')) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return TERM !== 'dumb' && streams.stdout.isTTY === true;
}

/** Reads `a.b` from nested data; undefined where the path ends early. */
function pick(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), value);
}

/** Escape sequences of what programs, commits and other people wrote would act on the terminal; they are shown instead. */
export function harmless(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => (character === '\u001b' ? '\u241b' : '\ufffd'));
}

/** A cell of a pipe: no tab or line break of somebody's names begins a cell or a line, which a build server might take for a command. */
function oneCell(text: string): string {
  return harmless(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' '));
}

/** `::` and `##` at the beginning of a line are commands to build servers; a name with a line break in it must give none. */
function withoutCommands(text: string): string {
  return text.replace(/\s*[\r\n]\s*(?=::|##)/g, ' ');
}

/** The same for a line that may hold our own colours, which are left. */
function withStyles(line: string): string {
  return line.split(/(\u001b\[[0-9;]{0,10}m)/).map((part, index) => (index % 2 === 1 ? part : harmless(part))).join('');
}

export class Output {
  readonly json: boolean;
  readonly person: boolean;
  readonly #fields: string[];
  readonly #options: OutputOptions;
  readonly #streams: Streams;
  readonly #color: boolean;

  constructor(options: OutputOptions, streams: Streams) {
    this.#options = options;
    this.#streams = streams;
    this.json = options.json !== undefined && options.json !== false;
    this.#fields = typeof options.json === 'string' ? options.json.split(',') : [];
    this.person = !this.json && streams.stdout.isTTY === true;
    this.#color = wantsColor(options, streams);
  }

  style(style: Style, text: string): string {
    return this.#color ? styleText(style, text, { validateStream: false }) : text;
  }

  /** Talk: progress, hints, the next step. Nothing with `--quiet`. */
  say(line: string): void {
    if (this.#options.quiet !== true) this.#streams.stderr.write(`${withStyles(withoutCommands(line))}\n`);
  }

  /** A line of data. */
  line(text: string): void {
    this.#streams.stdout.write(`${this.person ? withStyles(text) : text}\n`);
  }

  /** Begins the screen of a person anew. */
  clear(): void {
    if (this.person) this.#streams.stdout.write('\u001b[2J\u001b[H');
  }

  /** The one JSON document of a command; `--json=a,b.c` keeps these fields of each item. */
  document(data: Record<string, unknown> | { items: unknown[] }): void {
    const selected = this.#fields.length === 0 ? data : this.#select(data);
    this.line(JSON.stringify({ schemaVersion: 1, ...selected }));
  }

  #select(data: Record<string, unknown> | { items: unknown[] }): Record<string, unknown> {
    const keep = (item: unknown): Record<string, unknown> => Object.fromEntries(this.#fields.map((field) => [field, pick(item, field)]));
    return Array.isArray((data as { items?: unknown }).items) ? { items: (data as { items: unknown[] }).items.map(keep) } : keep(data);
  }

  table<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[]): void {
    if (this.json) return this.document({ items: rows.map((row) => Object.fromEntries(columns.map((column) => [column.title.toLowerCase().replaceAll(' ', '_'), column.value(row)]))) });
    if (!this.person) {
      for (const row of rows) this.line(columns.map((column) => oneCell(column.value(row))).join('\t'));
      return;
    }
    if (rows.length === 0) return;
    const cells = this.#clipped(rows.map((row) => columns.map((column) => harmless((column.shown ?? column.value)(row)))), columns);
    const widths = columns.map((column, index) => Math.max(column.title.length, ...cells.map((row) => row[index]?.length ?? 0)));
    const pad = (text: string, column: TableColumn<Row>, index: number): string => (column.right === true ? text.padStart(widths[index] ?? 0) : text.padEnd(widths[index] ?? 0));
    this.line(this.style('dim', columns.map((column, index) => pad(column.title.toUpperCase(), column, index)).join('  ').trimEnd()));
    rows.forEach((row, at) => {
      const text = columns.map((column, index) => {
        const padded = pad(cells[at]?.[index] ?? '', column, index);
        const style = column.style?.(row);
        return style === undefined ? padded : this.style(style, padded);
      });
      this.line(text.join('  ').trimEnd());
    });
  }

  /**
   * Shortens cells so that the widest row is one line of the terminal. The columns that may be shortened share what the
   * others leave: one that needs less than its share keeps all of it, and what it does not need goes to the others.
   */
  #clipped<Row>(cells: string[][], columns: readonly TableColumn<Row>[]): string[][] {
    const most = columns.map((column, index) => Math.max(column.title.length, ...cells.map((row) => row[index]?.length ?? 0)));
    let left = (this.#streams.stdout.columns ?? Infinity) - 2 * (columns.length - 1);
    if (most.reduce((sum, width) => sum + width, 0) <= left) return cells;
    left -= most.reduce((sum, width, index) => sum + (columns[index]?.clip === true ? 0 : width), 0);
    const shared = most.map((_, index) => index).filter((index) => columns[index]?.clip === true).sort((a, b) => (most[a] ?? 0) - (most[b] ?? 0));
    shared.forEach((index, at) => {
      most[index] = Math.min(most[index] ?? 0, Math.max(SHORTEST, Math.floor(left / (shared.length - at))));
      left -= most[index] ?? 0;
    });
    return cells.map((row) => row.map((cell, index) => (cell.length > (most[index] ?? 0) ? `${cell.slice(0, (most[index] ?? 0) - 1)}…` : cell)));
  }

  /** What happened / why / what to do / reference; the stack only with --debug. */
  error(error: PlatformError): void {
    if (this.json) {
      this.#streams.stderr.write(`${JSON.stringify({ schemaVersion: 1, error: { code: error.code, message: error.message, why: error.why, next: error.next } })}\n`);
    } else {
      this.#streams.stderr.write(`${this.style('red', 'error:')} ${harmless(error.message)}\n`);
      if (error.why !== undefined) this.#streams.stderr.write(`  why: ${harmless(error.why)}\n`);
      if (error.next !== undefined) this.#streams.stderr.write(`  try: ${harmless(error.next)}\n`);
      this.#streams.stderr.write(`  see: ${error.code} (docs/reference/errors)\n`);
    }
    if (this.#options.debug === true) this.#streams.stderr.write(`${error.detail === undefined ? '' : `${error.detail}\n`}${error.stack ?? ''}\n`);
  }
}

/** `5s`, `12m`, `3h`, `4d` before `now` (milliseconds). */
export function age(at: string | undefined, now: number): string {
  if (at === undefined) return '-';
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)}h` : `${Math.round(seconds / 86_400)}d`;
}
