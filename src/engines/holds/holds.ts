/**
 * What a hold refuses, and whom.
 *
 * A hold is on the release's hash. Three things follow, each asked for by people whom a rollback that did
 * not stick has hurt: the held release does not come back (whoever asks), a re-push of the held commit
 * builds another release from the same source and does not come back either, and automation stays away
 * from everything that is not newer than what was held. A release from a newer commit passes by itself.
 * A release that was verified in the environment before is known to be good there, so the rule on the
 * commit does not reach it: rotated secrets make two releases of one commit, and returning from the
 * second to the first must be possible. A secret that was wrong is corrected by one more release of that commit: a
 * person may let it past with a reason, and the hold stays on the one that failed.
 */
import type { HoldSpec } from '../../domain/kinds/hold.ts';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import { shortHash } from '../release/identity.ts';

/** What the rules need to know of a release. */
export interface ReleaseFacts {
  name: string;
  hash: string;
  commit: string;
  /** Newest position on the branch that this content was built from. */
  sequence: number;
  /** Environments in which it was verified. */
  verified: readonly string[];
}

/** A hold with the name of its object. */
export interface NamedHold {
  name: string;
  spec: HoldSpec;
}

export interface Refusal {
  /** Name of the hold that refuses. */
  hold: string;
  /** One sentence for people: what is held, why, and what would pass. */
  sentence: string;
}

/** `newestSequence`: of a later commit that built the same content, when there was one (a revert does that). */
export function releaseFacts(name: string, spec: ReleaseSpec, verified: readonly { environment: string }[] = [], newestSequence = 0): ReleaseFacts {
  return { name, hash: spec.hash, commit: spec.source.commit, sequence: Math.max(spec.source.sequence, newestSequence), verified: verified.map((entry) => entry.environment) };
}

export function isActive(hold: NamedHold): boolean {
  return hold.spec.lifted === undefined;
}

/** The hold that keeps `release` out of `environment` whoever asks; undefined when none does. */
export function heldBy(release: ReleaseFacts, environment: string, holds: readonly NamedHold[]): Refusal | undefined {
  for (const hold of holds.filter((one) => isActive(one) && one.spec.environment === environment)) {
    if (hold.spec.hash === release.hash) return refusal(hold, `release ${release.name} is held in ${environment}`);
    if (hold.spec.commit === release.commit && !release.verified.includes(environment) && !passes(hold, release)) {
      return refusal(hold, `release ${release.name} was built from commit ${short(release.commit)}, which is held in ${environment}`, `after a corrected secret: ${passCommand(hold, release)}`);
    }
  }
  return undefined;
}

/** As `heldBy`, and for automation also everything that is not newer than a held release. */
export function heldFromAutomation(release: ReleaseFacts, environment: string, holds: readonly NamedHold[]): Refusal | undefined {
  const direct = heldBy(release, environment, holds);
  if (direct !== undefined) return direct;
  const newer = holds.find((hold) => isActive(hold) && hold.spec.environment === environment && release.sequence <= hold.spec.sequence && !passes(hold, release));
  return newer === undefined ? undefined : refusal(newer, `release ${release.name} is not newer than ${newer.spec.release}, which is held in ${environment}`);
}

/** A person let this very release in, though its commit is held. */
function passes(hold: NamedHold, release: ReleaseFacts): boolean {
  return hold.spec.passed?.hash === release.hash;
}

/** What a person types to let a release of the held commit in whose secrets were corrected. */
export function passCommand({ spec }: NamedHold, release: Pick<ReleaseFacts, 'name'>): string {
  return `roadbed deploy ${spec.service} -e ${spec.environment} --release ${release.name} --reason "..."`;
}

/**
 * Whether secrets are a correction of the held ones: no pinned version is older, and one at least is newer. A re-push
 * of the held commit pins the same versions and is none.
 */
export function correctsSecrets(held: Readonly<Record<string, number>>, corrected: Readonly<Record<string, number>>): boolean {
  const names = [...new Set([...Object.keys(held), ...Object.keys(corrected)])];
  const change = (name: string): number => (corrected[name] ?? 0) - (held[name] ?? 0);
  // A secret that was removed pins no version any more, which is no step back.
  return names.some((name) => change(name) > 0) && names.every((name) => change(name) >= 0 || corrected[name] === undefined);
}

function refusal(hold: NamedHold, what: string, instead?: string): Refusal {
  return { hold: hold.name, sentence: `${what}: ${hold.spec.reason}; a release from a newer commit passes${instead === undefined ? '' : `; ${instead}`}, or lift the hold with a reason: roadbed hold lift ${hold.name} --reason "..."` };
}

function short(commit: string): string {
  return commit.slice(0, 7);
}

/**
 * Name of the hold that attempt number `attempt` places; the same attempt always names the same hold, so
 * placing it twice is impossible. 253 characters at most.
 */
export function holdName(service: string, environment: string, hash: string, attempt: number): string {
  return `${service}.${environment}.${shortHash(hash)}.${attempt}`.slice(-253);
}
