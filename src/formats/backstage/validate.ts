/**
 * Whether a value is an entity, exactly as Backstage's catalog decides it: envelope schema, no foreign
 * root fields, field formats, then the kind's own schema. The official package is the oracle in the tests.
 *
 * `relations` and `status` are the catalog's output and are refused in a descriptor.
 */
import { isApiVersion, isDnsLabel, isEntityName, isKind, isLabelValue, isPrefixedKey, isTag, isUrl } from './field-format.ts';
import { API_VERSIONS, ENTITY_KINDS, PROFILE_FIELDS, type EntityKind, type FieldType } from './kinds.ts';

export interface EntityFault {
  path: (string | number)[];
  which: 'key' | 'value';
  message: string;
  hint?: string;
}

const ROOT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec'];
const NAME_RULE = 'letters and digits separated by any of - _ . and at most 63 characters';

/** Everything that is wrong with an entity; empty when Backstage would take it. */
export function entityFaults(value: unknown): EntityFault[] {
  if (!isRecord(value)) return [fault([], 'an entity must be a map')];
  const faults = new Faults();
  for (const field of Object.keys(value)) if (!ROOT_FIELDS.includes(field)) faults.add([field], 'key', `"${field}" is not a field of an entity`, `known: ${ROOT_FIELDS.join(', ')}`);
  faults.string(value, [], 'apiVersion', true, isApiVersion, 'is not of the form [<group>/]<version>');
  faults.string(value, [], 'kind', true, isKind, 'is not a kind: letters and digits, at most 63 characters');
  if (!isRecord(value['metadata'])) faults.add(['metadata'], 'key', value['metadata'] === undefined ? '"metadata" is missing' : 'must be a map');
  else metadataFaults(value['metadata'], faults);
  if (value['spec'] !== undefined && !isRecord(value['spec'])) faults.add(['spec'], 'key', 'must be a map');
  kindFaults(value, faults);
  return faults.all;
}

function metadataFaults(metadata: Record<string, unknown>, faults: Faults): void {
  const at = ['metadata'];
  faults.string(metadata, at, 'name', true, isEntityName, `is not a name: ${NAME_RULE}`);
  faults.string(metadata, at, 'namespace', false, isDnsLabel, 'is not a namespace: lower-case letters, digits and -, at most 63 characters');
  for (const field of ['uid', 'etag', 'title']) faults.string(metadata, at, field, false);
  if (metadata['description'] !== undefined && typeof metadata['description'] !== 'string') faults.add([...at, 'description'], 'value', 'must be a string');
  keyedFaults(metadata, 'labels', isLabelValue, `a label's value is empty or a name: ${NAME_RULE}`, faults);
  keyedFaults(metadata, 'annotations', () => true, '', faults);
  faults.list(metadata, at, 'tags', (tag, path) => {
    if (typeof tag !== 'string' || !isTag(tag)) faults.add(path, 'value', `${shown(tag)} is not a tag: a-z, 0-9, : + # separated by -, at most 63 characters`);
  });
  faults.list(metadata, at, 'links', (link, path) => {
    if (!isRecord(link)) return faults.add(path, 'value', 'a link must be a map with a url');
    faults.string(link, path, 'url', true, isUrl, 'is not an absolute URL');
    faults.string(link, path, 'type', false);
    for (const field of ['title', 'icon']) faults.string(link, path, field, false, (text) => text.trim() !== '', 'must not be blank');
  });
}

function keyedFaults(metadata: Record<string, unknown>, field: string, isValue: (text: string) => boolean, rule: string, faults: Faults): void {
  const map = metadata[field];
  if (map === undefined) return;
  if (!isRecord(map)) return faults.add(['metadata', field], 'key', 'must be a map of strings');
  for (const [key, value] of Object.entries(map)) {
    const path = ['metadata', field, key];
    if (!isPrefixedKey(key)) faults.add(path, 'key', `${shown(key)} is not a key of the form [<prefix>/]<name>`);
    if (typeof value !== 'string') faults.add(path, 'value', 'must be a string', `write ${JSON.stringify(String(value))} in quotes`);
    else if (!isValue(value)) faults.add(path, 'value', `${shown(value)} is not valid: ${rule}`);
  }
}

