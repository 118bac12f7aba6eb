/**
 * One service in one environment: what runs, what may be done, and why something may not. Pure.
 *
 * The reasons here decide what a button says; the platform itself decides again when it is pressed.
 */
import type { RolloutObject } from '../../contract/pages.ts';
import type { Placement } from '../../contract/pages.ts';
import type { Availability, Pulse, ReleaseSummary } from '../../contract/shapes.ts';
import type { EnvironmentObject, HoldObject } from '../snapshot.ts';
import { summariseHold } from './summaries.ts';

const MOVING = new Set(['Preparing', 'Progressing', 'Paused', 'Promoting', 'RollingBack']);

export function isMoving(rollout: RolloutObject | undefined): boolean {
  return rollout?.status?.attempt !== undefined && MOVING.has(rollout.status.attempt.phase);
}

/** The release that the rollout wants to serve, else the one that serves. */
export function presentRelease(rollout: RolloutObject | undefined): string | undefined {
  return rollout?.status?.stable?.release ?? rollout?.spec.release;
}

/** The newest release that may come here next by promotion; undefined when the newest one is here. */
export function promotionCandidate(environment: EnvironmentObject, present: ReleaseSummary | undefined, releases: readonly ReleaseSummary[]): ReleaseSummary | undefined {
  const from = environment.spec.promotesFrom;
  return releases.find((release) => {
    const newer = present === undefined || (release.name !== present.name && release.sequence >= present.sequence);
    const verified = from === undefined || release.verified.some((entry) => entry.environment === from);
    return newer && verified && !release.heldIn.includes(environment.metadata.name);
  });
}

export interface PlacementInput {
  namespace: string;
  service: string;
  environment: EnvironmentObject;
  rollout: RolloutObject | undefined;
  /** Of the service, newest first. */
  releases: readonly ReleaseSummary[];
  holds: readonly HoldObject[];
  pulse: Pulse | undefined;
}

export function placement(input: PlacementInput): Placement {
  const { environment, rollout, releases, pulse } = input;
  const name = environment.metadata.name;
  const release = releases.find((candidate) => candidate.name === presentRelease(rollout));
  const candidate = promotionCandidate(environment, release, releases);
  const behind = release === undefined ? undefined : releases.filter((other) => other.sequence > release.sequence).length;
  const holds = input.holds
    .filter((hold) => hold.metadata.namespace === input.namespace && hold.spec.service === input.service && hold.spec.environment === name && hold.spec.lifted === undefined)
    .map(summariseHold);
  const moving = isMoving(rollout);
  return {
    environment: name,
    production: environment.spec.production,
    order: environment.spec.order,
    holds,
    ...(rollout === undefined ? {} : { rollout }),
    ...(release === undefined ? {} : { release }),
    ...(pulse === undefined ? {} : { pulse }),
    ...(behind === undefined ? {} : { behind }),
    ...(candidate === undefined ? {} : { candidate }),
    promote: promotable(environment, candidate, moving),
    rollback: returnable(name, releases, release, moving),
    scale: rollout?.status?.stable === undefined ? { disabledReason: `Nothing serves in ${name} yet.` } : moving ? { disabledReason: 'A rollout is moving; wait for its end.' } : {},
  };
}

function promotable(environment: EnvironmentObject, candidate: ReleaseSummary | undefined, moving: boolean): Availability {
  const { promotesFrom } = environment.spec;
  if (moving) return { disabledReason: 'A rollout is moving; wait for its end or abort it.' };
  if (candidate !== undefined) return {};
  return { disabledReason: promotesFrom === undefined ? 'The newest release is here already.' : `No newer release is verified in ${promotesFrom}.` };
}

function returnable(environment: string, releases: readonly ReleaseSummary[], present: ReleaseSummary | undefined, moving: boolean): Availability {
  if (moving) return { disabledReason: 'A rollout is moving; abort it to go back.' };
  if (present === undefined) return { disabledReason: `Nothing serves in ${environment} yet.` };
  const earlier = releases.some((release) => release.name !== present.name && release.verified.some((entry) => entry.environment === environment) && !release.heldIn.includes(environment));
  return earlier ? {} : { disabledReason: `No earlier release was healthy in ${environment}.` };
}
