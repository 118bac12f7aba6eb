/**
 * Where a bill waits between the wire and the database: a file of its own, private, gone when the import is over.
 *
 * Parquet has its table of contents at the end, and a transaction must not wait for somebody's network. What a process
 * that died left behind is removed when the next one opens the folder.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { PlatformError } from '../../domain/error.ts';
import type { BillSpool } from '../../ports/bills.ts';

const SUFFIX = '.bill';
const PIECE_BYTES = 256 * 1024;
/** The wire brings 16 KiB at a time; a write of that size costs more than what it writes. */
const WRITE_BYTES = 512 * 1024;
/** As much as the reader takes: a gzip of 4 GiB may unpack to 4 TiB. */
const MOST_UNPACKED = 64 * 1024 ** 3;
const PARQUET = Buffer.from('PAR1');
const GZIP = Buffer.from([0x1f, 0x8b]);

/** `folder` belongs to this spool alone. */
export function openBillSpool(folder: string, { mostUnpacked = MOST_UNPACKED }: { mostUnpacked?: number } = {}): BillSpool {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(folder)) if (name.endsWith(SUFFIX)) rmSync(join(folder, name));
  return {
    async receive(from, mostBytes) {
      const path = join(folder, `${randomUUID()}${SUFFIX}`);
      const file = await open(path, 'wx', 0o600);
      try {
        const { bytes, first, sha256 } = await write(file, whole(from), mostBytes);
        if (bytes === 0) throw new PlatformError({ code: 'ROADBED-8721', class: 'invalid', message: 'No bill was sent.', why: 'The body is empty.', next: 'roadbed bills import FILE' });
        await file.close();
        return { path, bytes, sha256: sha256 ?? (await contentHash(path, mostUnpacked)), format: first.subarray(0, 4).equals(PARQUET) ? 'parquet' : 'csv', remove: () => rm(path, { force: true }) };
      } catch (error) {
        await file.close().catch(() => {});
        await rm(path, { force: true });
        throw error;
      }
    },
  };
}

/** Somebody who hangs up is no fault of ours. */
async function* whole(from: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* from;
  } catch (cause) {
    throw new PlatformError({ code: 'ROADBED-8724', class: 'incomplete', message: 'The bill broke off while it was sent.', why: cause instanceof Error ? cause.message : String(cause), next: 'nothing was imported; send it again', cause });
  }
}

/** `sha256` of what is not packed: hashed on the way, so that it is not read for that once more. */
async function write(file: FileHandle, from: AsyncIterable<Uint8Array>, mostBytes: number): Promise<{ bytes: number; first: Buffer; sha256: string | undefined }> {
  let bytes = 0;
  let first = Buffer.alloc(0);
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const hash = createHash('sha256');
  const flush = async (): Promise<void> => {
    const together = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    if (first.length < 4) first = Buffer.concat([first, together.subarray(0, 4)]).subarray(0, 4);
    if (!isPacked(first)) hash.update(together);
    await file.writeFile(together);
  };
  for await (const piece of from) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new PlatformError({ code: 'ROADBED-8720', class: 'invalid', message: `The bill is larger than ${Math.floor(mostBytes / 1024 ** 2)} MB as it was sent.`, next: 'send it packed with gzip, or in parts with one --delivery' });
    waiting.push(piece);
    waitingBytes += piece.length;
    if (waitingBytes >= WRITE_BYTES) await flush();
  }
  if (waitingBytes > 0) await flush();
  return { bytes, first, sha256: isPacked(first) ? undefined : hash.digest('hex') };
}

function isPacked(first: Buffer): boolean {
  return first.subarray(0, 2).equals(GZIP);
}

/** SHA-256 of what a gzip unpacks to; of the bytes where they cannot be unpacked, which the reader will tell. */
async function contentHash(path: string, mostUnpacked: number): Promise<string> {
  const hashOf = async (pieces: AsyncIterable<Uint8Array>): Promise<string> => {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > mostUnpacked) throw new PlatformError({ code: 'ROADBED-8720', class: 'invalid', message: `The bill unpacks to more than ${Math.floor(mostUnpacked / 1024 ** 2)} MB.`, next: 'send it in parts with one --delivery' });
      hash.update(piece);
    }
    return hash.digest('hex');
  };
  const read = (): ReturnType<typeof createReadStream> => createReadStream(path, { highWaterMark: PIECE_BYTES });
  const packed = read();
  const unpacked = packed.pipe(createGunzip({ chunkSize: PIECE_BYTES }));
  packed.on('error', (error) => unpacked.destroy(error));
  try {
    return await hashOf(unpacked);
  } catch (error) {
    if (error instanceof PlatformError) throw error;
    return await hashOf(read());
  } finally {
    packed.destroy();
  }
}
