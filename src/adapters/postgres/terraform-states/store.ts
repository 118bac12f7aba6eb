/** Terraform states in PostgreSQL (migration 0007): one row a name, one row a push, documents for the newest serials only. */
import type pg from 'pg';
import { PlatformError } from '../../../domain/error.ts';
import type { Actor, NewEvent } from '../../../domain/event.ts';
import type { EstateCoverage, PushedState, PushOptions, PushOutcome, StateComparison, StateName, StateSerial, StateChanges, StateCost, TerraformState, TerraformStates } from '../../../ports/terraform-states.ts';
import type { Database } from '../connect.ts';
import { reading, writing } from '../failure.ts';
import { appendInTransaction } from '../findings/finding-events.ts';
import { LOCKS, LOCK_SPACE } from '../lock-space.ts';
import { inTransaction } from '../transaction.ts';
import { SERIAL_COLUMNS, serialOf, stateOf, STATES, type SerialRow, type StateRow } from './rows.ts';

export class PostgresTerraformStates implements TerraformStates {
  readonly #pool: pg.Pool;

  constructor(database: Database) {
    this.#pool = database.pool;
  }

  push(name: StateName, pushed: PushedState, options: PushOptions): Promise<PushOutcome> {
    return writing(inTransaction(this.#pool, async (client) => {
      await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.states]);
      const id = await this.#stateId(client, name);
      const same = await client.query<{ number: number; serial: string }>('select number, serial from roadbed.terraform_serial where state = $1 and content = $2 order by number desc limit 1', [id, pushed.content]);
      if (same.rows[0] !== undefined) return { outcome: 'known' as const, id, number: same.rows[0].number, serial: Number(same.rows[0].serial), surgery: [] };
      const newest = await client.query<{ number: number; serial: string; lineage: string }>('select number, serial, lineage from roadbed.terraform_serial where state = $1 order by number desc limit 1', [id]);
      const before = newest.rows[0];
      if (before !== undefined && before.lineage !== pushed.lineage && options.replaceLineage !== true) throw anotherLineage(name, before.lineage, pushed.lineage);
      const surgery = surgeryOf(before, pushed);
      const number = (before?.number ?? 0) + 1;
      await client.query(
        'insert into roadbed.terraform_serial (state, number, serial, lineage, terraform_version, content, commit, pushed_at, pushed_by, resources, document, document_version) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
        [id, number, pushed.serial, pushed.lineage, pushed.terraformVersion ?? null, pushed.content, pushed.commit ?? null, options.at, options.by.subject, pushed.resources, pushed.document, pushed.documentVersion],
      );
      await client.query('update roadbed.terraform_serial set document = null where state = $1 and number <= $2 and document is not null', [id, number - options.keep]);
      await appendInTransaction(client, [pushEvent(name, pushed, options, { number, surgery })]);
      return { outcome: 'stored' as const, id, number, serial: pushed.serial, surgery };
    }));
  }

  async #stateId(client: pg.PoolClient, { namespace, repository, root, workspace }: StateName): Promise<number> {
    const values = [namespace, repository, root, workspace];
    const found = await client.query<{ id: string }>('select id from roadbed.terraform_state where namespace = $1 and repository = $2 and root = $3 and workspace = $4', values);
    if (found.rows[0] !== undefined) return Number(found.rows[0].id);
    const made = await client.query<{ id: string }>('insert into roadbed.terraform_state (namespace, repository, root, workspace) values ($1, $2, $3, $4) returning id', values);
    return Number(made.rows[0]?.id);
  }

  async list(namespaces?: readonly string[]): Promise<TerraformState[]> {
    const { rows } = await reading(this.#pool.query<StateRow>(`${STATES} where $1::text[] is null or s.namespace = any ($1) order by s.namespace, s.repository, s.root, s.workspace`, [namespaces ?? null]));
    return rows.map(stateOf);
  }

  async get(id: number): Promise<TerraformState | undefined> {
    const { rows } = await reading(this.#pool.query<StateRow>(`${STATES} where s.id = $1`, [id]));
    return rows[0] === undefined ? undefined : stateOf(rows[0]);
  }

  async find({ namespace, repository, root, workspace }: StateName): Promise<TerraformState | undefined> {
    const { rows } = await reading(this.#pool.query<StateRow>(`${STATES} where s.namespace = $1 and s.repository = $2 and s.root = $3 and s.workspace = $4`, [namespace, repository, root, workspace]));
    return rows[0] === undefined ? undefined : stateOf(rows[0]);
  }

  async serials(id: number, limit: number): Promise<StateSerial[]> {
    const { rows } = await reading(this.#pool.query<SerialRow>(`select ${SERIAL_COLUMNS} from roadbed.terraform_serial n where n.state = $1 order by n.number desc limit $2`, [id, limit]));
    return rows.map(serialOf);
  }

  async document(id: number, number: number): Promise<Uint8Array | undefined> {
    const { rows } = await reading(this.#pool.query<{ document: Buffer | null }>('select document from roadbed.terraform_serial where state = $1 and number = $2', [id, number]));
    return rows[0]?.document ?? undefined;
  }

  async recordSerial(id: number, number: number, { changes, cost }: { changes?: StateChanges; cost?: StateCost }): Promise<void> {
    await writing(this.#pool.query('update roadbed.terraform_serial set changes = $3, cost_monthly = $4, cost_currency = $5, cost = $6 where state = $1 and number = $2', [id, number, changes === undefined ? null : JSON.stringify(changes), cost?.monthly ?? null, cost?.currency ?? null, cost === undefined ? null : JSON.stringify(cost)]));
  }

  async finish(id: number, analysed: string): Promise<void> {
    await writing(this.#pool.query('update roadbed.terraform_state set analysed = $2 where id = $1', [id, analysed]));
  }

  async recordComparison(id: number, { kind, receivedAt, receivedBy, summary }: StateComparison): Promise<void> {
    await writing(this.#pool.query(
      `insert into roadbed.terraform_comparison (state, kind, received_at, received_by, summary) values ($1, $2, $3, $4, $5)
       on conflict (state, kind) do update set received_at = excluded.received_at, received_by = excluded.received_by, summary = excluded.summary`,
      [id, kind, receivedAt, receivedBy, JSON.stringify(summary)],
    ));
  }

  async estate(): Promise<{ analysed?: string; analysedAt?: string; coverage?: EstateCoverage }> {
    const { rows } = await reading(this.#pool.query<{ analysed: string | null; analysed_at: Date | null; coverage: EstateCoverage | null }>('select analysed, analysed_at, coverage from roadbed.terraform_estate'));
    const [row] = rows;
    return { ...(row?.analysed == null ? {} : { analysed: row.analysed }), ...(row?.analysed_at == null ? {} : { analysedAt: row.analysed_at.toISOString() }), ...(row?.coverage == null ? {} : { coverage: row.coverage }) };
  }

  async finishEstate(analysed: string, coverage: EstateCoverage): Promise<void> {
    await writing(this.#pool.query('update roadbed.terraform_estate set analysed = $1, analysed_at = now(), coverage = $2', [analysed, JSON.stringify(coverage)]));
  }

  async remove(id: number, by: Actor): Promise<void> {
    await writing(inTransaction(this.#pool, async (client) => {
      const { rows } = await client.query<StateName>('delete from roadbed.terraform_state where id = $1 returning namespace, repository, root, workspace', [id]);
      const [name] = rows;
      if (name !== undefined) await appendInTransaction(client, [{ namespace: name.namespace, actor: by, subject: stateReference(name), kind: 'state.removed', schemaVersion: 1, body: { repository: name.repository, root: name.root, workspace: name.workspace } }]);
    }));
  }
}

function surgeryOf(before: { serial: string; lineage: string } | undefined, pushed: PushedState): PushOutcome['surgery'] {
  if (before === undefined) return [];
  if (before.lineage !== pushed.lineage) return ['lineage-changed'];
  const old = Number(before.serial);
  return pushed.serial < old ? ['serial-went-back'] : pushed.serial === old ? ['serial-repeated'] : [];
}

export function stateReference({ namespace, repository, root, workspace }: StateName): string {
  return `v1:state:${namespace}/${repository}#${root}#${workspace}`;
}

function pushEvent(name: StateName, pushed: PushedState, { at, by }: PushOptions, { number, surgery }: Pick<PushOutcome, 'number' | 'surgery'>): NewEvent {
  return {
    namespace: name.namespace, actor: by, subject: stateReference(name), occurredAt: at, kind: 'state.pushed', schemaVersion: 1,
    body: { repository: name.repository, root: name.root, workspace: name.workspace, number, serial: pushed.serial, lineage: pushed.lineage, resources: pushed.resources, ...(pushed.commit === undefined ? {} : { commit: pushed.commit }), ...(surgery.length === 0 ? {} : { surgery }) },
  };
}

function anotherLineage(name: StateName, before: string, now: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8510', class: 'conflict', message: `Another state goes by the name ${name.root} (workspace ${name.workspace}) in ${name.namespace}.`, why: `it has lineage ${before}, the pushed one ${now}`, next: 'push it under a name of its own (--root, --workspace); if it has really taken the place of the other: --replace-lineage' });
}