function kindFaults(entity: Record<string, unknown>, faults: Faults): void {
  const { apiVersion, kind } = entity;
  if (typeof kind !== 'string' || kind === '' || typeof apiVersion !== 'string' || apiVersion === '') return;
  const definition = Object.hasOwn(ENTITY_KINDS, kind) ? ENTITY_KINDS[kind] : undefined;
  const known = API_VERSIONS.some((version) => version === apiVersion);
  if (definition === undefined) {
    const close = Object.keys(ENTITY_KINDS).find((name) => name.toLowerCase() === kind.toLowerCase());
    faults.add(['kind'], 'value', `the kind ${shown(kind)} is not known`, close === undefined ? `known: ${Object.keys(ENTITY_KINDS).join(', ')}` : `write ${close}`);
  }
  if (!known) faults.add(['apiVersion'], 'value', `${shown(apiVersion)} is not a version of ${kind}`, `write ${API_VERSIONS[0]}`);
  if (definition !== undefined && known) specFaults(entity['spec'], definition, faults);
}

function specFaults(spec: unknown, definition: EntityKind, faults: Faults): void {
  if (spec === undefined) return faults.add([], 'value', '"spec" is missing');
  if (!isRecord(spec)) return;
  for (const field of definition.required) if (spec[field] === undefined) faults.add(['spec'], 'key', `"${field}" is missing`);
  for (const [field, type] of Object.entries(definition.fields)) fieldFaults(spec, field, type, faults);
}

function fieldFaults(spec: Record<string, unknown>, field: string, type: FieldType, faults: Faults): void {
  const value = spec[field];
  if (value === undefined) return;
  if (type === 'string') return faults.string(spec, ['spec'], field, false);
  if (type === 'strings') {
    return faults.list(spec, ['spec'], field, (item, path) => {
      if (typeof item !== 'string' || item === '') faults.add(path, 'value', 'must be a string that is not empty');
    });
  }
  if (type === 'object') {
    if (!isRecord(value)) return faults.add(['spec', field], 'value', 'must be a map');
    for (const name of PROFILE_FIELDS) faults.string(value, ['spec', field], name, false);
    return;
  }
  if (!type.some((one) => one === value)) faults.add(['spec', field], 'value', `${shown(value)} is none of ${type.join(', ')}`);
}

class Faults {
  readonly all: EntityFault[] = [];

  add(path: (string | number)[], which: EntityFault['which'], message: string, hint?: string): void {
    this.all.push({ path, which, message, ...(hint === undefined ? {} : { hint }) });
  }

  string(map: Record<string, unknown>, at: (string | number)[], field: string, required: boolean, isValid?: (text: string) => boolean, rule?: string): void {
    const value = map[field];
    const path = [...at, field];
    if (value === undefined) {
      if (required) this.add(at, at.length === 0 ? 'value' : 'key', `"${field}" is missing`);
    } else if (typeof value !== 'string') this.add(path, 'value', `must be a string, is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`, isRecord(value) || Array.isArray(value) || value === null ? undefined : `write "${String(value)}" in quotes`);
    else if (value === '') this.add(path, 'value', 'must not be empty');
    else if (isValid !== undefined && !isValid(value)) this.add(path, 'value', `${shown(value)} ${rule ?? 'is not valid'}`);
  }

  list(map: Record<string, unknown>, at: (string | number)[], field: string, each: (item: unknown, path: (string | number)[]) => void): void {
    const value = map[field];
    if (value === undefined) return;
    if (!Array.isArray(value)) return this.add([...at, field], 'value', 'must be a list');
    value.forEach((item, index) => each(item, [...at, field, index]));
  }
}

function fault(path: (string | number)[], message: string): EntityFault {
  return { path, which: 'value', message };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
