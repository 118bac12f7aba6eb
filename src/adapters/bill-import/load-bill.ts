/** A file into the database, in the program that calls. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { readFocusCsv } from '../../formats/focus/read-csv.ts';
import { readFocusParquet } from '../../formats/focus/read-parquet.ts';
import type { Bills, LoadBill } from '../../ports/bills.ts';

/** Texts of larger pieces are kept apart by the language and are costly to clear away. */
const PIECE_BYTES = 64 * 1024;
/** A program that serves others holds less at a time than a command of one's own. */
const MOST_CELLS_OF_A_GROUP = 20_000_000;

export function loadBillInto(bills: Pick<Bills, 'import'>): LoadBill {
  return async ({ path, bytes, format }, request, { provider }) => {
    const options = { file: request.file, apart: true, ...(provider === undefined ? {} : { provider }) };
    const file = await open(path);
    try {
      const slice = async (start: number, end = bytes): Promise<ArrayBuffer> => {
        const part = new Uint8Array(Math.max(0, end - start));
        const { bytesRead } = await file.read(part, 0, part.length, start);
        return part.buffer.slice(0, bytesRead);
      };
      const reading = format === 'parquet' ? readFocusParquet({ byteLength: bytes, slice }, { ...options, mostCells: MOST_CELLS_OF_A_GROUP }) : readFocusCsv(createReadStream(path, { highWaterMark: PIECE_BYTES }), options);
      return await bills.import(request, reading.batches, reading.facts);
    } finally {
      await file.close();
    }
  };
}
