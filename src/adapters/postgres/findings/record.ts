/** A run takes the place of what stood under its scope: one transaction, the events in it. */
import type pg from 'pg';
import { SEVERITIES, type Finding } from '../../../domain/finding.ts';
import type { FindingRun, FindingRunOutcome } from '../../../ports/findings.ts';
import { appendInTransaction, runEvents } from './finding-events.ts';

/** `client` is in a transaction that holds the lock of findings. */
export async function recordRun(client: pg.PoolClient, run: FindingRun): Promise<FindingRunOutcome> {
  const findings = [...new Map(run.findings.map((finding) => [finding.fingerprint, finding])).values()];
  const open = await openAmong(client, run.namespace, findings);
  await upsert(client, run, findings);
  const gone = await sightings(client, run, findings);
  const resolved = await resolve(client, run, gone);
  const opened = findings.filter((finding) => !open.has(finding.fingerprint));
  await appendInTransaction(client, runEvents(run, opened, resolved));
  return { opened: opened.length, resolved: resolved.length, unchanged: findings.length - opened.length };
}

async function openAmong(client: pg.PoolClient, namespace: string, findings: readonly Finding[]): Promise<Set<string>> {
  const { rows } = await client.query<{ fingerprint: string }>('select fingerprint from roadbed.finding where namespace = $1 and fingerprint = any ($2::text[]) and resolved_at is null', [namespace, findings.map((finding) => finding.fingerprint)]);
  return new Set(rows.map((row) => row.fingerprint));
}

async function upsert(client: pg.PoolClient, run: FindingRun, findings: readonly Finding[]): Promise<void> {
  if (findings.length === 0) return;
  const saving = findings.map((finding) => (finding.saving?.known === true ? finding.saving : undefined));
  await client.query(
    `insert into roadbed.finding as f (namespace, fingerprint, area, rule, severity, subject, saving, saving_currency, body, first_seen, last_seen)
     select $1, u.fingerprint, u.area, u.rule, u.severity, u.subject, u.saving, u.currency, u.body::json, $2, $2
     from unnest($3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::numeric[], $9::text[], $10::text[]) as u (fingerprint, area, rule, severity, subject, saving, currency, body)
     on conflict (namespace, fingerprint) do update set
       area = excluded.area, rule = excluded.rule, severity = excluded.severity, subject = excluded.subject, saving = excluded.saving, saving_currency = excluded.saving_currency,
       body = excluded.body, last_seen = greatest(f.last_seen, excluded.last_seen), resolved_at = null,
       occurrence = f.occurrence + case when f.resolved_at is null then 0 else 1 end,
       first_seen = case when f.resolved_at is null then f.first_seen else excluded.first_seen end`,
    [
      run.namespace, run.at,
      findings.map((finding) => finding.fingerprint), findings.map((finding) => finding.area), findings.map((finding) => finding.rule), findings.map((finding) => SEVERITIES.indexOf(finding.severity)),
      findings.map((finding) => storable(finding.subject.reference)), saving.map((one) => one?.monthly ?? null), saving.map((one) => one?.currency ?? null), findings.map(bodyText),
    ],
  );
}

/** Answers the fingerprints that the scope does not see any more. */
async function sightings(client: pg.PoolClient, run: FindingRun, findings: readonly Finding[]): Promise<string[]> {
  const fingerprints = findings.map((finding) => finding.fingerprint);
  const { rows } = await client.query<{ fingerprint: string }>('delete from roadbed.finding_sighting where namespace = $1 and scope = $2 and not fingerprint = any ($3::text[]) returning fingerprint', [run.namespace, run.scope, fingerprints]);
  await client.query(
    `insert into roadbed.finding_sighting (namespace, scope, fingerprint, analysis, source, last_seen)
     select $1, $2, fingerprint, $4, $5, $6 from unnest($3::text[]) as u (fingerprint)
     on conflict (namespace, scope, fingerprint) do update set analysis = excluded.analysis, source = excluded.source, last_seen = excluded.last_seen`,
    [run.namespace, run.scope, fingerprints, run.analysis, storable(run.source), run.at],
  );
  return rows.map((row) => row.fingerprint);
}

async function resolve(client: pg.PoolClient, run: FindingRun, gone: readonly string[]): Promise<Finding[]> {
  if (gone.length === 0) return [];
  const { rows } = await client.query<{ body: Finding }>(
    `update roadbed.finding f set resolved_at = $3 where f.namespace = $1 and f.fingerprint = any ($2::text[]) and f.resolved_at is null
       and not exists (select from roadbed.finding_sighting s where s.namespace = f.namespace and s.fingerprint = f.fingerprint) returning f.body`,
    [run.namespace, gone, run.at],
  );
  return rows.map((row) => row.body);
}

/** PostgreSQL's texts hold no NUL, and its JSON no half of a surrogate pair, which it notices only when it is read; an address of a hostile state may have both. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

function bodyText(finding: Finding): string {
  return JSON.stringify(finding, (_name, value: unknown) => (typeof value === 'string' ? storable(value) : value));
}
