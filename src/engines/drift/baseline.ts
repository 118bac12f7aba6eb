/**
 * The drift that was there when somebody looked last: only what is new since then alarms.
 *
 * An entry is a fingerprint and a hash of the transition; an accepted difference that changes to something else is new
 * again. The hash of a hidden value is made with a salt that stands in the file, so that it is the same on every run,
 * and slowly (scrypt), since whoever has the file has the salt and could try guesses; a key that is kept elsewhere
 * shuts that too. A baseline without a salt, of before, tells hidden values not apart.
 */
import { createHash, scryptSync } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { Drift } from './drift.ts';
import { driftFingerprint } from './findings.ts';
import type { FindingOptions } from './findings.ts';

export interface Baseline {
  schemaVersion: 1;
  /** RFC 3339; when it was taken. */
  takenAt: string;
  /** Of the hashes of hidden values: 32 hexadecimal digits. */
  salt?: string;
  /** Fingerprint -> transition. */
  accepted: { [fingerprint: string]: string };
}

const MOST_ENTRIES = 1_000_000;

/** Some 20 ms and 8 MB a value. */
const SCRYPT = { N: 8192, r: 8, p: 1 };
/** A hash with the key of one run, also where the text was cut in it. */
const OF_THE_RUN = /\(sensitive, hmac:[0-9a-f]{0,16}\)?/g;

/** Marks of hidden values for a baseline. @param key Kept apart from the file; may be empty. */
export function hiddenValueMarks(salt: string, key: string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const mark = known.get(text) ?? scryptSync(`${key}\n${text}`, salt, 8, SCRYPT).toString('hex');
    known.set(text, mark);
    return mark;
  };
}

/** @param salt That the drifts' marks were made with; without one hidden values are not told apart. */
export function baselineOf(drifts: readonly Drift[], options: Pick<FindingOptions, 'root' | 'workspace'>, takenAt: string, salt?: string): Baseline {
  const accepted = Object.fromEntries(drifts.map((drift) => [driftFingerprint(drift, options), transitionOf(drift, salt !== undefined)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { schemaVersion: 1, takenAt, ...(salt === undefined ? {} : { salt }), accepted };
}

/** What is not in the baseline, and how many accepted differences are gone by now. */
export function sinceBaseline(drifts: readonly Drift[], baseline: Baseline, options: Pick<FindingOptions, 'root' | 'workspace'>): { fresh: Drift[]; known: Drift[]; settled: number } {
  const fresh: Drift[] = [];
  const known: Drift[] = [];
  const seen = new Set<string>();
  for (const drift of drifts) {
    const fingerprint = driftFingerprint(drift, options);
    seen.add(fingerprint);
    const accepted = Object.hasOwn(baseline.accepted, fingerprint) && baseline.accepted[fingerprint] === transitionOf(drift, baseline.salt !== undefined);
    (accepted ? known : fresh).push(drift);
  }
  return { fresh, known, settled: Object.keys(baseline.accepted).filter((fingerprint) => !seen.has(fingerprint)).length };
}

function transitionOf(drift: Drift, marked: boolean): string {
  const texts = [drift.from, drift.to].map((value) => (value === undefined ? undefined : `${value.text.replace(OF_THE_RUN, '(sensitive)')}${marked && value.mark !== undefined ? ` ${value.mark()}` : ''}`));
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16);
}

/** Throws ROADBED-8252 when the text is no baseline. */
export function readBaseline(text: string, file: string): Baseline {
  const refuse = (why: string): never => {
    throw new PlatformError({ code: 'ROADBED-8252', class: 'invalid', message: `${file} is not a drift baseline`, why, next: 'take it again with --write-baseline' });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || (value as { schemaVersion?: unknown }).schemaVersion !== 1) refuse('schemaVersion must be 1');
  const { accepted, takenAt, salt } = value as { accepted?: unknown; takenAt?: unknown; salt?: unknown };
  if (salt !== undefined && !(typeof salt === 'string' && /^[0-9a-f]{32}$/.test(salt))) refuse('salt must be 32 hexadecimal digits');
  if (typeof accepted !== 'object' || accepted === null || Array.isArray(accepted)) refuse('accepted must be an object of fingerprints');
  const entries = Object.entries(accepted as Record<string, unknown>);
  if (entries.length > MOST_ENTRIES || entries.some(([fingerprint, transition]) => !/^[0-9a-f]{32}$/.test(fingerprint) || typeof transition !== 'string')) refuse('accepted must map fingerprints of 32 hexadecimal digits to texts');
  return { schemaVersion: 1, takenAt: typeof takenAt === 'string' ? takenAt : '', ...(typeof salt === 'string' ? { salt } : {}), accepted: accepted as Baseline['accepted'] };
}
