/** How large the databases of a server are: what is stored for services that have one there. */
import type { Database } from './connect.ts';
import { reading } from './failure.ts';

/** Bytes by name; databases that this role may not ask about are left out. */
export async function databaseSizes({ pool }: Pick<Database, 'pool'>): Promise<Map<string, number>> {
  const { rows } = await reading(pool.query<{ name: string; bytes: string }>(
    `select datname as name, pg_database_size(oid) as bytes from pg_database
      where not datistemplate and (pg_has_role('pg_read_all_stats', 'member') or has_database_privilege(oid, 'connect'))`,
  ));
  return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
}
