/** One clock for all ages on the page: it ticks once a second, and stands still while the page is hidden. */
import { useSyncExternalStore } from 'react';

let now = Date.now();
const listeners = new Set<() => void>();

setInterval(() => {
  if (document.hidden) return;
  now = Date.now();
  for (const listener of listeners) listener();
}, 1_000);

export function useNow(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => now,
  );
}
