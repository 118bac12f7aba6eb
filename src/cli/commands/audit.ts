/** audit: who did what, before and after, and the proof that nobody changed the log. */
import type { AuditVerification } from '../../ports/events.ts';
import type { EventRow } from '../../domain/event.ts';
import type { AuditPage } from '../../api/contract/audit-page.ts';
import { PlatformError } from '../../domain/error.ts';
import type { CommandGroup, Session } from '../session.ts';
import { age } from '../output.ts';

async function verify(session: Session): Promise<number> {
  const result = await session.connection().call<AuditVerification>('GET', '/roadbed/v1/audit/verification', { timeoutMs: 300_000 });
  if (session.output.json) session.output.document({ ...result });
  else session.output.line(result.ok ? `the audit log is whole: ${result.rows} rows in ${result.segments} sealed segments, ${result.unsealed} not sealed yet` : `the audit log was changed at row ${result.problem?.sequence ?? '?'}: ${result.problem?.message ?? ''}`);
  return result.ok ? 0 : 5;
}

/** The same words that the console's audit page shows. */
function why(row: EventRow): string {
  return ['sentence', 'message', 'reason', 'why'].map((key) => row.body[key]).find((value): value is string => typeof value === 'string' && value !== '') ?? '';
}

interface ListFlags {
  limit: string;
  subject?: string;
  kind?: string;
  since?: string;
}

/** What people and programs did; the platform's own notes of a state are asked for by `--kind object.status`. */
async function newest(session: Session, flags: ListFlags): Promise<EventRow[]> {
  const rows: EventRow[] = [];
  const wanted = Number(flags.limit);
  let before: number | undefined;
  do {
    const query = new URLSearchParams({ limit: String(Math.max(1, Math.min(200, wanted - rows.length))), ...(session.options.namespace === undefined ? {} : { namespace: session.options.namespace }), ...(flags.subject === undefined ? {} : { subject: flags.subject }), ...(before === undefined ? {} : { before: String(before) }) });
    const page = await session.connection().call<AuditPage>('GET', `/roadbed/v1/audit?${query}`);
    rows.push(...page.rows);
    before = page.next;
  } while (rows.length < wanted && before !== undefined);
  return rows;
}

async function list(session: Session, flags: ListFlags): Promise<void> {
  if (!/^[1-9]\d{0,5}$/.test(flags.limit)) throw new PlatformError({ code: 'ROADBED-6013', class: 'usage', message: `"${flags.limit}" is not a number of rows`, next: 'a whole number from 1' });
  if (flags.kind === undefined && flags.since === undefined) return show(session, await newest(session, flags));
  const query = new URLSearchParams({
    limit: flags.limit,
    ...(session.options.namespace === undefined ? {} : { namespace: session.options.namespace }),
    ...(flags.subject === undefined ? {} : { subject: flags.subject }),
    ...(flags.kind === undefined ? {} : { kinds: flags.kind }),
    ...(flags.since === undefined ? {} : { since: flags.since }),
  });
  const { items } = await session.connection().call<{ items: EventRow[] }>('GET', `/roadbed/v1/events?${query}`);
  show(session, items);
}

function show(session: Session, items: readonly EventRow[]): void {
  if (session.output.json) return session.output.document({ items: [...items] });
  if (items.length === 0) session.output.say('no row of the log is like this');
  session.output.table(items, [
    { title: 'When', value: (row) => row.occurredAt, shown: (row) => age(row.occurredAt, session.now()) },
    { title: 'Who', value: (row) => row.actor.subject },
    { title: 'What', value: (row) => row.kind },
    { title: 'Subject', value: (row) => row.subject, shown: (row) => row.subject.replace(/^v1:(object:[^/]*\/)?/, '') },
    { title: 'Why', value: why, clip: true },
    { title: 'Chain', value: (row) => row.chain, shown: (row) => row.chain.slice(0, 8) },
  ]);
}

export const auditCommands: CommandGroup = (program, act) => {
  const audit = program.command('audit').description('the event log: who did what');
  audit.command('list', { isDefault: true }).description('newest first; changes of a status only with --kind object.status').option('--limit <rows>', 'how many', '50').option('--subject <reference>').option('--kind <kind>', 'e.g. object.updated, or request. for all of them').option('--since <time>', 'RFC 3339').action(act(list));
  audit.command('verify').description('recompute the hash chain').action(act(verify));
};
