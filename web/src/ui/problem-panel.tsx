/** An error as the platform tells it: what happened stands in the title, here why, what to do, and the reference. */
import type { Problem } from '../../../src/api/contract/problem.ts';
import { Button } from './button.tsx';
import { Copyable } from './copy.tsx';
import styles from './problem-panel.module.css';

export function ProblemPanel({ problem, onRetry }: { problem: Problem; onRetry?: () => void }) {
  return (
    <div className={styles.panel} role="alert">
      {problem.why === undefined ? null : <p>{problem.why}</p>}
      {problem.next === undefined ? null : (
        <p className={styles.next}>
          What to do: <Copyable text={problem.next} label="the next step" />
        </p>
      )}
      <p className={styles.code}>{problem.code}</p>
      {onRetry === undefined ? null : <Button onPress={onRetry}>Try again</Button>}
    </div>
  );
}

/** The short form inside a dialog or a form. */
export function ProblemLine({ problem }: { problem: Problem }) {
  return (
    <div className={styles.line} role="alert">
      <strong>{problem.message}</strong>
      {problem.why === undefined ? null : <span> {problem.why}</span>}
      {problem.next === undefined ? null : <span> {problem.next}</span>}
      <span className={styles.code}> {problem.code}</span>
    </div>
  );
}
