/** Each page puts its actions into the palette while it is shown. */
import { useEffect, useSyncExternalStore } from 'react';

export interface PageAction {
  id: string;
  label: string;
  run: () => void;
  disabledReason?: string | undefined;
}

let actions: PageAction[] = [];
const listeners = new Set<() => void>();

function publish(next: PageAction[]): void {
  actions = next;
  for (const listener of listeners) listener();
}

/** The set is compared by id and reason, so callers may pass fresh arrays. */
export function usePageActions(own: PageAction[]): void {
  const key = own.map((action) => `${action.id} ${action.disabledReason ?? ''}`).join('\n');
  useEffect(() => {
    publish([...actions, ...own]);
    return () => publish(actions.filter((action) => !own.includes(action)));
  }, [key]);
}

export function useOfferedActions(): PageAction[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => actions,
  );
}
