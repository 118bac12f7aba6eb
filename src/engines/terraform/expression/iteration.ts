/**
 * `for` expressions and splats. Over an unknown collection nothing can be said but where the result would
 * come from: the body is still evaluated once with an unknown element, so that its origins (and secrecy)
 * are on the unknown result; problems of that trial do not count.
 */
import type { Expression, ForObject, ForTuple, Span, Splat, SplatStep } from '../../../formats/hcl/syntax-tree.ts';
import { EMPTY_TUPLE, listValue, objectValue, tupleValue, unknownValue } from '../value/construct.ts';
import { ConversionError, convert, tryConvert } from '../value/convert.ts';
import { deepMarks, mergeMarks, secrecyOnly, withMarks } from '../value/marks.ts';
import { BOOL, DYNAMIC, STRING, isCollection, listOf, sameType, tupleOf, typeName, typeOf } from '../value/type.ts';
import { unify } from '../value/unify.ts';
import type { Marks, Type, Value } from '../value/value.ts';
import { getAttribute, getIndex, isAccessProblem, iterate } from './access.ts';
import { fail, step, within, type Frame, type Run } from './run.ts';

type For = ForTuple | ForObject;

/** `[for k, v in c : ...]` and `{for k, v in c : k => v}`. */
export function evaluateFor(expression: For, run: Run): Value {
  const collection = run.evaluate(expression.collection, run);
  if (collection.kind === 'null') return fail(run, expression.collection, 'Iteration over null value', "A null value cannot be used as the collection in a 'for' expression.");
  if (collection.kind === 'unknown') return overUnknown(expression, collection, run);
  const pairs = iterate(collection);
  if (pairs === undefined) return fail(run, expression.collection, 'Iteration over non-iterable value', `A value of type ${typeName(typeOf(collection))} cannot be used as the collection in a 'for' expression.`);
  const result = new ForResult(expression, run, withoutOriginsOfElements(collection));
  for (const [key, value] of pairs) {
    step(run, expression);
    within(run, frameOf(expression, run, key, value), () => result.add());
  }
  return result.finish();
}

/** Origins of a whole known collection are those of its elements too, unless these have their own. */
function withoutOriginsOfElements(collection: Value): Marks | undefined {
  return secrecyOnly(collection.marks);
}

function frameOf(expression: For, run: Run, key: Value, value: Value): Frame {
  return { parent: run.frame, key: expression.keyName, keyValue: key, name: expression.valueName, value };
}

class ForResult {
  readonly #expression: For;
  readonly #run: Run;
  readonly #elements: Value[] = [];
  readonly #entries = new Map<string, Value>();
  readonly #groups = new Map<string, Value[]>();
  #marks: Marks | undefined;
  #unknown: Value | undefined;

  constructor(expression: For, run: Run, marks: Marks | undefined) {
    this.#expression = expression;
    this.#run = run;
    this.#marks = marks;
  }

  /** Takes in one element; its variables are in the run's frame. */
  add(): void {
    if (!this.#included()) return;
    const expression = this.#expression;
    if (expression.kind === 'for-tuple') {
      this.#elements.push(this.#run.evaluate(expression.value, this.#run));
      return;
    }
    const key = this.#key(expression);
    const value = this.#run.evaluate(expression.value, this.#run);
    if (key === undefined) {
      this.#marks = mergeMarks(this.#marks, deepMarks(value));
      return;
    }
    if (expression.grouped) {
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, [value]);
      else group.push(value);
    } else if (this.#entries.has(key)) {
      this.#lose(fail(this.#run, expression.key, 'Duplicate object key', `Two different items produced ${this.#marks?.sensitive || this.#marks?.ephemeral ? 'the same key' : `the key "${key}"`} in this 'for' expression. If duplicates are expected, use the ellipsis (...) after the value expression to enable grouping by key.`));
    } else this.#entries.set(key, value);
  }

