/**
 * Reads one JSON document of Terraform's, whole: a state, a plan, `modules.json`.
 *
 * `JSON.parse` rounds integers beyond 2^53, and account ids, sizes and nanosecond times are such. A
 * document that has a long run of digits outside strings is therefore parsed again with the source
 * text of its numbers, which is several times slower; all others, nearly all, take the quick way.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';

export type JsonValue = string | number | bigint | boolean | null | JsonValue[] | { [name: string]: JsonValue };
export type JsonObject = { [name: string]: JsonValue };

/** Sixteen digits and more that no quote, letter or point touches: the only numbers that can lose one. */
const LONG_INTEGER = /(?<=[[:,\s-])\d{16,}(?=[\s,\]}])/;

/** The document's value, or where and why it is not JSON. Numbers are exact: beyond 2^53 they are bigint. */
export function readJsonDocument(text: string, file: string): { value: JsonValue } | { problem: SourceProblem } {
  try {
    return { value: parseJson(text, LONG_INTEGER.test(text)) };
  } catch (error) {
    return { problem: syntaxProblem(text, file, error) };
  }
}

/** @param exact Whether the text may hold integers beyond 2^53. Throws SyntaxError. */
export function parseJson(text: string, exact: boolean): JsonValue {
  return exact ? parseExactly(text) : (JSON.parse(text) as JsonValue);
}

function parseExactly(text: string): JsonValue {
  const reviver = (_key: string, value: unknown, context: { source?: string }): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value) || context.source === undefined) return value;
    return /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
  };
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown) as JsonValue;
}

function syntaxProblem(text: string, file: string, error: unknown): SourceProblem {
  const reason = error instanceof Error ? error.message : String(error);
  const position = offsetOf(reason, text);
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const truncated = position >= text.trimEnd().length;
  return {
    file,
    line,
    column: position - (before.lastIndexOf('\n') + 1) + 1,
    path: '',
    message: truncated ? 'the JSON ends before it is complete' : `this is not valid JSON: ${plainReason(reason)}`,
    hint: truncated ? 'the file was cut off while it was written or copied; fetch it again' : 'write the file with terraform, never by hand',
  };
}

function offsetOf(reason: string, text: string): number {
  const stated = /position (\d+)/.exec(reason)?.[1];
  return stated === undefined ? text.length : Number(stated);
}

/** Without the excerpt of the text that V8 quotes: a state's text may hold secrets. */
function plainReason(reason: string): string {
  if (/^Unexpected token/.test(reason)) return 'a character stands where none may';
  return reason.replace(/ in JSON at position.*$/s, '').replace(/, .*is not valid JSON$/s, '');
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function objectsOf(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

export function textsOf(value: JsonValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
