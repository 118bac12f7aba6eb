/** The five delivery metrics; each number opens the rows that it was computed from. */
import { Link } from '@tanstack/react-router';
import type { DeliveryMetric, DeliveryMetrics } from '../../../src/api/contract/delivery-metrics.ts';
import { duration, percent } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { Empty } from '../ui/empty.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './receipt.module.css';

function worded(metric: DeliveryMetric): string {
  if (metric.value === undefined) return 'Not known';
  if (metric.unit === 'seconds') return duration(metric.value * 1_000);
  return metric.unit === 'share' ? percent(metric.value) : `${metric.value.toFixed(metric.value < 1 ? 2 : 1)} a day`;
}

export interface DeliveryMetricsViewProps {
  metrics: DeliveryMetrics;
  /** Key of the metric whose rows are shown. */
  chosen: string | undefined;
  /** Undefined: the one that is open was pressed again. */
  onChoose: (key: string | undefined) => void;
}

export function DeliveryMetricsView({ metrics, chosen: key, onChoose }: DeliveryMetricsViewProps) {
  const chosen = metrics.metrics.find((metric) => metric.key === key);
  return (
    <>
      <div className={styles.metrics} role="group" aria-label={`Delivery metrics of ${metrics.scope}`}>
        {metrics.metrics.map((metric) => (
          <button key={metric.key} type="button" className={styles.metric} aria-pressed={metric.key === key} onClick={() => onChoose(metric.key === key ? undefined : metric.key)}>
            <span className={styles.metricName}>{metric.title}</span>
            <span className={styles.value}>{worded(metric)}</span>
            <span className={styles.metricSentence}>{metric.sentence}</span>
          </button>
        ))}
      </div>
      {chosen === undefined ? null : chosen.rows.length === 0 ? (
        <Empty kind="not-connected" title="No rows yet" text={chosen.sentence} />
      ) : (
        <Table bare caption={`Rows behind ${chosen.title}, ${metrics.scope}`} columns={[{ label: 'When' }, { label: 'What' }, { label: 'Counts as' }, { label: 'Evidence' }]}>
          {chosen.rows.map((row) => (
            <tr key={row.at + row.label}>
              <td className={table.tight}>
                <Age at={row.at} />
              </td>
              <td>{row.label}</td>
              <td>
                {row.value} {row.automatic === true ? <State tone="idle">automatic</State> : null}
              </td>
              <td className={table.tight}>{row.chain === undefined ? <span className={table.soft}>–</span> : <Link to="/audit" search={{ chain: row.chain }}>Log rows</Link>}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
