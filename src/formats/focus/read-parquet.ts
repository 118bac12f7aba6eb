/**
 * Charges of a FOCUS file in Parquet, row group by row group: memory goes by the largest group, not by the file.
 *
 * Decimals are taken as the whole numbers that the file stores, because the library would make binary fractions of them;
 * a cost that the file itself stores as a binary fraction (DOUBLE) is the shortest decimal that reads as the same number.
 * Cells then go through the same checks as those of a CSV file.
 */
import { zstdDecompressSync } from 'node:zlib';
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, type Compressors, type FileMetaData, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { BillCharge } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';
import { Decimal } from '../../domain/money.ts';
import { storable } from './cell-values.ts';
import { ChargeReader } from './charges.ts';
import { readHeader } from './header.ts';
import { chargeOf, type FocusReading, type ReadingOptions } from './read-csv.ts';

/** Any part of a file by its place: Parquet has its table of contents at the end. */
export interface RandomAccessFile {
  byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

/** Cells of a row group: a small file can say that one value stands in millions of rows. */
const MOST_CELLS_OF_A_GROUP = 60_000_000;
const LARGEST_GROUP = 1024 ** 3;
/** Rows that are made at a time from a group that has an index of its pages. */
const STEP = 20_000;
/** Without one, a group is decoded anew for each part of it. */
const MOST_PARTS = 4;

export interface ParquetOptions extends ReadingOptions {
  /** Cells of a row group that may be held at once; 60 million by default. */
  mostCells?: number;
}

export function isParquet(first: Uint8Array): boolean {
  return first[0] === 0x50 && first[1] === 0x41 && first[2] === 0x52 && first[3] === 0x31;
}

/** Throws ROADBED-8701, -8703, -8704, -8706 while iterating. */
export function readFocusParquet(file: RandomAccessFile, options: ParquetOptions): FocusReading {
  let reader: ChargeReader | undefined;
  const { mostCells = MOST_CELLS_OF_A_GROUP } = options;
  async function* batches(): AsyncGenerator<readonly BillCharge[]> {
    const metadata = await damaged(options.file, () => parquetMetadataAsync(file));
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    const current = new ChargeReader(readHeader(names, options.file, new Set(options.provider === undefined ? [] : ['ProviderName'])), options);
    reader = current;
    const scales = withoutDecimals(metadata);
    let start = 0;
    for (const group of metadata.row_groups) {
      const rows = Number(group.num_rows);
      if (rows * names.length > mostCells || Number(group.total_byte_size) > LARGEST_GROUP || packedBytes(group) > LARGEST_GROUP) {
        throw new PlatformError({ code: 'ROADBED-8706', class: 'invalid', message: `${options.file} has a row group of ${rows} rows`, why: `it has ${group.total_byte_size} bytes unpacked; at most 1 GiB and ${Math.floor(mostCells / names.length)} rows of ${names.length} columns are read at a time`, next: 'write it with smaller row groups, or make CSV of it: roadbed bills export FILE --out bill.csv' });
      }
      const step = group.columns.every((column) => column.offset_index_offset !== undefined) ? STEP : Math.max(STEP, Math.ceil(rows / MOST_PARTS));
      for (let at = 0; at < rows; at += step) {
        const read = await damaged(options.file, () => parquetReadObjects({ file, metadata, compressors: boundedCompressors(options.file), utf8: false, useOffsetIndex: true, parsers: PARSERS, rowStart: start + at, rowEnd: start + Math.min(rows, at + step) }));
        yield read.flatMap((row, index) => chargeOf(current, start + at + index + 1, names.map((name) => cellOf(row[name], scales.get(name))), options.lenient === true));
      }
      start += rows;
    }
  }
  return { batches: batches(), facts: () => reader?.facts() ?? { version: '1.0', columns: [], warnings: [], rows: 0, totals: [] } };
}

function packedBytes(group: FileMetaData['row_groups'][number]): number {
  return group.columns.reduce((sum, column) => sum + Number(column.meta_data?.total_compressed_size ?? 0), 0);
}

/** For one reading of a group: what its pages unpack to is bounded together, whatever the file's table of contents says of them. */
function boundedCompressors(file: string): Compressors {
  let left = LARGEST_GROUP;
  const own: Compressors = { ...compressors, ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }) };
  return Object.fromEntries(
    Object.entries(own).map(([codec, unpack]) => [
      codec,
      (input: Uint8Array, length: number): Uint8Array => {
        left -= length;
        if (!(length >= 0) || left < 0) throw new PlatformError({ code: 'ROADBED-8706', class: 'invalid', message: `${file} unpacks to more than it says`, why: 'the pages of a row group have more than 1 GiB', next: 'write it with smaller row groups, or make CSV of it' });
        return unpack(input, length);
      },
    ]),
  );
}

async function damaged<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PlatformError) throw cause;
    throw new PlatformError({ code: 'ROADBED-8706', class: 'invalid', message: `${file} cannot be read as Parquet`, why: (cause instanceof Error ? cause.message : String(cause)).slice(0, 200), next: 'fetch the file again: it is cut off or damaged; nothing was imported', cause });
  }
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

const PARSERS = {
  timestampFromMilliseconds: (value: bigint) => (value === undefined || value === null ? undefined : time(Number(value))),
  timestampFromMicroseconds: (value: bigint) => (value === undefined || value === null ? undefined : time(Number(BigInt(value) / 1_000n))),
  timestampFromNanoseconds: (value: bigint) => (value === undefined || value === null ? undefined : time(Number(BigInt(value) / 1_000_000n))),
  dateFromDays: (days: number) => (days === undefined || days === null ? undefined : time(days * 86_400_000).slice(0, 10)),
};

/** Takes the type DECIMAL off the columns, so that the stored whole numbers come out; answers the digits behind the point by column. */
function withoutDecimals(metadata: FileMetaData): Map<string, number> {
  const scales = new Map<string, number>();
  for (const element of metadata.schema as SchemaElement[]) {
    if (element.converted_type !== 'DECIMAL' && element.logical_type?.type !== 'DECIMAL') continue;
    scales.set(element.name, element.scale ?? 0);
    delete element.converted_type;
    delete element.logical_type;
  }
  return scales;
}

function cellOf(value: unknown, scale: number | undefined): string {
  if (value === undefined || value === null) return '';
  if (scale !== undefined) return decimalOf(value, scale);
  if (typeof value === 'string') return storable(value);
  if (value instanceof Uint8Array) return storable(new TextDecoder().decode(value));
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'object') return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner));
  return String(value);
}

function decimalOf(value: unknown, scale: number): string {
  if (value instanceof Uint8Array) return new Decimal(bigEndian(value), scale).toString();
  return typeof value === 'bigint' || typeof value === 'number' ? new Decimal(BigInt(value), scale).toString() : String(value);
}

/** Two's complement, the highest byte first, as Parquet stores a decimal in bytes. */
function bigEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return (bytes[0] ?? 0) >= 128 ? value - (1n << BigInt(bytes.length * 8)) : value;
}
