/**
 * Names of objects, and how a Backstage entity's name becomes one.
 *
 * Entity names may have upper case and underscores and are compared without case: the object's name is
 * the lower-cased one; an underscore becomes a dash and a short hash keeps `a_b` and `a-b` apart.
 */
import { createHash, randomInt } from 'node:crypto';
import { BACKSTAGE_GROUP, ENTITY_NAME_ANNOTATION } from '../../domain/kinds/backstage.ts';
import type { ServedKind } from './served-kinds.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const ENTITY_NAME = /^[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*$/;
const SUFFIX_CHARACTERS = 'bcdfghjklmnpqrstvwxz2456789';
const MAX_PREFIX = 58;

/** RFC 1123 subdomain of at most 253 characters; namespaces are single labels. */
export function isObjectName(kind: ServedKind, name: string): boolean {
  return kind.definition.group === '' && kind.definition.kind === 'Namespace' ? LABEL.test(name) : name.length <= 253 && SUBDOMAIN.test(name);
}

/** The object name under which `name` is stored; the same for names that need no mapping. */
export function storedName(kind: ServedKind, name: string): string {
  if (kind.definition.group !== BACKSTAGE_GROUP || isObjectName(kind, name) || name.length > 63 || !ENTITY_NAME.test(name)) return name;
  const lower = name.toLowerCase();
  if (isObjectName(kind, lower)) return lower;
  return `${lower.replaceAll('_', '-')}-${createHash('sha256').update(lower).digest('hex').slice(0, 6)}`;
}

/** The annotation that keeps the original, when there is one to keep. */
export function originalName(kind: ServedKind, name: string): Record<string, string> {
  return storedName(kind, name) === name ? {} : { [ENTITY_NAME_ANNOTATION]: name };
}

export function generatedName(prefix: string): string {
  const suffix = Array.from({ length: 5 }, () => SUFFIX_CHARACTERS[randomInt(SUFFIX_CHARACTERS.length)]).join('');
  return prefix.slice(0, MAX_PREFIX) + suffix;
}
