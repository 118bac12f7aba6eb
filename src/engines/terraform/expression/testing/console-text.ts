/** Prints values as `terraform console` does, which shows the type too: `tolist([...])`, `tomap({...})`, `null /* string *\/`. */
import { formatDecimal } from '../../value/decimal.ts';
import { quoteText } from '../../value/quote.ts';
import { isCollection, typeName } from '../../value/type.ts';
import type { Type, Value } from '../../value/value.ts';

/** The text of a value; nested lines are indented. */
export function consoleText(value: Value, indent = 0): string {
  if (value.kind === 'unknown') return '(known after apply)';
  if (value.marks?.sensitive) return '(sensitive value)';
  if (value.marks?.ephemeral) return '(ephemeral value)';
  switch (value.kind) {
    case 'null':
      if (isCollection(value.type)) return `to${value.type.kind}(null) /* of ${typeName(value.type.element)} */`;
      return NULL_CALLS[value.type.kind] ?? `null /* ${typeName(value.type)} */`;
    case 'number':
      return formatDecimal(value.value);
    case 'bool':
      return String(value.value);
    case 'string':
      return stringText(value.value, indent);
    case 'tuple':
      return sequence(value.elements, indent);
    case 'list':
      return `tolist(${sequence(value.elements, indent)})`;
    case 'set':
      return `toset(${sequence(value.elements, indent)})`;
    case 'object':
      return mapping(value.entries, indent);
    case 'map':
      return `tomap(${mapping(value.entries, indent)})`;
  }
}

const NULL_CALLS: Partial<Record<Type['kind'], string>> = { string: 'tostring(null)', number: 'tonumber(null)', bool: 'tobool(null)', dynamic: 'null' };

function sequence(elements: readonly Value[], indent: number): string {
  if (elements.length === 0) return '[]';
  const inner = ' '.repeat(indent + 2);
  return `[\n${elements.map((element) => `${inner}${consoleText(element, indent + 2)},\n`).join('')}${' '.repeat(indent)}]`;
}

function mapping(entries: ReadonlyMap<string, Value>, indent: number): string {
  if (entries.size === 0) return '{}';
  const inner = ' '.repeat(indent + 2);
  return `{\n${[...entries].map(([name, entry]) => `${inner}${quoteText(name)} = ${consoleText(entry, indent + 2)}\n`).join('')}${' '.repeat(indent)}}`;
}

/** Lines are shown as lines, anything else as Go quotes it. */
function stringText(text: string, indent: number): string {
  const lines = text.split('\n');
  if (lines.length < 2) return quoteText(text);
  let delimiter = 'EOT';
  while (lines.includes(delimiter)) delimiter += '_';
  const start = ' '.repeat(indent);
  return `<<${indent > 0 ? '-' : ''}${delimiter}\n${lines.map((line) => `${start}${line}\n`).join('')}${start}${delimiter}`;
}
