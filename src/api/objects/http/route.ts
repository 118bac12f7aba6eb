/** Paths of the object API: `/api/v1/...` and `/apis/{group}/{version}/...`, taken apart once. */
import type { ServedKind, ServedKinds } from '../served-kinds.ts';

export interface ResourceRoute {
  kind: ServedKind;
  namespace: string | undefined;
  /** Undefined: the collection. */
  name: string | undefined;
  subresource: 'status' | 'scale' | 'finalize' | undefined;
}

/** Undefined when the path names nothing that is served. */
export function resourceRoute(kinds: ServedKinds, path: string): ResourceRoute | undefined {
  const segments = path.split('/').slice(1);
  if (segments.length > 0 && segments.at(-1) === '') segments.pop();
  const isCore = segments[0] === 'api';
  const [group, version, rest] = isCore ? ['', segments[1], segments.slice(2)] : [segments[1], segments[2], segments.slice(3)];
  if (group === undefined || version === undefined || rest.length === 0 || rest.some((segment) => segment === '')) return undefined;
  const scoped = rest[0] === 'namespaces' && rest.length >= 3 && !(isCore && rest.length === 3 && isNamespaceSubresource(rest[2]));
  const namespace = scoped ? rest[1] : undefined;
  const [plural, name, subresource, ...excess] = scoped ? rest.slice(2) : rest;
  const kind = kinds.byPlural(group, version, plural ?? '');
  if (kind === undefined || excess.length > 0) return undefined;
  if (scoped !== kind.namespaced && (scoped || name !== undefined)) return undefined;
  return isServedSubresource(kind, subresource) ? { kind, namespace, name, subresource } : undefined;
}

function isNamespaceSubresource(text: string | undefined): boolean {
  return text === 'status' || text === 'finalize';
}

function isServedSubresource(kind: ServedKind, subresource: string | undefined): subresource is ResourceRoute['subresource'] {
  if (subresource === undefined) return true;
  if (subresource === 'status') return kind.hasStatus;
  return subresource === 'scale' && kind.definition.scale !== undefined;
}
