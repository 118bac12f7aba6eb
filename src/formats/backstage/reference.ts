/**
 * Entity references: `[<kind>:][<namespace>/]<name>`, compared without case.
 *
 * The grammar is that of Backstage's catalog model, oddities included: a slash before the colon makes the
 * colon part of the name, and whatever follows the separators is not checked further.
 */
export interface EntityReference {
  kind: string;
  namespace: string;
  name: string;
}

export const DEFAULT_NAMESPACE = 'default';

export type ParsedReference = { ok: true; reference: EntityReference } | { ok: false; message: string };

/** Parses a reference; `defaults` stand in for the parts that it leaves out. */
export function parseReference(text: string, defaults: { kind?: string; namespace?: string } = {}): ParsedReference {
  const refuse = (why: string): ParsedReference => ({ ok: false, message: `"${text.slice(0, 100)}" ${why}` });
  if (text === '') return { ok: false, message: 'a reference must not be empty' };
  const slash = text.indexOf('/');
  const firstColon = text.indexOf(':');
  const colon = slash !== -1 && slash < firstColon ? -1 : firstColon;
  const kind = colon === -1 ? defaults.kind : text.slice(0, colon);
  const namespace = slash === -1 ? (defaults.namespace ?? DEFAULT_NAMESPACE) : text.slice(colon + 1, slash);
  const name = text.slice(Math.max(colon, slash) + 1);
  if (colon === 0 || (slash !== -1 && namespace === '') || name === '') return refuse('is not of the form [<kind>:][<namespace>/]<name>');
  if (kind === undefined || kind === '') return refuse('names no kind, and this field has no default kind: write for example component:<name>');
  return { ok: true, reference: { kind, namespace: namespace === '' ? DEFAULT_NAMESPACE : namespace, name } };
}

/** The form that is compared: lower case, complete. */
export function printReference(reference: { kind: string; namespace?: string; name: string }): string {
  return `${reference.kind}:${reference.namespace ?? DEFAULT_NAMESPACE}/${reference.name}`.toLowerCase();
}
