/** Says why the two results of a conditional cannot have one type. */
import { isCollection, sameType, typeName } from '../value/type.ts';
import { unify } from '../value/unify.ts';
import type { Type } from '../value/value.ts';

/** A clause without a full stop: `The 'true' value is list of string, but the 'false' value is number`. */
export function describeMismatch(whenTrue: Type, whenFalse: Type): string {
  if (whenTrue.kind === 'object' && whenFalse.kind === 'object') {
    for (const [name, type] of whenTrue.attributes) {
      const other = whenFalse.attributes.get(name);
      if (other === undefined) return `The 'true' value includes object attribute "${name}", which is absent in the 'false' value`;
      if (!sameType(type, other) && unify([type, other], true) === undefined) return `Type mismatch for object attribute "${name}": ${describeMismatch(type, other)}`;
    }
    for (const name of whenFalse.attributes.keys()) if (!whenTrue.attributes.has(name)) return `The 'false' value includes object attribute "${name}", which is absent in the 'true' value`;
  }
  if (whenTrue.kind === 'tuple' && whenFalse.kind === 'tuple') {
    if (whenTrue.elements.length !== whenFalse.elements.length) return `The 'true' tuple has length ${whenTrue.elements.length}, but the 'false' tuple has length ${whenFalse.elements.length}`;
    for (const [index, type] of whenTrue.elements.entries()) {
      const other = whenFalse.elements[index];
      if (other !== undefined && unify([type, other], true) === undefined) return `Type mismatch for tuple element ${index}: ${describeMismatch(type, other)}`;
    }
  }
  if (isCollection(whenTrue) && whenTrue.kind === whenFalse.kind) return `Type mismatch for ${whenTrue.kind} elements: ${describeMismatch(whenTrue.element, (whenFalse as typeof whenTrue).element)}`;
  return `The 'true' value is ${typeName(whenTrue)}, but the 'false' value is ${typeName(whenFalse)}`;
}