  #lose(unknown: Value): void {
    this.#unknown ??= unknown;
  }

  #included(): boolean {
    const { condition } = this.#expression;
    if (condition === undefined) return true;
    const raw = this.#run.evaluate(condition, this.#run);
    this.#marks = mergeMarks(this.#marks, raw.marks);
    if (raw.kind === 'null') {
      this.#lose(fail(this.#run, condition, "Invalid 'for' condition", "The value of the 'if' clause must not be null."));
      return false;
    }
    const decided = tryConvert(raw, BOOL);
    if (decided instanceof ConversionError) {
      this.#lose(fail(this.#run, condition, "Invalid 'for' condition", `The 'if' clause value is invalid: ${decided.message}.`));
      return false;
    }
    if (decided.kind === 'bool') return decided.value;
    this.#lose(decided);
    // What would be in the result if the condition holds still says where the result comes from.
    this.#marks = mergeMarks(this.#marks, trialMarks(this.#expression, this.#run));
    return false;
  }

  #key(expression: ForObject): string | undefined {
    const raw = this.#run.evaluate(expression.key, this.#run);
    this.#marks = mergeMarks(this.#marks, raw.marks);
    if (raw.kind === 'null') {
      this.#lose(fail(this.#run, expression.key, 'Invalid object key', "Key expression in 'for' expression must not produce a null value."));
      return undefined;
    }
    const key = tryConvert(raw, STRING);
    if (key instanceof ConversionError) {
      this.#lose(fail(this.#run, expression.key, 'Invalid object key', `The key expression produced an invalid result: ${key.message}.`));
      return undefined;
    }
    if (key.kind === 'string') return key.value;
    this.#lose(key);
    return undefined;
  }

  finish(): Value {
    const expression = this.#expression;
    for (const [key, values] of this.#groups) this.#entries.set(key, tupleValue(values));
    const known = expression.kind === 'for-tuple' ? tupleValue(this.#elements) : objectValue(this.#entries);
    if (this.#unknown === undefined) return withMarks(known, this.#marks);
    const reason = this.#unknown.kind === 'unknown' ? this.#unknown.reason : ({ kind: 'failed', message: 'an element could not be evaluated' } as const);
    return unknownValue(DYNAMIC, reason, mergeMarks(this.#marks, deepMarks(known)));
  }
}

/** Evaluates without noting problems. */
function quietly(run: Run, work: () => Value): Value {
  const { problems } = run;
  run.problems = [];
  try {
    return work();
  } finally {
    run.problems = problems;
  }
}

function trialMarks(expression: For, run: Run): Marks | undefined {
  let marks: Marks | undefined;
  const parts: Expression[] = expression.kind === 'for-object' ? [expression.key, expression.value] : [expression.value];
  for (const part of parts) marks = mergeMarks(marks, deepMarks(quietly(run, () => run.evaluate(part, run))));
  return marks;
}

function overUnknown(expression: For, collection: Value & { kind: 'unknown' }, run: Run): Value {
  const { type } = collection;
  if (type.kind === 'string' || type.kind === 'number' || type.kind === 'bool') {
    return fail(run, expression.collection, 'Iteration over non-iterable value', `A value of type ${typeName(type)} cannot be used as the collection in a 'for' expression.`);
  }
  const element = unknownValue(isCollection(type) ? type.element : DYNAMIC, collection.reason, collection.marks);
  const keyType = type.kind === 'map' || type.kind === 'object' ? STRING : DYNAMIC;
  const key = unknownValue(keyType, collection.reason, collection.marks);
  const marks = within(run, frameOf(expression, run, key, element), () => {
    let found = trialMarks(expression, run);
    const { condition } = expression;
    if (condition !== undefined) found = mergeMarks(found, secrecyOnly(quietly(run, () => run.evaluate(condition, run)).marks));
    return found;
  });
  return unknownValue(DYNAMIC, collection.reason, mergeMarks(secrecyOnly(collection.marks), marks ?? collection.marks));
}

/** `source.*.name` and `source[*].name[0]`. */
export function evaluateSplat(expression: Splat, run: Run): Value {
  return splatOver(run.evaluate(expression.source, run), expression.steps, expression.source, run);
}

function splatOver(source: Value, steps: readonly SplatStep[], span: Span, run: Run): Value {
  const kind = source.kind === 'null' ? source.type.kind : source.kind;
  const isSequence = kind === 'tuple' || kind === 'list' || kind === 'set';
  if (source.kind === 'null') {
    if (!isSequence) return withMarks(EMPTY_TUPLE, source.marks);
    return fail(run, span, 'Splat of null value', 'Splat expressions (with the * symbol) cannot be applied to null sequences.');
  }
  if (source.kind === 'unknown') return splatUnknown(source, steps, run);
  if (source.kind !== 'list' && source.kind !== 'set' && source.kind !== 'tuple') return withMarks(tupleValue([takeSteps(steps, source, run)]), secrecyOnly(source.marks));
  const problems = run.problems.length;
  step(run, span, source.elements.length);
  const inherited = source.marks?.origins;
  const values = source.elements.map((item) => takeSteps(steps, inherited !== undefined && item.marks?.origins === undefined ? withMarks(item, { origins: inherited }) : item, run));
  const marks = secrecyOnly(source.marks);
  if (source.kind === 'tuple') return withMarks(tupleValue(values), marks);
  if (values.length === 0) return withMarks(listValue(typeOf(quietly(run, () => takeSteps(steps, unknownValue(source.element, EMPTY_REASON), run))), []), marks);
  const elementType = unify(values.map(typeOf), true);
  if (elementType === undefined || run.problems.length > problems) return withMarks(tupleValue(values), marks);
  return withMarks(listValue(elementType, values.map((value) => (sameType(typeOf(value), elementType) ? value : convert(value, elementType)))), marks);
}

const EMPTY_REASON = { kind: 'computed', message: 'no element' } as const;

function takeSteps(steps: readonly SplatStep[], item: Value, run: Run): Value {
  let value = item;
  for (const part of steps) {
    if (part.kind === 'splat-step') {
      value = splatOver(value, part.steps, part, run);
      continue;
    }
    const next = part.kind === 'attribute-step' ? getAttribute(value, part.name) : getIndex(value, run.evaluate(part.key, run));
    if (isAccessProblem(next)) return fail(run, part, next.summary, next.detail);
    value = next;
  }
  return value;
}

function splatUnknown(source: Value & { kind: 'unknown' }, steps: readonly SplatStep[], run: Run): Value {
  const { type } = source;
  const trial = (elementType: Type): Value => quietly(run, () => takeSteps(steps, unknownValue(elementType, source.reason, source.marks), run));
  if (type.kind === 'list' || type.kind === 'set') {
    const element = trial(type.element);
    return unknownValue(listOf(typeOf(element)), source.reason, element.marks);
  }
  if (type.kind === 'tuple') {
    const elements = type.elements.map(trial);
    return unknownValue(tupleOf(elements.map(typeOf)), source.reason, elements.reduce<Marks | undefined>((sum, element) => mergeMarks(sum, element.marks), secrecyOnly(source.marks)));
  }
  const element = trial(type);
  return unknownValue(DYNAMIC, source.reason, element.marks ?? source.marks);
}
