/** The whole text of a state that comes in parts. */
import { PlatformError } from '../../domain/error.ts';

const LARGEST_TEXT = 500 * 1024 * 1024;

/** Throws ROADBED-8062 for one that is too large, -8063 for one that is no UTF-8. */
export async function textOfBytes(bytes: AsyncIterable<Uint8Array>, path: string): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const parts: string[] = [];
  let size = 0;
  try {
    for await (const part of bytes) {
      size += part.length;
      if (size > LARGEST_TEXT) throw new PlatformError({ code: 'ROADBED-8062', class: 'invalid', message: `${path} is larger than ${LARGEST_TEXT / 1024 / 1024} MB`, next: 'split the state, or give the states of its parts' });
      parts.push(decoder.decode(part, { stream: true }));
    }
    parts.push(decoder.decode());
  } catch (error) {
    if (error instanceof TypeError) throw new PlatformError({ code: 'ROADBED-8063', class: 'invalid', message: `${path} is not text in UTF-8`, next: 'give a state in JSON' });
    throw error;
  }
  return parts.join('');
}
