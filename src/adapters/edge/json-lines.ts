/** JSON, one value a line, over a socket: bounded, for the control protocol. */
import type { Socket } from 'node:net';

/** Calls `onLine` with each parsed line; `onBad` once for a line that is too long or no JSON, after which nothing is read. */
export function readJsonLines(socket: Socket, limit: number, onLine: (value: unknown) => void, onBad: (why: string) => void): void {
  let parts: string[] = [];
  let length = 0;
  let bad = false;
  const fail = (why: string): void => {
    bad = true;
    parts = [];
    onBad(why);
  };
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    if (bad) return;
    const lines = text.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      const whole = [...parts, line].join('');
      parts = [];
      length = 0;
      let value: unknown;
      try {
        value = JSON.parse(whole);
      } catch {
        return fail('a line is not JSON');
      }
      onLine(value);
    }
    length += rest.length;
    if (rest !== '') parts.push(rest);
    if (length > limit) fail(`a line is longer than ${limit} characters`);
  });
}
