/**
 * Reading attributes by dotted paths without indexes. Unknown and sensitive values are never turned
 * into text here: what is shown in a picture can leave the house.
 */
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';

const MOST_VALUES = 200;

function isList(value: AttributeValue): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

/** Every value at the path, lists flattened; at most 200. An empty path means the value itself. */
export function valuesAt(root: AttributeValue, path: string): AttributeValue[] {
  const found: AttributeValue[] = [];
  const steps = path === '' ? [] : path.split('.');
  const visit = (value: AttributeValue, depth: number): void => {
    if (found.length >= MOST_VALUES) return;
    if (isList(value)) {
      for (const item of value) visit(item, depth);
      return;
    }
    const step = steps[depth];
    if (step === undefined) {
      found.push(value);
      return;
    }
    if (typeof value !== 'object' || value === null || value instanceof UnknownAttribute || value instanceof SensitiveAttribute) return;
    const fields = value as { readonly [name: string]: AttributeValue };
    const next = Object.hasOwn(fields, step) ? fields[step] : undefined;
    if (next !== undefined) visit(next, depth + 1);
  };
  visit(root, 0);
  return found;
}

/** Text of a known scalar; undefined for anything else. */
export function scalarText(value: AttributeValue | undefined): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return undefined;
}

export function textsAt(root: AttributeValue, path: string): string[] {
  return valuesAt(root, path).map(scalarText).filter((text) => text !== undefined);
}

/** One line for a label: control characters out, at most `most` characters. */
export function oneLine(text: string, most = 60): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').replace(/\s+/g, ' ').trim();
  return clean.length <= most ? clean : `${clean.slice(0, most - 1)}…`;
}

/** `{port}/{protocol}` with the attributes' values; undefined when nothing of it is known. */
export function fillTemplate(template: string, root: AttributeValue): string | undefined {
  let known = !template.includes('{');
  const filled = template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const texts = textsAt(root, path);
    if (texts.length > 0) known = true;
    return texts.slice(0, 3).join(', ');
  });
  const tidy = oneLine(filled.replace(/^[\s/]+|[\s/]+$/g, ''), 48);
  return known && tidy !== '' ? tidy : undefined;
}
