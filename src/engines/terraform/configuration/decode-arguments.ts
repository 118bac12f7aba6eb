/** Arguments that several blocks share: repetition, depends_on, provider references, condition rules, literal settings. */
import type { CheckRule, ProviderReference, Repetition, Written } from './declarations.ts';
import type { Content, SourceBlock } from './content.ts';
import { argument, placeOf, strictContent } from './content.ts';
import type { Problems } from './problems.ts';
import { literalBoolean, literalText, referenceSteps, tupleElements } from './syntax.ts';

const IDENTIFIER = /^[\p{L}_][\p{L}\p{N}_-]*$/u;

/** A name as Terraform allows it; a problem otherwise. */
export function checkedName(source: SourceBlock, index: number, path: string, problems: Problems): boolean {
  const label = source.block.labels[index];
  if (label === undefined || IDENTIFIER.test(label.value)) return label !== undefined;
  problems.at(source.file, label, path, `"${label.value}" cannot be a name`, 'a name starts with a letter or _ and has letters, digits, _ and -');
  return false;
}

/** `count`, `for_each`, or OpenTofu's `enabled` of the lifecycle block; more than one is a problem. */
export function repetition(content: Content, enabled: Written | undefined, path: string, problems: Problems): Repetition | undefined {
  const found: Repetition[] = [];
  const count = argument(content, 'count');
  const forEach = argument(content, 'for_each');
  if (forEach !== undefined) found.push({ kind: 'for-each', written: forEach });
  if (count !== undefined) found.push({ kind: 'count', written: count });
  if (enabled !== undefined) found.push({ kind: 'enabled', written: enabled });
  const second = found[1];
  if (second !== undefined) problems.at(second.written.file, second.written.expression, path, 'only one of count, for_each and enabled may be set', `${found[0]?.kind === 'count' ? 'count' : 'for_each'} is used`);
  return found[0];
}

export function dependsOn(content: Content, path: string, problems: Problems): Written[] {
  const written = argument(content, 'depends_on');
  if (written === undefined) return [];
  const elements = tupleElements(written);
  if (elements === undefined) {
    problems.at(written.file, written.expression, path, 'depends_on is a list of references', 'write depends_on = [aws_vpc.main]');
    return [];
  }
  return elements.filter((element) => {
    if (referenceSteps(element.expression) !== undefined) return true;
    problems.at(element.file, element.expression, path, 'depends_on has references only, no other expressions');
    return false;
  });
}

/** `aws`, `aws.west`, `"aws.west"`, and OpenTofu's `aws.west[each.key]`. */
export function providerReference(written: Written, path: string, problems: Problems): ProviderReference | undefined {
  const { expression, file } = written;
  const place = { file, start: expression.start, end: expression.end };
  const indexed = expression.kind === 'index' ? expression : undefined;
  const steps = referenceSteps(indexed?.source ?? expression);
  const [name, alias, ...rest] = steps ?? [];
  if (name?.kind !== 'name' || rest.length > 0 || (alias !== undefined && alias.kind !== 'name')) {
    problems.at(file, expression, path, 'this is no reference to a provider configuration', 'write the name of the provider, and its alias after a dot: aws.west');
    return undefined;
  }
  return { localName: name.name, ...(alias === undefined ? {} : { alias: alias.name }), ...(indexed === undefined ? {} : { key: { file, expression: indexed.key } }), place };
}

/** `validation`, `precondition`, `postcondition` and `assert` blocks. */
export function checkRule(source: SourceBlock, path: string, problems: Problems): CheckRule {
  const content = strictContent(source, path, { arguments: ['condition', 'error_message'], blocks: {} }, problems);
  const condition = argument(content, 'condition');
  const errorMessage = argument(content, 'error_message');
  if (condition === undefined) missing(source, path, 'condition', problems);
  if (errorMessage === undefined) missing(source, path, 'error_message', problems);
  return { place: placeOf(source), ...(condition === undefined ? {} : { condition }), ...(errorMessage === undefined ? {} : { errorMessage }) };
}

export function missing(source: SourceBlock, path: string, name: string, problems: Problems): void {
  problems.at(source.file, source.block.typeSpan, path, `the argument "${name}" is missing in this ${source.block.type} block`);
}

/** The text of an argument that must be written out. */
export function textArgument(content: Content, name: string, path: string, problems: Problems): string | undefined {
  const written = argument(content, name);
  if (written === undefined || written.expression.kind === 'invalid') return undefined;
  const text = literalText(written.expression);
  if (text === undefined && written.expression.kind !== 'null') problems.at(written.file, written.expression, path, `${name} must be a string that is written out`);
  return text;
}

export function booleanArgument(content: Content, name: string, path: string, problems: Problems): boolean | undefined {
  const written = argument(content, name);
  if (written === undefined || written.expression.kind === 'invalid') return undefined;
  const value = literalBoolean(written.expression);
  if (value === undefined && written.expression.kind !== 'null') problems.at(written.file, written.expression, path, `${name} must be true or false`);
  return value;
}
