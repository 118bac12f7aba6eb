/**
 * Marks travel with values: sensitive, ephemeral, and the origins that edges are drawn from.
 *
 * Sensitive and ephemeral marks of elements come up to the result wherever Terraform lifts them; origins
 * may stay on the elements, which keeps `[a.id, b.id][0]` apart from `b`. The number of origins of one
 * value is bounded: beyond it the rest is dropped and `ORIGINS_OMITTED` says so.
 */
import type { Marks, Origin, Value } from './value.ts';

const MAX_ORIGINS = 64;
const MAX_ATTRIBUTE_LENGTH = 200;

/** Stands last in a list of origins that had more than fit. */
export const ORIGINS_OMITTED: Origin = { address: '', attribute: '' };

const sameOrigin = (left: Origin, right: Origin): boolean => left.address === right.address && left.attribute === right.attribute;

function mergeOrigins(left: readonly Origin[] | undefined, right: readonly Origin[] | undefined): readonly Origin[] | undefined {
  if (left === undefined || left === right) return right ?? left;
  if (right === undefined) return left;
  const merged = [...left];
  for (const origin of right) {
    if (merged.some((known) => sameOrigin(known, origin))) continue;
    if (merged.length > MAX_ORIGINS) break;
    merged.push(merged.length === MAX_ORIGINS ? ORIGINS_OMITTED : origin);
  }
  return merged.length === left.length ? left : merged;
}

/** Both marks in one. */
export function mergeMarks(left: Marks | undefined, right: Marks | undefined): Marks | undefined {
  if (left === undefined || left === right) return right;
  if (right === undefined) return left;
  const origins = mergeOrigins(left.origins, right.origins);
  return {
    ...(left.sensitive || right.sensitive ? { sensitive: true as const } : {}),
    ...(left.ephemeral || right.ephemeral ? { ephemeral: true as const } : {}),
    ...(origins === undefined ? {} : { origins }),
  };
}

/** The value with these marks added to its own. */
export function withMarks<Kind extends Value>(value: Kind, marks: Marks | undefined): Kind {
  if (marks === undefined) return value;
  const merged = mergeMarks(value.marks, marks);
  return merged === value.marks || merged === undefined ? value : { ...value, marks: merged };
}

/** The value itself without its own marks; those of its elements stay. */
export function withoutMarks(value: Value): Value {
  if (value.marks === undefined) return value;
  const { marks: _marks, ...bare } = value;
  return bare as Value;
}

export function elementsOf(value: Value): Iterable<Value> {
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return value.elements;
  if (value.kind === 'map' || value.kind === 'object') return value.entries.values();
  return [];
}

/** What a large collection holds: a list of values, or a map of them. */
export type Elements = readonly Value[] | ReadonlyMap<string, Value>;

const MANY_ELEMENTS = 16;
/** Values never change: what takes a look at every element of a large collection is kept with them, since thousands of instances may be given the same. */
const marksOfElements = new WeakMap<Elements, { marks: Marks | undefined }>();
const bareElements = new WeakMap<Elements, Value>();

/** The elements of a large collection; values that differ in their own marks share them. */
export function manyElementsOf(value: Value): Elements | undefined {
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') return value.elements.length >= MANY_ELEMENTS ? value.elements : undefined;
  return (value.kind === 'map' || value.kind === 'object') && value.entries.size >= MANY_ELEMENTS ? value.entries : undefined;
}

/** All marks of a value and of everything in it. */
export function deepMarks(value: Value): Marks | undefined {
  const elements = manyElementsOf(value);
  if (elements === undefined) return marksAmong(elementsOf(value), value.marks);
  const known = marksOfElements.get(elements) ?? { marks: marksAmong(elementsOf(value), undefined) };
  marksOfElements.set(elements, known);
  return mergeMarks(value.marks, known.marks);
}

function marksAmong(elements: Iterable<Value>, own: Marks | undefined): Marks | undefined {
  let marks = own;
  for (const element of elements) marks = mergeMarks(marks, deepMarks(element));
  return marks;
}

/** Whether the value or anything in it is sensitive. */
export function isDeeplySensitive(value: Value): boolean {
  if (value.marks?.sensitive) return true;
  for (const element of elementsOf(value)) if (isDeeplySensitive(element)) return true;
  return false;
}

