/**
 * The drift that was there when somebody looked last: only what is new since then alarms.
 *
 * An entry is a fingerprint and a hash of the transition, made of shown values only, so the file may be committed;
 * an accepted difference that changes to something else is new again. Hidden values show as keyed hashes, so
 * they count only where the key is the same on every run.
 */
import { createHash } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { Drift } from './drift.ts';
import { driftFingerprint } from './findings.ts';
import type { FindingOptions } from './findings.ts';

export interface Baseline {
  schemaVersion: 1;
  /** RFC 3339; when it was taken. */
  takenAt: string;
  /** Fingerprint -> transition. */
  accepted: { [fingerprint: string]: string };
}

const MOST_ENTRIES = 1_000_000;

/** @param stableKey Whether the key of the value printer stays the same: without, only visible values are told apart. */
export function baselineOf(drifts: readonly Drift[], options: Pick<FindingOptions, 'root' | 'workspace'>, takenAt: string, stableKey = false): Baseline {
  const accepted = Object.fromEntries(drifts.map((drift) => [driftFingerprint(drift, options), transitionOf(drift, stableKey)] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { schemaVersion: 1, takenAt, accepted };
}

/** What is not in the baseline, and how many accepted differences are gone by now. */
export function sinceBaseline(drifts: readonly Drift[], baseline: Baseline, options: Pick<FindingOptions, 'root' | 'workspace'>, stableKey = false): { fresh: Drift[]; known: Drift[]; settled: number } {
  const fresh: Drift[] = [];
  const known: Drift[] = [];
  const seen = new Set<string>();
  for (const drift of drifts) {
    const fingerprint = driftFingerprint(drift, options);
    seen.add(fingerprint);
    const accepted = Object.hasOwn(baseline.accepted, fingerprint) && baseline.accepted[fingerprint] === transitionOf(drift, stableKey);
    (accepted ? known : fresh).push(drift);
  }
  return { fresh, known, settled: Object.keys(baseline.accepted).filter((fingerprint) => !seen.has(fingerprint)).length };
}

function transitionOf(drift: Drift, stableKey: boolean): string {
  const texts = [drift.from, drift.to].map((value) => (value?.hidden === true && !stableKey ? '(sensitive)' : value?.text));
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
  const { accepted, takenAt } = value as { accepted?: unknown; takenAt?: unknown };
  if (typeof accepted !== 'object' || accepted === null || Array.isArray(accepted)) refuse('accepted must be an object of fingerprints');
  const entries = Object.entries(accepted as Record<string, unknown>);
  if (entries.length > MOST_ENTRIES || entries.some(([fingerprint, transition]) => !/^[0-9a-f]{32}$/.test(fingerprint) || typeof transition !== 'string')) refuse('accepted must map fingerprints of 32 hexadecimal digits to texts');
  return { schemaVersion: 1, takenAt: typeof takenAt === 'string' ? takenAt : '', accepted: accepted as Baseline['accepted'] };
}
