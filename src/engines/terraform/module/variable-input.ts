/**
 * The values that a user gives to the variables of a root module, in Terraform's order of precedence:
 * `TF_VAR_*`, then `terraform.tfvars`, `terraform.tfvars.json`, `*.auto.tfvars(.json)` by name, then
 * `-var` and `-var-file` in the order of the command line; the last one wins.
 *
 * A value from the environment or the command line is text for a variable of a simple type, and an
 * expression for any other (developer.hashicorp.com/terraform/language/values/variables).
 */
import { parseHclJson } from '../../../formats/hcl/parse-json.ts';
import { parseHcl, parseHclExpression } from '../../../formats/hcl/parse.ts';
import { decodeSource } from '../../../formats/hcl/source-text.ts';
import type { Expression } from '../../../formats/hcl/syntax-tree.ts';
import type { ModuleConfiguration, VariableDeclaration } from '../configuration/declarations.ts';
import type { Problems } from '../configuration/problems.ts';
import { evaluate } from '../expression/evaluate.ts';
import { scopeOf } from '../expression/scope.ts';
import { stringValue, unknownValue } from '../value/construct.ts';
import { DYNAMIC, compareText } from '../value/type.ts';
import type { Value } from '../value/value.ts';

export interface VariableSources {
  /** The environment, or a part of it; only names that begin with `TF_VAR_` are looked at. */
  environment?: Readonly<Record<string, string | undefined>>;
  /** In the order of the command line. */
  commandLine?: readonly ({ kind: 'variable'; name: string; value: string } | { kind: 'file'; path: string; bytes: Uint8Array })[];
}

/** A variables file that lies in the module's folder; `bytes` is why it could not be read when it is text. */
export interface VariablesFile {
  path: string;
  bytes: Uint8Array | string;
}

/** The variables files that Terraform reads by itself, in its order. `names` are the files of the root folder. */
export function automaticFiles(names: readonly string[]): string[] {
  const fixed = ['terraform.tfvars', 'terraform.tfvars.json'].filter((name) => names.includes(name));
  const automatic = names.filter((name) => /\.auto\.tfvars(\.json)?$/.test(name)).sort(compareText);
  return [...fixed, ...automatic];
}

/** Values by name. What cannot be read is a problem, and its variable unknown. */
export function variableInput(configuration: ModuleConfiguration, files: readonly VariablesFile[], sources: VariableSources, problems: Problems): Map<string, Value> {
  const given = new Map<string, Value>();
  for (const [name, text] of Object.entries(sources.environment ?? {})) {
    const variable = name.startsWith('TF_VAR_') ? configuration.variables.get(name.slice('TF_VAR_'.length)) : undefined;
    if (variable !== undefined && text !== undefined) given.set(variable.name, textValue(variable, text, name, problems));
  }
  for (const file of files) readVariablesFile(file, configuration, given, problems);
  for (const source of sources.commandLine ?? []) {
    if (source.kind === 'file') {
      readVariablesFile(source, configuration, given, problems);
      continue;
    }
    const variable = configuration.variables.get(source.name);
    if (variable === undefined) problems.add({ file: '-var', line: 1, column: 1, path: source.name, message: `the module has no variable "${source.name}"` });
    else given.set(source.name, textValue(variable, source.value, '-var', problems));
  }
  return given;
}

function textValue(variable: VariableDeclaration, text: string, place: string, problems: Problems): Value {
  const { kind } = variable.type;
  if (kind === 'string' || kind === 'number' || kind === 'bool' || variable.typeText === undefined) return stringValue(text);
  const parsed = parseHclExpression(text, place);
  const [problem] = parsed.problems;
  if (problem !== undefined) problems.add({ file: place, line: problem.line, column: problem.column, path: `var.${variable.name}`, message: `the value is no expression: ${problem.message}`, hint: `for a ${kind} write it as in a file, in quotes of the shell` });
  return constant(parsed.expression, place, `var.${variable.name}`, undefined, problems);
}

function readVariablesFile(file: VariablesFile, configuration: ModuleConfiguration, given: Map<string, Value>, problems: Problems): void {
  const decoded = typeof file.bytes === 'string' ? { problem: { message: file.bytes, hint: 'the other values were read' } } : decodeSource(file.bytes);
  if ('problem' in decoded) {
    problems.add({ file: file.path, line: 1, column: 1, path: '', message: decoded.problem.message, hint: decoded.problem.hint });
    return;
  }
  const json = file.path.endsWith('.json');
  const parsed = json ? parseHclJson(decoded.text, file.path) : parseHcl(decoded.text, file.path);
  for (const { line, column, path, message, hint } of parsed.problems) problems.add({ file: file.path, line, column, path, message, ...(hint === undefined ? {} : { hint }) });
  for (const item of parsed.body.items) {
    const place = { file: file.path, ...parsed.lines.locate(item.start) };
    if (item.kind === 'block') {
      problems.add({ ...place, path: item.type, message: `a variables file has no blocks, and "${item.type}" is one`, hint: `write ${item.type} = { ... }` });
      continue;
    }
    if (!configuration.variables.has(item.name)) continue;
    given.set(item.name, json ? jsonConstant(item.expression, decoded.text, place.file, problems) : constant(item.expression, file.path, `var.${item.name}`, (offset) => parsed.lines.locate(offset), problems));
  }
}

function constant(expression: Expression, file: string, path: string, locate: ((offset: number) => { line: number; column: number }) | undefined, problems: Problems): Value {
  if (expression.kind === 'invalid') return unknownValue(DYNAMIC, { kind: 'failed', message: 'the value could not be read' });
  const { value, problems: found } = evaluate(expression, scopeOf({}));
  for (const problem of found) problems.add({ file, ...(locate?.(problem.span.start) ?? { line: 1, column: problem.span.start + 1 }), path, message: `${problem.summary}: ${problem.detail}`, hint: 'values of variables are constants' });
  return value;
}

/** Strings of `.tfvars.json` are plain text, no templates. */
function jsonConstant(expression: Expression, text: string, file: string, problems: Problems): Value {
  return constant(plainStrings(expression, text), file, '', undefined, problems);
}

function plainStrings(expression: Expression, text: string): Expression {
  switch (expression.kind) {
    case 'template': {
      const { start, end } = expression;
      const value: unknown = JSON.parse(text.slice(start, end));
      return { ...expression, parts: [{ kind: 'text', value: String(value), start, end }] };
    }
    case 'tuple':
      return { ...expression, elements: expression.elements.map((element) => plainStrings(element, text)) };
    case 'object':
      return { ...expression, items: expression.items.map((item) => ({ ...item, key: plainStrings(item.key, text), value: plainStrings(item.value, text) })) };
    default:
      return expression;
  }
}
