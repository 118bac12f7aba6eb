/** Seven days: what was deployed, what was returned, which pipelines failed. */
import { useRef } from 'react';
import { Link } from '@tanstack/react-router';
import type { Home } from '../../../src/api/contract/pages.ts';
import { csv } from '../data/csv.ts';
import { count } from '../data/wording.ts';
import { ChartTools } from './chart-tools.tsx';
import styles from './week-strip.module.css';

export function WeekStrip({ week }: { week: Home['week'] }) {
  const figure = useRef<HTMLElement>(null);
  const top = Math.max(4, ...week.map((day) => day.deployed + day.returned + day.failedRuns));
  const sum = (key: 'deployed' | 'returned' | 'failedRuns'): number => week.reduce((total, day) => total + day[key], 0);
  const sentence = `${count(sum('deployed'), 'deployment')}, ${count(sum('returned'), 'return')}, ${count(sum('failedRuns'), 'failed pipeline')} in seven days`;
  return (
    <figure ref={figure}>
      <div className={styles.strip}>
        {week.map((day, index) => (
          <Link key={day.date} to="/delivery" search={{ day: day.date }} className={styles.day} title={`${day.date}: ${day.deployed} deployed, ${day.returned} returned, ${count(day.failedRuns, 'failed pipeline')}`}>
            <div className={styles.bars} aria-hidden="true">
              <Bar value={day.failedRuns} top={top} name="failed" />
              <Bar value={day.returned} top={top} name="returned" />
              <Bar value={day.deployed} top={top} name="deployed" />
            </div>
            <span className={index === week.length - 1 ? styles.today : styles.label}>{index === week.length - 1 ? 'Today' : new Date(`${day.date}T12:00:00Z`).toLocaleDateString('en-GB', { weekday: 'short' })}</span>
            <span className="unseen">: {day.deployed} deployed, {day.returned} returned</span>
          </Link>
        ))}
      </div>
      <figcaption className={styles.legend}>
        <Link to="/delivery" search={{ outcome: 'deployed' }}><Key name="deployed" text={`${sum('deployed')} deployed`} /></Link>
        <Link to="/delivery" search={{ outcome: 'returned' }}><Key name="returned" text={`${sum('returned')} returned`} /></Link>
        <Link to="/pipelines" search={{ phase: 'Failed' }}><Key name="failed" text={count(sum('failedRuns'), 'failed pipeline')} /></Link>
        <span className="unseen">{sentence}</span>
      </figcaption>
      <div className={styles.foot}>
        <details className={styles.data}>
          <summary>Data</summary>
          <table>
            <thead>
              <tr><th scope="col">Day</th><th scope="col">Deployed</th><th scope="col">Returned</th><th scope="col">Failed</th></tr>
            </thead>
            <tbody>
              {week.map((day) => (
                <tr key={day.date}><th scope="row">{day.date}</th><td>{day.deployed}</td><td>{day.returned}</td><td>{day.failedRuns === 0 ? 0 : <Link to="/pipelines" search={{ phase: 'Failed', day: day.date }}>{day.failedRuns}</Link>}</td></tr>
              ))}
            </tbody>
          </table>
        </details>
        <ChartTools name="deployments of the week" figure={figure} rows={() => csv([{ label: 'day', value: (day: Home['week'][number]) => day.date }, { label: 'deployed', value: (day) => day.deployed }, { label: 'returned', value: (day) => day.returned }, { label: 'failed pipelines', value: (day) => day.failedRuns }], week)} />
      </div>
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
