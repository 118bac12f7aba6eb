/** The numbers of a stacked picture as a table: newest day first. */
import { dayWords } from '../data/wording.ts';
import type { ForecastDay, Layer } from './stack.ts';
import styles from './line-chart.module.css';

export function StackedTable({ title, days, layers, forecast, format }: { title: string; days: readonly string[]; layers: readonly Layer[]; forecast: { first: number; days: readonly ForecastDay[] }; format: (value: number) => string }) {
  return (
    <details className={styles.data}>
      <summary>Data</summary>
      <div className={styles.dataBox} tabIndex={0} role="group" aria-label={`Data of ${title}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Day</th>
              {layers.map((layer) => <th key={layer.label} scope="col">{layer.label}</th>)}
              {forecast.days.length === 0 ? null : <th scope="col">forecast</th>}
            </tr>
          </thead>
          <tbody>
            {days.map((day, place) => ({ day, place })).toReversed().map(({ day, place }) => {
              const coming = forecast.days[place - forecast.first];
              return (
                <tr key={day}>
                  <th scope="row">{dayWords(day)}</th>
                  {layers.map((layer) => {
                    const value = layer.values[place];
                    return <td key={layer.label}>{value === undefined ? '–' : format(value)}</td>;
                  })}
                  {forecast.days.length === 0 ? null : <td>{coming === undefined ? '' : `${format(coming.value)} (${format(coming.low)} to ${format(coming.high)})`}</td>}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </details>
  );
}
