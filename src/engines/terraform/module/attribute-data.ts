/** Attributes of the infrastructure model as values: what a state knows, seen from expressions. */
import { SensitiveAttribute, UnknownAttribute } from '../../infrastructure/model.ts';
import type { AttributeValue } from '../../infrastructure/model.ts';
import { literalNumber, numberValue, objectValue, stringValue, tupleValue, unknownValue, valueFromData } from '../value/construct.ts';
import { parseDecimal } from '../value/decimal.ts';
import { withMarks } from '../value/marks.ts';
import { DYNAMIC } from '../value/type.ts';
import type { Value } from '../value/value.ts';

export function attributeData(data: unknown): Value {
  if (data instanceof SensitiveAttribute) return withMarks(attributeData(data.reveal()), { sensitive: true });
  if (data instanceof UnknownAttribute) return unknownValue(DYNAMIC, { kind: 'computed', message: data.reason });
  if (typeof data === 'string') return stringValue(data);
  if (typeof data === 'bigint') {
    const number = parseDecimal(String(data));
    return number === undefined ? unknownValue(DYNAMIC, { kind: 'unsupported', message: 'a number too large' }) : numberValue(number);
  }
  if (typeof data === 'number') return literalNumber(data);
  if (Array.isArray(data)) return tupleValue((data as AttributeValue[]).map(attributeData));
  if (typeof data === 'object' && data !== null) return objectValue(new Map(Object.entries(data).map(([name, entry]) => [name, attributeData(entry)])));
  return valueFromData(data);
}
