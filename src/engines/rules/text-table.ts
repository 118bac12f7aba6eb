/**
 * A set of texts that is asked with pieces of bytes: no text is made to look one up.
 *
 * Open addressing over the hash (FNV-1a, 32 bits) of a text's UTF-8; the bytes decide. A small filter
 * in front answers most of the questions, since nearly everything that is looked up is not there. Who
 * makes texts of one hash gains nothing: what has no place among its neighbours goes into a plain map.
 */

const FNV_PRIME = 0x01000193;
export const HASH_START = 0x811c9dc5 | 0;
const FILTER_BITS = 1 << 22;
/** At most half of the places are taken: honest texts stand a few places from their own. */
const NEIGHBOURS = 64;

/** The hash after one byte more. */
export function hashed(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}

export class TextTable {
  #bytes = new Uint8Array(1 << 12);
  #used = 0;
  /** Where the text of each number ends in `#bytes`. */
  readonly #ends: number[] = [];
  #slots = new Int32Array(1 << 8);
  #hashes = new Int32Array(1 << 8);
  readonly #filter = new Int32Array(FILTER_BITS / 32);
  readonly #elsewhere = new Map<string, number>();
  readonly #encoder = new TextEncoder();

  /** The number of a text, counted from 0; a new one when it is new. */
  add(text: string): number {
    this.#reserve(text.length * 3);
    const { written } = this.#encoder.encodeInto(text, this.#bytes.subarray(this.#used));
    const end = this.#used + written;
    const hash = hashBetween(this.#bytes, this.#used, end);
    const present = this.find(this.#bytes, this.#used, end, hash);
    if (present >= 0) return present;
    this.#used = end;
    const number = this.#ends.push(end) - 1;
    if (number * 2 >= this.#slots.length) this.#grow();
    this.#place(number, hash);
    this.#filter[(hash >>> 5) & (FILTER_BITS / 32 - 1)]! |= 1 << (hash & 31);
    return number;
  }

  /** The number of the text in `bytes` from `from` to `to`, whose hash is given; -1 when it is not in the table. */
  find(bytes: Uint8Array, from: number, to: number, hash: number): number {
    if ((this.#filter[(hash >>> 5) & (FILTER_BITS / 32 - 1)]! & (1 << (hash & 31))) === 0) return -1;
    const mask = this.#slots.length - 1;
    for (let slot = slotOf(hash, mask), left = NEIGHBOURS; left > 0; slot = (slot + 1) & mask, left -= 1) {
      const number = this.#slots[slot]! - 1;
      if (number < 0) return -1;
      if (this.#hashes[slot] === hash && this.#equals(number, bytes, from, to)) return number;
    }
    return this.#elsewhere.get(textOf(bytes, from, to)) ?? -1;
  }

  findText(text: string): number {
    const bytes = this.#encoder.encode(text);
    return this.find(bytes, 0, bytes.length, hashBetween(bytes, 0, bytes.length));
  }

  #equals(number: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = number === 0 ? 0 : this.#ends[number - 1]!;
    if (this.#ends[number]! - start !== to - from) return false;
    for (let at = from; at < to; at += 1) if (bytes[at] !== this.#bytes[start + at - from]) return false;
    return true;
  }

  #reserve(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + more));
    larger.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = larger;
  }

  #place(number: number, hash: number): void {
    const mask = this.#slots.length - 1;
    let slot = slotOf(hash, mask);
    for (let left = NEIGHBOURS; left > 0; left -= 1) {
      if (this.#slots[slot] === 0) {
        this.#slots[slot] = number + 1;
        this.#hashes[slot] = hash;
        return;
      }
      slot = (slot + 1) & mask;
    }
    this.#elsewhere.set(textOf(this.#bytes, number === 0 ? 0 : this.#ends[number - 1]!, this.#ends[number]!), number);
  }

  #grow(): void {
    const [slots, hashes] = [this.#slots, this.#hashes];
    this.#slots = new Int32Array(slots.length * 2);
    this.#hashes = new Int32Array(slots.length * 2);
    slots.forEach((number, at) => {
      if (number > 0) this.#place(number - 1, hashes[at]!);
    });
  }
}

/** The low bits of the hash alone cluster; the filter uses them too. */
function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 15)) & mask;
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8', from, to);
}

export function hashBetween(bytes: Uint8Array, from: number, to: number): number {
  let hash = HASH_START;
  for (let at = from; at < to; at += 1) hash = hashed(hash, bytes[at]!);
  return hash;
}
