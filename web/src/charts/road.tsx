/**
 * The signature picture: the traffic as a road that parts. The width of each lane is its share of the
 * weight; the markings move with the requests that really flow.
 */
import { ChartTools } from './chart-tools.tsx';
import { useWidth } from './width.ts';
import styles from './road.module.css';

export interface Lane {
  role: 'stable' | 'canary';
  /** What the lane is, beside its share: `canary`. */
  word: string;
  title: string;
  subtitle: string;
  /** 0..100 */
  weight: number;
  /** Requests a second. */
  rate: number | undefined;
  /** What was measured, in words. */
  measured: string;
  /** 0..100: the share it had before its traffic went back; the lane is drawn so, and bends back. */
  had?: number;
}

const HEIGHT = 176;
const ROAD = 62;
const MIN = 5;
/** Where a returned lane begins to bend back, as a share of the way after the parting. */
const TURN = 0.5;

export function Road({ lanes, sentence }: { lanes: Lane[]; sentence: string }) {
  const [box, width] = useWidth(760);
  const narrow = width < 560;
  const shown = lanes.filter((lane) => lane.weight > 0 || lane.role === 'canary');
  const returned = shown.find((lane) => lane.had !== undefined && lane.had > 0 && lane.weight === 0);
  const end = narrow ? width - 8 : width - 250;
  const split = Math.min(190, end * 0.32);
  const shares = shown.map((lane) => (returned === undefined ? lane.weight : lane === returned ? (returned.had ?? 0) : 100 - (returned.had ?? 0)));
  const total = shares.reduce((sum, share) => sum + share, 0) || 1;
  let top = (HEIGHT - ROAD) / 2;
  const centers = shown.length === 1 ? [HEIGHT / 2] : [46, 134];
  const drawn = shown.map((lane, index) => {
    const share = ((shares[index] ?? 0) / total) * ROAD;
    const from = top + share / 2;
    top += share;
    return { lane, from, to: centers[index] ?? HEIGHT / 2, thick: shares[index] === 0 ? 0 : Math.max(MIN, share) };
  });
  const turn = split * 1.15 + (end - split * 1.15) * TURN;
  const rest = drawn.find(({ lane }) => lane !== returned);
  return (
    <figure className={styles.figure} ref={box}>
      <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={sentence}>
        <text x="0" y={HEIGHT / 2 - ROAD / 2 - 10} className={styles.source}>
          Requests
        </text>
        {drawn.map(({ lane, from, to, thick }) => {
          const back = lane === returned && rest !== undefined ? { y: rest.to + (rest.thick + thick) / 2, from: turn - 34, to: turn + 74 } : undefined;
          const reach = back === undefined ? (returned === undefined || lane === returned ? end : turn + 74) : back.from;
          const path = `M0 ${from}H${split * 0.45}C${split * 0.8} ${from} ${split * 0.75} ${to} ${split * 1.15} ${to}H${reach}${back === undefined ? '' : `C${back.from + 60} ${to} ${back.to - 60} ${back.y} ${back.to} ${back.y}`}`;
          const flowing = lane.weight > 0 && (lane.rate ?? 0) > 0;
          return (
            <g key={lane.role} className={styles[lane.role]}>
              {thick === 0 ? <path d={path} className={styles.closed} /> : <path d={path} className={styles.lane} strokeWidth={thick} />}
              {back === undefined ? null : <path d={`M${back.to} ${to}H${end}`} className={styles.closed} />}
              {returned !== undefined && lane !== returned ? <path d={`M${reach} ${to + (returned.had ?? 0) / 200 * ROAD}H${end}`} className={styles.lane} strokeWidth={ROAD} /> : null}
              {flowing ? <path d={path} className={styles.flow} style={{ animationDuration: `${Math.max(0.5, Math.min(3, 24 / (lane.rate ?? 1)))}s` }} /> : null}
            </g>
          );
        })}
      </svg>
      <ul className={styles.labels} data-narrow={narrow ? '' : undefined}>
        {drawn.map(({ lane, to }) => (
          <li key={lane.role} className={styles.label} style={narrow ? {} : { top: to - 36 }}>
            <span className={styles.head}>
              <i className={`${styles.dot} ${styles[lane.role]}`} />
              <strong>{lane.weight} %</strong> {lane.word}
            </span>
            <code>{lane.title}</code>
            <span className={styles.sub}>{lane.subtitle}</span>
            <a href="#comparison" className={styles.sub}>{lane.measured}</a>
          </li>
        ))}
      </ul>
      <figcaption className="unseen">{sentence}</figcaption>
      <span className={styles.save}>
        <ChartTools name="traffic split" figure={box} />
      </span>
    </figure>
  );
}
