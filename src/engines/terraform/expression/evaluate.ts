/**
 * Evaluates expressions of the Terraform language as HCL does it: every part is evaluated, what fails
 * leaves a problem with its place and an unknown value, and the rest goes on. Nothing here throws for
 * what an expression can do; work is bounded by steps, depth and sizes, and going over is a problem too.
 */
import type { AttributeAccess, BinaryOperator, Conditional, Expression, Index, ObjectConstructor, Template, VariableReference } from '../../../formats/hcl/syntax-tree.ts';
import { FALSE, NULL, TRUE, numberValue, objectValue, stringValue, tupleValue, unknownValue } from '../value/construct.ts';
import { ConversionError, tryConvert } from '../value/convert.ts';
import { parseDecimal } from '../value/decimal.ts';
import { deepMarks, mergeMarks, secrecyOnly, withMarks } from '../value/marks.ts';
import { BOOL, DYNAMIC, STRING, typeOf } from '../value/type.ts';
import { unify } from '../value/unify.ts';
import type { Marks, Type, Value } from '../value/value.ts';
import { getAttribute, getIndex, isAccessProblem } from './access.ts';
import { callExpression } from './call.ts';
import { evaluateFor, evaluateSplat } from './iteration.ts';
import { applyBinary, applyUnary } from './operators.ts';
import { MAX_DEPTH, WorkLimitError, fail, lookUp, step, type Run } from './run.ts';
import type { Evaluation, Scope } from './scope.ts';
import { didYouMean } from './suggestion.ts';
import { renderParts } from './template.ts';
import { describeMismatch } from './type-difference.ts';

/** The value of an expression and everything that went wrong on the way. Never throws for what an expression can do. */
export function evaluate(expression: Expression, scope: Scope): Evaluation {
  return guarded(scope, (run) => evaluateIn(expression, run), expression);
}

/** The value of a literal, which needs no scope and can neither fail nor refer to anything; undefined for other expressions. */
export function constantValue(expression: Expression): Value | undefined {
  if (expression.kind === 'boolean') return expression.value ? TRUE : FALSE;
  if (expression.kind === 'number') {
    const number = parseDecimal(expression.text);
    return number === undefined ? undefined : numberValue(number);
  }
  if (expression.kind !== 'template' || expression.parts.length !== 1) return undefined;
  const [only] = expression.parts;
  return only?.kind === 'text' ? stringValue(only.value) : undefined;
}

/** Renders the parts of a template, such as a whole file, with the values of a scope. */
export function evaluateTemplate(template: Template, scope: Scope): Evaluation {
  return guarded(scope, (run) => renderParts(template.parts, template, run), template);
}

function guarded(scope: Scope, work: (run: Run) => Value, span: { start: number; end: number }): Evaluation {
  const run: Run = { scope, problems: [], frame: undefined, work: { steps: 0, depth: 0, templates: 0 }, evaluate: evaluateIn, renderParts };
  try {
    return { value: work(run), problems: run.problems };
  } catch (error) {
    if (error instanceof WorkLimitError) return { value: fail(run, error.span, 'Expression too large', error.message), problems: run.problems };
    if (error instanceof RangeError) return { value: fail(run, span, 'Expression too large', 'The expression makes more than the platform evaluates.'), problems: run.problems };
    throw error;
  }
}

function evaluateIn(expression: Expression, run: Run): Value {
  step(run, expression);
  run.work.depth += 1;
  if (run.work.depth > MAX_DEPTH) throw new WorkLimitError(`The expression is nested more than ${MAX_DEPTH} levels deep.`, expression);
  try {
    return dispatch(expression, run);
  } finally {
    run.work.depth -= 1;
  }
}

