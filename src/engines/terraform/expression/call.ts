/**
 * Function calls in expressions. `try`, `can` and `templatestring` look at the expressions of their
 * arguments, all others at values. Functions of providers are unknown with a reason: running them would
 * mean running the provider.
 */
import type { Expression, FunctionCall, Span } from '../../../formats/hcl/syntax-tree.ts';
import { FunctionError, callFunction, type CallContext } from '../functions/definition.ts';
import { findFunction, functionNames } from '../functions/registry.ts';
import { boolValue, unknownValue } from '../value/construct.ts';
import { firstUnknown } from '../value/equality.ts';
import { deepMarks, isDeeplySecret, mergeMarks, withMarks } from '../value/marks.ts';
import { BOOL, DYNAMIC } from '../value/type.ts';
import type { Marks, Value } from '../value/value.ts';
import { fail, reasonAt, step, type Run } from './run.ts';
import type { EvaluationProblem } from './scope.ts';
import { didYouMean } from './suggestion.ts';
import { renderTemplateText } from './template-text.ts';

/** The value of a call. */
export function callExpression(call: FunctionCall, run: Run): Value {
  const name = call.name.startsWith('core::') ? call.name.slice('core::'.length) : call.name;
  if (name === 'try') return evaluateTry(call, run);
  if (name === 'can') return evaluateCan(call, run);
  if (name.startsWith('provider::')) return callProvider(call, run);
  const definition = findFunction(name);
  if (definition === undefined) {
    for (const argument of call.arguments) run.evaluate(argument, run);
    return fail(run, call.nameSpan, 'Call to unknown function', `There is no function named "${call.name}".${didYouMean(name, functionNames())}`);
  }
  if (name === 'templatestring' && !isReference(call.arguments[0])) {
    return fail(run, call.arguments[0] ?? call, 'Invalid function argument', 'Invalid value for "template" parameter: invalid template expression: must be a direct reference to a single string from elsewhere.');
  }
  const args = argumentValues(call, run);
  if (!Array.isArray(args)) return args;
  try {
    return atPlace(callFunction(definition, args, contextOf(call, run)), call, run);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const hidden = args.some((value) => isDeeplySecret(value));
    const argument = error.argument === undefined ? undefined : (call.arguments[Math.min(error.argument, call.arguments.length - 1)] ?? call);
    const summary = argument === undefined ? 'Error in function call' : 'Invalid function argument';
    const detail = hidden ? `Call to function "${call.name}" failed; an argument is sensitive, so the reason is not shown.` : argument === undefined ? `Call to function "${call.name}" failed: ${error.message}.` : error.message;
    const failed = fail(run, argument ?? call, summary, detail, definition.returns);
    return withMarks(failed, args.reduce<Marks | undefined>((sum, value) => mergeMarks(sum, deepMarks(value)), undefined));
  }
}

/** Reasons made by functions (time, files outside) get the place of the call. */
function atPlace(value: Value, call: FunctionCall, run: Run): Value {
  if (value.kind !== 'unknown' || value.reason.at !== undefined || run.scope.locate === undefined) return value;
  return { ...value, reason: { ...value.reason, at: run.scope.locate(call) } };
}

function isReference(expression: Expression | undefined): boolean {
  if (expression?.kind === 'variable') return true;
  return (expression?.kind === 'attribute-access' || expression?.kind === 'index') && isReference(expression.source);
}

/** Values of the arguments with `...` expanded, or the value that the whole call has because of it. */
function argumentValues(call: FunctionCall, run: Run): Value[] | Value {
  const values = call.arguments.map((argument) => run.evaluate(argument, run));
  const last = call.arguments.at(-1);
  const final = values.at(-1);
  if (!call.expandFinal || last === undefined || final === undefined) return values;
  if (final.kind === 'null') return fail(run, last, 'Invalid expanding argument value', 'The expanding argument (indicated by ...) must not be null.');
  if (final.kind === 'unknown') {
    return unknownValue(DYNAMIC, final.reason, values.reduce<Marks | undefined>((sum, value) => mergeMarks(sum, deepMarks(value)), undefined));
  }
  if (final.kind !== 'tuple' && final.kind !== 'list' && final.kind !== 'set') {
    return fail(run, last, 'Invalid expanding argument value', 'The expanding argument (indicated by ...) must be of a tuple, list, or set type.');
  }
  step(run, call, final.elements.length);
  return [...values.slice(0, -1), ...final.elements.map((element) => withMarks(element, final.marks))];
}

function contextOf(call: Span, run: Run): CallContext {
  return {
    ...(run.scope.files === undefined ? {} : { files: run.scope.files }),
    renderTemplate: (text, file, variables) => renderTemplateText(text, file, variables, call, run),
  };
}

function callProvider(call: FunctionCall, run: Run): Value {
  const values = call.arguments.map((argument) => run.evaluate(argument, run));
  const marks = values.reduce<Marks | undefined>((sum, value) => mergeMarks(sum, deepMarks(value)), undefined);
  return unknownValue(DYNAMIC, reasonAt(run, call, 'unsupported', `${call.name} is a function of a provider, which is not run`), marks);
}

interface Attempt {
  value: Value;
  problems: EvaluationProblem[];
}

function attempt(expression: Expression, run: Run): Attempt {
  const { problems } = run;
  run.problems = [];
  try {
    return { value: run.evaluate(expression, run), problems: run.problems };
  } finally {
    run.problems = problems;
  }
}

/** The first argument without an error. An unknown one ends the search: it may still fail when it is known. */
function evaluateTry(call: FunctionCall, run: Run): Value {
  if (call.arguments.length === 0) return fail(run, call, 'Error in function call', 'Call to function "try" failed: at least one argument is required.');
  const failures: string[] = [];
  for (const argument of call.arguments) {
    const { value, problems } = attempt(argument, run);
    if (problems.length === 0) return value;
    for (const problem of problems) failures.push(`${problem.summary}: ${problem.detail}`);
  }
  return fail(run, call, 'Error in function call', `Call to function "try" failed: no expression succeeded:\n- ${failures.slice(0, 10).join('\n- ')}\n\nAt least one expression must produce a successful result.`);
}

function evaluateCan(call: FunctionCall, run: Run): Value {
  const [argument, extra] = call.arguments;
  if (argument === undefined || extra !== undefined) return fail(run, call, 'Error in function call', 'Function "can" expects 1 argument(s).', BOOL);
  const { value, problems } = attempt(argument, run);
  const marks = deepMarks(value);
  if (problems.length > 0) return boolValue(false);
  const unknown = firstUnknown(value);
  return unknown === undefined ? boolValue(true) : unknownValue(BOOL, unknown, marks);
}
