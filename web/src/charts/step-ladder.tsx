/** The steps of a rollout, from the first share to all of the traffic; where it is, and where it turned back. */
import type { Attempt, RolloutStep } from '../../../src/domain/kinds/rollout.ts';
import { Elapsed } from '../ui/age.tsx';
import { StateIcon } from '../ui/state.tsx';
import type { Tone } from '../../../src/api/contract/pages.ts';
import styles from './step-ladder.module.css';

function words(step: RolloutStep): [string, string] {
  if ('setWeight' in step) return [`${step.setWeight} %`, 'of the traffic'];
  if ('pause' in step) return step.pause.duration === undefined ? ['Pause', 'until a person decides'] : ['Wait', step.pause.duration];
  return ['Check', step.analysis.checks.map((check) => check.name).join(', ')];
}

export function StepLadder({ attempt }: { attempt: Attempt }) {
  const over = attempt.finishedAt !== undefined;
  const promoted = attempt.phase === 'Promoted' || attempt.phase === 'Promoting';
  const turned = attempt.phase === 'RolledBack' || attempt.phase === 'RollingBack' || attempt.phase === 'Aborted';
  const tone = (index: number): Tone => {
    if (promoted || index < attempt.step) return 'ok';
    if (index > attempt.step) return 'idle';
    return turned ? 'bad' : attempt.phase === 'Paused' ? 'warn' : 'run';
  };
  const said: Partial<Record<Tone, string>> = { ok: 'done', bad: 'turned back here', warn: 'paused here', run: 'now', idle: 'ahead' };
  return (
    <ol className={styles.ladder} aria-label="Steps of the rollout">
      {attempt.strategy.steps.map((step, index) => {
        const [head, detail] = words(step);
        const here = tone(index);
        return (
          <li key={index} className={`${styles.step} ${styles[here]}`} aria-current={index === attempt.step && !over ? 'step' : undefined}>
            <StateIcon tone={here} />
            <span className={styles.head}>{head}</span>
            <span className={styles.detail}>{detail}</span>
            <span className={styles.said}>
              {said[here]}
              {here === 'run' || here === 'warn' ? (
                <>
                  {', '}
                  <Elapsed from={attempt.stepStartedAt} />
                </>
              ) : null}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
