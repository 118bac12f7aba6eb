/** The whole of a state that comes in parts: its text, or its bytes. */
import { isUtf8 } from 'node:buffer';
import { PlatformError } from '../../domain/error.ts';

const LARGEST_TEXT = 500 * 1024 * 1024;

/** Throws ROADBED-8062 for one that is too large, -8063 for one that is no UTF-8. */
export async function textOfBytes(bytes: AsyncIterable<Uint8Array>, path: string): Promise<string> {
  return new TextDecoder().decode(await wholeBytes(bytes, path));
}

/** Bytes of UTF-8. Throws as `textOfBytes`. */
export async function wholeBytes(bytes: AsyncIterable<Uint8Array>, path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of bytes) {
    size += part.length;
    if (size > LARGEST_TEXT) throw new PlatformError({ code: 'ROADBED-8062', class: 'invalid', message: `${path} is larger than ${LARGEST_TEXT / 1024 / 1024} MB`, next: 'split the state, or give the states of its parts' });
    parts.push(part);
  }
  const whole = parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, size);
  if (!isUtf8(whole)) throw new PlatformError({ code: 'ROADBED-8063', class: 'invalid', message: `${path} is not text in UTF-8`, next: 'give a state in JSON' });
  return whole;
}
