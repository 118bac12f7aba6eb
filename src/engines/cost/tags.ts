/** Tags and labels of a resource, whichever of its attributes has them; what is not known is left out. */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { ResourceInstance } from '../infrastructure/model.ts';

const TAGS = ['tags_all', 'tags', 'labels', 'effective_labels', 'user_labels', 'resource_labels'];

export function tagsOf(resource: ResourceInstance): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of [...TAGS].reverse()) {
    const value = resource.attributes[name];
    if (!isPlainObject(value)) continue;
    for (const [key, text] of Object.entries(value)) if (typeof text === 'string') Object.defineProperty(found, key, { value: text, enumerable: true, configurable: true, writable: true });
  }
  return found;
}
