/** Plain values as they are written in the code. */
import type { Expression } from '../../formats/hcl/syntax-tree.ts';
import type { PlainValue } from '../rules/change.ts';

/** @param before What stands there now: a number in quotes stays in quotes. */
export function writtenValue(value: PlainValue | readonly PlainValue[], before: Expression | undefined, json: boolean): string {
  if (Array.isArray(value)) return `[${value.map((one: PlainValue) => writtenValue(one, undefined, json)).join(', ')}]`;
  const quoted = typeof value === 'string' || before?.kind === 'template';
  if (!quoted) return String(value);
  const text = JSON.stringify(String(value)).replaceAll('${', '$${').replaceAll('%{', '%%{');
  return json ? JSON.stringify(String(value)) : text;
}
