/**
 * Is a revision ready, and if not, is it worth waiting for?
 *
 * A program that ends again and again will not get ready by waiting for the deadline, so the third exit
 * fails it at once, with the exit's reason and the last lines of its log as the cause.
 */
import type { ReplicaState, RevisionState } from './view.ts';

const HOPELESS_RESTARTS = 3;
const CAUSE_LINES = 3;
/** `TypeError: ...`, `Error [ERR_X]: ...`, `fatal: ...` at the beginning of a line. */
const ERROR_LINE = /^(?:uncaught )?(?:[\w$.]*(?:error|exception)|fatal|panic)\b[^:]{0,60}:/i;

export interface Readiness {
  wanted: number;
  /** Replicas that serve; those being stopped do not count. */
  ready: number;
  allReady: boolean;
  /** Number of replicas is as wanted, ready or not. */
  present: boolean;
  restarts: number;
  /** Why waiting is pointless; one sentence with exit reason and last log lines. */
  failing?: string;
}

export function readinessOf(revision: RevisionState | undefined, wanted: number): Readiness {
  const staying = (revision?.replicas ?? []).filter((replica) => replica.state !== 'stopping');
  const ready = staying.filter((replica) => replica.state === 'ready').length;
  const broken = staying.find((replica) => replica.state === 'failed' || (replica.state !== 'ready' && replica.restarts >= HOPELESS_RESTARTS));
  return {
    wanted,
    ready,
    allReady: ready >= wanted && staying.length === wanted,
    present: revision !== undefined && staying.length === wanted,
    restarts: staying.reduce((sum, replica) => sum + replica.restarts, 0),
    ...(broken === undefined ? {} : { failing: `replica ${broken.index} ended ${Math.max(1, broken.restarts)} times: ${exitCause(broken)}` }),
  };
}

/** The exit's reason with the last log lines: `exit code 1: Error: no such table`. */
export function exitCause(replica: ReplicaState): string {
  if (replica.lastExit === undefined) return 'no reason was reported';
  const said = replica.lastExit.logTail.map((line) => line.trim()).filter((line) => line !== '');
  // A crash ends in a stack and a footer; the line that names the error says more than these.
  const named = said.findLastIndex((line) => ERROR_LINE.test(line));
  const lines = named < 0 ? said.slice(-CAUSE_LINES) : said.slice(named, named + 1);
  return lines.length === 0 ? replica.lastExit.reason : `${replica.lastExit.reason}: ${lines.join(' | ').slice(0, 500)}`;
}

/** Why a revision that is not ready keeps one waiting; for the deadline's sentence. */
export function waitingCause(revision: RevisionState | undefined): string {
  const replica = revision?.replicas.find((one) => one.state !== 'ready' && one.state !== 'stopping');
  if (replica === undefined) return 'no replica was started';
  return replica.lastExit === undefined ? `replica ${replica.index} is ${replica.state} and never passed its readiness probe` : `replica ${replica.index} is ${replica.state}, ${exitCause(replica)}`;
}

/** 127.0.0.1 ports of ready replicas below `limit` (an index), by port name, lowest index first. */
export function readyReplicas(revision: RevisionState | undefined, limit: number): ReplicaState[] {
  return (revision?.replicas ?? []).filter((replica) => replica.state === 'ready' && replica.index < limit).sort((a, b) => a.index - b.index);
}
