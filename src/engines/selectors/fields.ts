/** Field selectors: `path=value`, `path==value`, `path!=value`, joined by commas (AND). */
import { SelectorError } from './labels.ts';
import { valueAt } from './path.ts';

export interface FieldTerm {
  path: string;
  equal: boolean;
  value: string;
}

export type FieldSelector = readonly FieldTerm[];

/**
 * Reads a selector over `metadata.name`, `metadata.namespace` and the kind's `selectable` paths.
 * `\,`, `\=` and `\\` stand for themselves in values. Throws SelectorError.
 */
export function parseFieldSelector(text: string, selectable: readonly string[]): FieldSelector {
  if (text.trim() === '') return [];
  return text
    .split(/(?<!\\),/)
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^\s*([^=!\s]+)\s*(==|=|!=)(.*)$/s.exec(part);
      if (match === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${part}'`);
      const [, path = '', operator, value = ''] = match;
      if (path !== 'metadata.name' && path !== 'metadata.namespace' && !selectable.includes(path)) {
        throw new SelectorError(`field label not supported: ${path}`);
      }
      return { path, equal: operator !== '!=', value: value.trim().replace(/\\([\\,=])/g, '$1') };
    });
}

/** An absent field equals the empty text. */
export function matchesFields(selector: FieldSelector, object: unknown): boolean {
  return selector.every((term) => (fieldText(object, term.path) === term.value) === term.equal);
}

/** The one name that a selector leaves over, if it does. */
export function selectedName(selector: FieldSelector): string | undefined {
  return selector.find((term) => term.path === 'metadata.name' && term.equal)?.value;
}

function fieldText(object: unknown, path: string): string {
  const value = valueAt(object, path);
  return value === undefined || value === null ? '' : String(value);
}
