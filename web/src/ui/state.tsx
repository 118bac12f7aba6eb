/** A state is icon, word and colour together; never colour alone. */
import type { Tone } from '../../../src/api/contract/pages.ts';
import styles from './state.module.css';

const PATHS: Readonly<Record<Tone, string>> = {
  ok: 'M4.5 8.3 7 10.8l4.6-5.4',
  bad: 'M5.3 5.3l5.4 5.4m0-5.4-5.4 5.4',
  warn: 'M8 4.6v4.1m0 2.3v.4',
  run: 'M8 4.5V8l2.4 1.5',
  hold: 'M6.3 5v6m3.4-6v6',
  idle: 'M5 8h6',
};

export function StateIcon({ tone, size = 16 }: { tone: Tone; size?: number }) {
  return (
    <svg className={`${styles.icon} ${styles[tone]}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="7" className={styles.disc} />
      <path d={PATHS[tone]} className={styles.glyph} />
    </svg>
  );
}

export function State({ tone, children, plain = false }: { tone: Tone; children: string; plain?: boolean }) {
  return (
    <span className={`${plain ? styles.plain : styles.pill} ${styles[tone]}`}>
      <StateIcon tone={tone} size={14} />
      {children}
    </span>
  );
}

const PHASES: Readonly<Record<string, [Tone, string]>> = {
  Healthy: ['ok', 'Healthy'],
  Succeeded: ['ok', 'Passed'],
  Successful: ['ok', 'Passed'],
  Promoted: ['ok', 'Promoted'],
  Bound: ['ok', 'Bound'],
  Reused: ['ok', 'Reused'],
  Progressing: ['run', 'Rolling out'],
  Preparing: ['run', 'Starting'],
  Promoting: ['run', 'Promoting'],
  Running: ['run', 'Running'],
  Pending: ['idle', 'Waiting'],
  Paused: ['warn', 'Paused'],
  Inconclusive: ['warn', 'Inconclusive'],
  NoData: ['idle', 'No data'],
  Degraded: ['bad', 'Degraded'],
  RollingBack: ['bad', 'Returning'],
  RolledBack: ['bad', 'Rolled back'],
  Aborted: ['warn', 'Aborted'],
  Failed: ['bad', 'Failed'],
  Error: ['bad', 'Error'],
  TimedOut: ['bad', 'Timed out'],
  Cancelled: ['idle', 'Cancelled'],
  Superseded: ['idle', 'Overtaken'],
  Skipped: ['idle', 'Skipped'],
  Releasing: ['run', 'Releasing'],
  Empty: ['idle', 'Empty'],
};

export function toneOf(phase: string | undefined): Tone {
  return PHASES[phase ?? 'Empty']?.[0] ?? 'idle';
}

/** The state that a phase of any kind stands for. */
export function Phase({ phase, plain = false }: { phase: string | undefined; plain?: boolean }) {
  const [tone, word] = PHASES[phase ?? 'Empty'] ?? ['idle', phase ?? 'Empty'];
  return (
    <State tone={tone} plain={plain}>
      {word}
    </State>
  );
}
