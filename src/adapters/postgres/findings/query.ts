/** Queries over findings: conditions as SQL with parameters, rows as the port has them. */
import { SEVERITIES, type Finding, type Severity } from '../../../domain/finding.ts';
import type { FindingQuery, FindingState, FindingTotals, StoredFinding } from '../../../ports/findings.ts';

const MOST_ROWS = 5_000;

export interface FindingRow {
  namespace: string;
  body: Finding;
  occurrence: number;
  first_seen: Date;
  last_seen: Date;
  resolved_at: Date | null;
  state: FindingState;
  seen_by: { scope: string; analysis: string; source: string; lastSeen: string }[];
  reason: string | null;
  until: string | null;
  created_by: string | null;
  created_at: Date | null;
}

const WAIVER = `left join roadbed.finding_waiver w on w.namespace = f.namespace and w.fingerprint = f.fingerprint and w.ended_at is null and w.until >= (now() at time zone 'UTC')::date`;
const STATE = `case when f.resolved_at is not null then 'resolved' when w.id is not null then 'accepted' else 'open' end`;
const SEEN_BY = `(select coalesce(json_agg(json_build_object('scope', s.scope, 'analysis', s.analysis, 'source', s.source, 'lastSeen', to_char(s.last_seen at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) order by s.scope), '[]'::json)
  from roadbed.finding_sighting s where s.namespace = f.namespace and s.fingerprint = f.fingerprint)`;
const ORDERS = {
  severity: 'f.severity, f.saving desc nulls last, f.rule, f.subject, f.fingerprint',
  saving: 'f.saving desc nulls last, f.severity, f.rule, f.subject, f.fingerprint',
  newest: 'f.first_seen desc, f.severity, f.rule, f.subject, f.fingerprint',
} as const;

export interface Statement {
  text: string;
  values: unknown[];
}

export function listStatement(query: FindingQuery, fingerprint?: string): Statement {
  const { condition, values } = conditionsOf(query, fingerprint);
  const limit = Math.min(Math.max(query.limit ?? 100, 1), MOST_ROWS);
  return {
    text: `select f.namespace, f.body, f.occurrence, f.first_seen, f.last_seen, f.resolved_at, ${STATE} as state, ${SEEN_BY} as seen_by, w.reason, to_char(w.until, 'YYYY-MM-DD') as until, w.created_by, w.created_at
      from roadbed.finding f ${WAIVER} where ${condition} order by ${ORDERS[query.order ?? 'severity']} limit ${limit} offset ${Math.max(0, Math.trunc(query.offset ?? 0))}`,
    values,
  };
}

export function oneStatement(namespace: string, fingerprint: string): Statement {
  return listStatement({ namespaces: [namespace], states: ['open', 'accepted', 'resolved'], limit: 1 }, fingerprint);
}

/** One row a group; savings are summed over the largest of each subject. */
export function totalsStatement(query: FindingQuery): Statement {
  const { condition, values } = conditionsOf({ ...query, states: query.states ?? ['open'] });
  return {
    text: `with found as (select f.area, f.severity, f.subject, f.namespace, f.saving, f.saving_currency, f.body->'saving'->>'known' as known, ${STATE} as state from roadbed.finding f ${WAIVER} where ${condition}),
      largest as (select saving_currency, max(saving) as saving from found where saving is not null group by namespace, subject, saving_currency)
      select (select coalesce(json_object_agg(area, n), '{}'::json) from (select area, count(*) as n from found group by area) a) as areas,
        (select coalesce(json_object_agg(severity, n), '{}'::json) from (select severity, count(*) as n from found group by severity) s) as severities,
        (select coalesce(json_object_agg(state, n), '{}'::json) from (select state, count(*) as n from found group by state) t) as states,
        (select coalesce(json_agg(json_build_object('currency', saving_currency, 'monthly', monthly::text) order by saving_currency), '[]'::json) from (select saving_currency, sum(saving) as monthly from largest group by saving_currency) m) as savings,
        (select count(*)::int from found) as count, (select count(*)::int from found where known = 'false') as unpriced`,
    values,
  };
}

export interface TotalsRow {
  areas: Record<string, number>;
  severities: Record<string, number>;
  states: Partial<Record<FindingState, number>>;
  savings: { currency: string; monthly: string }[];
  count: number;
  unpriced: number;
}

export function totalsOf(row: TotalsRow): FindingTotals {
  const bySeverity = Object.fromEntries(SEVERITIES.map((severity, index) => [severity, row.severities[String(index)] ?? 0])) as Record<Severity, number>;
  return { count: row.count, byArea: row.areas, bySeverity, byState: { open: 0, accepted: 0, resolved: 0, ...row.states }, savings: row.savings, unpriced: row.unpriced };
}

export function storedFinding(row: FindingRow): StoredFinding {
  return {
    namespace: row.namespace,
    finding: row.body,
    state: row.state,
    occurrence: row.occurrence,
    firstSeen: row.first_seen.toISOString(),
    lastSeen: row.last_seen.toISOString(),
    ...(row.resolved_at === null ? {} : { resolvedAt: row.resolved_at.toISOString() }),
    seenBy: row.seen_by,
    ...(row.reason === null || row.until === null || row.created_at === null ? {} : { waiver: { reason: row.reason, until: row.until, by: row.created_by ?? '', at: row.created_at.toISOString() } }),
  };
}

function conditionsOf(query: FindingQuery, fingerprint?: string): { condition: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts: string[] = [];
  const and = (sql: (parameter: string) => string, value: unknown): void => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  if (query.namespaces !== undefined) and((p) => `f.namespace = any (${p}::text[])`, query.namespaces);
  if (query.areas !== undefined) and((p) => `f.area = any (${p}::text[])`, query.areas);
  if (query.severities !== undefined) and((p) => `f.severity = any (${p}::smallint[])`, query.severities.map((severity) => SEVERITIES.indexOf(severity)));
  if (query.rule !== undefined) and((p) => (query.rule?.endsWith('.') === true ? `starts_with(f.rule, ${p})` : `f.rule = ${p}`), query.rule);
  if (query.source !== undefined) and((p) => `exists (select from roadbed.finding_sighting s where s.namespace = f.namespace and s.fingerprint = f.fingerprint and s.source = ${p})`, query.source);
  if (query.text !== undefined) and((p) => `(f.body->'subject'->>'name' ilike ${p} or f.body->>'title' ilike ${p} or f.body->>'sentence' ilike ${p})`, `%${query.text.replace(/[\\%_]/g, '\\$&').replaceAll('\0', '')}%`);
  if (fingerprint !== undefined) and((p) => `f.fingerprint = ${p}`, fingerprint);
  and((p) => `${STATE} = any (${p}::text[])`, query.states ?? ['open']);
  return { condition: parts.join(' and '), values };
}
