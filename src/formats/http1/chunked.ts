/**
 * The chunked transfer coding (RFC 9112 7.1) as a state machine over pieces of any size.
 *
 * It only finds where the body ends and refuses what is malformed; the bytes themselves are
 * forwarded as they came, so chunk boundaries, extensions and trailers survive. The data ranges are
 * reported when asked for, for a receiver of HTTP/1.0 who cannot read chunks.
 */
import { COLON, CR, HTAB, HEX, LF, OCTETS, SP, TOKEN, VALUE } from './octets.ts';
import type { Refusal } from './refusal.ts';
import { REFUSALS } from './refusal.ts';

const SIZE_DIGITS = 12;
const EXTENSION_LIMIT = 256;
const TRAILER_LIMIT = 8_192;

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const LINE = 6;
const NAME = 7;
const TRAILER_VALUE = 8;
const LINE_LF = 9;
const LAST_LF = 10;
const DONE = 11;

const SEMICOLON = 0x3b;

export class ChunkedBody {
  #state = SIZE;
  #digits = 0;
  #size = 0;
  #extension = 0;
  #trailer = 0;
  refusal: Refusal | undefined;

  get done(): boolean {
    return this.#state === DONE;
  }

  /** Ready for a new body. */
  reset(): void {
    this.#state = SIZE;
    this.#digits = 0;
    this.#size = 0;
    this.#extension = 0;
    this.#trailer = 0;
    this.refusal = undefined;
  }

  /**
   * Goes on through a piece. Returns the position after the last byte that belongs to the body
   * (`end` while the body is open), or -1 when it is refused. `data` is told the ranges of the payload.
   */
  scan(bytes: Uint8Array, start: number, end: number, data?: (from: number, to: number) => void): number {
    let at = start;
    while (at < end && this.#state !== DONE) {
      if (this.#state === DATA) {
        const take = Math.min(this.#size, end - at);
        if (data !== undefined && take > 0) data(at, at + take);
        at += take;
        this.#size -= take;
        if (this.#size === 0) this.#state = DATA_CR;
        continue;
      }
      const next = this.#step(bytes[at] ?? 0);
      if (next !== undefined) {
        this.refusal = next;
        return -1;
      }
      at += 1;
    }
    return at;
  }

  #step(octet: number): Refusal | undefined {
    switch (this.#state) {
      case SIZE:
        return this.#sizeOctet(octet);
      case EXTENSION:
        return this.#extensionOctet(octet);
      case SIZE_LF:
        if (octet !== LF) return REFUSALS.chunkSize;
        this.#state = this.#size === 0 ? LINE : DATA;
        return undefined;
      case DATA_CR:
        if (octet !== CR) return REFUSALS.chunkEnd;
        this.#state = DATA_LF;
        return undefined;
      case DATA_LF:
        if (octet !== LF) return REFUSALS.chunkEnd;
        this.#state = SIZE;
        this.#digits = 0;
        this.#extension = 0;
        return undefined;
      default:
        return this.#trailerOctet(octet);
    }
  }

  #sizeOctet(octet: number): Refusal | undefined {
    if (((OCTETS[octet] ?? 0) & HEX) !== 0) {
      this.#digits += 1;
      if (this.#digits > SIZE_DIGITS) return REFUSALS.chunkSize;
      this.#size = this.#size * 16 + (octet <= 0x39 ? octet - 0x30 : (octet | 0x20) - 0x57);
      return undefined;
    }
    if (this.#digits === 0) return REFUSALS.chunkSize;
    if (octet === CR) this.#state = SIZE_LF;
    else if (octet === SEMICOLON) this.#state = EXTENSION;
    else return REFUSALS.chunkSize;
    return undefined;
  }

  #extensionOctet(octet: number): Refusal | undefined {
    if (octet === CR) {
      this.#state = SIZE_LF;
      return undefined;
    }
    this.#extension += 1;
    return ((OCTETS[octet] ?? 0) & VALUE) === 0 || octet === HTAB || this.#extension > EXTENSION_LIMIT ? REFUSALS.chunkExtension : undefined;
  }

  #trailerOctet(octet: number): Refusal | undefined {
    this.#trailer += 1;
    if (this.#trailer > TRAILER_LIMIT) return REFUSALS.trailerTooLarge;
    const kind = OCTETS[octet] ?? 0;
    switch (this.#state) {
      case LINE:
        if (octet === CR) this.#state = LAST_LF;
        else if ((kind & TOKEN) !== 0) this.#state = NAME;
        else return octet === SP || octet === HTAB ? REFUSALS.fold : REFUSALS.trailer;
        return undefined;
      case NAME:
        if (octet === COLON) this.#state = TRAILER_VALUE;
        else if ((kind & TOKEN) === 0) return REFUSALS.trailer;
        return undefined;
      case TRAILER_VALUE:
        if (octet === CR) this.#state = LINE_LF;
        else if ((kind & VALUE) === 0) return REFUSALS.trailer;
        return undefined;
      default:
        if (octet !== LF) return REFUSALS.trailer;
        this.#state = this.#state === LINE_LF ? LINE : DONE;
        return undefined;
    }
  }
}
