/**
 * What each of the 256 octets may be in HTTP/1.1 (RFC 9110 5.5, 5.6.2; RFC 9112 3.2).
 *
 * One table, one look-up per byte. `TARGET` is RFC 3986 plus the octets that browsers leave
 * unescaped in a URL (`| ^ { } ` [ ]` and backtick); `#`, quotes, angle brackets, controls and
 * everything above 0x7e are out. A backslash is a class of its own: browsers send it in a query, and in a path
 * it is a slash to some servers and not to others.
 */
export const TOKEN = 1;
export const TARGET = 2;
export const VALUE = 4;
export const HEX = 8;
const DIGIT = 16;
export const HOST = 32;
export const BACKSLASH = 64;

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const COLON = 0x3a;

const TOKEN_MARKS = "!#$%&'*+-.^_`|~";
const TARGET_MARKS = "-._~:/?[]@!$&'()*+,;=%|^{}`";
const HOST_MARKS = '-._~%';

function classify(octet: number): number {
  const character = String.fromCharCode(octet);
  const digit = octet >= 0x30 && octet <= 0x39;
  const alphanumeric = digit || /^[A-Za-z]$/.test(character);
  let found = 0;
  if (alphanumeric || TOKEN_MARKS.includes(character)) found |= TOKEN;
  if (alphanumeric || TARGET_MARKS.includes(character)) found |= TARGET;
  if (alphanumeric || HOST_MARKS.includes(character)) found |= HOST;
  if (octet === HTAB || (octet >= SP && octet !== 0x7f)) found |= VALUE;
  if (/^[0-9A-Fa-f]$/.test(character)) found |= HEX;
  if (digit) found |= DIGIT;
  if (character === '\\') found |= BACKSLASH;
  return found;
}

export const OCTETS: Uint8Array = Uint8Array.from({ length: 256 }, (_, octet) => classify(octet));

/** The class bits of one octet. */
export function classOf(octet: number | undefined): number {
  return octet === undefined ? 0 : (OCTETS[octet] ?? 0);
}

export function lowerCase(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
}
