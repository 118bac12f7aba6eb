/**
 * Rows of the log for the audit page, newest first, only those that the reader may see.
 *
 * The log is read backwards in windows of its sequence, because that is the one order in which rows are
 * neither lost nor seen twice. Changes of a status are left out unless they are asked for: they are what
 * the platform writes about itself, and there are many.
 */
import type { EventRow } from '../../domain/event.ts';
import type { Events } from '../../ports/events.ts';
import type { z } from 'zod';
import type { AuditPage, auditQuerySchema } from '../contract/audit-page.ts';
import type { Readable } from './readable.ts';

const WINDOW = 1_000;
/** So many windows are looked through for one answer; the reader then goes on from where it ended. */
const MOST_WINDOWS = 20;

type Filter = z.output<typeof auditQuerySchema>;

export async function auditRows(events: Events, readable: Readable, filter: Filter): Promise<AuditPage> {
  const [newest] = await events.query({ order: 'descending', limit: 1 });
  let end = filter.before ?? (newest?.sequence ?? 0) + 1;
  const rows: EventRow[] = [];
  for (let looked = 0; looked < MOST_WINDOWS && end > 1 && rows.length <= filter.limit; looked += 1) {
    const begin = Math.max(0, end - WINDOW - 1);
    const window = await events.query({ ...selection(filter), afterSequence: begin, limit: WINDOW, order: 'ascending' });
    rows.push(...window.filter((row) => row.sequence < end && shown(row, readable, filter)).toReversed());
    end = begin + 1;
  }
  const page = rows.slice(0, filter.limit);
  const next = rows.length > page.length ? page.at(-1)?.sequence : end > 1 ? end : undefined;
  return { rows: page, ...(next === undefined ? {} : { next }) };
}

function selection(filter: Filter): { kinds?: string[]; chain?: string; namespace?: string } {
  return {
    ...(filter.kind === undefined || filter.kind === '' ? {} : { kinds: [filter.kind] }),
    ...(filter.chain === undefined || filter.chain === '' ? {} : { chain: filter.chain }),
    ...(filter.namespace === undefined || filter.namespace === '' ? {} : { namespace: filter.namespace }),
  };
}

function shown(row: EventRow, readable: Readable, filter: Filter): boolean {
  const permitted = (readable.all || (row.namespace !== undefined && readable.namespaces.includes(row.namespace))) && readable.row(row);
  const contains = (text: string, part: string | undefined): boolean => part === undefined || part === '' || text.toLowerCase().includes(part.toLowerCase());
  return permitted && (row.kind !== 'object.status' || filter.kind === 'object.status') && contains(row.subject, filter.subject) && contains(row.actor.subject, filter.actor);
}
