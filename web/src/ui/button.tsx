/** Buttons: an action that may not be taken stays visible and says why. */
import { Tooltip } from '@base-ui/react/tooltip';
import { useId } from 'react';
import type { ReactNode } from 'react';
import styles from './button.module.css';

export interface ButtonProps {
  children: ReactNode;
  onPress?: () => void;
  kind?: 'primary' | 'plain' | 'danger' | 'quiet';
  disabledReason?: string | undefined;
  busy?: boolean;
  submit?: boolean;
  label?: string;
}

export function Button({ children, onPress, kind = 'plain', disabledReason, busy = false, submit = false, label }: ButtonProps) {
  const reasonId = useId();
  const blocked = disabledReason !== undefined;
  const button = (
    <button
      type={submit ? 'submit' : 'button'}
      className={`${styles.button} ${styles[kind]}`}
      aria-disabled={blocked || busy}
      aria-busy={busy}
      aria-label={label}
      aria-describedby={blocked ? reasonId : undefined}
      onClick={(event) => {
        if (blocked || busy) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
    </button>
  );
  if (!blocked) return button;
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={button} delay={150} closeOnClick={false} />
      <span id={reasonId} className="unseen">
        {disabledReason}
      </span>
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className={styles.layer}>
          <Tooltip.Popup className={styles.tip}>{disabledReason}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
