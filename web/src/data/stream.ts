/**
 * A server-sent stream that comes back by itself.
 *
 * The browser reconnects after a lost connection, but gives up for good after an answer that is not a
 * stream, such as the 503 of a control plane that is just starting. Then it is opened anew here.
 */
const AGAIN_MS = 2_000;

export type StreamListeners = Readonly<Record<string, (data: string) => void>>;

/** `listeners` by event name; `open` and `error` get an empty text. Answers what closes it. */
export function openStream(path: string, listeners: StreamListeners): () => void {
  let source: EventSource;
  let again: ReturnType<typeof setTimeout> | undefined;
  const open = (): void => {
    source = new EventSource(`/roadbed/v1${path}`);
    for (const [name, listener] of Object.entries(listeners)) source.addEventListener(name, (event) => listener(event instanceof MessageEvent ? String(event.data) : ''));
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN_MS);
    });
  };
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
