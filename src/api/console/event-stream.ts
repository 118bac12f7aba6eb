/**
 * Server-sent events over node's response: bounded buffering, heartbeats, and an end when the reader goes.
 *
 * `may` is asked every second: a stream outlives the moment at which it was allowed. It is ended when the answer
 * is no, and the page, which connects again, is told why.
 *
 * A reader that is too slow to take 1 MiB is cut off; its browser connects again and the page asks
 * anew, which is cheaper than keeping what it missed.
 */
const BUFFER_LIMIT = 1_048_576;
const HEARTBEAT_MS = 5_000;
const ASK_AGAIN_MS = 1_000;

export interface EventStream {
  send(event: string, data: unknown): void;
  readonly closed: boolean;
}

/** Runs `start` with a stream; what it returns is called when the reader is gone. */
export function eventStream(may: () => Promise<boolean>, start: (stream: EventStream) => () => void): Response {
  const encoder = new TextEncoder();
  let end = (): void => undefined;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let closed = false;
        const write = (text: string): void => {
          if (closed) return;
          const chunk = encoder.encode(text);
          if ((controller.desiredSize ?? 0) < chunk.length) return end();
          controller.enqueue(chunk);
        };
        const heartbeat = setInterval(() => write('event: beat\ndata: {}\n\n'), HEARTBEAT_MS);
        heartbeat.unref();
        const asking = setInterval(() => {
          may().then((allowed) => { if (!allowed) end(); }, () => end());
        }, ASK_AGAIN_MS);
        asking.unref();
        let stop = (): void => undefined;
        end = () => {
          if (closed) return;
          closed = true;
          clearInterval(heartbeat);
          clearInterval(asking);
          stop();
          controller.close();
        };
        write('retry: 1000\nevent: open\ndata: {}\n\n');
        stop = start({
          send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
          get closed() {
            return closed;
          },
        });
        if (closed) stop();
      },
      cancel: () => end(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: BUFFER_LIMIT }),
  );
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' } });
}
