/** Findings in PostgreSQL: tables of their own, never API objects (migration 0007). */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { PlatformError } from '../../../domain/error.ts';
import type { Actor } from '../../../domain/event.ts';
import type { Finding } from '../../../domain/finding.ts';
import type { FindingQuery, FindingRun, FindingRunOutcome, Findings, FindingTotals, StoredFinding } from '../../../ports/findings.ts';
import type { Database } from '../connect.ts';
import { reading, writing } from '../failure.ts';
import { LOCKS, LOCK_SPACE } from '../lock-space.ts';
import { inTransaction } from '../transaction.ts';
import { appendInTransaction, bodyOf } from './finding-events.ts';
import { listStatement, oneStatement, storedFinding, totalsOf, totalsStatement, type FindingRow, type TotalsRow } from './query.ts';
import { recordRun } from './record.ts';

const LONGEST_WAIVER_DAYS = 366;
const DAY_MS = 86_400_000;
const PLATFORM: Actor = { issuer: 'roadbed', subject: 'service:findings' };

export class PostgresFindings implements Findings {
  readonly #pool: pg.Pool;

  constructor(database: Database) {
    this.#pool = database.pool;
  }

  record(run: FindingRun): Promise<FindingRunOutcome> {
    return this.#locked((client) => recordRun(client, run));
  }

  async list(query: FindingQuery): Promise<StoredFinding[]> {
    const { rows } = await reading(this.#pool.query<FindingRow>(listStatement(query)));
    return rows.map(storedFinding);
  }

  async totals(query: FindingQuery): Promise<FindingTotals> {
    const { rows } = await reading(this.#pool.query<TotalsRow>(totalsStatement(query)));
    return totalsOf(rows[0] as TotalsRow);
  }

  async get(namespace: string, fingerprint: string): Promise<StoredFinding | undefined> {
    const { rows } = await reading(this.#pool.query<FindingRow>(oneStatement(namespace, fingerprint)));
    return rows[0] === undefined ? undefined : storedFinding(rows[0]);
  }

  async facets(namespaces: readonly string[] | undefined): Promise<{ rules: string[]; sources: string[] }> {
    const { rows } = await reading(this.#pool.query<{ rules: string[]; sources: string[] }>(
      `select array(select distinct f.rule from roadbed.finding f where f.resolved_at is null and ($1::text[] is null or f.namespace = any ($1)) order by 1) as rules,
        array(select distinct s.source from roadbed.finding_sighting s where $1::text[] is null or s.namespace = any ($1) order by 1) as sources`,
      [namespaces ?? null],
    ));
    return rows[0] ?? { rules: [], sources: [] };
  }

  async waive(namespace: string, fingerprint: string, { reason, until }: { reason: string; until: string }, by: Actor): Promise<StoredFinding> {
    checkDay(until);
    await this.#locked(async (client) => {
      const finding = await knownFinding(client, namespace, fingerprint);
      await client.query('update roadbed.finding_waiver set ended_at = now() where namespace = $1 and fingerprint = $2 and ended_at is null', [namespace, fingerprint]);
      await client.query('insert into roadbed.finding_waiver (id, namespace, fingerprint, reason, until, created_at, created_by) values ($1, $2, $3, $4, $5, now(), $6)', [randomUUID(), namespace, fingerprint, reason, until, by.subject]);
      await appendInTransaction(client, [{ namespace, actor: by, subject: finding.subject.reference, kind: 'finding.accepted', schemaVersion: 1, body: { ...bodyOf(finding), reason, until } }]);
    });
    return this.#known(namespace, fingerprint);
  }

  async withdrawWaiver(namespace: string, fingerprint: string, reason: string, by: Actor): Promise<StoredFinding> {
    await this.#locked(async (client) => {
      const finding = await knownFinding(client, namespace, fingerprint);
      const { rowCount } = await client.query('update roadbed.finding_waiver set ended_at = now(), ended_by = $3 where namespace = $1 and fingerprint = $2 and ended_at is null', [namespace, fingerprint, by.subject]);
      if (rowCount !== 0) await appendInTransaction(client, [{ namespace, actor: by, subject: finding.subject.reference, kind: 'finding.reopened', schemaVersion: 1, body: { ...bodyOf(finding), reason } }]);
    });
    return this.#known(namespace, fingerprint);
  }

  endExpiredWaivers(): Promise<number> {
    return this.#locked(async (client) => {
      const { rows } = await client.query<{ namespace: string; reason: string; body: Finding; resolved: boolean }>(
        `update roadbed.finding_waiver w set ended_at = now() from roadbed.finding f
         where f.namespace = w.namespace and f.fingerprint = w.fingerprint and w.ended_at is null and w.until < (now() at time zone 'UTC')::date
         returning w.namespace, w.reason, f.body, f.resolved_at is not null as resolved`,
      );
      const open = rows.filter((row) => !row.resolved);
      await appendInTransaction(client, open.map(({ namespace, reason, body }) => ({ namespace, actor: PLATFORM, subject: body.subject.reference, kind: 'finding.reopened', schemaVersion: 1, body: { ...bodyOf(body), reason: `the time for which it was accepted is over (${reason})` } })));
      return rows.length;
    });
  }

  async #known(namespace: string, fingerprint: string): Promise<StoredFinding> {
    return (await this.get(namespace, fingerprint)) ?? Promise.reject(unknownFinding(namespace, fingerprint));
  }

  /** Runs and waivers one after the other: two runs that name the same faults in another order would block each other. */
  #locked<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return writing(inTransaction(this.#pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.findings]);
      return work(client);
    }));
  }
}

async function knownFinding(client: pg.PoolClient, namespace: string, fingerprint: string): Promise<Finding> {
  const { rows } = await client.query<{ body: Finding }>('select body from roadbed.finding where namespace = $1 and fingerprint = $2', [namespace, fingerprint]);
  if (rows[0] === undefined) throw unknownFinding(namespace, fingerprint);
  return rows[0].body;
}

function unknownFinding(namespace: string, fingerprint: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8501', class: 'not-found', message: `There is no finding ${fingerprint.slice(0, 64)} of ${namespace}.`, next: 'choose one of the list: /findings' });
}

function checkDay(until: string): void {
  const end = /^\d{4}-\d{2}-\d{2}$/.test(until) ? Date.parse(`${until}T23:59:59Z`) : Number.NaN;
  const now = Date.now();
  if (end >= now && end <= now + LONGEST_WAIVER_DAYS * DAY_MS) return;
  throw new PlatformError({ code: 'ROADBED-8502', class: 'invalid', message: `A finding cannot be accepted until ${until.slice(0, 20)}.`, why: Number.isNaN(end) ? 'it is no day' : end < now ? 'that day is over' : `at most ${LONGEST_WAIVER_DAYS} days from now, so that somebody looks again`, next: 'give a day like 2026-12-31' });
}
