/** A client that sends exactly the bytes it is told to, and says how the connection ended. */
import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface Talk {
  text: string;
  /** `open`: the other side had not closed when the talk was over. */
  ending: 'open' | 'end' | 'reset';
}

export interface TalkOptions {
  /** Over as soon as this holds for what was received; else when the other side closes. */
  until?: (text: string) => boolean;
  /** Between two pieces, in ms. */
  pause?: number;
  /** Over after so long in any case, in ms. */
  patience?: number;
  /** Half-close after the last piece. */
  end?: boolean;
}

export function open(port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  socket.on('error', () => undefined);
  return socket;
}

export async function talk(port: number, pieces: readonly (string | Buffer)[], options: TalkOptions = {}): Promise<Talk> {
  const socket = open(port);
  let text = '';
  let reset = false;
  let ended = false;
  const over = new Promise<void>((resolve) => {
    const late = setTimeout(resolve, options.patience ?? 15_000);
    const finish = (): void => {
      clearTimeout(late);
      resolve();
    };
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (options.until?.(text) === true) finish();
    });
    socket.on('error', () => {
      reset = true;
    });
    socket.on('end', () => {
      ended = true;
      finish();
    });
    socket.on('close', finish);
  });
  for (const piece of pieces) {
    if (!socket.destroyed) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
    if (options.pause !== undefined) await new Promise((resolve) => setTimeout(resolve, options.pause));
  }
  if (options.end === true) socket.end();
  await over;
  socket.destroy();
  return { text, ending: reset ? 'reset' : ended ? 'end' : 'open' };
}

/** True when the text holds `count` complete answers with Content-Length or without body. */
export function answers(count: number): (text: string) => boolean {
  return (text) => {
    let rest = text;
    for (let seen = 0; seen < count; seen += 1) {
      const head = rest.indexOf('\r\n\r\n');
      if (head < 0) return false;
      const length = Number(/^content-length: (\d+)/im.exec(rest.slice(0, head + 2))?.[1] ?? 0);
      if (rest.length < head + 4 + length) return false;
      rest = rest.slice(head + 4 + length);
    }
    return true;
  };
}