function dispatch(expression: Expression, run: Run): Value {
  switch (expression.kind) {
    case 'number': {
      const number = parseDecimal(expression.text);
      return number === undefined ? fail(run, expression, 'Invalid number', 'The number has more digits or a larger exponent than the platform takes.') : numberValue(number);
    }
    case 'boolean':
      return expression.value ? TRUE : FALSE;
    case 'null':
      return NULL;
    case 'template':
      return evaluateTemplateExpression(expression, run);
    case 'variable':
    case 'attribute-access':
      return evaluateTraversal(expression, run);
    case 'index':
      return evaluateIndex(expression, run);
    case 'splat':
      return evaluateSplat(expression, run);
    case 'call':
      return callExpression(expression, run);
    case 'conditional':
      return evaluateConditional(expression, run);
    case 'unary': {
      const result = applyUnary(expression.operator, run.evaluate(expression.operand, run));
      return 'side' in result ? fail(run, expression.operand, result.summary, result.detail) : result;
    }
    case 'binary': {
      const left = run.evaluate(expression.left, run);
      const problems = run.problems;
      run.problems = [];
      const right = run.evaluate(expression.right, run);
      const ofRight = run.problems;
      run.problems = problems;
      if (ofRight.length > 0 && decides(expression.operator, left)) return left;
      problems.push(...ofRight);
      const result = applyBinary(expression.operator, left, right);
      if (!('side' in result)) return result;
      return fail(run, result.side === 'left' ? expression.left : result.side === 'right' ? expression.right : expression, result.summary, result.detail);
    }
    case 'tuple':
      return tupleValue(expression.elements.map((element) => run.evaluate(element, run)));
    case 'object':
      return evaluateObject(expression, run);
    case 'for-tuple':
    case 'for-object':
      return evaluateFor(expression, run);
    case 'parentheses':
      return run.evaluate(expression.inner, run);
    case 'invalid':
      return unknownValue(DYNAMIC, { kind: 'failed', message: 'the expression could not be read', ...(run.scope.locate === undefined ? {} : { at: run.scope.locate(expression) }) });
  }
}

/** Whether the left operand alone gives the result, so that faults of the right one do not matter (Terraform 1.12, OpenTofu 1.10). */
function decides(operator: BinaryOperator, left: Value): boolean {
  return left.kind === 'bool' && ((operator === '||' && left.value) || (operator === '&&' && !left.value));
}

function evaluateTemplateExpression(template: Template, run: Run): Value {
  const [only] = template.parts;
  if (template.parts.length === 0) return stringValue('');
  if (template.parts.length === 1 && only !== undefined) {
    if (only.kind === 'text') return stringValue(only.value);
    if (only.kind === 'interpolation') return run.evaluate(only.expression, run);
  }
  return renderParts(template.parts, template, run);
}

/** A name with the attributes behind it, so that the scope sees as much of the reference as is written. */
function evaluateTraversal(expression: VariableReference | AttributeAccess, run: Run): Value {
  const path: AttributeAccess[] = [];
  let root: Expression = expression;
  while (root.kind === 'attribute-access') {
    path.push(root);
    root = root.source;
  }
  path.reverse();
  if (root.kind !== 'variable') return follow(run.evaluate(root, run), path, 0, run);
  const local = lookUp(run.frame, root.name);
  if (local !== undefined) return follow(local, path, 0, run);
  const resolution = run.scope.resolve({ name: root.name, steps: path.map((access) => access.name), span: expression });
  if (resolution !== undefined) return follow(resolution.value, path, resolution.steps, run);
  const names = run.scope.names?.();
  const available = names === undefined ? '' : didYouMean(root.name, names);
  return fail(run, root, 'Unknown variable', `There is no variable named "${root.name}".${available}`);
}

function follow(start: Value, path: readonly AttributeAccess[], taken: number, run: Run): Value {
  let value = start;
  for (const access of path.slice(taken)) {
    const next = getAttribute(value, access.name);
    if (isAccessProblem(next)) return fail(run, access.nameSpan, next.summary, next.detail);
    value = next;
  }
  return value;
}

function evaluateIndex(expression: Index, run: Run): Value {
  const source = run.evaluate(expression.source, run);
  const key = run.evaluate(expression.key, run);
  const result = getIndex(source, key);
  return isAccessProblem(result) ? fail(run, expression.key, result.summary, result.detail) : result;
}

