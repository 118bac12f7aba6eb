/** The pipeline as a graph from left to right: a column holds the steps that may run side by side. */
import { useRef } from 'react';
import type { StepStatus } from '../../../src/domain/kinds/pipeline-run.ts';
import { Elapsed } from '../ui/age.tsx';
import { Phase } from '../ui/state.tsx';
import { ChartTools } from './chart-tools.tsx';
import { layers } from './layers.ts';
import styles from './step-graph.module.css';

const WIDTH = 168;
const HEIGHT = 54;
const GAP_X = 48;
const GAP_Y = 12;

export function StepGraph({ steps, chosen, onChoose }: { steps: readonly StepStatus[]; chosen: string | undefined; onChoose: (step: string) => void }) {
  const graph = useRef<HTMLDivElement>(null);
  if (steps.length === 0) return <p className={styles.none}>The pipeline is being read from the repository.</p>;
  const columns = layers(steps);
  const tallest = Math.max(...columns.map((column) => column.length));
  const height = tallest * (HEIGHT + GAP_Y) - GAP_Y;
  const place = new Map(
    columns.flatMap((column, x) => {
      const offset = (height - (column.length * (HEIGHT + GAP_Y) - GAP_Y)) / 2;
      return column.map((step, y) => [step.name, { x: x * (WIDTH + GAP_X), y: offset + y * (HEIGHT + GAP_Y) }] as const);
    }),
  );
  const edges = steps.flatMap((step) => step.needs.map((need) => ({ from: place.get(need), to: place.get(step.name), done: steps.find((other) => other.name === need)?.phase === 'Succeeded' || steps.find((other) => other.name === need)?.phase === 'Reused', key: `${need}>${step.name}` })));
  const width = columns.length * (WIDTH + GAP_X) - GAP_X;
  return (
    <>
      <div className={styles.scroll} tabIndex={0} role="group" aria-label="Steps of the pipeline">
        <div ref={graph} className={styles.graph} style={{ width, height }}>
          <svg width={width} height={height} aria-hidden="true">
            {edges.map(({ from, to, done, key }) => {
              if (from === undefined || to === undefined) return null;
              const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
              return <path key={key} className={done ? styles.done : styles.edge} d={`M${x1} ${y1}C${x1 + GAP_X / 2} ${y1} ${x2 - GAP_X / 2} ${y2} ${x2} ${y2}`} />;
            })}
          </svg>
          {steps.map((step) => {
            const at = place.get(step.name);
            return (
              <button key={step.name} type="button" className={styles.node} aria-pressed={step.name === chosen} data-phase={step.phase} style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} onClick={() => onChoose(step.name)}>
                <span className={styles.name}>{step.name}</span>
                <span className={styles.meta}>
                  <Phase phase={step.phase} plain />
                  {step.startedAt === undefined ? null : <Elapsed from={step.startedAt} to={step.finishedAt} />}
                </span>
              </button>
            );
          })}
        </div>
      </div>
      <ChartTools name="pipeline steps" figure={graph} />
    </>
  );
}
