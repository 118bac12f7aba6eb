/**
 * The split that a rollout's status asks for, as far as the replicas that are there allow.
 *
 * The status is the truth and the table is derived from it, so a control plane that died between the two
 * has nothing to repair: the next pass derives the same table again. Weights sum to 100, and no weight
 * points at a revision without a ready endpoint; when the canary has none its share goes to the stable
 * revision, and the other way round while the canary is meant to have traffic at all. A canary that is
 * being taken back never gets traffic again, also when nothing else is ready.
 */
import type { RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { RevisionWeight } from './view.ts';

export interface Split {
  stable?: string;
  canary?: string;
  /** Share of the canary, 0 to 100, while its attempt may have traffic. */
  weight: number;
}

/** Which revisions share the traffic: `revisionOf` maps a release's name to its revision. */
export function splitOf(status: RolloutStatus | undefined, revisionOf: (release: string | undefined) => string | undefined): Split {
  const attempt = status?.attempt;
  const stable = revisionOf(status?.stable?.release);
  const canary = attempt === undefined || attempt.finishedAt !== undefined ? undefined : revisionOf(attempt.release);
  const flowing = attempt?.phase === 'Progressing' || attempt?.phase === 'Paused' || attempt?.phase === 'Promoting';
  return {
    ...(stable === undefined ? {} : { stable }),
    ...(canary === undefined || canary === stable ? {} : { canary }),
    weight: flowing ? attempt.weight : 0,
  };
}

/** Weights in the order stable, canary; empty when no revision that may have traffic has an endpoint. */
export function weightsOf(split: Split, hasEndpoint: (revision: string) => boolean): RevisionWeight[] {
  const stable = split.stable !== undefined && hasEndpoint(split.stable) ? split.stable : undefined;
  const canary = split.canary !== undefined && hasEndpoint(split.canary) ? split.canary : undefined;
  const share = canary === undefined ? 0 : stable === undefined && split.weight > 0 ? 100 : split.weight;
  return [
    ...(stable === undefined ? [] : [{ revision: stable, weight: 100 - share }]),
    ...(canary === undefined || (stable === undefined && share === 0) ? [] : [{ revision: canary, weight: share }]),
  ];
}

/** Same shares: revisions without weight do not count, order does not matter. */
export function sameWeights(one: readonly RevisionWeight[], other: readonly RevisionWeight[]): boolean {
  const carrying = (weights: readonly RevisionWeight[]): string =>
    JSON.stringify(weights.filter((entry) => entry.weight > 0).map((entry) => [entry.revision, entry.weight]).sort());
  return carrying(one) === carrying(other);
}
