/**
 * Which release automation brings to which environment, and why it stays away from the others.
 *
 * The first environment takes what the pipeline made; each later one takes only what was verified in the
 * environment that it names, the same hash, never a rebuild. Newest by source position wins; automation
 * never goes back (that is a person's or a return's business) and never near a hold. Releases of one commit
 * differ by more than a rebuild only when a person changed secrets, and that person promotes them.
 *
 * A release that differs from a verified one only in secrets of other environments counts as verified there:
 * a new password for production cannot be tried out in development.
 */
import type { EnvironmentSpec } from '../../domain/kinds/environment.ts';
import { heldBy, heldFromAutomation, type NamedHold, type ReleaseFacts, type Refusal } from '../holds/holds.ts';

export interface Candidate extends ReleaseFacts {
  /** RFC 3339; decides between releases of one commit (rotated secrets). */
  createdAt: string;
  /** Environments in which it, or a release that is the same thing there, was verified; absent: those of `verified`. */
  proven?: readonly string[];
}

export interface PromotionView {
  service: string;
  environments: readonly { name: string; spec: EnvironmentSpec }[];
  releases: readonly Candidate[];
  /** Desired release by environment. */
  desired: Readonly<Record<string, string | undefined>>;
  holds: readonly NamedHold[];
  /** Team that owns the service's name in an environment, where it is another one. */
  ownedBy: Readonly<Record<string, string | undefined>>;
}

export interface Promotion {
  environment: string;
  release: string;
  hash: string;
  /** One sentence for the commit and the audit row. */
  why: string;
}

/** What automation should write, lowest environment first; empty when everything is where it belongs. */
export function decidePromotions(view: PromotionView): Promotion[] {
  return [...view.environments]
    .sort((a, b) => a.spec.order - b.spec.order)
    .flatMap(({ name, spec }) => {
      if (!spec.autoPromote || view.ownedBy[name] !== undefined) return [];
      const best = newestFor(view, name, spec);
      const current = view.releases.find((release) => release.name === view.desired[name]);
      if (best === undefined || best.name === view.desired[name] || (current !== undefined && best.sequence <= current.sequence)) return [];
      const why = spec.promotesFrom === undefined ? `${best.name} is the newest release of ${view.service}` : `${best.name} was verified in ${spec.promotesFrom}`;
      return [{ environment: name, release: best.name, hash: best.hash, why }];
    });
}

/** The newest release that may come to the environment by itself; undefined when none may. */
export function newestFor(view: Pick<PromotionView, 'releases' | 'holds'>, environment: string, spec: EnvironmentSpec): Candidate | undefined {
  return view.releases
    .filter((release) => spec.promotesFrom === undefined || (release.proven ?? release.verified).includes(spec.promotesFrom))
    .filter((release) => heldFromAutomation(release, environment, view.holds) === undefined)
    .reduce<Candidate | undefined>((best, release) => (best === undefined || isNewer(release, best) ? release : best), undefined);
}

/** Why a person may not promote this release there: what is missing, named; undefined when he may. */
export function refusePromotion(release: ReleaseFacts & Pick<Candidate, 'proven'>, environment: { name: string; spec: EnvironmentSpec }, holds: readonly NamedHold[]): Refusal | { hold?: undefined; sentence: string } | undefined {
  const from = environment.spec.promotesFrom;
  if (from !== undefined && !(release.proven ?? release.verified).includes(from)) {
    const where = release.verified.length === 0 ? 'it is verified nowhere yet' : `it is verified in ${release.verified.join(', ')}`;
    return { sentence: `release ${release.name} is not verified in ${from}, which ${environment.name} takes its releases from: ${where}` };
  }
  return heldBy(release, environment.name, holds);
}

/** Later on the branch; of one commit, made later. */
export function isNewer(one: Candidate, other: Candidate): boolean {
  if (one.sequence !== other.sequence) return one.sequence > other.sequence;
  if (one.createdAt !== other.createdAt) return one.createdAt > other.createdAt;
  return one.name > other.name;
}

/** Earlier on the branch; of one commit, made earlier. Creation times have whole seconds: what is as old as the other is not older. */
export function isOlder(one: Candidate, other: Candidate): boolean {
  return one.sequence === other.sequence ? one.createdAt < other.createdAt : one.sequence < other.sequence;
}
