/**
 * What of a run is told in the event log: every new and every resolved finding, up to a number; beyond it one row
 * with the count and the worst, so that a first look at a large estate does not drown the log.
 */
import type pg from 'pg';
import type { NewEvent } from '../../../domain/event.ts';
import { compareFindings, type Finding, type Severity } from '../../../domain/finding.ts';
import type { FindingRun } from '../../../ports/findings.ts';
import { putGroup } from '../group-commit/put-group.ts';
import { prepareEvent } from '../group-commit/request.ts';

const TOLD_SINGLY = 10;
const WORST = 5;

export type RunOf = Pick<FindingRun, 'namespace' | 'scope' | 'analysis' | 'source' | 'at' | 'actor' | 'chain' | 'cause'>;

export function runEvents(run: RunOf, opened: readonly Finding[], resolved: readonly Finding[]): NewEvent[] {
  return [...told(run, 'finding.opened', opened), ...told(run, 'finding.resolved', resolved)];
}

function told(run: RunOf, kind: string, findings: readonly Finding[]): NewEvent[] {
  const sorted = findings.toSorted(compareFindings);
  if (sorted.length <= TOLD_SINGLY) return sorted.map((finding) => ({ ...frame(run, kind), subject: finding.subject.reference, body: { analysis: run.analysis, source: run.source, ...bodyOf(finding) } }));
  const severities: Partial<Record<Severity, number>> = {};
  for (const { severity } of sorted) severities[severity] = (severities[severity] ?? 0) + 1;
  return [{ ...frame(run, kind), subject: `v1:findings:${run.namespace}/${run.source}`, body: { analysis: run.analysis, source: run.source, count: sorted.length, severities, worst: sorted.slice(0, WORST).map(bodyOf) } }];
}

function frame(run: RunOf, kind: string): Omit<NewEvent, 'subject' | 'body'> {
  return { namespace: run.namespace, actor: run.actor, occurredAt: run.at, kind, schemaVersion: 1, ...(run.chain === undefined ? {} : { chain: run.chain }), ...(run.cause === undefined ? {} : { cause: run.cause }) };
}

export function bodyOf({ fingerprint, rule, area, severity, title, sentence, subject, saving }: Finding): Record<string, unknown> {
  return { fingerprint, rule, area, severity, title, sentence, subject: subject.name, ...(saving?.known === true ? { saving: { monthly: saving.monthly, currency: saving.currency } } : {}) };
}

/**
 * Appends to the log inside a transaction of the caller, as its last statement: from here to the commit the
 * lock of all writers is held, so that sequences rise in commit order.
 */
export async function appendInTransaction(client: pg.PoolClient, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  const now = Date.now();
  await putGroup(client, [{ writes: [], events: events.map((event) => prepareEvent(event, now)) }]);
}
