/**
 * The writing end of a watch: lines in order, a bounded buffer, and no single event ever dropped.
 *
 * Lines of one turn of the event loop leave in one write. A client that does not read fast enough is cut
 * off when its buffer is full; it resumes from its last resourceVersion.
 */
import type { ServerResponse } from 'node:http';
import type { ObjectApiError } from '../failure.ts';

const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;

export interface WatchStream {
  /** Sends the current objects first; lines pushed meanwhile wait. */
  begin(initial: Iterable<string>): Promise<void>;
  push(line: string): void;
  /** Writes what is left and ends. */
  finish(line?: string): void;
  readonly closed: boolean;
  onClose(callback: () => void): void;
}

export function watchStream(response: ServerResponse): WatchStream {
  const callbacks: (() => void)[] = [];
  let queue: string[] = [];
  let queuedBytes = 0;
  let started = false;
  let scheduled = false;
  let closed = false;

  function close(): void {
    if (closed) return;
    closed = true;
    queue = [];
    for (const callback of callbacks) callback();
  }

  function flush(): void {
    scheduled = false;
    if (closed || queue.length === 0) return;
    response.write(queue.length === 1 ? (queue[0] as string) : queue.join(''));
    queue = [];
    queuedBytes = 0;
    if (response.writableLength > MAX_BUFFERED_BYTES) cutOff();
  }

  function cutOff(): void {
    close();
    response.destroy();
  }

  response.on('close', close);
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private', 'x-content-type-options': 'nosniff' });
  response.flushHeaders();

  return {
    get closed() {
      return closed;
    },
    onClose: (callback) => void callbacks.push(callback),
    async begin(initial) {
      for (const line of initial) {
        if (closed) return;
        if (!response.write(line)) await drained(response);
      }
      started = true;
      flush();
    },
    push(line) {
      if (closed) return;
      queue.push(line);
      queuedBytes += line.length;
      if (queuedBytes > MAX_BUFFERED_BYTES) {
        cutOff();
        return;
      }
      if (!started || scheduled) return;
      scheduled = true;
      queueMicrotask(flush);
    },
    finish(line) {
      if (closed) return;
      if (line !== undefined) queue.push(line);
      flush();
      response.end();
      close();
    },
  };
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

export function errorLine(error: ObjectApiError): string {
  return `{"type":"ERROR","object":${JSON.stringify(error.status)}}\n`;
}