const isUntypedNull = (value: Value): boolean => value.kind === 'null' && value.type.kind === 'dynamic';

/** The type that both results can have; undefined when there is none. */
function conditionalType(whenTrue: Value, whenFalse: Value): Type | undefined {
  if (isUntypedNull(whenTrue)) return typeOf(whenFalse);
  const trueType = typeOf(whenTrue);
  if (isUntypedNull(whenFalse)) return trueType;
  const falseType = typeOf(whenFalse);
  if (trueType.kind === 'dynamic' || falseType.kind === 'dynamic') return DYNAMIC;
  return unify([trueType, falseType], true);
}

function evaluateConditional(expression: Conditional, run: Run): Value {
  const problems = run.problems;
  const branch = (part: Expression): { value: Value; problems: Run['problems'] } => {
    run.problems = [];
    try {
      return { value: run.evaluate(part, run), problems: run.problems };
    } finally {
      run.problems = problems;
    }
  };
  const whenTrue = branch(expression.then);
  const whenFalse = branch(expression.otherwise);
  const type = conditionalType(whenTrue.value, whenFalse.value);
  if (type === undefined) {
    const detail = describeMismatch(typeOf(whenTrue.value), typeOf(whenFalse.value));
    return fail(run, { start: expression.then.start, end: expression.otherwise.end }, 'Inconsistent conditional result types', `The true and false result expressions must have consistent types. ${detail}.`);
  }
  const condition = run.evaluate(expression.condition, run);
  if (condition.kind === 'null') return fail(run, expression.condition, 'Null condition', 'The condition value is null. Conditions must either be true or false.', type);
  if (condition.kind === 'unknown') {
    const marks = mergeMarks(condition.marks, mergeMarks(deepMarks(whenTrue.value), deepMarks(whenFalse.value)));
    if (whenTrue.value.kind === 'null' && whenFalse.value.kind === 'null') return withMarks({ kind: 'null', type }, marks);
    return unknownValue(type, condition.reason, marks);
  }
  const decided = tryConvert(condition, BOOL);
  if (decided instanceof ConversionError || decided.kind !== 'bool') return fail(run, expression.condition, 'Incorrect condition type', 'The condition expression must be of type bool.', type);
  const [taken, other, part] = decided.value ? [whenTrue, whenFalse, expression.then] : [whenFalse, whenTrue, expression.otherwise];
  problems.push(...taken.problems);
  const result = tryConvert(taken.value, type);
  if (result instanceof ConversionError) return fail(run, part, 'Inconsistent conditional result types', `The ${decided.value ? 'true' : 'false'} result value has the wrong type: ${result.message}.`, type);
  return withMarks(result, mergeMarks(condition.marks, secrecyOnly(other.value.marks)));
}

function evaluateObject(expression: ObjectConstructor, run: Run): Value {
  const entries = new Map<string, Value>();
  let marks: Marks | undefined;
  let unknownKey: Value | undefined;
  for (const item of expression.items) {
    const raw = item.bare && item.key.kind === 'variable' ? stringValue(item.key.name) : run.evaluate(item.key, run);
    const value = run.evaluate(item.value, run);
    marks = mergeMarks(marks, raw.marks);
    if (raw.kind === 'null') {
      fail(run, item.key, 'Null value as key', "Can't use a null value as a key.");
      unknownKey ??= raw;
      continue;
    }
    const key = tryConvert(raw, STRING);
    if (key instanceof ConversionError) {
      fail(run, item.key, 'Incorrect key type', `Can't use this value as a key: ${key.message}.`);
      unknownKey ??= raw;
    } else if (key.kind === 'string') entries.set(key.value, value);
    else {
      unknownKey ??= key;
      marks = mergeMarks(marks, deepMarks(value));
    }
  }
  if (unknownKey === undefined) return withMarks(objectValue(entries), marks);
  for (const entry of entries.values()) marks = mergeMarks(marks, deepMarks(entry));
  return unknownValue(DYNAMIC, unknownKey.kind === 'unknown' ? unknownKey.reason : { kind: 'failed', message: 'a key of the object could not be used' }, marks);
}
