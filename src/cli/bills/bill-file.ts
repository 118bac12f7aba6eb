/** A bill on this machine: read in pieces, CSV or Parquet by its first bytes. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { PlatformError } from '../../domain/error.ts';
import { readFocusCsv, type FocusReading } from '../../formats/focus/read-csv.ts';
import { isParquet, readFocusParquet } from '../../formats/focus/read-parquet.ts';
import { nameOfFile } from './options.ts';

const PIECE_BYTES = 256 * 1024;

export interface BillFile {
  path: string;
  bytes: number;
  format: 'csv' | 'parquet';
  packed: boolean;
}

/** Throws ROADBED-8751. */
export async function findBill(path: string): Promise<BillFile> {
  const file = await open(path).catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8751', class: 'not-found', message: `${path} cannot be read`, why: cause.code ?? cause.message, next: 'roadbed bills import FILE...' });
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new PlatformError({ code: 'ROADBED-8751', class: 'usage', message: `${path} is no file`, next: 'name the files of the export one by one' });
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    const first = buffer.subarray(0, bytesRead);
    return { path, bytes: found.size, format: isParquet(first) ? 'parquet' : 'csv', packed: first[0] === 0x1f && first[1] === 0x8b };
  } finally {
    await file.close();
  }
}

/** The reading, and the end of it: a file that stays open for its parts is closed. */
export async function readBill(bill: BillFile, options: { provider?: string; lenient?: boolean }): Promise<FocusReading & { close(): Promise<void> }> {
  const asked = { file: nameOfFile(bill.path), ...options };
  if (bill.format === 'csv') {
    const stream = createReadStream(bill.path, { highWaterMark: PIECE_BYTES });
    return { ...readFocusCsv(stream, asked), close: async () => void stream.destroy() };
  }
  const file = await open(bill.path);
  const slice = async (start: number, end?: number): Promise<ArrayBuffer> => {
    const bytes = new Uint8Array(Math.max(0, (end ?? bill.bytes) - start));
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    return bytes.buffer.slice(0, bytesRead);
  };
  return { ...readFocusParquet({ byteLength: bill.bytes, slice }, asked), close: () => file.close() };
}

/** SHA-256 of the content, unpacked where it is gzip: what a platform knows the file by. */
export async function contentHash({ path, packed }: BillFile): Promise<string> {
  const hash = createHash('sha256');
  const raw = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const pieces = packed ? raw.pipe(createGunzip({ chunkSize: PIECE_BYTES })) : raw;
  if (pieces !== raw) raw.on('error', (error) => pieces.destroy(error));
  try {
    for await (const piece of pieces as AsyncIterable<Buffer>) hash.update(piece);
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-8705', class: 'invalid', message: `${path} cannot be unpacked`, why: cause instanceof Error ? cause.message : String(cause), next: 'fetch the file again: it is cut off or damaged', cause });
  }
  return hash.digest('hex');
}
