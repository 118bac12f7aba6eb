/**
 * How long the body of a request may take to come.
 *
 * A quarter of an hour in all, as a rule: who sends a byte now and then must not hold a connection for ever. Node knows one such limit
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
const LONGEST_LOOK_MS = 5_000;

/** What is known of a body that is on its way; on the request itself, for a table of all requests costs the collector more. */
const ON_ITS_WAY = Symbol('body on its way');

interface OnItsWay {
  request: IncomingMessage & { [ON_ITS_WAY]?: OnItsWay };
  response: ServerResponse;
  since: number;
  /** Of a slow one only. */
  timers: NodeJS.Timeout[];
}

/** Ends connections whose body is not there after `bodyMs`, with 408 where nothing was answered yet. One look at all of them from time to time, since nearly all are there at once. */
export class BodyTimes {
  readonly #bodyMs: number;
  readonly #coming = new Set<OnItsWay>();
  readonly #looks: NodeJS.Timeout;

  constructor(bodyMs: number) {
    this.#bodyMs = bodyMs;
    this.#looks = setInterval(() => this.#look(), Math.min(LONGEST_LOOK_MS, bodyMs / LOOKS)).unref();
  }

  watch(request: OnItsWay['request'], response: ServerResponse): void {
    if (request.headers['transfer-encoding'] === undefined && (request.headers['content-length'] ?? '0') === '0') return;
    const one: OnItsWay = { request, response, since: performance.now(), timers: [] };
    request[ON_ITS_WAY] = one;
    this.#coming.add(one);
    request.once('close', () => {
      this.#coming.delete(one);
      for (const timer of one.timers) clearTimeout(timer);
    });
  }

  stop(): void {
    clearInterval(this.#looks);
  }

  #look(): void {
    const now = performance.now();
    for (const one of this.#coming) if (one.timers.length === 0 && now - one.since > this.#bodyMs) end(one);
  }
}

function end({ request, response, timers }: OnItsWay): void {
  for (const timer of timers) clearTimeout(timer);
  if (request.complete) return;
  if (!response.headersSent) request.socket.write('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n');
  request.socket.destroy();
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
export function allowSlowBody(request: OnItsWay['request'], { silenceMs, longestMs }: SlowBody = SLOW): void {
  const one = request[ON_ITS_WAY];
  if (one === undefined || request.complete || request.destroyed) return;
  for (const timer of one.timers) clearTimeout(timer);
  one.timers = [setTimeout(() => end(one), longestMs), watchSilence(request, silenceMs, () => end(one))];
}
