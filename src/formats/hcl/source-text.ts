/**
 * Bytes to text, and the encodings that HCL does not have.
 *
 * HCL is UTF-8. A byte order mark is kept, so that the text prints back to the same bytes; the scanner
 * skips it. UTF-16 is recognised by its mark, or by a NUL in every other byte, and refused by name. Other
 * NULs are left to the parser, which knows where one may stand (HashiCorp's takes them inside of strings
 * and comments) and tells the place of the others.
 */
export type DecodedSource =
  | { text: string }
  /** `offset` is in bytes. */
  | { problem: { message: string; hint: string; offset: number } };

const PROBED = 512;

export function decodeSource(bytes: Uint8Array): DecodedSource {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) return { problem: { message: `The file is encoded in ${wide}; HCL must be UTF-8.`, hint: 'save it as UTF-8, or convert it: iconv -t UTF-8', offset: 0 } };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    const offset = firstInvalidByte(bytes);
    const byte = (bytes[offset] ?? 0).toString(16).padStart(2, '0');
    return { problem: { message: `The file is not UTF-8: byte 0x${byte} at offset ${offset} begins no character.`, hint: 'was it saved as Latin-1 or Windows-1252? Save it as UTF-8', offset } };
  }
}

function wideEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 && bytes.length >= 4 ? 'UTF-32 (little endian)' : 'UTF-16 (little endian)';
  if (first === 0xfe && second === 0xff) return 'UTF-16 (big endian)';
  const probed = Math.min(bytes.length, PROBED) & ~1;
  if (probed < 4) return undefined;
  let even = 0;
  let odd = 0;
  for (let index = 0; index < probed; index += 2) {
    if (bytes[index] === 0) even += 1;
    if (bytes[index + 1] === 0) odd += 1;
  }
  const most = (probed / 2) * 0.9;
  if (odd >= most && even === 0) return 'UTF-16 (little endian)';
  if (even >= most && odd === 0) return 'UTF-16 (big endian)';
  return undefined;
}

/** Offset of the first byte that is not part of a well-formed UTF-8 sequence (Unicode, table 3-7). */
function firstInvalidByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number;
  if (first < 0x80) return 1;
  const length = first >= 0xc2 && first <= 0xdf ? 2 : first >= 0xe0 && first <= 0xef ? 3 : first >= 0xf0 && first <= 0xf4 ? 4 : 0;
  const second = bytes[at + 1] ?? 0;
  if ((first === 0xe0 && second < 0xa0) || (first === 0xed && second > 0x9f) || (first === 0xf0 && second < 0x90) || (first === 0xf4 && second > 0x8f)) return 0;
  for (let next = 1; next < length; next++) if (((bytes[at + next] ?? 0) & 0xc0) !== 0x80) return 0;
  return length;
}
