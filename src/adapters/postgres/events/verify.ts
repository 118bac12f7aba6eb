/**
 * Recomputes the whole audit chain and names the first row that does not hold.
 *
 * Every segment must follow on the one before it, carry a signature of a known key, and name exactly the
 * rows that are there, with their digests. So a changed row, a missing one, one pushed in between and two
 * that changed places are all found; so is a log whose newest segments were cut off, as long as a process
 * that knows them runs.
 */
import type pg from 'pg';
import type { AuditVerification } from '../../../ports/events.ts';
import { FIRST_PREVIOUS, ROW_DIGEST, segmentHash, segmentOf, signatureHolds, unpackRows } from './seal.ts';
import type { SealKey, Segment } from './seal.ts';

/** Below every sequence: a row may have been pushed in before the first one. */
const LOWEST = Number.MIN_SAFE_INTEGER;

type Problem = NonNullable<AuditVerification['problem']>;

interface Tally {
  rows: number;
  segments: number;
}

/** `keys`: all that may have signed; `head`: the newest segment that the caller knows of. */
export async function verifyChain(client: pg.ClientBase, keys: readonly SealKey[], head: Segment | undefined): Promise<AuditVerification> {
  await client.query('begin isolation level repeatable read read only');
  try {
    const tally: Tally = { rows: 0, segments: 0 };
    const { last, problem } = await verifySegments(client, keys, tally, head);
    const { rows } = await client.query<{ unsealed: string }>('select count(*) as unsealed from roadbed.event where sequence > $1', [last?.lastSequence ?? 0]);
    const unsealed = Number(rows[0]?.unsealed ?? 0);
    const found = problem ?? truncation(last, head);
    return { ok: found === undefined, ...tally, unsealed, ...(found === undefined ? {} : { problem: found }) };
  } finally {
    await client.query('rollback');
  }
}

async function verifySegments(client: pg.ClientBase, keys: readonly SealKey[], tally: Tally, head: Segment | undefined): Promise<{ last: Segment | undefined; problem: Problem | undefined }> {
  let last: Segment | undefined;
  for (;;) {
    const { rows } = await client.query('select * from roadbed.event_seal where number > $1 order by number limit 1', [last?.number ?? 0]);
    if (rows[0] === undefined) return { last, problem: undefined };
    const segment = segmentOf(rows[0]);
    const problem = segmentProblem(segment, last, keys, head) ?? (await rowProblem(client, segment, last?.lastSequence ?? LOWEST, tally));
    last = segment;
    if (problem !== undefined) return { last, problem };
    tally.segments += 1;
  }
}

function segmentProblem(segment: Segment, last: Segment | undefined, keys: readonly SealKey[], head: Segment | undefined): Problem | undefined {
  const at = (message: string): Problem => ({ sequence: segment.firstSequence, message: `segment ${segment.number}: ${message}` });
  if (segment.number !== (last?.number ?? 0) + 1) return at(`segment ${(last?.number ?? 0) + 1} is missing`);
  if (!segment.previous.equals(last?.hash ?? FIRST_PREVIOUS)) return at('it does not follow on the segment before it');
  if (!segment.hash.equals(segmentHash(segment.number, segment.previous, segment.rows))) return at('its hash does not match its rows');
  const key = keys.find((candidate) => candidate.id === segment.keyId);
  if (key === undefined) return at(`it is signed with the unknown key ${segment.keyId}`);
  if (!signatureHolds(key, segment.hash, segment.signature)) return at('its signature is forged');
  const listed = unpackRows(segment.rows);
  if (listed[0]?.sequence !== segment.firstSequence || listed.at(-1)?.sequence !== segment.lastSequence) return at('its bounds do not match its rows');
  if (head !== undefined && head.number === segment.number && !head.hash.equals(segment.hash)) return at('it is not the segment that this process has seen sealed');
  return undefined;
}

async function rowProblem(client: pg.ClientBase, segment: Segment, after: number, tally: Tally): Promise<Problem | undefined> {
  const { rows } = await client.query<{ sequence: string; digest: Buffer }>(
    `select sequence, ${ROW_DIGEST} as digest from roadbed.event where sequence > $1 and sequence <= $2 order by sequence`,
    [after, segment.lastSequence],
  );
  const listed = unpackRows(segment.rows);
  for (let index = 0; index < Math.max(rows.length, listed.length); index += 1) {
    const sealed = listed[index];
    const row = rows[index];
    const sequence = row === undefined ? Infinity : Number(row.sequence);
    if (sealed !== undefined && sealed.sequence < sequence) return { sequence: sealed.sequence, message: `row ${sealed.sequence} was removed` };
    if (sealed === undefined || sealed.sequence > sequence) return { sequence, message: `row ${sequence} was inserted` };
    if (row === undefined || !sealed.digest.equals(row.digest)) {
      return { sequence: sealed.sequence, message: `row ${sealed.sequence} was changed or put in another place` };
    }
    tally.rows += 1;
  }
  return undefined;
}

function truncation(last: Segment | undefined, head: Segment | undefined): Problem | undefined {
  if (head === undefined || (last?.number ?? 0) >= head.number) return undefined;
  return { sequence: (last?.lastSequence ?? 0) + 1, message: `the log was cut off: segment ${head.number} was sealed, ${last?.number ?? 0} is the last one there` };
}
