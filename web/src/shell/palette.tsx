/** The palette: pages, services and other entities, and what the present page can do. */
import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { catalog } from '../data/reads.ts';
import { DESTINATIONS } from './destinations.ts';
import { useOfferedActions } from './page-actions.tsx';
import type { PageAction } from './page-actions.tsx';
import styles from './palette.module.css';

interface Entry extends PageAction {
  group: 'Actions here' | 'Go to' | 'Services' | 'Catalog' | 'Recent';
  hint?: string;
}

const RECENT_KEY = 'roadbed.recent';
const SHOWN = 12;

function recentIds(): string[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(RECENT_KEY) ?? '[]');
    return Array.isArray(value) ? value.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

/** Every word of the query must occur; in the label is better than in the hint, at its start best. */
function score(entry: Entry, words: readonly string[]): number {
  const label = entry.label.toLowerCase();
  const hint = (entry.hint ?? '').toLowerCase();
  let sum = 0;
  for (const word of words) {
    if (label.startsWith(word)) sum += 4;
    else if (label.includes(word)) sum += 3;
    else if (hint.includes(word)) sum += 1;
    else return -1;
  }
  return sum;
}

function useEntries(): Entry[] {
  const router = useRouter();
  const actions = useOfferedActions();
  const entities = useQuery(catalog()).data?.entities;
  return useMemo(() => {
    const go = (path: string) => () => void router.navigate({ to: path });
    const services = (entities ?? []).filter((entity) => entity.running.length > 0);
    return [
      ...actions.map((action): Entry => ({ ...action, group: 'Actions here' })),
      ...DESTINATIONS.map((destination): Entry => ({ id: destination.to, label: destination.label, group: 'Go to', hint: `g ${destination.key}`, run: go(destination.to) })),
      ...services.map((entity): Entry => ({ id: `service/${entity.namespace}/${entity.name}`, label: entity.name, hint: `service of ${entity.owner ?? entity.namespace}`, group: 'Services', run: go(`/services/${entity.namespace}/${entity.name}`) })),
      ...(entities ?? []).map((entity): Entry => ({ id: `entity/${entity.kind}/${entity.namespace}/${entity.name}`, label: entity.title ?? entity.name, hint: `${entity.kind.toLowerCase()} in the catalog`, group: 'Catalog', run: go(`/catalog/${entity.kind.toLowerCase()}/${entity.namespace}/${entity.name}`) })),
    ];
  }, [actions, entities, router]);
}

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label="Find anything">
          <Finder onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Finder({ onClose }: { onClose: () => void }) {
  const id = useId();
  const entries = useEntries();
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
    const recent = recentIds();
    if (words.length === 0) {
      const used = recent.flatMap((key) => entries.find((entry) => entry.id === key && entry.group !== 'Actions here') ?? []).slice(0, 3);
      return [...entries.filter((entry) => entry.group === 'Actions here'), ...used.map((entry): Entry => ({ ...entry, group: 'Recent' })), ...entries.filter((entry) => (entry.group === 'Go to' || entry.group === 'Services') && !used.includes(entry))].slice(0, 18);
    }
    return entries
      .map((entry) => ({ entry, rank: score(entry, words) }))
      .filter(({ rank }) => rank >= 0)
      .toSorted((a, b) => b.rank - a.rank)
      .slice(0, SHOWN)
      .map(({ entry }) => entry);
  }, [entries, text]);

  const run = (entry: Entry | undefined): void => {
    if (entry === undefined || entry.disabledReason !== undefined) return;
    localStorage.setItem(RECENT_KEY, JSON.stringify([entry.id, ...recentIds().filter((key) => key !== entry.id)].slice(0, 8)));
    onClose();
    setTimeout(entry.run, 0);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setChosen((present) => (found.length === 0 ? 0 : (present + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[chosen]);
    }
  };
  return (
    <>
      <input
        className={styles.input}
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[chosen] === undefined ? undefined : `${id}-${chosen}`}
        aria-label="Find a page, a service or an action"
        placeholder="Find a page, a service or an action"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
        autoFocus
      />
      <ul role="listbox" id={`${id}-list`} className={styles.list} aria-label="Found">
        {found.map((entry, index) => (
          <li
            key={`${entry.group}${entry.id}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            aria-disabled={entry.disabledReason !== undefined}
            className={styles.entry}
            data-first={found[index - 1]?.group === entry.group ? undefined : entry.group}
            onMouseMove={() => setChosen(index)}
            onClick={() => run(entry)}
          >
            <span>{entry.label}</span>
            <span className={styles.hint}>{entry.disabledReason ?? entry.hint ?? (entry.group === 'Actions here' ? 'on this page' : '')}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 ? <p className={styles.none}>Nothing is called "{text}".</p> : null}
    </>
  );
}
