/**
 * Operators on values. Operands are converted as function arguments are; null is refused except by `==`
 * and `!=`; an unknown operand makes the result unknown unless the known one already decides a logical
 * operator. As in Terraform 1.11 both sides are always evaluated.
 */
import type { BinaryOperator } from '../../../formats/hcl/syntax-tree.ts';
import { boolValue, numberValue, unknownValue } from '../value/construct.ts';
import { ConversionError, tryConvert } from '../value/convert.ts';
import { addDecimals, compareDecimals, divideDecimals, multiplyDecimals, negateDecimal, remainderOfDecimals, subtractDecimals } from '../value/decimal.ts';
import type { Decimal } from '../value/decimal.ts';
import { compareEqual } from '../value/equality.ts';
import { deepMarks, mergeMarks, withMarks } from '../value/marks.ts';
import { BOOL, NUMBER } from '../value/type.ts';
import type { Type, Value } from '../value/value.ts';

const ARITHMETIC: Partial<Record<BinaryOperator, (left: Decimal, right: Decimal) => Decimal | undefined>> = {
  '+': addDecimals,
  '-': subtractDecimals,
  '*': multiplyDecimals,
  '/': divideDecimals,
  '%': remainderOfDecimals,
};

const COMPARISON: Partial<Record<BinaryOperator, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/** What an operator refuses, and on which side. */
export interface OperatorProblem {
  summary: string;
  detail: string;
  side: 'left' | 'right' | 'both';
}

function operand(value: Value, type: Type, side: 'left' | 'right', unary: boolean): Value | OperatorProblem {
  const converted = tryConvert(value, type);
  const where = unary ? 'unary operand' : `${side} operand`;
  if (converted instanceof ConversionError) return { summary: 'Invalid operand', detail: `Unsuitable value for ${where}: ${converted.message}.`, side };
  if (converted.kind === 'null') return { summary: 'Operation failed', detail: 'Error during operation: argument must not be null.', side };
  return converted;
}

/** `!value` and `-value`. */
export function applyUnary(operator: '!' | '-', value: Value): Value | OperatorProblem {
  const converted = operand(value, operator === '!' ? BOOL : NUMBER, 'left', true);
  if ('side' in converted) return converted;
  if (converted.kind === 'bool') return withMarks(boolValue(!converted.value), converted.marks);
  if (converted.kind === 'number') return withMarks(numberValue(negateDecimal(converted.value)), converted.marks);
  return converted;
}

/** `left operator right`. */
export function applyBinary(operator: BinaryOperator, left: Value, right: Value): Value | OperatorProblem {
  if (operator === '==' || operator === '!=') return equality(left, right, operator === '!=');
  const type = operator === '&&' || operator === '||' ? BOOL : NUMBER;
  const a = operand(left, type, 'left', false);
  if ('side' in a) return a;
  const b = operand(right, type, 'right', false);
  if ('side' in b) return b;
  const marks = mergeMarks(a.marks, b.marks);
  if (a.kind === 'bool' && b.kind === 'bool') return withMarks(boolValue(operator === '&&' ? a.value && b.value : a.value || b.value), marks);
  if (type.kind === 'bool') {
    const decisive = operator === '||';
    if ((a.kind === 'bool' && a.value === decisive) || (b.kind === 'bool' && b.value === decisive)) return withMarks(boolValue(decisive), marks);
  }
  if (a.kind === 'number' && b.kind === 'number') {
    const compare = COMPARISON[operator];
    if (compare !== undefined) return withMarks(boolValue(compare(compareDecimals(a.value, b.value))), marks);
    const result = ARITHMETIC[operator]?.(a.value, b.value);
    if (result === undefined) return { summary: 'Operation failed', detail: `Error during operation: ${undefinedResult(operator)}.`, side: 'both' };
    return withMarks(numberValue(result), marks);
  }
  const unknown = a.kind === 'unknown' ? a : b;
  const result = COMPARISON[operator] !== undefined || type.kind === 'bool' ? BOOL : NUMBER;
  return unknown.kind === 'unknown' ? unknownValue(result, unknown.reason, marks) : unknown;
}

function undefinedResult(operator: BinaryOperator): string {
  if (operator === '/') return "can't divide zero by zero or infinity by infinity";
  if (operator === '*' || operator === '%') return "can't multiply zero by infinity";
  return "can't compute the sum of opposing infinities";
}

function equality(left: Value, right: Value, negated: boolean): Value {
  const marks = mergeMarks(deepMarks(left), deepMarks(right));
  const equal = compareEqual(left, right);
  return typeof equal === 'boolean' ? withMarks(boolValue(equal !== negated), marks) : unknownValue(BOOL, equal, marks);
}