/** Whether the value or anything in it is sensitive or ephemeral: what may not be shown in a message. */
export function isDeeplySecret(value: Value): boolean {
  if (value.marks?.sensitive || value.marks?.ephemeral) return true;
  for (const element of elementsOf(value)) if (isDeeplySecret(element)) return true;
  return false;
}

/** The value with its own marks, and those of everything in it, replaced by what `change` makes of them. */
export function mapMarks(value: Value, change: (marks: Marks) => Marks | undefined): Value {
  const marks = value.marks === undefined ? undefined : change(value.marks);
  const inner = mapElements(value, (element) => mapMarks(element, change));
  if (inner === value && marks === value.marks) return value;
  const bare = withoutMarks(inner);
  return marks === undefined ? bare : { ...bare, marks };
}

/** The same structure with every element replaced; the value itself when none changed. */
export function mapElements(value: Value, change: (element: Value) => Value): Value {
  if (value.kind === 'list' || value.kind === 'set' || value.kind === 'tuple') {
    let changed = false;
    const elements = value.elements.map((element) => {
      const next = change(element);
      if (next !== element) changed = true;
      return next;
    });
    return changed ? { ...value, elements } : value;
  }
  if (value.kind === 'map' || value.kind === 'object') {
    let changed = false;
    const entries = new Map<string, Value>();
    for (const [name, entry] of value.entries) {
      const next = change(entry);
      if (next !== entry) changed = true;
      entries.set(name, next);
    }
    return changed ? { ...value, entries } : value;
  }
  return value;
}

/** Only the origins of marks: what may stay on an element when secrecy has been lifted to the whole. */
export function originsOnly(marks: Marks): Marks | undefined {
  return marks.origins === undefined ? undefined : { origins: marks.origins };
}

/** Only the secrecy of marks. */
export function secrecyOnly(marks: Marks | undefined): Marks | undefined {
  if (marks === undefined || (!marks.sensitive && !marks.ephemeral)) return undefined;
  return { ...(marks.sensitive ? { sensitive: true as const } : {}), ...(marks.ephemeral ? { ephemeral: true as const } : {}) };
}

/** The value without any mark at all, also inside. */
export function unmarkDeep(value: Value): Value {
  const elements = manyElementsOf(value);
  const known = elements === undefined ? undefined : bareElements.get(elements);
  if (known?.kind === value.kind && elementTypeOf(known) === elementTypeOf(value)) return known;
  const bare = mapMarks(value, () => undefined);
  if (elements !== undefined) bareElements.set(elements, bare);
  return bare;
}

function elementTypeOf(value: Value): unknown {
  return 'element' in value ? value.element : undefined;
}

/**
 * Marks of what is found below a marked value: origins grow by the step that was taken, so that the
 * attribute `id` of a resource has the origin `id` and not the whole resource.
 */
export function marksBelow(marks: Marks | undefined, step: string): Marks | undefined {
  if (marks?.origins === undefined) return marks;
  const origins = marks.origins.map((origin) => {
    if (origin.address === '') return origin;
    const attribute = origin.attribute === '' ? step : `${origin.attribute}.${step}`;
    return attribute.length > MAX_ATTRIBUTE_LENGTH ? origin : { address: origin.address, attribute };
  });
  return { ...marks, origins };
}

/** Marks of an element by number: the instance of a resource, or an element of its attribute. */
export function marksOfElement(marks: Marks | undefined, key: number | string): Marks | undefined {
  if (marks?.origins === undefined) return marks;
  const origins = marks.origins.map((origin) => {
    if (origin.address === '') return origin;
    if (origin.attribute !== '') return `${origin.attribute}.${key}`.length > MAX_ATTRIBUTE_LENGTH ? origin : { address: origin.address, attribute: `${origin.attribute}.${key}` };
    if (origin.address.endsWith(']')) return typeof key === 'string' ? { address: origin.address, attribute: key } : origin;
    return typeof key === 'number' ? { address: `${origin.address}[${key}]`, attribute: '' } : origin;
  });
  return { ...marks, origins };
}
