/** A received file into the database: CSV or Parquet by its first bytes, the audit row behind it. */
import { readFocusCsv } from '../../formats/focus/read-csv.ts';
import { readFocusParquet } from '../../formats/focus/read-parquet.ts';
import type { Actor } from '../../domain/event.ts';
import type { BillImport, BillOverlap, Bills, ReceivedBill } from '../../ports/bills.ts';
import type { Events } from '../../ports/events.ts';

/** A program that serves others holds less at a time than a command of one's own. */
const MOST_CELLS_OF_A_GROUP = 20_000_000;

export interface ImportQuestion {
  file: string;
  /** The file alone, where none is named. */
  delivery?: string;
  overlap: BillOverlap;
  namespace?: string;
  provider?: string;
}

/** `v1:bill:<import>`. */
export function billReference(id: string): string {
  return `v1:bill:${id}`;
}

export async function importBill(parts: { bills: Bills; events: Pick<Events, 'append'> }, received: ReceivedBill, question: ImportQuestion, actor: Actor): Promise<{ import: BillImport; known: boolean; replaced: readonly BillImport[] }> {
  const { file, overlap, namespace, provider } = question;
  const options = { file, ...(provider === undefined ? {} : { provider }) };
  const reading = received.format === 'parquet' ? readFocusParquet({ byteLength: received.bytes, slice: (start, end) => received.slice(start, end) }, { ...options, mostCells: MOST_CELLS_OF_A_GROUP }) : readFocusCsv(received.pieces(), options);
  const done = await parts.bills.import(
    { file, sha256: received.sha256, bytes: received.bytes, format: received.format, delivery: question.delivery ?? received.sha256, overlap, ...(namespace === undefined ? {} : { namespace }), importedBy: `${actor.issuer}/${actor.subject}` },
    reading.batches,
    reading.facts,
  );
  if (!done.known) {
    await parts.events.append([
      { ...(namespace === undefined ? {} : { namespace }), actor, subject: billReference(done.import.id), kind: 'bill.imported', schemaVersion: 1, body: { file, rows: done.import.rows, totals: done.import.totals, replaced: done.replaced.map((each) => each.id) } },
    ]);
  }
  return done;
}
