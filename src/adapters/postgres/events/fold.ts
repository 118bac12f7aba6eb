/**
 * Folds repeated refusals: the first one is a row at once, the rest of its minute becomes one row with a count.
 *
 * Rows are never changed after they were written, so the count waits in memory until the minute is over or
 * the process stops; a crash loses the count of that minute, never the first refusal. An actor that is
 * refused for very many subjects in a minute (a scanner) shares one window for all further ones, so that
 * nobody fills the log by asking for nonsense.
 */
import type { NewEvent } from '../../../domain/event.ts';

export const FOLDED_KIND = 'request.refused';
const WINDOW_MS = 60_000;
const MOST_SUBJECTS = 30;
const MOST_WINDOWS = 5_000;

interface Window {
  first: NewEvent;
  opened: number;
  lastAt: number;
  repeats: number;
  /** Set for the shared window of an actor's further subjects. */
  shared: boolean;
}

export class RefusalFold {
  readonly #windows = new Map<string, Window>();
  readonly #subjects = new Map<string, number>();

  /** True when the event must be written now; false when it was counted. `now` in ms. */
  admit(event: NewEvent, now: number): boolean {
    const who = `${event.actor.issuer}\n${event.actor.subject}\n${String(event.body['code'])}`;
    const own = this.#windows.get(`${who}\n${event.subject}`);
    if (own !== undefined) return count(own, now);
    const crowded = (this.#subjects.get(who) ?? 0) >= MOST_SUBJECTS || this.#windows.size >= MOST_WINDOWS;
    const text = crowded ? who : `${who}\n${event.subject}`;
    const shared = crowded ? this.#windows.get(text) : undefined;
    if (shared !== undefined) return count(shared, now);
    this.#windows.set(text, { first: event, opened: now, lastAt: now, repeats: 0, shared: crowded });
    this.#subjects.set(who, (this.#subjects.get(who) ?? 0) + 1);
    return true;
  }

  /** Rows for the windows that are over (all with `everything`); they are closed by this. */
  due(now: number, everything = false): NewEvent[] {
    const rows: NewEvent[] = [];
    for (const [text, window] of this.#windows) {
      if (!everything && now - window.opened < WINDOW_MS) continue;
      this.#windows.delete(text);
      if (window.repeats > 0) rows.push(summary(window));
    }
    this.#countSubjects();
    return rows;
  }

  #countSubjects(): void {
    this.#subjects.clear();
    for (const { first } of this.#windows.values()) {
      const who = `${first.actor.issuer}\n${first.actor.subject}\n${String(first.body['code'])}`;
      this.#subjects.set(who, (this.#subjects.get(who) ?? 0) + 1);
    }
  }
}

function count(window: Window, now: number): boolean {
  window.repeats += 1;
  window.lastAt = now;
  return false;
}

/** `count` refusals after the first row; `severalSubjects` when the subject is only the first of them. */
function summary(window: Window): NewEvent {
  const lastAt = new Date(window.lastAt).toISOString();
  return {
    ...window.first,
    occurredAt: lastAt,
    body: {
      ...window.first.body,
      count: window.repeats,
      firstAt: new Date(window.opened).toISOString(),
      lastAt,
      ...(window.shared ? { severalSubjects: true } : {}),
    },
  };
}
