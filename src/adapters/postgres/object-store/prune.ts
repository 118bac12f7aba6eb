/** Keeps the change feed short: ten minutes or 100,000 rows, whichever is more. */
import type { Database } from '../connect.ts';
import { LOCKS, LOCK_SPACE } from '../lock-space.ts';

const EVERY_MS = 60_000;
const KEPT_ROWS = 100_000;
const KEPT_MINUTES = 10;

/** Removes what the window no longer holds and moves the horizon, in one transaction; returns how many rows went. */
export async function pruneChanges(database: Database, keptRows: number = KEPT_ROWS, keptMinutes: number = KEPT_MINUTES): Promise<number> {
  const { rows } = await database.pool.query<{ removed: string }>(
    `with turn as materialized (select pg_try_advisory_xact_lock($1, $2) as mine),
       surplus as (select version from roadbed.change order by version desc offset $3 limit 1),
       removed as (
         delete from roadbed.change using surplus, turn
         where mine and change.version <= surplus.version and change.changed_at < now() - make_interval(mins => $4)
         returning change.version),
       moved as (
         update roadbed.change_horizon set version = newest.version
         from (select max(version) as version from removed) newest where newest.version is not null)
     select count(*) as removed from removed`,
    [LOCK_SPACE, LOCKS.prune, keptRows, keptMinutes],
  );
  return Number(rows[0]?.removed ?? 0);
}

/** Prunes once a minute; one replica does it, the others find its lock. */
export function keepPruning(database: Database): { stop(): Promise<void> } {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = pruneChanges(database).catch((error: unknown) => database.log.warn({ error: String(error) }, 'the change feed could not be pruned'));
  }, EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
