/**
 * Brings a database to this version's schema: numbered, forward-only SQL files, each once, each in a
 * transaction, under an advisory lock so that replicas may start together.
 *
 * The text of an applied file is remembered by its checksum. An edited file means that two databases of
 * the same number differ: that is refused, as is a database that a newer Roadbed has migrated. A number may
 * be missing, and its file may come later: whoever writes two features at a time need not wait for one.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { PlatformError } from '../../domain/error.ts';
import { LOCKS, LOCK_SPACE } from './lock-space.ts';
import type { PostgresLog } from './log.ts';

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;

export interface Migration {
  number: number;
  name: string;
  checksum: string;
  sql: string;
}

/** The `migrations` folder of the package that this file belongs to. */
export function migrationsFolder(start: string = import.meta.dirname): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'migrations'))) return join(folder, 'migrations');
  }
  throw new Error(`no migrations folder above ${start}`);
}

/** The files of `folder` in order; throws on a doubled number. */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder)
    .filter((file) => FILE_NAME.test(file))
    .sort();
  return files.map((file, index) => {
    const [, number = '', name = ''] = FILE_NAME.exec(file) ?? [];
    if (files[index - 1]?.startsWith(number) === true) throw new Error(`two migrations have the number ${number}: ${files[index - 1]} and ${file}`);
    const sql = readFileSync(join(folder, file), 'utf8');
    return { number: Number(number), name, checksum: createHash('sha256').update(sql).digest('hex'), sql };
  });
}

/** Applies what is missing; returns the numbers that this call applied. */
export async function migrate(pool: pg.Pool, log: PostgresLog, migrations: readonly Migration[] = readMigrations(migrationsFolder())): Promise<number[]> {
  const client = await pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1, $2)', [LOCK_SPACE, LOCKS.migration]);
    await client.query('create schema if not exists roadbed');
    await client.query(
      'create table if not exists roadbed.schema_migration (number integer primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())',
    );
    const { rows } = await client.query<{ number: number; name: string; checksum: string }>('select number, name, checksum from roadbed.schema_migration order by number');
    refuseStrangers(rows, migrations);
    const applied = new Set(rows.map((row) => row.number));
    const missing = migrations.filter((migration) => !applied.has(migration.number));
    for (const migration of missing) await apply(client, migration, log);
    return missing.map((migration) => migration.number);
  } finally {
    client.release(true);
  }
}

function refuseStrangers(applied: readonly { number: number; name: string; checksum: string }[], known: readonly Migration[]): void {
  for (const row of applied) {
    const file = known.find((migration) => migration.number === row.number);
    if (file === undefined) {
      throw new PlatformError({
        code: 'ROADBED-1009',
        class: 'refused',
        message: 'The database was migrated by a newer Roadbed.',
        why: `It has migration ${row.number} (${row.name}); this version knows ${known.length}.`,
        next: 'Start the newer version, or restore the backup from before the upgrade.',
      });
    }
    if (file.checksum === row.checksum) continue;
    throw new PlatformError({
      code: 'ROADBED-1008',
      class: 'refused',
      message: `Migration ${row.number} (${row.name}) was edited after it had been applied.`,
      why: `Applied with checksum ${row.checksum.slice(0, 12)}, the file has ${file.checksum.slice(0, 12)}.`,
      next: 'Put the released file back; a change of the schema is a new migration.',
    });
  }
}

async function apply(client: pg.PoolClient, migration: Migration, log: PostgresLog): Promise<void> {
  try {
    await client.query('begin');
    await client.query(migration.sql);
    await client.query('insert into roadbed.schema_migration (number, name, checksum) values ($1, $2, $3)', [migration.number, migration.name, migration.checksum]);
    await client.query('commit');
    log.info({ number: migration.number, name: migration.name }, 'migration applied');
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    throw new PlatformError({
      code: 'ROADBED-1010',
      class: 'failed',
      message: `Migration ${migration.number} (${migration.name}) failed; nothing of it was applied.`,
      why: cause instanceof Error ? cause.message : String(cause),
      next: 'Check that the database role may create schemas and tables.',
      cause,
    });
  }
}
