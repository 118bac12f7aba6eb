/** Making the one action that changes status, so that every transition is worded and stamped alike. */
import type { NewEvent } from '../../domain/event.ts';
import type { Attempt, RolloutStatus } from '../../domain/kinds/rollout.ts';
import { observedStatus, sameStatus } from './observed-status.ts';
import type { Action, PlacedHold, RolloutView } from './view.ts';

export interface WriteDetails {
  events?: NewEvent[];
  hold?: PlacedHold;
  verify?: string;
  why: string;
}

/** A write of `next` with what was observed put in. */
export function writeStatus(view: RolloutView, next: RolloutStatus, details: WriteDetails): Action {
  return {
    kind: 'writeStatus',
    status: observedStatus(view, next),
    events: details.events ?? [],
    ...(details.hold === undefined ? {} : { hold: details.hold }),
    ...(details.verify === undefined ? {} : { verify: details.verify }),
    why: details.why,
  };
}

/** The write if it changes anything, without events; otherwise nothing. */
export function writeIfChanged(view: RolloutView, next: RolloutStatus, why: string): Action[] {
  return sameStatus(view.status, observedStatus(view, next)) ? [] : [writeStatus(view, next, { why })];
}

/** The status with another attempt in it, and the phase that people see for it. */
export function withAttempt(status: RolloutStatus, attempt: Attempt, message?: string): RolloutStatus {
  const { message: _old, ...rest } = status;
  return { ...rest, phase: shownPhase(status, attempt), attempt, ...(message === undefined ? {} : { message }) };
}

function shownPhase(status: RolloutStatus, attempt: Attempt): RolloutStatus['phase'] {
  switch (attempt.phase) {
    case 'Paused':
      return 'Paused';
    case 'RollingBack':
      return 'RollingBack';
    case 'Promoted':
      return 'Healthy';
    case 'RolledBack':
      return status.stable === undefined ? 'Degraded' : 'RolledBack';
    case 'Aborted':
      return status.stable === undefined ? 'Empty' : 'Healthy';
    default:
      return 'Progressing';
  }
}
