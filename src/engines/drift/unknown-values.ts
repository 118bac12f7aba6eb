/** Whether a value is not known, or not wholly. */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';

/** The unknown itself, also behind a mark of secrecy. */
export function wholeUnknown(value: AttributeValue): UnknownAttribute | undefined {
  if (value instanceof UnknownAttribute) return value;
  return value instanceof SensitiveAttribute ? wholeUnknown(value.reveal()) : undefined;
}

export function holdsUnknown(value: AttributeValue): boolean {
  if (value instanceof UnknownAttribute) return true;
  if (value instanceof SensitiveAttribute) return holdsUnknown(value.reveal());
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).some(holdsUnknown);
  return isPlainObject(value) && Object.values(value).some(holdsUnknown);
}
