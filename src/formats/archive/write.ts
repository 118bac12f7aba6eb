/** Tar blocks of entries. What follows a file's header is its bytes and `padding` of them; `TRAILER` ends the archive. */
import { ArchiveProblem, BLOCK, pathProblem, type ArchiveEntry } from './entry.ts';

const NAME_BYTES = 100;
const LARGEST_SIZE = 0o77777777777;
const TYPES = { file: '0', link: '2', folder: '5' } as const;

export const TRAILER: Uint8Array = new Uint8Array(2 * BLOCK);

/** Bytes of zeros that fill the last block of `size` bytes. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** The header of an entry, pax records included where path or link target do not fit. Throws ArchiveProblem for what no archive of ours may hold. */
export function header(entry: ArchiveEntry): Uint8Array {
  const problem = pathProblem(entry.path);
  if (problem !== undefined) throw new ArchiveProblem(`the path ${JSON.stringify(entry.path.slice(0, 200))} ${problem}`);
  if (entry.size > LARGEST_SIZE) throw new ArchiveProblem(`${JSON.stringify(entry.path)} is too large`);
  const name = entry.type === 'folder' ? `${entry.path}/` : entry.path;
  const records = [paxRecord('path', name), paxRecord('linkpath', entry.target ?? '')].filter((record) => record !== undefined);
  const plain = block(records.length > 0 && !fits(name) ? 'long' : name, TYPES[entry.type], entry.size, entry.type !== 'file' || entry.executable ? 0o755 : 0o644, fits(entry.target ?? '') ? (entry.target ?? '') : 'long');
  if (records.length === 0) return plain;
  const body = new TextEncoder().encode(records.join(''));
  return concatenate([block('pax', 'x', body.length, 0o644, ''), body, new Uint8Array(padding(body.length)), plain]);
}

function fits(text: string): boolean {
  return text.length <= NAME_BYTES && /^[\x20-\x7e]*$/.test(text);
}

/** `<length> key=value\n`, where length counts itself. */
function paxRecord(key: string, value: string): string | undefined {
  if (fits(value)) return undefined;
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  const digits = String(rest + String(rest).length).length;
  return `${rest + digits} ${key}=${value}\n`;
}

function block(name: string, type: string, size: number, mode: number, target: string): Uint8Array {
  const bytes = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number): void => void bytes.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
  bytes.write(name, 0, 'latin1');
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  bytes.write('        ', 148, 'latin1');
  bytes.write(type, 156, 'latin1');
  bytes.write(target, 157, 'latin1');
  bytes.write('ustar\u000000', 257, 'latin1');
  octal(bytes.reduce((sum, byte) => sum + byte, 0), 148, 7);
  bytes[154] = 0;
  return new Uint8Array(bytes.buffer, bytes.byteOffset, BLOCK);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
