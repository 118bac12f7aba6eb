/** All keys on one sheet. */
import { Dialog } from '../ui/dialog.tsx';
import { DESTINATIONS } from './destinations.ts';
import styles from './key-sheet.module.css';

const KEYS: [string[], string][] = [
  [['Ctrl', 'K'], 'Find a page, a service or an action'],
  [['/'], 'Search on this page'],
  [['j'], 'Next row'],
  [['k'], 'Row before'],
  [['Enter'], 'Open the row'],
  [['Esc'], 'Close'],
  [['?'], 'This sheet'],
];

export function KeySheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const going: [string[], string][] = DESTINATIONS.map((destination) => [['g', destination.key], destination.label]);
  return (
    <Dialog open={open} onClose={onClose} title="Keys" wide>
      <div className={styles.columns}>
        <KeyList title="Go to" keys={going} />
        <KeyList title="Anywhere" keys={KEYS} />
      </div>
    </Dialog>
  );
}

function KeyList({ title, keys }: { title: string; keys: [string[], string][] }) {
  return (
    <div>
      <h3>{title}</h3>
      <dl className={styles.list}>
        {keys.map(([parts, meaning]) => (
          <div key={meaning}>
            <dt>
              {parts.map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
