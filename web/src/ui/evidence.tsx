/**
 * A number that opens its evidence: what was counted, by whom, over which time, when it was looked at,
 * the way to the rows behind it and the command that shows the same.
 */
import { Popover } from '@base-ui/react/popover';
import type { ReactNode } from 'react';
import { CopyCli } from './copy.tsx';
import styles from './evidence.module.css';

export interface EvidenceProps {
  /** The number as it is shown. */
  children: ReactNode;
  /** What the number is: `Failed requests of payments in prod`. */
  label: string;
  /** Name and value: what was counted, the source, the age. */
  facts: [string, ReactNode][];
  /** One sentence: how it is computed, and what it leaves out. */
  about?: string;
  /** Links to the rows behind it. */
  links?: ReactNode;
  cli?: string;
}

export function Evidence({ children, label, facts, about, links, cli }: EvidenceProps) {
  return (
    <Popover.Root>
      <Popover.Trigger className={styles.number}>
        {children}
        <span className="unseen">, {label}: show the evidence</span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} collisionPadding={8} className={styles.layer}>
          <Popover.Popup className={styles.popup}>
            <Popover.Title className={styles.title}>{label}</Popover.Title>
            <dl className={styles.facts}>
              {facts.map(([name, value]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ))}
            </dl>
            {about === undefined ? null : <p className={styles.about}>{about}</p>}
            {links === undefined && cli === undefined ? null : (
              <div className={styles.foot}>
                <span className={styles.links}>{links}</span>
                {cli === undefined ? null : <CopyCli command={cli} />}
              </div>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
