/**
 * Charges of a FOCUS file in CSV, plain or gzip, in batches, in constant memory.
 *
 * A gzip that is a bomb is bounded by the number of bytes that may come out of it.
 */
import { createGunzip } from 'node:zlib';
import type { BillCharge, BillFileFacts } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';
import { ChargeReader, type ChargeOptions } from './charges.ts';
import { CsvRows, type CsvRow } from './csv-rows.ts';
import { readHeader } from './header.ts';

/** 64 GiB: some hundred million rows. */
const MOST_BYTES = 64 * 1024 ** 3;

export interface FocusReading {
  batches: AsyncIterable<readonly BillCharge[]>;
  /** Complete once `batches` has ended. */
  facts(): BillFileFacts;
}

export interface ReadingOptions extends ChargeOptions {
  /** Rows that cannot be read are told as warnings and left out: for reports, never for an import. */
  lenient?: boolean;
}

/** Throws ROADBED-8701 to -8705 while iterating. */
export function readFocusCsv(pieces: AsyncIterable<Uint8Array>, options: ReadingOptions): FocusReading {
  let reader: ChargeReader | undefined;
  const take = (rows: CsvRow[]): BillCharge[] => {
    const body = reader === undefined ? rows.slice(1) : rows;
    const [first] = rows;
    if (reader === undefined && first !== undefined) reader = new ChargeReader(readHeader(first.cells, options.file, new Set(options.provider === undefined ? [] : ['ProviderName'])), options);
    const current = reader;
    if (current === undefined) return [];
    return body.flatMap((row) => chargeOf(current, row.number, row.cells, options.lenient === true));
  };
  async function* batches(): AsyncGenerator<readonly BillCharge[]> {
    const csv = new CsvRows();
    for await (const piece of plain(pieces, options.file)) {
      if (piece.includes(0)) throw new PlatformError({ code: 'ROADBED-8701', class: 'invalid', message: `${options.file} is no text in UTF-8`, why: 'it has zero bytes, as UTF-16 and binary files do', next: 'export it as CSV in UTF-8, or as Parquet' });
      const charges = take(csv.push(piece));
      if (charges.length > 0) yield charges;
    }
    const last = take(csv.end());
    if (last.length > 0) yield last;
    if (reader === undefined) throw new PlatformError({ code: 'ROADBED-8701', class: 'invalid', message: `${options.file} is empty`, next: 'check the export; nothing was imported' });
  }
  return { batches: batches(), facts: () => reader?.facts() ?? { version: '1.0', columns: [], warnings: [], rows: 0, totals: [] } };
}

export function chargeOf(reader: ChargeReader, row: number, cells: readonly string[], lenient: boolean): BillCharge[] {
  try {
    return [reader.charge(row, cells)];
  } catch (error) {
    if (!lenient || !(error instanceof PlatformError)) throw error;
    const [, column = 'row', rule = error.message] = /: (\w+) (.*)$/.exec(error.message) ?? [];
    reader.warn(column, `ERROR, the row cannot be imported: ${rule}`, row, error.why ?? '');
    return [];
  }
}

/** The pieces as they are, or unpacked when they begin as gzip does. Throws ROADBED-8705. */
async function* plain(pieces: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  let packed: boolean | undefined;
  const iterator = pieces[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  packed = first.value[0] === 0x1f && first.value[1] === 0x8b;
  const rest: AsyncIterable<Uint8Array> = { [Symbol.asyncIterator]: () => iterator };
  const all = together(first.value, rest);
  for await (const piece of packed ? unpacked(all, file) : all) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new PlatformError({ code: 'ROADBED-8705', class: 'invalid', message: `${file} has more than 64 GiB`, next: 'import it in parts' });
    yield piece;
  }
}

async function* together(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

async function* unpacked(pieces: AsyncIterable<Uint8Array>, file: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  let goOn = (): void => {};
  gunzip.on('drain', () => goOn()).on('close', () => goOn());
  const pump = (async () => {
    for await (const piece of pieces) {
      if (!gunzip.write(piece)) await new Promise<void>((resolve) => (goOn = resolve));
      if (gunzip.destroyed) return;
    }
    gunzip.end();
  })().catch((error: unknown) => void gunzip.destroy(error as Error));
  try {
    for await (const piece of gunzip as AsyncIterable<Uint8Array>) yield piece;
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError({ code: 'ROADBED-8705', class: 'invalid', message: `${file} cannot be unpacked`, why: cause instanceof Error ? cause.message : String(cause), next: 'fetch the file again: it is cut off or damaged; nothing was imported', cause });
  } finally {
    gunzip.destroy();
    await pump;
  }
}
