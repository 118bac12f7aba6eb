/**
 * Who owns which fields: the Update rule and the Apply rule of server-side apply.
 *
 * Semantics: Kubernetes documentation "Server-Side Apply" and the behaviour of kube-apiserver 1.34,
 * including the last-applied rule that lets a team move from client-side to server-side apply.
 */
import type { Schema } from '../../domain/kinds/definition.ts';
import type { ManagedFieldsEntry } from '../../domain/object.ts';
import { changesBetween, fieldsOf } from './compare.ts';
import { mergeApplied, removeDisowned } from './merge.ts';
import { difference, equalSets, intersection, isEmpty, pathsOf, union, withoutSubtrees } from './set.ts';
import type { FieldSet } from './set.ts';
import { equalValues, fieldSchema, structureOf } from './structure.ts';

export interface Writer {
  manager: string;
  apiVersion: string;
  subresource?: string;
  /** RFC 3339, whole seconds. */
  time: string;
}

export interface FieldConflict {
  /** As clients show it: `"kubectl-patch" using roadbed.dev/v1`. */
  manager: string;
  field: string;
}

const LAST_APPLIED_ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';

const MAX_UPDATE_MANAGERS = 10;
const ANCIENT = 'ancient-changes';
const UNTRACKED_METADATA = [
  'name', 'namespace', 'generateName', 'uid', 'resourceVersion', 'generation', 'creationTimestamp',
  'deletionTimestamp', 'deletionGracePeriodSeconds', 'managedFields', 'selfLink',
].map((field) => `f:${field}`);

type Fields = ManagedFieldsEntry & { fieldsV1: FieldSet };

/** Takes out what is never tracked. */
function tracked(set: FieldSet): FieldSet {
  const { 'f:apiVersion': _version, 'f:kind': _kind, 'f:metadata': metadata, ...rest } = set;
  if (metadata === undefined) return rest;
  const kept: FieldSet = { ...metadata };
  for (const field of UNTRACKED_METADATA) delete kept[field];
  return isEmpty(kept) ? rest : { 'f:metadata': kept, ...rest };
}

function isEntryOf(entry: ManagedFieldsEntry, writer: Writer, operation: 'Apply' | 'Update'): boolean {
  return entry.manager === writer.manager && entry.operation === operation && entry.apiVersion === writer.apiVersion && entry.subresource === writer.subresource;
}

function entryFor(writer: Writer, operation: 'Apply' | 'Update', fields: FieldSet): ManagedFieldsEntry {
  return {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    time: writer.time,
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
}

function withFields(entry: ManagedFieldsEntry, fields: FieldSet): ManagedFieldsEntry {
  return fields === entry.fieldsV1 ? entry : { ...entry, fieldsV1: fields };
}

/** The entries after a POST, PUT or patch took `before` (undefined: nothing) to `after`. */
export function trackUpdate(entries: readonly ManagedFieldsEntry[], before: unknown, after: unknown, writer: Writer, schema: Schema): ManagedFieldsEntry[] {
  const { changed: allChanged, removed: allRemoved } = changesBetween(before ?? {}, after, schema);
  const changed = tracked(allChanged);
  const removed = tracked(allRemoved);
  if (isEmpty(changed) && isEmpty(removed)) return entries as ManagedFieldsEntry[];
  let mine: ManagedFieldsEntry | undefined;
  const others: ManagedFieldsEntry[] = [];
  for (const entry of entries as readonly Fields[]) {
    const left = withoutSubtrees(withoutSubtrees(entry.fieldsV1, removed), changed);
    if (isEntryOf(entry, writer, 'Update')) mine = withFields(entry, withoutSubtrees(entry.fieldsV1, removed));
    else if (!isEmpty(left)) others.push(withFields(entry, left));
  }
  if (isEmpty(changed)) return capped(mine === undefined || isEmpty(mine.fieldsV1 as FieldSet) ? others : [...others, mine]);
  const fields = union((mine?.fieldsV1 ?? {}) as FieldSet, changed);
  return capped([...others, entryFor(writer, 'Update', fields)]);
}

/** At most ten Update managers stay by name; the oldest are joined. */
function capped(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const updates = entries.filter((entry) => entry.operation === 'Update' && entry.subresource === undefined && entry.manager !== ANCIENT);
  if (updates.length <= MAX_UPDATE_MANAGERS) return entries;
  const oldest = [...updates].sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? -1 : 1)).slice(0, updates.length - MAX_UPDATE_MANAGERS);
  const ancient = entries.filter((entry) => entry.manager === ANCIENT || oldest.includes(entry));
  const rest = entries.filter((entry) => !ancient.includes(entry));
  const newest = oldest.at(-1) as ManagedFieldsEntry;
  const fields = ancient.reduce((sum, entry) => union(sum, entry.fieldsV1 as FieldSet), {} as FieldSet);
  return [{ ...newest, manager: ANCIENT, fieldsV1: fields }, ...rest];
}

export type ApplyResult<T> = { object: T; entries: ManagedFieldsEntry[] } | { conflicts: FieldConflict[] };

