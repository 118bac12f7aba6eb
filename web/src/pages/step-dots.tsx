/** The steps of a run in one line. */
import type { StepStatus } from '../../../src/domain/kinds/pipeline-run.ts';
import { StateIcon, toneOf } from '../ui/state.tsx';
import styles from './pipeline-run.module.css';
import stateStyles from '../ui/state.module.css';

export function StepDots({ steps }: { steps: readonly StepStatus[] }) {
  if (steps.length === 0) return <span className={styles.none}>no steps</span>;
  return (
    <span className={styles.dots} role="img" aria-label={steps.map((step) => `${step.name} ${step.phase}`).join(', ')}>
      {steps.map((step) => (
        <span key={step.name} title={`${step.name}: ${step.phase}`} className={stateStyles[toneOf(step.phase)]}>
          <StateIcon tone={toneOf(step.phase)} size={15} />
        </span>
      ))}
    </span>
  );
}
