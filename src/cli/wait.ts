/** Waits for a rollout with live progress; Ctrl-C detaches and says how to come back. */
import { parseDuration } from '../domain/duration.ts';
import { PlatformError } from '../domain/error.ts';
import type { AttemptPhase } from '../domain/kinds/rollout.ts';
import { EXIT } from './exit-code.ts';
import { ownPath, type RolloutObject } from './resources.ts';
import type { Session } from './session.ts';

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
const ENDED: ReadonlySet<AttemptPhase> = new Set(['Promoted', 'RolledBack', 'Aborted']);

/** Milliseconds of a duration a person typed; throws ROADBED-6041. */
export function durationOption(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new PlatformError({ code: 'ROADBED-6041', class: 'usage', message: `"${text}" is not a duration`, next: 'for example 90s, 5m or 24h' });
}

export function timeoutOf(session: Session): number {
  return session.options.timeout === undefined ? DEFAULT_TIMEOUT_MS : durationOption(session.options.timeout);
}

function progressLine(rollout: RolloutObject): string {
  const attempt = rollout.status?.attempt;
  if (attempt === undefined) return `${rollout.metadata.name}: waiting for a release`;
  const steps = attempt.strategy.steps.length;
  const where = steps === 0 ? '' : `, step ${Math.min(attempt.step + 1, steps)} of ${steps}`;
  return `${rollout.metadata.name}: ${attempt.phase}${where}, ${attempt.weight} % of the traffic on ${attempt.release}`;
}

function verdict(session: Session, rollout: RolloutObject, returning: boolean): number {
  const attempt = rollout.status?.attempt;
  const promoted = attempt?.phase === 'Promoted';
  const done = promoted || returning;
  if (session.output.json) session.output.document({ rollout: rollout.metadata.name, namespace: rollout.metadata.namespace, release: attempt?.release, phase: attempt?.phase, verdict: attempt?.verdict });
  else {
    session.output.line(`${session.output.style(done ? 'green' : 'red', promoted ? 'promoted' : returning ? 'taken back' : 'not promoted')}: ${attempt?.verdict?.sentence ?? rollout.status?.message ?? attempt?.phase ?? ''}`);
    if (promoted && rollout.status?.url !== undefined) session.output.say(`next: ${rollout.status.url}`);
    else session.output.say(`next: roadbed status ${rollout.spec.service} -n ${rollout.metadata.namespace ?? ''}`);
  }
  return done ? EXIT.ok : EXIT.failed;
}

/** Number of the last attempt that has ended: what a rollback waits beyond, since it may end the one under way and start none. */
export function endedAttempt(rollout: RolloutObject): number {
  const attempt = rollout.status?.attempt;
  return attempt === undefined ? 0 : ENDED.has(attempt.phase) ? attempt.number : attempt.number - 1;
}

/** Waits until the attempt after number `after` has ended; answers the exit code. `returning`: an attempt that was taken back is what was asked for. */
export async function waitForRollout(session: Session, namespace: string, name: string, after: number, returning = false): Promise<number> {
  const deadline = Date.now() + timeoutOf(session);
  let said = '';
  let interrupted = false;
  const onInterrupt = (): void => {
    interrupted = true;
  };
  process.once('SIGINT', onInterrupt);
  try {
    while (Date.now() < deadline && !interrupted) {
      const rollout = await session.connection().call<RolloutObject>('GET', ownPath('rollouts', namespace, name));
      const attempt = rollout.status?.attempt;
      if (attempt !== undefined && attempt.number > after && ENDED.has(attempt.phase)) return verdict(session, rollout, returning);
      const line = progressLine(rollout);
      if (line !== said) session.output.say(line);
      said = line;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
  if (interrupted) {
    session.output.say(`detached; it goes on. To come back: roadbed status ${name} -n ${namespace} --watch`);
    return EXIT.interrupted;
  }
  throw new PlatformError({ code: 'ROADBED-6040', class: 'timed-out', message: `${name} is still under way`, why: said, next: `roadbed status -n ${namespace} --watch` });
}
