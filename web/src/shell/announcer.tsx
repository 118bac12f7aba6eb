/** Status for everybody: a live region for readers, and a toast for eyes. A toast never carries the only copy of an error. */
import { useSyncExternalStore } from 'react';
import { StateIcon } from '../ui/state.tsx';
import styles from './announcer.module.css';

interface Announcement {
  id: number;
  text: string;
  visible: boolean;
}

let latest: Announcement = { id: 0, text: '', visible: false };
const listeners = new Set<() => void>();

function publish(next: Announcement): void {
  latest = next;
  for (const listener of listeners) listener();
}

export function announce(text: string, kind: 'spoken' | 'toast' = 'spoken'): void {
  const id = latest.id + 1;
  publish({ id, text, visible: kind === 'toast' });
  setTimeout(() => {
    if (latest.id === id) publish({ id, text: '', visible: false });
  }, 5_000);
}

export function Announcer() {
  const announcement = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => latest,
  );
  return (
    <div role="status" aria-live="polite" className={announcement.visible ? styles.toast : 'unseen'}>
      {announcement.visible ? <StateIcon tone="ok" /> : null}
      {announcement.text}
    </div>
  );
}
