/** finding: what the platform's analyses found, and living with it until a day. The contract is loaded when it is spoken, for every command starts with this file. */
import type { FindingsPage, FindingView } from '../../api/contract/findings-page.ts';
import type { OperationResult } from '../../api/contract/operations.ts';
import { PlatformError } from '../../domain/error.ts';
import { age } from '../output.ts';
import type { CommandGroup, Session } from '../session.ts';

interface ListFlags {
  area?: string;
  severity?: string;
  state?: string;
  source?: string;
  order?: string;
}

async function list(session: Session, flags: ListFlags): Promise<void> {
  const { PREFIX, reads } = await import('../../api/contract/routes.ts');
  const { namespace } = session.options;
  const query = new URLSearchParams({ ...flags, limit: '1000', ...(namespace === undefined ? {} : { namespace }) });
  const page = await session.connection().call<FindingsPage>('GET', `${PREFIX}${reads.findings.path}?${query}`);
  session.output.table(page.findings, [
    { title: 'Severity', value: (finding) => finding.severity },
    { title: 'Area', value: (finding) => finding.area },
    { title: 'Subject', value: (finding) => finding.subject.name },
    { title: 'Finding', value: (finding) => finding.title },
    { title: 'Saves', value: savingText },
    { title: 'Where', value: (finding) => finding.seenBy[0]?.source ?? finding.subject.source },
    { title: 'Since', value: (finding) => finding.firstSeen, shown: (finding) => age(finding.firstSeen, session.now()) },
    { title: 'Team', value: (finding) => finding.namespace },
    { title: 'Fingerprint', value: (finding) => finding.fingerprint },
  ]);
  if (page.looked.states === 0 && page.open.count === 0) session.output.say('nothing was looked at yet; next: terraform state pull | roadbed state push - --root NAME -n TEAM');
  else session.output.say(`${page.totals.count} found${page.totals.savings.map(({ monthly, currency }) => `, ${monthly} ${currency} a month could be saved`).join('')}`);
}

function savingText({ saving }: FindingView): string {
  return saving === undefined ? '' : saving.known ? `${saving.monthly} ${saving.currency}` : 'unknown';
}

async function accept(session: Session, fingerprint: string, flags: { until: string; reason: string }): Promise<void> {
  await operate(session, 'acceptFinding', { fingerprint, until: flags.until, reason: flags.reason });
}

async function reopen(session: Session, fingerprint: string, flags: { reason: string }): Promise<void> {
  await operate(session, 'reopenFinding', { fingerprint, reason: flags.reason });
}

async function operate(session: Session, operation: string, args: Record<string, string>): Promise<void> {
  const { namespace } = session.options;
  if (namespace === undefined) throw new PlatformError({ code: 'ROADBED-8523', class: 'usage', message: 'no team is named', why: 'a finding belongs to one', next: `roadbed finding list, then again with -n TEAM` });
  if (session.options.dryRun === true) return session.output.say(`would ask for ${operation} of ${args['fingerprint'] ?? ''}`);
  const { PREFIX } = await import('../../api/contract/routes.ts');
  const result = await session.connection().call<OperationResult>('POST', `${PREFIX}/operations/${operation}`, { body: { namespace, ...args } });
  if (session.output.json) session.output.document({ ...result });
  else session.output.line(result.message);
}

export const findingCommands: CommandGroup = (program, act) => {
  const finding = program.command('finding').description('what analyses found: waste, drift, cost');
  finding
    .command('list', { isDefault: true })
    .description('findings that are open, the worst first')
    .option('--area <areas>', 'waste, drift, cost, ...; several with commas between')
    .option('--severity <severities>', 'critical, high, medium, low, info; several with commas between')
    .option('--state <states>', 'open, accepted, resolved; several with commas between (default: open)')
    .option('--source <name>', 'what it was found in: infrastructure/aws-shop')
    .option('--order <order>', 'severity, saving or newest (default: severity)')
    .action(act(list));
  finding.command('accept').argument('<fingerprint>').description('live with a finding until a day').requiredOption('--until <day>', 'the last day on which that holds, YYYY-MM-DD').requiredOption('--reason <text>', 'why (audited)').action(act(accept));
  finding.command('reopen').argument('<fingerprint>').description('end that before its day').requiredOption('--reason <text>', 'why (audited)').action(act(reopen));
};
