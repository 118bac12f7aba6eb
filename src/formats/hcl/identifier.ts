/**
 * Which characters make an identifier and which are white space, as HashiCorp's parser has it:
 * UAX #31 (ID_Start or `_`, then ID_Continue) plus the dash; white space is Go's `unicode.IsSpace`,
 * which differs from JavaScript's `trim` in U+0085 and U+FEFF. The letters are those of the Unicode version
 * of the runtime; HashiCorp's tables are of version 9, so names in scripts added since are only taken here.
 */
const ID_START = /^\p{ID_Start}$/u;
const ID_CONTINUE = /^\p{ID_Continue}$/u;

export const ASCII_IDENTIFIER_PART = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  const letter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
  const digit = code >= 0x30 && code <= 0x39;
  ASCII_IDENTIFIER_PART[code] = letter || digit || code === 0x5f || code === 0x2d ? 1 : 0;
}

/** Length in code units of the identifier at `start`, 0 where none begins. */
export function identifierLength(text: string, start: number, limit: number): number {
  let at = start;
  while (at < limit) {
    const code = text.codePointAt(at) ?? 0;
    const belongs = at === start ? startsIdentifier(code) : continuesIdentifier(code);
    if (!belongs) break;
    at += code > 0xffff ? 2 : 1;
  }
  return Math.min(at, limit) - start;
}

function startsIdentifier(code: number): boolean {
  if (code < 128) return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f;
  return ID_START.test(String.fromCodePoint(code));
}

function continuesIdentifier(code: number): boolean {
  if (code < 128) return ASCII_IDENTIFIER_PART[code] === 1;
  return ID_CONTINUE.test(String.fromCodePoint(code));
}

export function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
  if (code < 0x85) return false;
  return (
    code === 0x85 || code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
    code === 0x2028 || code === 0x2029 || code === 0x202f || code === 0x205f || code === 0x3000
  );
}

export function trimStart(value: string): string {
  let from = 0;
  while (from < value.length && isSpace(value.charCodeAt(from))) from += 1;
  return from === 0 ? value : value.slice(from);
}

export function trimEnd(value: string): string {
  let to = value.length;
  while (to > 0 && isSpace(value.charCodeAt(to - 1))) to -= 1;
  return to === value.length ? value : value.slice(0, to);
}
