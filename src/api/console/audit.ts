/** Rows of the log for the audit page, newest first, only those that the reader may see. */
import type { EventRow } from '../../domain/event.ts';
import type { EventQuery, Events } from '../../ports/events.ts';
import type { z } from 'zod';
import type { AuditPage, auditQuerySchema } from '../contract/audit-page.ts';
import type { Readable } from './dependencies.ts';

const BATCH = 200;
/** At most so many rows are looked through for one answer; the reader then goes on from where it ended. */
const LOOK_THROUGH = 2_000;

export async function auditRows(events: Events, readable: Readable, filter: z.output<typeof auditQuerySchema>): Promise<AuditPage> {
  const rows: EventRow[] = [];
  let until: string | undefined;
  let before = filter.before;
  for (let looked = 0; looked < LOOK_THROUGH; looked += BATCH) {
    const batch = await events.query(query(filter, until));
    const fresh = batch.filter((row) => before === undefined || row.sequence < before);
    rows.push(...fresh.filter((row) => shown(row, readable, filter)));
    const last = batch.at(-1);
    if (rows.length > filter.limit || last === undefined || batch.length < BATCH) break;
    before = Math.min(before ?? Infinity, last.sequence);
    if (until === last.recordedAt && fresh.length === 0) break;
    until = last.recordedAt;
  }
  const page = rows.slice(0, filter.limit);
  const last = page.at(-1);
  return { rows: page, ...(rows.length > page.length && last !== undefined ? { next: last.sequence } : {}) };
}

function query(filter: z.output<typeof auditQuerySchema>, until: string | undefined): EventQuery {
  return {
    order: 'descending',
    limit: BATCH,
    ...(filter.kind === undefined || filter.kind === '' ? {} : { kinds: [filter.kind] }),
    ...(filter.chain === undefined || filter.chain === '' ? {} : { chain: filter.chain }),
    ...(filter.namespace === undefined || filter.namespace === '' ? {} : { namespace: filter.namespace }),
    ...(until === undefined ? {} : { until }),
  };
}

function shown(row: EventRow, readable: Readable, filter: z.output<typeof auditQuerySchema>): boolean {
  const permitted = readable.all || (row.namespace !== undefined && readable.namespaces.includes(row.namespace));
  const contains = (text: string, part: string | undefined): boolean => part === undefined || part === '' || text.toLowerCase().includes(part.toLowerCase());
  return permitted && contains(row.subject, filter.subject) && contains(row.actor.subject, filter.actor);
}
