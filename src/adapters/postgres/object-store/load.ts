/**
 * Reads the store into memory: at start everything, later the changes after a position.
 *
 * The first load is one REPEATABLE READ snapshot, fetched through a cursor so that the driver never holds
 * more than some thousand rows. The newest changes come with it, so that a watch may resume across a
 * restart of the control plane.
 */
import type pg from 'pg';
import type { ObjectKey, StoreChange } from '../../../ports/object-store.ts';
import { RING_SIZE } from './change-ring.ts';
import { Entry } from './entry.ts';
import type { EntryPool } from './entry.ts';

const FETCH = 2_000;
export const READ_LIMIT = 1_000;

type ObjectRow = [group: string, plural: string, namespace: string, name: string, version: string, labels: string | null, body: string];
type HistoryRow = [...ObjectRow, type: StoreChange['type'], previousVersion: string | null, previousLabels: string | null, previousBody: string | null];

export interface Loaded {
  entries: Entry[];
  position: bigint;
  history: StoreChange[];
  /** A watch may resume from here or later. */
  floor: bigint;
}

export interface FeedRead {
  horizon: bigint;
  changes: { type: StoreChange['type']; entry: Entry }[];
}

function keyOf(row: Readonly<ObjectRow> | HistoryRow, pool: EntryPool): ObjectKey {
  return { group: pool.word(row[0]), plural: pool.word(row[1]), namespace: pool.word(row[2]), name: row[3] };
}

function entryOf(row: Readonly<ObjectRow> | HistoryRow, pool: EntryPool): Entry {
  return new Entry(keyOf(row, pool), BigInt(row[4]), row[6], pool.labels(row[5]), pool);
}

/** Everything, as of one moment. */
export async function loadAll(client: pg.ClientBase, pool: EntryPool): Promise<Loaded> {
  await client.query('begin isolation level repeatable read read only');
  try {
    const place = await client.query<{ horizon: string; newest: string | null }>('select h.version as horizon, (select max(version) from roadbed.change) as newest from roadbed.change_horizon h');
    const horizon = BigInt(place.rows[0]?.horizon ?? 1);
    const position = BigInt(place.rows[0]?.newest ?? horizon);
    const entries = await loadObjects(client, pool);
    const { history, floor } = await loadHistory(client, pool, entries, horizon);
    return { entries, position: position > horizon ? position : horizon, history, floor };
  } finally {
    await client.query('rollback');
  }
}

async function loadObjects(client: pg.ClientBase, pool: EntryPool): Promise<Entry[]> {
  const entries: Entry[] = [];
  await client.query('declare loading no scroll cursor for select api_group, plural, namespace, name, version, labels, body from roadbed.object order by api_group, plural, namespace, name');
  for (;;) {
    const { rows } = await client.query<ObjectRow>({ text: `fetch ${FETCH} from loading`, rowMode: 'array' });
    for (const row of rows) entries.push(entryOf(row, pool));
    if (rows.length < FETCH) return entries;
  }
}

async function loadHistory(client: pg.ClientBase, pool: EntryPool, current: readonly Entry[], horizon: bigint): Promise<{ history: StoreChange[]; floor: bigint }> {
  const known = new Map(current.map((entry) => [entry.resourceVersion, entry]));
  const history: StoreChange[] = [];
  await client.query(
    `declare history no scroll cursor for select * from (
       select api_group, plural, namespace, name, version, labels, body, type, previous_version, previous_labels, previous_body
       from roadbed.change order by version desc limit ${RING_SIZE + 1}) newest order by version`,
  );
  for (;;) {
    const { rows } = await client.query<HistoryRow>({ text: `fetch ${FETCH} from history`, rowMode: 'array' });
    for (const row of rows) history.push(changeOf(row, pool, known));
    if (rows.length < FETCH) break;
  }
  const dropped = history.length > RING_SIZE ? history.shift() : undefined;
  return { history, floor: dropped?.stored.resourceVersion ?? horizon };
}

/** Shares an entry between the state, the change that made it and the change that replaced it. */
function changeOf(row: HistoryRow, pool: EntryPool, known: Map<bigint, Entry>): StoreChange {
  const stored = known.get(BigInt(row[4])) ?? entryOf(row, pool);
  known.set(stored.resourceVersion, stored);
  const [, , , , , , , type, previousVersion, previousLabels, previousBody] = row;
  if (previousVersion === null || previousBody === null) return { type, stored };
  const version = BigInt(previousVersion);
  const previous = known.get(version) ?? new Entry(stored.key, version, previousBody, pool.labels(previousLabels), pool);
  known.set(version, previous);
  return { type, stored, previous };
}

/** The next changes after `position`, at most READ_LIMIT, and how far the feed is pruned, in one snapshot. */
export async function readFeed(client: pg.ClientBase, pool: EntryPool, position: bigint): Promise<FeedRead> {
  const { rows } = await client.query<[horizon: string, type: StoreChange['type'] | null, ...ObjectRow]>({
    name: 'read_feed',
    text: `select h.version, c.type, c.api_group, c.plural, c.namespace, c.name, c.version, c.labels, c.body
      from roadbed.change_horizon h left join lateral
        (select * from roadbed.change where version > $1 order by version limit ${READ_LIMIT}) c on true
      order by c.version`,
    values: [position.toString()],
    rowMode: 'array',
  });
  const changes = rows.flatMap(([, type, ...row]) => (type === null ? [] : [{ type, entry: entryOf(row as ObjectRow, pool) }]));
  return { horizon: BigInt(rows[0]?.[0] ?? 0), changes };
}

/**
 * The changes that lead from what a process knows to a fresh load, when the feed between them is pruned.
 * The versions of vanished objects' deletions are lost with it: they get numbers between the two positions
 * that no living object has, so that every key's versions still rise.
 */
export function difference(known: readonly Entry[], from: bigint, fresh: Loaded, deletion: (entry: Entry, version: bigint) => Entry): FeedRead['changes'] {
  const before = new Map(known.map((entry) => [textOf(entry), entry]));
  const taken = new Set(fresh.entries.map((entry) => entry.resourceVersion));
  const changes: FeedRead['changes'] = [];
  for (const entry of fresh.entries) {
    const old = before.get(textOf(entry));
    before.delete(textOf(entry));
    if (old === undefined || old.resourceVersion < entry.resourceVersion) changes.push({ type: old === undefined ? 'ADDED' : 'MODIFIED', entry });
  }
  let version = from;
  for (const vanished of before.values()) {
    do version += 1n;
    while (taken.has(version));
    changes.push({ type: 'DELETED', entry: deletion(vanished, version) });
  }
  return changes.sort((a, b) => (a.entry.resourceVersion < b.entry.resourceVersion ? -1 : 1));
}

function textOf({ key }: Entry): string {
  return `${key.group}/${key.plural}/${key.namespace}/${key.name}`;
}
