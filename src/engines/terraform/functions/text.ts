/** Functions on text. Lengths and positions count grapheme clusters, as people count letters. */
import { boolValue, listValue, stringValue } from '../value/construct.ts';
import { BOOL, NUMBER, STRING, listOf } from '../value/type.ts';
import type { Value } from '../value/value.ts';
import { FunctionError, boundedCount, boundedText, itemsOf, textOf, type FunctionDefinition, type Parameter } from './definition.ts';
import { wholeNumber } from './numeric.ts';
import { replaceMatches } from './regular-expression.ts';

const text = (name: string): Parameter => ({ name, type: STRING });
const SEGMENTER = new Intl.Segmenter('en', { granularity: 'grapheme' });
const SPACE = '[\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';
const LEADING_SPACE = new RegExp(`^${SPACE}+`);
const TRAILING_SPACE = new RegExp(`${SPACE}$`);

/** The text's grapheme clusters. */
export function graphemes(value: string): string[] {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code > 0x7e || code === 13) return Array.from(SEGMENTER.segment(value), (segment) => segment.segment);
  }
  return value.split('');
}

function upperCase(value: string): string {
  return mapCharacters(value, (character) => character.toUpperCase());
}

function lowerCase(value: string): string {
  return mapCharacters(value, (character) => (character === '\u0130' ? 'i' : character.toLowerCase()));
}

/** Maps every character to one character, as Go does: `ß` has no capital of one character and stays. */
function mapCharacters(value: string, map: (character: string) => string): string {
  if (/^[\x00-\x7f]*$/.test(value)) return map(value);
  let result = '';
  for (const character of value) {
    const mapped = map(character);
    result += mapped.length === character.length || [...mapped].length === 1 ? mapped : character;
  }
  return result;
}

function isWordCharacter(character: string): boolean {
  return character.charCodeAt(0) < 0x80 ? /[0-9A-Za-z_]/.test(character) : /[\p{L}\p{N}]/u.test(character) || !LEADING_SPACE.test(character);
}

function titleCase(value: string): string {
  let inside = false;
  let result = '';
  for (const character of value) {
    result += inside ? character : upperCase(character);
    inside = isWordCharacter(character);
  }
  return result;
}

function trimCharacters(value: string, cutset: string): string {
  const cut = new Set(cutset);
  const characters = [...value];
  let start = 0;
  let end = characters.length;
  while (start < end && cut.has(characters[start] ?? '')) start += 1;
  while (end > start && cut.has(characters[end - 1] ?? '')) end -= 1;
  return characters.slice(start, end).join('');
}

function trimSpace(value: string): string {
  let end = value.length;
  while (end > 0 && TRAILING_SPACE.test(value[end - 1] ?? '')) end -= 1;
  return value.slice(0, end).replace(LEADING_SPACE, '');
}

function chomp(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === '\n' || value[end - 1] === '\r')) end -= 1;
  return value.slice(0, end);
}

function indent(spaces: number, value: string): string {
  if (spaces < 0) throw new FunctionError('the number of spaces must not be negative', 0);
  const lines = value.split('\n');
  boundedText(value.length + lines.length * spaces);
  return lines.join(`\n${' '.repeat(spaces)}`);
}

function substring(args: readonly Value[]): Value {
  const value = textOf(args[0]);
  const offset = wholeNumber(args[1], 1);
  const length = wholeNumber(args[2], 2);
  if (length === 0 && offset >= 0) return stringValue('');
  const clusters = graphemes(value);
  const start = Math.max(0, offset < 0 ? clusters.length + offset : offset);
  // A negative length, and zero behind a negative offset, mean the rest of the text.
  return stringValue(clusters.slice(start, length <= 0 ? undefined : start + length).join(''));
}

function replace(args: readonly Value[]): Value {
  const [value, pattern, replacement] = [textOf(args[0]), textOf(args[1]), textOf(args[2])];
  if (pattern.length > 1 && pattern.startsWith('/') && pattern.endsWith('/')) return stringValue(replaceMatches(value, pattern.slice(1, -1), replacement));
  const pieces = pattern === '' ? ['', ...value, ''] : value.split(pattern);
  boundedText(value.length + pieces.length * replacement.length);
  return stringValue(pieces.join(replacement));
}

function join(args: readonly Value[]): Value {
  const separator = textOf(args[0]);
  if (args.length < 2) throw new FunctionError('at least one list is required');
  const pieces: string[] = [];
  let length = 0;
  for (const [index, list] of args.slice(1).entries()) {
    for (const [position, item] of itemsOf(list).entries()) {
      if (item.kind === 'null') throw new FunctionError(`element ${position} is null; cannot concatenate null values`, index + 1);
      const piece = textOf(item);
      length += piece.length + separator.length;
      boundedText(length);
      pieces.push(piece);
    }
  }
  return stringValue(pieces.join(separator));
}

function split(separator: string, value: string): Value {
  const pieces = separator === '' ? [...value] : value.split(separator);
  boundedCount(pieces.length);
  return listValue(STRING, pieces.map(stringValue));
}

function onText(name: string, change: (value: string) => string): FunctionDefinition {
  return { name, parameters: [text('str')], returns: STRING, call: ([value]) => stringValue(change(textOf(value))) };
}

function asksText(name: string, second: string, holds: (value: string, other: string) => boolean): FunctionDefinition {
  return { name, parameters: [text('str'), text(second)], returns: BOOL, call: ([value, other]) => boolValue(holds(textOf(value), textOf(other))) };
}

export const TEXT_FUNCTIONS: readonly FunctionDefinition[] = [
  onText('upper', upperCase),
  onText('lower', lowerCase),
  onText('title', titleCase),
  onText('chomp', chomp),
  onText('trimspace', trimSpace),
  onText('strrev', (value) => graphemes(value).reverse().join('')),
  asksText('startswith', 'prefix', (value, prefix) => value.startsWith(prefix)),
  asksText('endswith', 'suffix', (value, suffix) => value.endsWith(suffix)),
  asksText('strcontains', 'substr', (value, part) => value.includes(part)),
  { name: 'trim', parameters: [text('str'), text('cutset')], returns: STRING, call: ([value, cutset]) => stringValue(trimCharacters(textOf(value), textOf(cutset))) },
  { name: 'trimprefix', parameters: [text('str'), text('prefix')], returns: STRING, call: ([value, prefix]) => stringValue(textOf(value).startsWith(textOf(prefix)) ? textOf(value).slice(textOf(prefix).length) : textOf(value)) },
  { name: 'trimsuffix', parameters: [text('str'), text('suffix')], returns: STRING, call: ([value, suffix]) => stringValue(textOf(suffix) !== '' && textOf(value).endsWith(textOf(suffix)) ? textOf(value).slice(0, -textOf(suffix).length) : textOf(value)) },
  { name: 'indent', parameters: [{ name: 'spaces', type: NUMBER }, text('str')], returns: STRING, call: ([spaces, value]) => stringValue(indent(wholeNumber(spaces, 0), textOf(value))) },
  { name: 'substr', parameters: [text('str'), { name: 'offset', type: NUMBER }, { name: 'length', type: NUMBER }], returns: STRING, call: substring },
  { name: 'replace', parameters: [text('str'), text('substr'), text('replace')], returns: STRING, call: replace },
  { name: 'join', parameters: [text('separator')], variadic: { name: 'lists', type: listOf(STRING) }, returns: STRING, call: join },
  { name: 'split', parameters: [text('separator'), text('str')], returns: listOf(STRING), call: ([separator, value]) => split(textOf(separator), textOf(value)) },
];
