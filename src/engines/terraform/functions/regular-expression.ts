/** `regex`, `regexall` and the patterns of `replace`. */
import { listValue, nullValue, objectValue, stringValue, tupleValue } from '../value/construct.ts';
import { DYNAMIC, STRING, listOf, objectOf, tupleOf } from '../value/type.ts';
import type { Type, Value } from '../value/value.ts';
import { FunctionError, boundedCount, boundedText, textOf, type FunctionDefinition, type Parameter } from './definition.ts';
import { Matcher, compilePattern, findAll, type Match, type Pattern } from './re2-match.ts';

const MAX_SUBJECT = 4 * 1024 * 1024;

/** A text as code points, and the way back from offsets in them. */
class Subject {
  readonly codes: Int32Array;
  readonly #characters: string[];

  constructor(text: string) {
    if (text.length > MAX_SUBJECT) throw new FunctionError(`texts of more than ${MAX_SUBJECT} characters are not matched`);
    this.#characters = [...text];
    this.codes = Int32Array.from(this.#characters, (character) => character.codePointAt(0) ?? 0);
  }

  slice(start: number, end: number): string {
    return this.#characters.slice(start, end).join('');
  }
}

/** Text of a group; undefined when it took no part in the match. */
function group(subject: Subject, match: Match, index: number): string | undefined {
  const start = match[index * 2] ?? -1;
  const end = match[index * 2 + 1] ?? -1;
  return start < 0 || end < 0 ? undefined : subject.slice(start, end);
}

function resultType(pattern: Pattern): Type {
  const named = pattern.groups.filter((name) => name !== '');
  if (pattern.groups.length === 0) return STRING;
  if (named.length === 0) return tupleOf(pattern.groups.map(() => STRING));
  if (named.length < pattern.groups.length) throw new FunctionError('invalid regexp pattern: cannot mix both named and unnamed capture groups', 0);
  return objectOf(new Map(named.sort().map((name) => [name, STRING])));
}

function resultOf(pattern: Pattern, subject: Subject, match: Match): Value {
  const texts = pattern.groups.map((_, index) => {
    const text = group(subject, match, index + 1);
    return text === undefined ? nullValue(STRING) : stringValue(text);
  });
  if (texts.length === 0) return stringValue(group(subject, match, 0) ?? '');
  if (pattern.groups[0] === '') return tupleValue(texts);
  return objectValue(new Map(pattern.groups.map((name, index) => [name, texts[index] ?? nullValue(STRING)])));
}

function regex(patternText: string, text: string): Value {
  const pattern = compilePattern(patternText);
  resultType(pattern);
  const subject = new Subject(text);
  const match = new Matcher(pattern, subject.codes).find(0);
  if (match === undefined) throw new FunctionError('pattern did not match any part of the given string');
  return resultOf(pattern, subject, match);
}

function regexAll(patternText: string, text: string): Value {
  const pattern = compilePattern(patternText);
  const type = resultType(pattern);
  const subject = new Subject(text);
  const matches = findAll(pattern, subject.codes);
  boundedCount(matches.length);
  return listValue(type, matches.map((match) => resultOf(pattern, subject, match)));
}

const REFERENCE = /\$(?:\$|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})/g;

/** Replaces all matches; `$1`, `${name}` and `$$` mean what they mean in Go. */
export function replaceMatches(text: string, patternText: string, replacement: string): string {
  const pattern = compilePattern(patternText);
  const subject = new Subject(text);
  let result = '';
  let at = 0;
  for (const match of findAll(pattern, subject.codes)) {
    result += subject.slice(at, match[0] ?? 0);
    result += replacement.replace(REFERENCE, (whole, plain: string | undefined, braced: string | undefined) => {
      const name = plain ?? braced;
      if (name === undefined) return whole === '$$' ? '$' : whole;
      const index = /^\d+$/.test(name) ? Number(name) : pattern.groups.indexOf(name) + 1;
      if (!/^\d+$/.test(name) && index === 0) return '';
      return group(subject, match, index) ?? '';
    });
    boundedText(result.length);
    at = match[1] ?? 0;
  }
  return result + subject.slice(at, subject.codes.length);
}

const text = (name: string): Parameter => ({ name, type: STRING });

export const REGULAR_EXPRESSION_FUNCTIONS: readonly FunctionDefinition[] = [
  { name: 'regex', parameters: [text('pattern'), text('string')], returns: DYNAMIC, call: ([pattern, value]) => regex(textOf(pattern), textOf(value)) },
  { name: 'regexall', parameters: [text('pattern'), text('string')], returns: listOf(DYNAMIC), call: ([pattern, value]) => regexAll(textOf(pattern), textOf(value)) },
];
