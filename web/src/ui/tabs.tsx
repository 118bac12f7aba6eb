/** Sheets of one panel, chosen by tabs; which one is open belongs in the address. */
import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import styles from './tabs.module.css';

export interface Sheet {
  key: string;
  label: string;
  content: ReactNode;
}

export function Tabs({ label, sheets, open, onOpen }: { label: string; sheets: readonly Sheet[]; open: string; onOpen: (key: string) => void }) {
  return (
    <Base.Root value={open} onValueChange={(key) => onOpen(String(key))}>
      <Base.List className={styles.tabs} aria-label={label}>
        {sheets.map((sheet) => (
          <Base.Tab key={sheet.key} value={sheet.key} className={styles.tab}>
            {sheet.label}
          </Base.Tab>
        ))}
      </Base.List>
      {sheets.map((sheet) => (
        <Base.Panel key={sheet.key} value={sheet.key} className={styles.sheet}>
          {sheet.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
