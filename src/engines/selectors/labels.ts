/** Label selectors: `a=b`, `a!=b`, `a`, `!a`, `a in (x,y)`, `a notin (x,y)`, joined by commas (AND). */

export type Requirement =
  | { key: string; operator: 'exists' | 'absent' }
  | { key: string; operator: 'in' | 'notin'; values: ReadonlySet<string> };

export type LabelSelector = readonly Requirement[];

/** A selector that cannot be read; `message` is for the user. */
export class SelectorError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SelectorError';
  }
}

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const PREFIX = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** `[dns-prefix/]name`, name at most 63 characters, prefix at most 253. */
export function isLabelKey(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash < 0) return NAME.test(key);
  const prefix = key.slice(0, slash);
  return prefix.length <= 253 && PREFIX.test(prefix) && NAME.test(key.slice(slash + 1));
}

/** Empty, or at most 63 characters that begin and end with a letter or digit. */
export function isLabelValue(value: string): boolean {
  return value === '' || NAME.test(value);
}

/** Reads a selector; the empty text selects everything. Throws SelectorError. */
export function parseLabelSelector(text: string): LabelSelector {
  const parts = splitOutsideParentheses(text);
  if (parts.length === 1 && parts[0]?.trim() === '') return [];
  return parts.map((part) => requirement(part.trim(), text));
}

function splitOutsideParentheses(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (character === ',' && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
    if (depth < 0 || depth > 1) throw new SelectorError(`unable to parse requirement: unbalanced parentheses in "${text}"`);
  }
  if (depth !== 0) throw new SelectorError(`unable to parse requirement: unbalanced parentheses in "${text}"`);
  return [...parts, text.slice(start)];
}

function requirement(part: string, whole: string): Requirement {
  const set = /^(\S+)\s+(in|notin)\s*\(([^()]*)\)$/.exec(part);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => checkedValue(value.trim(), whole));
    return { key: checkedKey(set[1] ?? '', whole), operator: set[2] === 'in' ? 'in' : 'notin', values: new Set(values) };
  }
  const comparison = /^([^=!\s]+)\s*(==|=|!=)\s*([^=!\s]*)$/.exec(part);
  if (comparison !== null) {
    const values = new Set([checkedValue(comparison[3] ?? '', whole)]);
    return { key: checkedKey(comparison[1] ?? '', whole), operator: comparison[2] === '!=' ? 'notin' : 'in', values };
  }
  const absent = /^!\s*(\S+)$/.exec(part);
  if (absent !== null) return { key: checkedKey(absent[1] ?? '', whole), operator: 'absent' };
  return { key: checkedKey(part, whole), operator: 'exists' };
}

function checkedKey(key: string, whole: string): string {
  if (!isLabelKey(key)) throw new SelectorError(`unable to parse requirement: "${key}" is not a label key, in "${whole}"`);
  return key;
}

function checkedValue(value: string, whole: string): string {
  if (!isLabelValue(value)) throw new SelectorError(`unable to parse requirement: "${value}" is not a label value, in "${whole}"`);
  return value;
}

export function matchesLabels(selector: LabelSelector, labels: Readonly<Record<string, string>> | undefined): boolean {
  for (const entry of selector) {
    const value = labels !== undefined && Object.hasOwn(labels, entry.key) ? labels[entry.key] : undefined;
    if (!meets(entry, value)) return false;
  }
  return true;
}

/** `!=` and `notin` also match an absent label. */
function meets(entry: Requirement, value: string | undefined): boolean {
  switch (entry.operator) {
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
    case 'in':
      return value !== undefined && entry.values.has(value);
    case 'notin':
      return value === undefined || !entry.values.has(value);
  }
}
