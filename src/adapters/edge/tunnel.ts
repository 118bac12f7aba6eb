/**
 * After an upgrade both sides are bytes: passed on with back-pressure, each FIN passed on as FIN.
 *
 * The upstream reads into the process's one buffer, so its bytes arrive through its connection
 * (`onAnswerBody`); the client's arrive as stream data. A tunnel has no time-out but TCP keep-alive.
 */
import type { Socket } from 'node:net';

/** Joins the client's direction; `early` are bytes that came with the upgrade. `count` is told bytes in and out. */
export function joinTunnel(client: Socket, upstream: Socket, early: Buffer | undefined, count: (into: number, out: number) => void): void {
  const forward = (bytes: Buffer): void => {
    count(bytes.length, 0);
    if (!upstream.write(bytes)) client.pause();
  };
  client.removeAllListeners('data');
  client.on('data', forward);
  client.on('end', () => upstream.end());
  upstream.on('drain', () => client.resume());
  upstream.on('end', () => client.end());
  client.on('close', () => upstream.destroy());
  upstream.on('close', () => client.destroySoon());
  if (early !== undefined) forward(early);
  client.resume();
}
