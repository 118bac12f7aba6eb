/**
 * Reads a canonical archive piece by piece, strictly: it accepts what `write.ts` makes and nothing else.
 *
 * An archive on disk may have been changed by someone; whoever unpacks also compares the digest, but that is
 * known only at the end, so nothing in it may do harm before: no path that leads out, no type but three,
 * no order but the canonical one (hence no path twice).
 */
import { ArchiveProblem, BLOCK, comparePaths, pathProblem, type ArchiveEntry } from './entry.ts';
import { header, padding } from './write.ts';

export type ArchivePart = { kind: 'entry'; entry: ArchiveEntry } | { kind: 'bytes'; bytes: Uint8Array } | { kind: 'close' };

const LARGEST_PAX = 16_384;
const TYPES: Readonly<Record<string, ArchiveEntry['type']>> = { '0': 'file', '2': 'link', '5': 'folder' };

export class ArchiveReader {
  #rest: Uint8Array = new Uint8Array(0);
  #state: 'header' | 'pax' | 'bytes' | 'padding' | 'trailer' | 'end' = 'header';
  #left = 0;
  /** Of the entry being read. */
  #size = 0;
  #pax: { length: number; path?: string; target?: string } | undefined;
  #previous: string | undefined;
  #zeros = 0;

  /** True when the trailer was read completely. */
  get ended(): boolean {
    return this.#state === 'end';
  }

  /** Takes the next piece of the archive and answers what became complete with it. Throws ArchiveProblem. */
  push(piece: Uint8Array): ArchivePart[] {
    const parts: ArchivePart[] = [];
    let input = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    while (input.length > 0) {
      const taken = this.#take(input, parts);
      if (taken === 0) break;
      input = input.subarray(taken);
    }
    this.#rest = input.slice();
    return parts;
  }

  #take(input: Uint8Array, parts: ArchivePart[]): number {
    switch (this.#state) {
      case 'bytes': {
        const bytes = input.subarray(0, this.#left);
        this.#left -= bytes.length;
        parts.push({ kind: 'bytes', bytes });
        if (this.#left === 0) this.#close(true, parts);
        return bytes.length;
      }
      case 'padding': {
        const zeros = input.subarray(0, this.#left);
        if (zeros.some((byte) => byte !== 0)) throw new ArchiveProblem('the padding is not empty');
        this.#left -= zeros.length;
        if (this.#left === 0) this.#state = 'header';
        return zeros.length;
      }
      case 'end':
        throw new ArchiveProblem('there is something after the end');
      case 'pax': {
        const length = this.#left + padding(this.#left);
        if (input.length < length) return 0;
        this.#pax = { length, ...parsePax(input.subarray(0, this.#left)) };
        if (input.subarray(this.#left, length).some((byte) => byte !== 0)) throw new ArchiveProblem('the padding is not empty');
        this.#state = 'header';
        return length;
      }
      default:
        if (input.length < BLOCK) return 0;
        this.#header(input.subarray(0, BLOCK), parts);
        return BLOCK;
    }
  }

  #header(block: Uint8Array, parts: ArchivePart[]): void {
    if (block.every((byte) => byte === 0)) {
      this.#zeros += 1;
      this.#state = this.#zeros === 2 ? 'end' : 'trailer';
      return;
    }
    if (this.#zeros > 0 || this.#state === 'trailer') throw new ArchiveProblem('there is something after the end');
    const type = text(block, 156, 1);
    if (type === 'x' && this.#pax === undefined) {
      this.#left = octal(block, 124, 12);
      if (this.#left > LARGEST_PAX) throw new ArchiveProblem('a pax record is too large');
      this.#state = 'pax';
      return;
    }
    const entry = this.#entry(block, type);
    this.#pax = undefined;
    this.#previous = entry.path;
    parts.push({ kind: 'entry', entry });
    this.#left = entry.size;
    this.#size = entry.size;
    if (entry.size > 0) this.#state = 'bytes';
    else this.#close(entry.type === 'file', parts);
  }

  #entry(block: Uint8Array, code: string): ArchiveEntry {
    const type = TYPES[code];
    if (type === undefined) throw new ArchiveProblem(`an entry has the type ${JSON.stringify(code)}`);
    const name = this.#pax?.path ?? text(block, 0, 100);
    const path = type === 'folder' ? name.replace(/\/$/, '') : name;
    const problem = pathProblem(path);
    if (problem !== undefined) throw new ArchiveProblem(`the path ${JSON.stringify(path.slice(0, 200))} ${problem}`);
    if (this.#previous !== undefined && comparePaths(this.#previous, path) >= 0) throw new ArchiveProblem(`${JSON.stringify(path)} is out of order`);
    const target = this.#pax?.target ?? text(block, 157, 100);
    const entry: ArchiveEntry = { path, type, size: octal(block, 124, 12), executable: type === 'file' && octal(block, 100, 8) === 0o755, ...(type === 'link' ? { target } : {}) };
    const canonical = header(entry);
    if (!Buffer.from(canonical.subarray(canonical.length - BLOCK)).equals(block) || canonical.length !== BLOCK + (this.#pax === undefined ? 0 : BLOCK + this.#pax.length)) {
      throw new ArchiveProblem(`the header of ${JSON.stringify(path)} is not canonical`);
    }
    if (type !== 'file' && entry.size !== 0) throw new ArchiveProblem(`${JSON.stringify(path)} has a size`);
    return entry;
  }

  #close(isFile: boolean, parts: ArchivePart[]): void {
    if (isFile) parts.push({ kind: 'close' });
    this.#left = padding(this.#size);
    this.#state = this.#left === 0 ? 'header' : 'padding';
  }
}

function text(block: Uint8Array, offset: number, length: number): string {
  const field = Buffer.from(block.subarray(offset, offset + length)).toString('latin1');
  const end = field.indexOf('\0');
  return end === -1 ? field : field.slice(0, end);
}

function octal(block: Uint8Array, offset: number, length: number): number {
  const digits = text(block, offset, length);
  if (!/^[0-7]{1,11}$/.test(digits)) throw new ArchiveProblem('a number in a header is not octal');
  return Number.parseInt(digits, 8);
}

function parsePax(bytes: Uint8Array): { path?: string; target?: string } {
  const result: { path?: string; target?: string } = {};
  let rest = Buffer.from(bytes);
  while (rest.length > 0) {
    const space = rest.indexOf(0x20);
    const length = Number(rest.subarray(0, space).toString('latin1'));
    if (space < 1 || !Number.isInteger(length) || length <= space + 1 || length > rest.length || rest[length - 1] !== 0x0a) throw new ArchiveProblem('a pax record is malformed');
    const record = rest.subarray(space + 1, length - 1).toString('utf8');
    const [key, value] = [record.slice(0, record.indexOf('=')), record.slice(record.indexOf('=') + 1)];
    if (key === 'path') result.path = value;
    else if (key === 'linkpath') result.target = value;
    else throw new ArchiveProblem(`a pax record has the key ${JSON.stringify(key.slice(0, 40))}`);
    rest = rest.subarray(length);
  }
  return result;
}
