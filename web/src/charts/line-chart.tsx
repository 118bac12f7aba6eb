/**
 * Lines over time, as plain SVG: themed by tokens, readable without colour, with a sentence and a table.
 *
 * The reading under the pointer stands in the legend, so nothing covers the lines and nothing jumps.
 * Several charts share one pointer through `hover`, which is how one time axis is read across them.
 */
import { useId, useRef } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { csv } from '../data/csv.ts';
import { clockTime } from '../data/wording.ts';
import { ChartTools } from './chart-tools.tsx';
import { linear, linePath, timeTicks, valueTicks } from './scale.ts';
import type { Point } from './scale.ts';
import { useWidth } from './width.ts';
import styles from './line-chart.module.css';

export type Ink = 'stable' | 'canary' | 'earlier' | 'ink';

export interface Line {
  label: string;
  ink: Ink;
  points: Point[];
}

export interface Marker {
  at: number;
  label: string;
  tone: 'ok' | 'bad' | 'run';
}

export interface LineChartProps {
  title: string;
  /** What the picture says, for everybody. */
  sentence: string;
  lines: Line[];
  since: number;
  until: number;
  format: (value: number) => string;
  /** The axis reaches at least so far, so that nothing at all does not look like something. */
  least: number;
  limit?: { value: number; label: string } | undefined;
  markers?: Marker[];
  height?: number;
  hover?: number | undefined;
  onHover?: (at: number | undefined) => void;
}

const LEFT = 52;
const RIGHT = 12;
const TOP = 14;
const BOTTOM = 22;

