/** Where values come from: the resource attributes in their marks. */
import { secrecyOnly, unmarkDeep } from '../value/marks.ts';
import { isDeeplySensitive } from '../value/marks.ts';
import type { KnownAttributes, Marks, Origin, UnknownReason, Value } from '../value/value.ts';
import { unknownValue } from '../value/construct.ts';
import { DYNAMIC } from '../value/type.ts';

/**
 * The value of an attribute as other blocks see it: it comes from this attribute and from nowhere else, for
 * what flowed into it is an edge of this resource and not of its readers. What is secret stays so.
 */
export function readFrom(value: Value, origin: Origin): Value {
  const bare = unmarkDeep(value);
  const secrecy = secrecyOnly(value.marks) ?? (isDeeplySensitive(value) ? { sensitive: true as const } : undefined);
  return { ...bare, marks: { ...secrecy, origins: [origin] } };
}

/** An object of which only some attributes are known, such as a resource. */
export function partlyKnown(reason: UnknownReason, origin: Origin | undefined, attributes: KnownAttributes): Value {
  const marks: Marks | undefined = origin === undefined ? undefined : { origins: [origin] };
  return { kind: 'unknown', type: DYNAMIC, reason, attributes, ...(marks === undefined ? {} : { marks }) };
}

export function unknownFrom(reason: UnknownReason, origin: Origin): Value {
  return unknownValue(DYNAMIC, reason, { origins: [origin] });
}
