/** audit: who did what, before and after, and the proof that nobody changed the log. */
import type { AuditVerification } from '../../ports/events.ts';
import type { EventRow } from '../../domain/event.ts';
import type { CommandGroup, Session } from '../session.ts';
import { age } from '../output.ts';

async function verify(session: Session): Promise<number> {
  const result = await session.connection().call<AuditVerification>('GET', '/roadbed/v1/audit/verification', { timeoutMs: 300_000 });
  if (session.output.json) session.output.document({ ...result });
  else session.output.line(result.ok ? `the audit log is whole: ${result.rows} rows in ${result.segments} sealed segments, ${result.unsealed} not sealed yet` : `the audit log was changed at row ${result.problem?.sequence ?? '?'}: ${result.problem?.message ?? ''}`);
  return result.ok ? 0 : 5;
}

interface ListFlags {
  limit: string;
  subject?: string;
  kind?: string;
  since?: string;
}

async function list(session: Session, flags: ListFlags): Promise<void> {
  const query = new URLSearchParams({
    limit: flags.limit,
    ...(session.options.namespace === undefined ? {} : { namespace: session.options.namespace }),
    ...(flags.subject === undefined ? {} : { subject: flags.subject }),
    ...(flags.kind === undefined ? {} : { kinds: flags.kind }),
    ...(flags.since === undefined ? {} : { since: flags.since }),
  });
  const { items } = await session.connection().call<{ items: EventRow[] }>('GET', `/roadbed/v1/events?${query}`);
  if (session.output.json) return session.output.document({ items });
  session.output.table(items, [
    { title: 'When', value: (row) => row.occurredAt, shown: (row) => age(row.occurredAt, session.now()) },
    { title: 'Who', value: (row) => row.actor.subject },
    { title: 'What', value: (row) => row.kind },
    { title: 'Subject', value: (row) => row.subject },
    { title: 'Why', value: (row) => (typeof row.body['reason'] === 'string' ? row.body['reason'] : '') },
    { title: 'Chain', value: (row) => row.chain },
  ]);
}

export const auditCommands: CommandGroup = (program, act) => {
  const audit = program.command('audit').description('the event log: who did what');
  audit.command('list').description('newest first').option('--limit <rows>', 'how many', '50').option('--subject <reference>').option('--kind <kind>', 'e.g. object.updated, or request. for all of them').option('--since <time>', 'RFC 3339').action(act(list));
  audit.command('verify').description('recompute the hash chain').action(act(verify));
};