export interface ApplyInput<T> {
  live: T;
  applied: Record<string, unknown>;
  entries: readonly ManagedFieldsEntry[];
  writer: Writer;
  force: boolean;
  schema: Schema;
}

/** Server-side apply of `applied` to `live`, which carries no managedFields here. */
export function apply<T>(input: ApplyInput<T>): ApplyResult<T> {
  const { live, applied, writer, schema } = input;
  const set = tracked(fieldsOf(applied, schema));
  const entries = input.entries as readonly Fields[];
  const found = entries
    .filter((entry) => !isEntryOf(entry, writer, 'Apply'))
    .map((entry) => ({ entry, fields: conflicting(set, entry.fieldsV1, live, applied, schema) }))
    .filter(({ fields }) => !isEmpty(fields));
  const reported = input.force ? [] : found.map(({ entry, fields }) => ({ entry, fields: difference(fields, forgiven(live, writer, schema)) })).filter(({ fields }) => !isEmpty(fields));
  if (reported.length > 0) {
    return { conflicts: reported.flatMap(({ entry, fields }) => pathsOf(fields).map((field) => ({ manager: managerText(entry), field }))) };
  }
  const lost = new Map(found.map(({ entry, fields }) => [entry, fields]));
  const others = entries
    .filter((entry) => !isEntryOf(entry, writer, 'Apply'))
    .map((entry) => withFields(entry, withoutSubtrees(entry.fieldsV1, lost.get(entry) ?? {})) as Fields)
    .filter((entry) => !isEmpty(entry.fieldsV1));
  const previous = entries.find((entry) => isEntryOf(entry, writer, 'Apply'));
  const owned = others.reduce((sum, entry) => union(sum, entry.fieldsV1), set);
  const disowned = difference(previous?.fieldsV1 ?? {}, owned);
  const merged = mergeApplied(removeDisowned(live, disowned, owned, schema), applied, schema) as T;
  const unchanged = previous !== undefined && equalSets(previous.fieldsV1, set) && merged === live;
  const mine = isEmpty(set) ? [] : [unchanged ? previous : entryFor(writer, 'Apply', set)];
  return { object: merged, entries: sorted([...mine, ...others]) };
}

/** Apply entries first, then by age, as the API server shows them; a stable order keeps a second apply a no-op. */
function sorted(entries: ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  const rank = (entry: ManagedFieldsEntry): string => [entry.operation, entry.operation === 'Apply' ? '' : (entry.time ?? ''), entry.manager, entry.apiVersion, entry.subresource ?? ''].join('\n');
  return entries.map((entry) => ({ entry, key: rank(entry) })).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ entry }) => entry);
}

function managerText(entry: ManagedFieldsEntry): string {
  if (entry.operation === 'Apply') return `"${entry.manager}"`;
  const subresource = entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`;
  return `"${entry.manager}"${subresource} using ${entry.apiVersion}`;
}

/**
 * The last-applied rule: when kubectl turns to server-side apply, the fields of its own annotation are its
 * own, whoever is entered for them.
 */
function forgiven(live: unknown, writer: Writer, schema: Schema): FieldSet {
  if (writer.manager !== 'kubectl') return {};
  const metadata = (live as { metadata?: { annotations?: Record<string, string> } } | undefined)?.metadata;
  const text = metadata?.annotations?.[LAST_APPLIED_ANNOTATION];
  if (text === undefined) return {};
  try {
    return fieldsOf(JSON.parse(text), schema);
  } catch {
    return {};
  }
}

/** The fields of both sets that would get another value. */
function conflicting(applied: FieldSet, owned: FieldSet, live: unknown, values: unknown, schema: Schema | undefined): FieldSet {
  const both = intersection(applied, owned);
  const result: FieldSet = {};
  const before = structureOf(live, schema);
  const after = structureOf(values, schema);
  for (const element in applied) {
    const mine = applied[element] as FieldSet;
    const theirs = owned[element];
    if (element === '.' || theirs === undefined) continue;
    const [old, next, inner] = childValues(before, after, element, schema);
    const oldKind = structureOf(old, inner).kind;
    if (oldKind !== 'leaf' && oldKind === structureOf(next, inner).kind) {
      const below = conflicting(mine, theirs, old, next, inner);
      if (!isEmpty(below)) result[element] = below;
    } else if ((both[element] !== undefined || isEmpty(mine) || isEmpty(theirs)) && !equalValues(old, next)) {
      result[element] = {};
    }
  }
  return result;
}

type Found = [old: unknown, next: unknown, schema: Schema | undefined];

function childValues(before: ReturnType<typeof structureOf>, after: ReturnType<typeof structureOf>, element: string, schema: Schema | undefined): Found {
  const read = (structure: ReturnType<typeof structureOf>): unknown => {
    if (structure.kind === 'fields') return structure.value[element.slice(2)];
    return structure.kind === 'items' ? structure.items.get(element) : undefined;
  };
  return [read(before), read(after), element.startsWith('f:') ? fieldSchema(schema, element.slice(2)) : schema?.items];
}
