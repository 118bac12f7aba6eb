/**
 * What the literal text of a quoted string means. The escapes are `\n`, `\r`, `\t`, `\"`, `\\`,
 * `\uNNNN` and `\UNNNNNNNN`; half of a surrogate pair is not a character, not even beside its other half.
 */
import type { ProblemCollector } from './problem-collector.ts';

const SIMPLE: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

export function unescape(text: string, start: number, end: number, problems: ProblemCollector): string {
  let value = '';
  let at = start;
  while (at < end) {
    const backslash = text.indexOf('\\', at);
    if (backslash === -1 || backslash >= end) break;
    value += text.slice(at, backslash);
    const selector = backslash + 1 < end ? String.fromCodePoint(text.codePointAt(backslash + 1) ?? 0) : '';
    const simple = SIMPLE[selector];
    if (simple !== undefined) {
      value += simple;
      at = backslash + 2;
    } else if (selector === 'u' || selector === 'U') {
      const digits = selector === 'u' ? 4 : 8;
      const character = codePoint(text.slice(backslash + 2, Math.min(backslash + 2 + digits, end)), digits);
      if (character === undefined) {
        problems.add(backslash, backslash + 2, `The escape \\${selector} needs ${digits === 4 ? 'four' : 'eight'} hexadecimal digits that name a character.`, digits === 4 ? 'for example \\u00e9; characters beyond U+FFFF are written \\U0001F600' : 'for example \\U0001F600');
        at = backslash + 2;
      } else {
        value += character;
        at = backslash + 2 + digits;
      }
    } else {
      problems.add(backslash, backslash + 1 + selector.length, `There is no escape \\${selector}.`, selector === '$' || selector === '%' ? `write ${selector}${selector}{ for a literal ${selector}{` : 'write \\\\ for a backslash');
      value += selector;
      at = backslash + 1 + selector.length;
    }
  }
  return value + text.slice(at, end);
}

function codePoint(hexadecimal: string, digits: number): string | undefined {
  if (hexadecimal.length !== digits || !/^[0-9a-fA-F]+$/.test(hexadecimal)) return undefined;
  const code = Number.parseInt(hexadecimal, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
  return String.fromCodePoint(code);
}
