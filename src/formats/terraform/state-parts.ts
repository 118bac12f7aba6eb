/** Parts that states of every version share. */
import type { JsonValue } from './json-document.ts';
import { isJsonObject } from './json-document.ts';
import type { StateOutput } from './state-file.ts';

export function outputsOf(value: JsonValue | undefined): StateOutput[] {
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, output]) => (isJsonObject(output) ? [{ name, value: output['value'] ?? null, sensitive: output['sensitive'] === true }] : []));
}

export function wholeNumber(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
}

export function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}
