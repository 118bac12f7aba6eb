/** What a state cost at each serial, as bars: the same numbers stand in the table of serials. */
import { useRef } from 'react';
import type { SerialView } from '../../../src/api/contract/state-page.ts';
import { ChartTools } from '../charts/chart-tools.tsx';
import { csv } from '../data/csv.ts';
import { money } from '../data/wording.ts';
import styles from './findings.module.css';

const BAR = 26;
const GAP = 6;
const HEIGHT = 64;
const MOST = 24;

export function SerialCosts({ serials }: { serials: readonly SerialView[] }) {
  const figure = useRef<HTMLElement>(null);
  const priced = serials.flatMap((serial) => (serial.cost?.monthly === undefined ? [] : [{ serial, amount: Number(serial.cost.monthly), text: money(serial.cost.monthly, serial.cost.currency) }])).slice(0, MOST).reverse();
  const [first, last] = [priced[0], priced.at(-1)];
  if (first === undefined || last === undefined || priced.length < 2) return null;
  const top = Math.max(...priced.map(({ amount }) => amount), 1);
  const width = priced.length * (BAR + GAP);
  const change = last.amount - first.amount;
  const sentence = Math.abs(change) < 0.005 ? `${last.text} a month, as at serial ${first.serial.serial}.` : `${last.text} a month at serial ${last.serial.serial}, ${money(Math.abs(change).toFixed(2), last.serial.cost?.currency ?? '')} ${change > 0 ? 'more' : 'less'} than at serial ${first.serial.serial}.`;
  return (
    <figure className={styles.bars} ref={figure} aria-label="Cost by serial">
      <h3>Cost by serial</h3>
      <p className={styles.quiet}>{sentence}</p>
      <svg width={width} height={HEIGHT + 16} viewBox={`0 0 ${width} ${HEIGHT + 16}`} role="img" aria-label={`Cost a month by serial. ${sentence}`}>
        {priced.map(({ serial, amount, text }, at) => {
          const height = Math.max(2, (amount / top) * HEIGHT);
          return (
            <g key={serial.number}>
              <title>{`serial ${serial.serial}: ${text}`}</title>
              <rect className={styles.bar} data-newest={at === priced.length - 1} x={at * (BAR + GAP)} y={HEIGHT - height} width={BAR} height={height} rx="3" />
              <text className={styles.amount} x={at * (BAR + GAP) + BAR / 2} y={HEIGHT + 13} textAnchor="middle">{serial.serial}</text>
            </g>
          );
        })}
      </svg>
      <ChartTools name="cost by serial" figure={figure} rows={() => csv([{ label: 'serial', value: ({ serial }: (typeof priced)[number]) => serial.serial }, { label: 'pushed', value: ({ serial }) => serial.pushedAt }, { label: 'cost a month', value: ({ serial }) => serial.cost?.monthly }, { label: 'currency', value: ({ serial }) => serial.cost?.currency }], priced)} />
    </figure>
  );
}
