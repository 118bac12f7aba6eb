/** A received file into the database, with the audit row behind it. */
import type { Actor } from '../../domain/event.ts';
import type { BillOutcome, BillOverlap, LoadBill, ReceivedBill } from '../../ports/bills.ts';
import type { Events } from '../../ports/events.ts';

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

export async function importBill(parts: { load: LoadBill; events: Pick<Events, 'append'> }, received: ReceivedBill, question: ImportQuestion, actor: Actor): Promise<BillOutcome> {
  const { file, overlap, namespace, provider } = question;
  const done = await parts.load(
    received,
    { file, sha256: received.sha256, bytes: received.bytes, format: received.format, delivery: question.delivery ?? received.sha256, overlap, ...(namespace === undefined ? {} : { namespace }), importedBy: `${actor.issuer}/${actor.subject}` },
    provider === undefined ? {} : { provider },
  );
  if (!done.known) {
    await parts.events.append([
      { ...(namespace === undefined ? {} : { namespace }), actor, subject: billReference(done.import.id), kind: 'bill.imported', schemaVersion: 1, body: { file, rows: done.import.rows, totals: done.import.totals, replaced: done.replaced.map((each) => each.id) } },
    ]);
  }
  return done;
}