export function LineChart({ title, sentence, lines, since, until, format, least, limit, markers = [], height = 168, hover, onHover }: LineChartProps) {
  const id = useId();
  const [box, width] = useWidth(560);
  const figure = useRef<HTMLElement>(null);
  const values = lines.flatMap((line) => line.points.flatMap((point) => point.value ?? []));
  const ticks = valueTicks(Math.max(...values, (limit?.value ?? 0) * 1.25, least));
  const top = ticks.at(-1) ?? 1;
  const x = linear(since, until, LEFT, width - RIGHT);
  const y = linear(0, top, height - BOTTOM, TOP);
  const moment = hover === undefined ? undefined : nearest(lines, hover);

  const point = (event: PointerEvent<SVGSVGElement>): void => {
    const area = event.currentTarget.getBoundingClientRect();
    onHover?.(since + ((event.clientX - area.left - LEFT) / (area.width - LEFT - RIGHT)) * (until - since));
  };
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    onHover?.(Math.min(until, Math.max(since, (moment ?? until) + (step * (until - since)) / 60)));
  };
  return (
    <figure ref={figure} className={styles.figure} aria-labelledby={`${id}-title`}>
      <figcaption className={styles.caption}>
        <h3 id={`${id}-title`}>{title}</h3>
        <p className={styles.sentence}>{sentence}</p>
        <Legend lines={lines} moment={moment} format={format} />
      </figcaption>
      <div ref={box}>
        <svg className={styles.plot} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${sentence}`} tabIndex={onHover === undefined ? undefined : 0} onKeyDown={key} onPointerMove={point} onPointerLeave={() => onHover?.(undefined)} onBlur={() => onHover?.(undefined)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={styles.grid} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text className={styles.tick} x={LEFT - 8} y={y(tick) + 4} textAnchor="end">
                {format(tick)}
              </text>
            </g>
          ))}
          {timeTicks(since, until, Math.max(2, Math.floor(width / 110))).map((tick) => (
            <text key={tick} className={styles.tick} x={x(tick)} y={height - 5} textAnchor="middle">
              {clockTime(new Date(tick).toISOString()).slice(0, until - since < 600_000 ? 8 : 5)}
            </text>
          ))}
          {markers.filter((marker) => marker.at >= since && marker.at <= until).map((marker) => (
            <g key={`${marker.at}${marker.label}`} className={`${styles.marker} ${styles[marker.tone]}`}>
              <line x1={x(marker.at)} x2={x(marker.at)} y1={TOP - 6} y2={height - BOTTOM} />
              <path d={`M${x(marker.at) - 5} ${TOP - 12}h10l-5 7Z`} />
              <title>{marker.label}</title>
            </g>
          ))}
          {limit === undefined || limit.value > top ? null : (
            <g className={styles.limit}>
              <line x1={LEFT} x2={width - RIGHT} y1={y(limit.value)} y2={y(limit.value)} />
              <text x={width - RIGHT} y={y(limit.value) - 5} textAnchor="end">
                {limit.label}
              </text>
            </g>
          )}
          {lines.map((line) => (
            <path key={line.label} className={`${styles.line} ${styles[line.ink]}`} d={linePath(line.points, x, y)} />
          ))}
          {moment === undefined ? null : <line className={styles.cursor} x1={x(moment)} x2={x(moment)} y1={TOP - 6} y2={height - BOTTOM} />}
        </svg>
      </div>
      <div className={styles.foot}>
        <DataTable title={title} lines={lines} format={format} />
        <ChartTools name={title} figure={figure} rows={() => rowsOf(lines)} />
      </div>
    </figure>
  );
}

/** Every moment, with the values as they were measured. */
function rowsOf(lines: readonly Line[]): string {
  const [first] = lines;
  return csv([{ label: 'time', value: (index: number) => new Date(first?.points[index]?.at ?? 0).toISOString() }, ...lines.map((line) => ({ label: line.label, value: (index: number) => line.points[index]?.value }))], (first?.points ?? []).map((_, index) => index));
}

function nearest(lines: readonly Line[], at: number): number | undefined {
  const moments = lines.flatMap((line) => line.points.map((candidate) => candidate.at));
  return moments.length === 0 ? undefined : moments.reduce((best, moment) => (Math.abs(moment - at) < Math.abs(best - at) ? moment : best));
}

function Legend({ lines, moment, format }: { lines: readonly Line[]; moment: number | undefined; format: (value: number) => string }) {
  return (
    <ul className={styles.legend}>
      {lines.map((line) => {
        const value = moment === undefined ? undefined : line.points.find((candidate) => candidate.at === moment)?.value;
        return (
          <li key={line.label}>
            <svg width="18" height="8" viewBox="0 0 18 8" aria-hidden="true">
              <path className={`${styles.line} ${styles[line.ink]}`} d="M1 4h16" />
            </svg>
            {line.label}
            <span className={styles.reading}>{moment === undefined ? '' : value === undefined ? 'none' : format(value)}</span>
          </li>
        );
      })}
      {moment === undefined ? null : <li className={styles.reading}>at {clockTime(new Date(moment).toISOString())}</li>}
    </ul>
  );
}

const ROWS = 40;

/** At most forty rows: every n-th moment, so that the table stays readable. */
function DataTable({ title, lines, format }: { title: string; lines: readonly Line[]; format: (value: number) => string }) {
  const points = lines[0]?.points ?? [];
  const every = Math.max(1, Math.ceil(points.length / ROWS));
  return (
    <details className={styles.data}>
      <summary>Data</summary>
      <div className={styles.dataBox} tabIndex={0} role="group" aria-label={`Data of ${title}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {lines.map((line) => (
                <th key={line.label} scope="col">
                  {line.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.flatMap((point, index) =>
              index % every === 0
                ? [
                    <tr key={point.at}>
                      <th scope="row">{clockTime(new Date(point.at).toISOString())}</th>
                      {lines.map((line) => {
                        const value = line.points[index]?.value;
                        return <td key={line.label}>{value === undefined ? '–' : format(value)}</td>;
                      })}
                    </tr>,
                  ]
                : [],
            )}
          </tbody>
        </table>
      </div>
    </details>
  );
}
