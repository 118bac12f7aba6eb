/**
 * The audit chain: rows of the event log sealed in segments.
 *
 * A segment holds the digest of each of its rows in order, the hash of the segment before it, and a hash
 * over all that, signed by HMAC-SHA-256 with the control plane's key. Who can write to the database can
 * change rows and segments, but cannot sign them. A row's digest is SHA-256 over its fields, each with its
 * length in front, so that no two rows read alike. Digests are computed in SQL that is sent with the query:
 * a function kept in the database could be replaced there.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type pg from 'pg';
import { LOCKS, LOCK_SPACE } from '../lock-space.ts';

const LARGEST_SEGMENT = 5_000;
const SEQUENCE_BYTES = 8;
const DIGEST_BYTES = 32;
const ENTRY_BYTES = SEQUENCE_BYTES + DIGEST_BYTES;
export const FIRST_PREVIOUS = Buffer.alloc(DIGEST_BYTES);

export interface SealKey {
  id: string;
  secret: Buffer;
}

/** A segment's row without its number. */
export interface Segment {
  number: number;
  firstSequence: number;
  lastSequence: number;
  /** 8 bytes of sequence (big endian) and 32 of digest for each row, in order. */
  rows: Buffer;
  previous: Buffer;
  hash: Buffer;
  keyId: string;
  signature: Buffer;
}

const FIELDS = [
  'sequence::text', 'id::text', 'chain', 'namespace', 'actor_issuer', 'actor_subject', 'subject', 'cause',
  "to_char(occurred_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')", "to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS')",
  'kind', 'schema_version::text', 'body::text',
];

/** SQL of a row's digest: each field as `<bytes>:<text>,`, an absent one as `-,`. */
export const ROW_DIGEST = `sha256(convert_to(${FIELDS.map((field) => `coalesce(octet_length(${field}) || ':' || ${field} || ',', '-,')`).join(' || ')}, 'UTF8'))`;

/** The hash of a segment: number, previous hash, then its rows. */
export function segmentHash(number: number, previous: Buffer, rows: Buffer): Buffer {
  return createHash('sha256').update(`roadbed-seal-v1\n${number}\n${rows.length / ENTRY_BYTES}\n`).update(previous).update(rows).digest();
}

function sign(key: SealKey, hash: Buffer): Buffer {
  return createHmac('sha256', key.secret).update('roadbed-seal-v1\n').update(hash).digest();
}

export function signatureHolds(key: SealKey, hash: Buffer, signature: Buffer): boolean {
  const expected = sign(key, hash);
  return expected.length === signature.length && timingSafeEqual(expected, signature);
}

function packRow(sequence: number, digest: Buffer): Buffer {
  const packed = Buffer.alloc(ENTRY_BYTES);
  packed.writeBigInt64BE(BigInt(sequence), 0);
  digest.copy(packed, SEQUENCE_BYTES);
  return packed;
}

export function unpackRows(rows: Buffer): { sequence: number; digest: Buffer }[] {
  return Array.from({ length: Math.floor(rows.length / ENTRY_BYTES) }, (_, index) => {
    const entry = rows.subarray(index * ENTRY_BYTES, (index + 1) * ENTRY_BYTES);
    return { sequence: Number(entry.readBigInt64BE(0)), digest: entry.subarray(SEQUENCE_BYTES) };
  });
}

interface SegmentRow {
  number: string;
  first_sequence: string;
  last_sequence: string;
  rows: Buffer;
  previous: Buffer;
  hash: Buffer;
  key_id: string;
  signature: Buffer;
}

export function segmentOf(row: SegmentRow): Segment {
  return {
    number: Number(row.number),
    firstSequence: Number(row.first_sequence),
    lastSequence: Number(row.last_sequence),
    rows: row.rows,
    previous: row.previous,
    hash: row.hash,
    keyId: row.key_id,
    signature: row.signature,
  };
}

async function lastSegment(client: Pick<pg.ClientBase, 'query'>): Promise<Segment | undefined> {
  const { rows } = await client.query<SegmentRow>('select * from roadbed.event_seal order by number desc limit 1');
  return rows[0] === undefined ? undefined : segmentOf(rows[0]);
}

/** True when `segment` is still in the chain as it was. */
export async function hasSegment(pool: pg.Pool, segment: Segment): Promise<boolean> {
  const { rows } = await pool.query('select from roadbed.event_seal where number = $1 and hash = $2', [segment.number, segment.hash]);
  return rows.length === 1;
}

/**
 * Seals the rows that no segment holds yet, up to 5,000; returns the last segment and how many rows were
 * sealed. Replicas take turns by an advisory lock that is held to the commit.
 */
export async function sealOnce(pool: pg.Pool, key: SealKey): Promise<{ sealed: number; head: Segment | undefined }> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1, $2)', [LOCK_SPACE, LOCKS.seal]);
    const last = await lastSegment(client);
    const { rows } = await client.query<{ sequence: string; digest: Buffer }>(
      `select sequence, ${ROW_DIGEST} as digest from roadbed.event where sequence > $1 order by sequence limit ${LARGEST_SEGMENT}`,
      [last?.lastSequence ?? 0],
    );
    const head = rows.length === 0 ? last : await insertSegment(client, key, last, rows);
    await client.query('commit');
    broken = false;
    return { sealed: rows.length, head };
  } finally {
    client.release(broken);
  }
}

async function insertSegment(client: pg.PoolClient, key: SealKey, last: Segment | undefined, found: { sequence: string; digest: Buffer }[]): Promise<Segment> {
  const number = (last?.number ?? 0) + 1;
  const previous = last?.hash ?? FIRST_PREVIOUS;
  const rows = Buffer.concat(found.map((row) => packRow(Number(row.sequence), row.digest)));
  const hash = segmentHash(number, previous, rows);
  const firstSequence = Number(found[0]?.sequence);
  const lastSequence = Number(found.at(-1)?.sequence);
  const signature = sign(key, hash);
  await client.query(
    'insert into roadbed.event_seal (number, first_sequence, last_sequence, rows, previous, hash, key_id, signature) values ($1, $2, $3, $4, $5, $6, $7, $8)',
    [number, firstSequence, lastSequence, rows, previous, hash, key.id, signature],
  );
  return { number, firstSequence, lastSequence, rows, previous, hash, keyId: key.id, signature };
}
