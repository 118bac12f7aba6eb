/** `variable`, `output`, `locals` and `check` blocks. */
import { parseHclExpression } from '../../../formats/hcl/parse.ts';
import { parseTypeConstraint } from '../expression/type-constraint.ts';
import type { TypeConstraint } from '../expression/type-constraint.ts';
import type { CheckDeclaration, LocalDeclaration, OutputDeclaration, VariableDeclaration, Written } from './declarations.ts';
import type { SourceBlock } from './content.ts';
import { argument, labelOf, placeOf, strictContent } from './content.ts';
import { booleanArgument, checkRule, dependsOn, missing, textArgument } from './decode-arguments.ts';
import type { Problems } from './problems.ts';
import { literalText, sourceText } from './syntax.ts';

const VARIABLE = { arguments: ['description', 'default', 'type', 'sensitive', 'nullable', 'ephemeral', 'deprecated', 'const'], blocks: { validation: 0 } } as const;
const OUTPUT = { arguments: ['description', 'value', 'depends_on', 'sensitive', 'ephemeral', 'deprecated'], blocks: { precondition: 0 } } as const;
/** Names that a module call gives a meaning of its own. */
const RESERVED = new Set(['source', 'version', 'providers', 'count', 'for_each', 'lifecycle', 'depends_on', 'locals']);

export function decodeVariable(source: SourceBlock, problems: Problems): VariableDeclaration {
  const name = labelOf(source);
  const path = `variable.${name}`;
  const content = strictContent(source, path, VARIABLE, problems);
  if (RESERVED.has(name)) problems.at(source.file, source.block.labels[0] ?? source.block, path, `"${name}" is reserved and cannot name a variable`);
  const type = argument(content, 'type');
  const constraint = type === undefined ? undefined : readType(type, path, problems);
  const fallback = argument(content, 'default');
  const description = textArgument(content, 'description', path, problems);
  const deprecated = textArgument(content, 'deprecated', path, problems);
  const nullable = booleanArgument(content, 'nullable', path, problems) ?? true;
  if (!nullable && fallback?.expression.kind === 'null') problems.at(fallback.file, fallback.expression, path, 'a variable with nullable = false cannot have null as its default');
  return {
    name,
    place: placeOf(source),
    ...(description === undefined ? {} : { description }),
    ...(type === undefined ? {} : { typeText: sourceText(type.file, type.expression) }),
    type: constraint?.type ?? { kind: 'dynamic' },
    ...(constraint?.defaults === undefined ? {} : { defaults: constraint.defaults }),
    ...(fallback === undefined ? {} : { default: fallback }),
    sensitive: booleanArgument(content, 'sensitive', path, problems) ?? false,
    nullable,
    ephemeral: booleanArgument(content, 'ephemeral', path, problems) ?? false,
    ...(deprecated === undefined ? {} : { deprecated }),
    validations: content.blocks.map((block) => checkRule(block, path, problems)),
  };
}

/** In the JSON syntax a type is an expression within a string. */
function readType(type: Written, path: string, problems: Problems): TypeConstraint {
  const text = type.file.json ? literalText(type.expression) : undefined;
  const constraint = parseTypeConstraint(text === undefined ? type.expression : parseHclExpression(text, type.file.path).expression);
  for (const problem of constraint.problems) problems.at(type.file, text === undefined ? problem.span : type.expression, path, `${problem.summary}: ${problem.detail}`);
  return constraint;
}

export function decodeOutput(source: SourceBlock, problems: Problems): OutputDeclaration {
  const name = labelOf(source);
  const path = `output.${name}`;
  const content = strictContent(source, path, OUTPUT, problems);
  const value = argument(content, 'value');
  if (value === undefined) missing(source, path, 'value', problems);
  const description = textArgument(content, 'description', path, problems);
  const deprecated = textArgument(content, 'deprecated', path, problems);
  return {
    name,
    place: placeOf(source),
    ...(value === undefined ? {} : { value }),
    ...(description === undefined ? {} : { description }),
    sensitive: booleanArgument(content, 'sensitive', path, problems) ?? false,
    ephemeral: booleanArgument(content, 'ephemeral', path, problems) ?? false,
    ...(deprecated === undefined ? {} : { deprecated }),
    dependsOn: dependsOn(content, path, problems),
    preconditions: content.blocks.map((block) => checkRule(block, path, problems)),
  };
}

export function decodeLocals(source: SourceBlock, problems: Problems): LocalDeclaration[] {
  for (const item of source.block.body.items) if (item.kind === 'block') problems.at(source.file, item.typeSpan, 'locals', `there is no block "${item.type}" here`, `write it as an argument: ${item.type} = { ... }`);
  return source.block.body.items.flatMap((item) =>
    item.kind === 'attribute' && !(source.file.json && item.name === '//') ? [{ name: item.name, value: { file: source.file, expression: item.expression, name: item.nameSpan }, place: { file: source.file, start: item.start, end: item.end } }] : [],
  );
}

/** A check's own data source is read like any other, so it is answered apart. */
export function decodeCheck(source: SourceBlock, problems: Problems): { check: CheckDeclaration; data: SourceBlock[] } {
  const name = labelOf(source);
  const path = `check.${name}`;
  const content = strictContent(source, path, { arguments: [], blocks: { assert: 0, data: 2 } }, problems);
  const asserts = content.blocks.filter((block) => block.block.type === 'assert').map((block) => checkRule(block, path, problems));
  if (asserts.length === 0) problems.at(source.file, source.block.typeSpan, path, 'a check needs at least one assert block');
  return { check: { name, place: placeOf(source), asserts }, data: content.blocks.filter((block) => block.block.type === 'data') };
}
