/**
 * Nothing to show, in its three different meanings: nothing is connected yet, the filter hides
 * everything, or all is clear. Each has its own words and at most one action.
 */
import { Link } from '@tanstack/react-router';
import { Age } from './age.tsx';
import { Button } from './button.tsx';
import { Copyable } from './copy.tsx';
import { StateIcon } from './state.tsx';
import buttonStyles from './button.module.css';
import styles from './empty.module.css';

export type EmptyProps =
  | { kind: 'not-connected'; title: string; text: string; action?: { label: string; to: string }; command?: string }
  | { kind: 'filtered'; title: string; text: string; onClear: () => void }
  | { kind: 'all-clear'; title: string; text: string; checkedAt: string };

export function Empty(props: EmptyProps) {
  return (
    <div className={`${styles.empty} ${props.kind === 'all-clear' ? styles.clear : ''}`}>
      {props.kind === 'all-clear' ? <StateIcon tone="ok" size={22} /> : <Lane />}
      <div>
        <p className={styles.title}>{props.title}</p>
        <p className={styles.text}>
          {props.text}
          {props.kind === 'all-clear' ? (
            <>
              {' '}
              Last check <Age at={props.checkedAt} />.
            </>
          ) : null}
        </p>
      </div>
      {props.kind === 'not-connected' && props.command !== undefined ? <Copyable text={props.command} label="the command" /> : null}
      {props.kind === 'not-connected' && props.action !== undefined ? (
        <Link to={props.action.to} className={`${buttonStyles.button} ${buttonStyles.primary}`}>
          {props.action.label}
        </Link>
      ) : null}
      {props.kind === 'filtered' ? <Button onPress={props.onClear}>Clear the filter</Button> : null}
    </div>
  );
}

function Lane() {
  return (
    <svg width="64" height="12" viewBox="0 0 64 12" aria-hidden="true" className={styles.lane}>
      <path d="M0 6h64" strokeDasharray="10 8" />
    </svg>
  );
}
