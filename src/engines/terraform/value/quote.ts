/** Quoting of text as Go's `%q`, which Terraform uses in messages, in `format` and in the order of sets. */
const SHORT: Record<string, string> = { '\u0007': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\', '"': '\\"' };
const NEEDS_CARE = /["\\\p{C}\p{Z}\u{fffd}]/u;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** The text in double quotes with Go's escapes. */
export function quoteText(text: string): string {
  if (!NEEDS_CARE.test(text)) return `"${text}"`;
  let result = '"';
  for (const character of text) {
    const short = SHORT[character];
    if (short !== undefined) result += short;
    else if (PRINTABLE.test(character)) result += character;
    else result += escapeCode(character.codePointAt(0) ?? 0);
  }
  return `${result}"`;
}

function escapeCode(code: number): string {
  if (code < 0x20 || code === 0x7f) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
