/** The measurements of each check: the query as sent, samples, value, limit. */
import type { Attempt, CheckStatus, MetricCheck } from '../../../src/domain/kinds/rollout.ts';
import { clockTime, count, exactTime, millis, percent } from '../data/wording.ts';
import { Empty } from '../ui/empty.tsx';
import { Phase } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './receipt.module.css';

function definition(attempt: Attempt, status: CheckStatus): MetricCheck | undefined {
  const step = attempt.strategy.steps[status.step];
  const checks = status.step === -1 ? attempt.strategy.background?.checks : step !== undefined && 'analysis' in step ? step.analysis.checks : undefined;
  return checks?.find((check) => check.name === status.name);
}

function worded(check: MetricCheck | undefined, value: number | undefined): string {
  if (value === undefined) return 'none';
  if (check?.metric === 'latency') return millis(value);
  return check?.metric === 'query' ? String(Math.round(value * 1_000) / 1_000) : percent(value);
}

function limits(check: MetricCheck | undefined): string {
  const parts = [check?.min === undefined ? [] : [`at least ${worded(check, check.min)}`], check?.max === undefined ? [] : [`at most ${worded(check, check.max)}`]].flat();
  return parts.join(', ');
}

export function Measurements({ attempt }: { attempt: Attempt }) {
  if (attempt.checks.length === 0) return <Empty kind="not-connected" title="Nothing was measured" text="No check is part of this attempt, or none was reached yet; what is said rests on its steps and on people." />;
  return (
    <>
      {attempt.checks.map((status) => {
        const check = definition(attempt, status);
        return (
          <div key={`${status.name}${status.step}`} className={styles.check}>
            <div className={styles.checkHead}>
              <h3>{status.name}</h3>
              <Phase phase={status.phase} />
              <span>
                {limits(check)}
                {check === undefined ? '' : `, no data: ${check.noData}, at least ${count(check.minSamples, 'sample')}`}
              </span>
              <span>
                {status.successful} passed, {status.failed} failed, {status.inconclusive} inconclusive, {status.error} errors
              </span>
            </div>
            <Table caption={`Measurements of ${status.name}`} columns={[{ label: 'Time' }, { label: 'Result' }, { label: 'Value', number: true }, { label: 'Limit' }, { label: 'Samples', number: true }, { label: 'Query as sent' }]}>
              {status.measurements.map((measurement) => (
                <tr key={measurement.at}>
                  <td className={table.tight}>
                    <time dateTime={measurement.at} title={exactTime(measurement.at)}>
                      {clockTime(measurement.at)}
                    </time>
                  </td>
                  <td className={table.tight}>
                    <Phase phase={measurement.phase} plain />
                  </td>
                  <td className={table.number}>{worded(check, measurement.value)}</td>
                  <td className={table.tight}>{limits(check)}</td>
                  <td className={table.number}>{measurement.samples.toLocaleString('en')}</td>
                  <td>
                    <code className={styles.query}>{measurement.query}</code>
                    {measurement.message === undefined ? null : <span className={table.sub}>{measurement.message}</span>}
                  </td>
                </tr>
              ))}
            </Table>
          </div>
        );
      })}
    </>
  );
}
