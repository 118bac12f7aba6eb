/**
 * Renders template parts to text: interpolations, `if` and `for` directives. A null or a structure in text
 * is refused; an unknown part makes the whole text unknown, with the marks of everything that is in it.
 */
import type { Span, TemplateFor, TemplateIf, TemplatePart } from '../../../formats/hcl/syntax-tree.ts';
import { stringValue, unknownValue } from '../value/construct.ts';
import { ConversionError, tryConvert } from '../value/convert.ts';
import { MAX_TEXT } from '../functions/definition.ts';
import { deepMarks, mergeMarks, secrecyOnly, withMarks } from '../value/marks.ts';
import { BOOL, DYNAMIC, STRING, isCollection, typeName, typeOf } from '../value/type.ts';
import type { Marks, UnknownReason, Value } from '../value/value.ts';
import { iterate } from './access.ts';
import { WorkLimitError, fail, step, within, type Run } from './run.ts';

interface Output {
  pieces: string[];
  length: number;
  marks: Marks | undefined;
  unknown: UnknownReason | undefined;
}

const INVALID = 'Invalid template interpolation value';

/** The text of the parts; unknown when a part is. */
export function renderParts(parts: readonly TemplatePart[], span: Span, run: Run): Value {
  const output: Output = { pieces: [], length: 0, marks: undefined, unknown: undefined };
  write(parts, output, span, run);
  if (output.unknown !== undefined) return unknownValue(STRING, output.unknown, output.marks);
  return withMarks(stringValue(output.pieces.join('')), output.marks);
}

function put(output: Output, text: string, span: Span): void {
  output.length += text.length;
  if (output.length > MAX_TEXT) throw new WorkLimitError(`The text would be longer than ${MAX_TEXT} characters.`, span);
  output.pieces.push(text);
}

function write(parts: readonly TemplatePart[], output: Output, span: Span, run: Run): void {
  for (const part of parts) {
    if (part.kind === 'text') put(output, part.value, part);
    else if (part.kind === 'interpolation') writeValue(run.evaluate(part.expression, run), output, part.expression, run);
    else if (part.kind === 'if-directive') writeIf(part, output, span, run);
    else writeFor(part, output, span, run);
  }
}

function writeValue(value: Value, output: Output, span: Span, run: Run): void {
  output.marks = mergeMarks(output.marks, value.marks);
  if (value.kind === 'unknown') {
    output.unknown ??= value.reason;
    return;
  }
  if (value.kind === 'null') {
    lose(output, fail(run, span, INVALID, 'The expression result is null. Cannot include a null value in a string template.'));
    return;
  }
  const text = tryConvert(value, STRING);
  if (text instanceof ConversionError) {
    output.marks = mergeMarks(output.marks, deepMarks(value));
    lose(output, fail(run, span, INVALID, `Cannot include the given value in a string template: ${text.message}.`));
  } else if (text.kind === 'string') put(output, text.value, span);
}

function lose(output: Output, failed: Value): void {
  if (failed.kind === 'unknown') output.unknown ??= failed.reason;
}

/** Writes nothing, but takes over the marks that the parts would bring. */
function writeUnknown(parts: readonly TemplatePart[], output: Output, reason: UnknownReason, span: Span, run: Run): void {
  const { problems } = run;
  run.problems = [];
  const trial: Output = { pieces: [], length: 0, marks: undefined, unknown: undefined };
  write(parts, trial, span, run);
  run.problems = problems;
  output.marks = mergeMarks(output.marks, trial.marks);
  output.unknown ??= reason;
}

function writeIf(part: TemplateIf, output: Output, span: Span, run: Run): void {
  const condition = run.evaluate(part.condition, run);
  output.marks = mergeMarks(output.marks, condition.marks);
  if (condition.kind === 'null') {
    lose(output, fail(run, part.condition, 'Null condition', 'The condition value is null. Conditions must either be true or false.'));
    return;
  }
  const decided = tryConvert(condition, BOOL);
  if (decided instanceof ConversionError) {
    lose(output, fail(run, part.condition, 'Incorrect condition type', 'The condition expression must be of type bool.'));
    return;
  }
  if (decided.kind === 'bool') {
    write(decided.value ? part.then : part.otherwise, output, span, run);
    return;
  }
  const reason = decided.kind === 'unknown' ? decided.reason : ({ kind: 'failed', message: 'the condition is not known' } as const);
  writeUnknown(part.then, output, reason, span, run);
  writeUnknown(part.otherwise, output, reason, span, run);
}

function writeFor(part: TemplateFor, output: Output, span: Span, run: Run): void {
  const collection = run.evaluate(part.collection, run);
  output.marks = mergeMarks(output.marks, secrecyOnly(collection.marks));
  const frame = (key: Value, value: Value) => ({ parent: run.frame, key: part.keyName, keyValue: key, name: part.valueName, value });
  if (collection.kind === 'unknown') {
    const type = collection.type;
    const element = unknownValue(isCollection(type) ? type.element : DYNAMIC, collection.reason, collection.marks);
    const key = unknownValue(DYNAMIC, collection.reason, collection.marks);
    within(run, frame(key, element), () => writeUnknown(part.parts, output, collection.reason, span, run));
    return;
  }
  const pairs = iterate(collection);
  if (pairs === undefined) {
    const detail = collection.kind === 'null' ? "A null value cannot be used as the collection in a 'for' expression." : `A value of type ${typeName(typeOf(collection))} cannot be used as the collection in a 'for' expression.`;
    lose(output, fail(run, part.collection, collection.kind === 'null' ? 'Iteration over null value' : 'Iteration over non-iterable value', detail));
    return;
  }
  for (const [key, value] of pairs) {
    step(run, part);
    within(run, frame(key, value), () => write(part.parts, output, span, run));
  }
}
