import type { ProblemCollector } from './problem-collector.ts';
import { INVALID } from './token.ts';
import type { TokenBuffer } from './token-buffer.ts';

const ADVICE: Record<string, [message: string, hint: string]> = {
  "'": ['Single quotes do not make a string.', 'use double quotes: "…"'],
  '`': ['Backquotes do not make a string.', 'use double quotes, or a heredoc for several lines: <<EOT'],
  ';': ['A semicolon does not end anything here.', 'begin a new line; separate the elements of a list with commas'],
  '&': ['There is no operator &.', 'did you mean &&?'],
  '|': ['There is no operator |.', 'did you mean ||?'],
  '^': ['There is no operator ^.', 'use pow(x, y) for a power'],
  '~': ['There is no operator ~.', 'did you mean !?'],
  '\r': ['A carriage return stands alone.', 'save the file with LF or CRLF line ends'],
  '\0': ['A NUL character stands here.', 'is the file binary, or saved as UTF-16? Save it as UTF-8'],
  '\uFEFF': ['A byte order mark stands in the middle of the file.', 'remove it; two files may have been put together'],
  '\u00A0': ['A no-break space stands here.', 'replace it with an ordinary blank'],
};
const LONGEST_QUOTED = 200;
const CURLY = /[\u2018-\u201f\u00ab\u00bb]/;

/** Reports what stands at `at` and cannot be there, adds it as a token, and gives the offset after it. */
export function reportStrangeCharacter(text: string, at: number, limit: number, problems: ProblemCollector, buffer: TokenBuffer): number {
  const code = text.codePointAt(at) ?? 0;
  const character = String.fromCodePoint(code);
  const end = Math.min(code === 0x27 || code === 0x60 ? quotedEnd(text, at, limit) : at + character.length, limit);
  const [message, hint] = ADVICE[character] ?? describe(character, code);
  problems.add(at, at + character.length, message, hint);
  buffer.add(INVALID, at, end);
  return end;
}

/** Behind the quote that answers the one at `at`, so that it is not reported as well; behind this one when none does. */
function quotedEnd(text: string, at: number, limit: number): number {
  const quote = text.charCodeAt(at);
  const furthest = Math.min(limit, at + LONGEST_QUOTED);
  for (let end = at + 1; end < furthest; end++) {
    const code = text.charCodeAt(end);
    if (code === quote) return end + 1;
    if (code === 0x0a) break;
  }
  return at + 1;
}

function describe(character: string, code: number): [message: string, hint: string] {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  if (CURLY.test(character)) return [`The typographic quote ${character} does not make a string.`, 'use straight double quotes: "…"'];
  if (code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0xd800 && code <= 0xdfff)) return [`The character ${name} has no meaning here.`, 'remove it'];
  return [`The character ${character} (${name}) has no meaning here.`, 'outside of strings and comments only names, numbers and operators may stand'];
}
