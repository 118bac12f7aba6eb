/** Live logs of a revision or a pipeline step: the tail first, then every new line, as server-sent events. */
import type { Runtime } from '../../ports/runtime.ts';
import { eventStream } from './event-stream.ts';

const POLL_MS = 400;
const TAIL = 400;
const LINE_LIMIT = 4_000;

export function logStream(runtime: Pick<Runtime, 'logs'>, id: string, may: () => Promise<boolean>): Response {
  return eventStream(may, (stream) => {
    let after: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    const poll = async (): Promise<void> => {
      try {
        const { lines, next } = await runtime.logs(after === undefined ? { id, tail: TAIL } : { id, after });
        after = next;
        if (lines.length > 0) stream.send('lines', lines.map((line) => ({ ...line, text: line.text.slice(0, LINE_LIMIT) })));
      } catch {
        stream.send('unavailable', { message: 'The log cannot be read now; trying again.' });
      }
      if (!stream.closed) timer = setTimeout(() => void poll(), POLL_MS);
    };
    void poll();
    return () => clearTimeout(timer);
  });
}
