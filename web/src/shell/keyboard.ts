/** The console's keys: chords that go somewhere, `/` to search, `?` for the sheet, `j` and `k` in tables. */
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { DESTINATIONS } from './destinations.ts';

const CHORD_MS = 1_200;

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

function walkRows(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row-link]')];
  if (rows.length === 0) return;
  const present = rows.findIndex((row) => row === document.activeElement);
  const next = present === -1 ? (step === 1 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, present + step));
  rows[next]?.focus();
}

export function useKeyboard(open: { palette: () => void; sheet: () => void }): void {
  const router = useRouter();
  useEffect(() => {
    let chord = 0;
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        return open.palette();
      }
      if (event.metaKey || event.ctrlKey || event.altKey || typing(event.target) || document.querySelector('[role="dialog"]') !== null) return;
      if (chord > Date.now()) {
        chord = 0;
        const destination = DESTINATIONS.find((candidate) => candidate.key === event.key);
        if (destination !== undefined) {
          event.preventDefault();
          return void router.navigate({ to: destination.to });
        }
      }
      if (event.key === 'g') chord = Date.now() + CHORD_MS;
      else if (event.key === 'j') walkRows(1);
      else if (event.key === 'k') walkRows(-1);
      else if (event.key === '?') open.sheet();
      else if (event.key === '/') {
        event.preventDefault();
        const field = document.querySelector<HTMLInputElement>('main [data-search]');
        if (field === null) open.palette();
        else field.focus();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [open.palette, open.sheet, router]);
}
