/**
 * How long the body of a request may take to come.
 *
 * A minute in all, as a rule: who sends a byte now and then must not hold a connection for ever. Node knows one such limit
 * for a whole server; here it is one for each request, so that a file of gigabytes over a slow link may take hours, as long
 * as something comes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';

export interface SlowBody {
  /** Ends when no byte has come for this long. */
  silenceMs: number;
  /** Ends in any case. */
  longestMs: number;
}

const SLOW: SlowBody = { silenceMs: 60_000, longestMs: 6 * 3_600_000 };
const LOOKS = 4;

const slowRules = new WeakMap<IncomingMessage, (slow: SlowBody) => void>();

/** Ends the connection when the body is not there after `bodyMs`, with 408 where nothing was answered yet. */
export function limitBodyTime(request: IncomingMessage, response: ServerResponse, bodyMs: number): void {
  if (request.headers['transfer-encoding'] === undefined && (request.headers['content-length'] ?? '0') === '0') return;
  let timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  };
  const end = (): void => {
    stop();
    if (request.complete) return;
    if (!response.headersSent) request.socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
    request.socket.destroy();
  };
  timers = [setTimeout(end, bodyMs)];
  request.once('close', stop);
  slowRules.set(request, ({ silenceMs, longestMs }) => {
    stop();
    if (request.complete || request.destroyed) return;
    timers = [setTimeout(end, longestMs), watchSilence(request, silenceMs, end)];
  });
}

/** Counts what the socket has read, which takes nothing from who reads the body. */
function watchSilence(request: IncomingMessage, silenceMs: number, end: () => void): NodeJS.Timeout {
  let read = request.socket.bytesRead;
  let silent = 0;
  return setInterval(() => {
    silent = request.socket.bytesRead === read ? silent + 1 : 0;
    read = request.socket.bytesRead;
    if (request.complete) return;
    if (silent >= LOOKS) end();
  }, silenceMs / LOOKS);
}

/** For a large upload, once its sender is known and may send it: six hours, and never a minute without a byte. */
export function allowSlowBody(request: IncomingMessage, slow: SlowBody = SLOW): void {
  slowRules.get(request)?.(slow);
}
