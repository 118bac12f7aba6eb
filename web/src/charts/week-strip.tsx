/** Seven days: what was deployed, what was returned, which pipelines failed. */
import type { Home } from '../../../src/api/contract/pages.ts';
import { count } from '../data/wording.ts';
import styles from './week-strip.module.css';

export function WeekStrip({ week }: { week: Home['week'] }) {
  const top = Math.max(4, ...week.map((day) => day.deployed + day.returned + day.failedRuns));
  const sum = (key: 'deployed' | 'returned' | 'failedRuns'): number => week.reduce((total, day) => total + day[key], 0);
  const sentence = `${count(sum('deployed'), 'deployment')}, ${count(sum('returned'), 'return')}, ${count(sum('failedRuns'), 'failed pipeline')} in seven days`;
  return (
    <figure>
      <div className={styles.strip}>
        {week.map((day, index) => (
          <div key={day.date} className={styles.day} title={`${day.date}: ${day.deployed} deployed, ${day.returned} returned, ${day.failedRuns} failed pipelines`}>
            <div className={styles.bars} aria-hidden="true">
              <Bar value={day.failedRuns} top={top} name="failed" />
              <Bar value={day.returned} top={top} name="returned" />
              <Bar value={day.deployed} top={top} name="deployed" />
            </div>
            <span className={index === week.length - 1 ? styles.today : styles.label}>{index === week.length - 1 ? 'Today' : new Date(`${day.date}T12:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short' })}</span>
          </div>
        ))}
      </div>
      <figcaption className={styles.legend}>
        <Key name="deployed" text={`${sum('deployed')} deployed`} />
        <Key name="returned" text={`${sum('returned')} returned`} />
        <Key name="failed" text={count(sum('failedRuns'), 'failed pipeline')} />
        <span className="unseen">{sentence}</span>
      </figcaption>
      <details className={styles.data}>
        <summary>Data</summary>
        <table>
          <thead>
            <tr><th scope="col">Day</th><th scope="col">Deployed</th><th scope="col">Returned</th><th scope="col">Failed</th></tr>
          </thead>
          <tbody>
            {week.map((day) => (
              <tr key={day.date}><th scope="row">{day.date}</th><td>{day.deployed}</td><td>{day.returned}</td><td>{day.failedRuns}</td></tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

type BarName = 'deployed' | 'returned' | 'failed';

function Bar({ value, top, name }: { value: number; top: number; name: BarName }) {
  return value === 0 ? null : <div className={`${styles.bar} ${styles[name]}`} style={{ height: `${Math.max(5, (value / top) * 62)}px` }} />;
}

function Key({ name, text }: { name: BarName; text: string }) {
  return (
    <span className={styles.key}>
      <i className={`${styles.swatch} ${styles[name]}`} />
      {text}
    </span>
  );
}
