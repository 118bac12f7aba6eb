/**
 * From what was given to the value of a variable: defaults of the type, conversion, nullable, marks, validation.
 *
 * The order is Terraform's (internal/terraform/eval_variable.go): null gives way to the default unless the
 * variable is nullable; `optional(...)` defaults are filled in before the conversion; a value that does not
 * fit is refused, and the variable is unknown from then on.
 */
import type { VariableDeclaration, Written } from '../configuration/declarations.ts';
import { applyTypeConstraint } from '../expression/type-constraint.ts';
import { unknownValue } from '../value/construct.ts';
import { ConversionError } from '../value/convert.ts';
import { withMarks } from '../value/marks.ts';
import type { Marks, Value } from '../value/value.ts';
import type { ModuleContext } from './module-context.ts';

/** `at`: where the value was written, for a variable of a called module. */
export function settleVariable(module: ModuleContext, declaration: VariableDeclaration, given: Value | undefined, at: Written | undefined): Value {
  const marks: Marks = { ...(declaration.sensitive ? { sensitive: true as const } : {}), ...(declaration.ephemeral ? { ephemeral: true as const } : {}) };
  const raw = given === undefined || (given.kind === 'null' && !declaration.nullable) ? defaultOf(module, declaration) : given;
  if (raw === undefined) return withMarks(noValue(module, declaration, given, at), marks);
  const place = given === raw && at !== undefined ? at : (declaration.default ?? { file: declaration.place.file, expression: { kind: 'null' as const, start: declaration.place.start, end: declaration.place.end } });
  try {
    return withMarks(applyTypeConstraint(raw, { type: declaration.type, defaults: declaration.defaults }), marks);
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    module.evaluation.problems.ofValue(place.file, place.expression, `${module.prefix}var.${declaration.name}`, `the value does not fit the type of the variable: ${error.message}`, declaration.typeText === undefined ? undefined : `the type is ${oneLine(declaration.typeText)}`);
    return unknownValue(declaration.type, { kind: 'failed', message: 'the value does not fit the type' }, marks);
  }
}

/** Evaluates the rules of a variable, once its value is settled. */
export function validateVariable(module: ModuleContext, declaration: VariableDeclaration): void {
  const at = module.node.call?.inputs.get(declaration.name);
  for (const rule of declaration.validations) module.check(rule, {}, `var.${declaration.name}`, at);
}

function defaultOf(module: ModuleContext, declaration: VariableDeclaration): Value | undefined {
  return declaration.default === undefined ? undefined : module.evaluate(declaration.default, {}, `var.${declaration.name}`);
}

function noValue(module: ModuleContext, declaration: VariableDeclaration, given: Value | undefined, at: Written | undefined): Value {
  if (!module.isRoot) {
    const place = module.node.call?.place;
    const message = given === undefined ? `the variable "${declaration.name}" of the module needs a value` : `the variable "${declaration.name}" of the module must not be null`;
    if (at !== undefined) module.evaluation.problems.ofValue(at.file, at.expression, module.address, message);
    else if (place !== undefined) module.evaluation.problems.ofValue(place.file, place, module.address, message);
  }
  return unknownValue(declaration.type, { kind: 'no-value', message: 'no value was given for a variable', at: declaration.place.file.locate(declaration.place.start) });
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= 120 ? line : `${line.slice(0, 119)}…`;
}
