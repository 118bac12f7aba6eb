/**
 * What a sum is made of, day by day: layers of one colour each, a forecast behind a dashed line with its
 * band, the day under the pointer read in the legend. A day is a step as wide as any other, because it is
 * a sum and not a moment; a day that nobody recorded is a hole.
 *
 * Nothing is told by colour alone: the legend stands in the order of the layers and reads the values, and
 * the same numbers are a table and a CSV underneath.
 */
import { useId, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { csv } from '../data/csv.ts';
import { dayWords } from '../data/wording.ts';
import { ChartTools } from './chart-tools.tsx';
import { linear, valueTicks } from './scale.ts';
import { areaPath, stackOf } from './stack.ts';
import type { ForecastDay, Layer } from './stack.ts';
import { StackedTable } from './stacked-table.tsx';
import { useWidth } from './width.ts';
import styles from './stacked-area.module.css';

export interface StackedAreaProps {
  title: string;
  sentence: string;
  /** YYYY-MM-DD, first to last without holes, of the layers and then of the forecast. */
  days: readonly string[];
  layers: readonly Layer[];
  /** From the day at place `first` on, which the layers may have in part. */
  forecast: { first: number; days: readonly ForecastDay[] };
  format: (value: number) => string;
  /** Of all amounts: `USD`. */
  unit: string;
  height?: number;
}

const LETTER = 6.6;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 22;

export function StackedArea({ title, sentence, days, layers, forecast, format, unit, height = 230 }: StackedAreaProps) {
  const id = useId();
  const [box, width] = useWidth(640);
  const figure = useRef<HTMLElement>(null);
  const [day, setDay] = useState<number>();
  const stack = stackOf(layers);
  const known = Math.max(0, ...layers.map((layer) => layer.values.length));
  const highest = Math.max(0, ...(stack.at(-1) ?? []).map((band) => band?.high ?? 0), ...forecast.days.map((one) => one.high));
  const ticks = valueTicks(highest, 4);
  const left = 16 + LETTER * Math.max(4, ...ticks.map((tick) => axisWords(tick).length));
  const x = linear(-0.5, Math.max(0.5, days.length - 0.5), left, width - RIGHT);
  const y = linear(0, ticks.at(-1) ?? 1, height - BOTTOM, TOP);
  const pick = (event: PointerEvent<SVGSVGElement>): void => {
    const area = event.currentTarget.getBoundingClientRect();
    const place = Math.round(((event.clientX - area.left - left) / Math.max(1, area.width - left - RIGHT)) * days.length - 0.5);
    setDay(Math.min(days.length - 1, Math.max(0, place)));
  };
  const key = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    setDay(Math.min(days.length - 1, Math.max(0, (day ?? known - 1) + step)));
  };
  const rows = (): string => csv([{ label: 'day', value: (place: number) => days[place] }, ...layers.map((layer) => ({ label: `${layer.label} (${unit})`, value: (place: number) => layer.values[place] })), { label: `forecast (${unit})`, value: (place: number) => forecast.days[place - forecast.first]?.value }], days.map((_, place) => place));
  return (
    <figure ref={figure} className={styles.figure} aria-labelledby={`${id}-title`}>
      <figcaption className={styles.caption}>
        <h3 id={`${id}-title`}>{title}</h3>
        <p className={styles.sentence}>{sentence} In {unit} a day.</p>
      </figcaption>
      <div ref={box}>
        <svg className={styles.plot} width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}. ${sentence}`} tabIndex={0} onKeyDown={key} onPointerMove={pick} onPointerLeave={() => setDay(undefined)} onBlur={() => setDay(undefined)}>
          {ticks.map((tick) => (
            <g key={tick}>
              <line className={styles.grid} x1={left} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
              <text className={styles.tick} x={left - 8} y={y(tick) + 4} textAnchor="end">{axisWords(tick)}</text>
            </g>
          ))}
          {dayTicks(days, Math.max(2, Math.floor(width / 90))).map((place) => (
            <text key={place} className={styles.tick} x={x(place)} y={height - 5} textAnchor={place === 0 ? 'start' : 'middle'}>{dayWords(days[place] ?? '')}</text>
          ))}
          {stack.map((bands, index) => (
            <path key={layers[index]?.label} className={styles.layer} data-layer={index} d={areaPath(bands, x, y)} />
          ))}
          {forecast.days.length === 0 ? null : <Forecast forecast={forecast} x={x} y={y} />}
          {day === undefined ? null : <rect className={styles.cursor} x={x(day - 0.5)} width={x(1) - x(0)} y={TOP} height={height - BOTTOM - TOP} />}
        </svg>
      </div>
      <Legend layers={layers} day={day} days={days} known={known} forecast={forecast} format={format} />
      <div className={styles.foot}>
        <StackedTable title={title} days={days} layers={layers} forecast={forecast} format={format} />
        <ChartTools name={title} figure={figure} rows={rows} />
      </div>
    </figure>
  );
}

function Forecast({ forecast: { first, days }, x, y }: { forecast: StackedAreaProps['forecast']; x: (place: number) => number; y: (value: number) => number }) {
  const line = days.map((one, index) => `${x(first + index).toFixed(1)} ${y(one.value).toFixed(1)}`).join('L');
  return (
    <>
      <path className={styles.band} d={areaPath([...Array.from({ length: first }, () => undefined), ...days], x, y)} />
      <path className={styles.forecast} d={`M${line}`} />
      <line className={styles.today} x1={x(first - 0.5)} x2={x(first - 0.5)} y1={TOP} y2={y(0)} />
    </>
  );
}

/** Highest layer first, as the picture is read from above. */
function Legend({ layers, day, days, known, forecast, format }: { layers: readonly Layer[]; day: number | undefined; days: readonly string[]; known: number; forecast: StackedAreaProps['forecast']; format: (value: number) => string }) {
  const coming = day === undefined ? undefined : forecast.days[day - forecast.first];
  return (
    <ul className={styles.legend}>
      {day === undefined ? null : <li className={styles.reading}>{dayWords(days[day] ?? '')}</li>}
      {layers.map((layer, index) => ({ layer, index })).toReversed().map(({ layer, index }) => {
        const value = day === undefined ? undefined : layer.values[day];
        return (
          <li key={layer.label}>
            <span className={styles.swatch} data-layer={index} aria-hidden="true" />
            {layer.label}
            {day === undefined || day >= known ? null : <span className={styles.reading}>{value === undefined ? 'not recorded' : format(value)}</span>}
          </li>
        );
      })}
      {forecast.days.length === 0 ? null : (
        <li>
          <span className={styles.swatch} data-layer="forecast" aria-hidden="true" />
          forecast
          {coming === undefined ? null : <span className={styles.reading}>{format(coming.value)} ({format(coming.low)} to {format(coming.high)})</span>}
        </li>
      )}
    </ul>
  );
}

/** Places of at most `most` days, evenly apart. */
function dayTicks(days: readonly string[], most: number): number[] {
  const step = Math.max(1, Math.ceil(days.length / most));
  return days.flatMap((_, place) => (place % step === 0 ? [place] : []));
}

/** Short, since the unit stands above: `1,200`, `0.5`. */
function axisWords(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 4 });
}
