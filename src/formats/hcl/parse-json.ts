/** Files of HCL's JSON syntax (`.tf.json`) to the same tree as those of the native syntax. */
import type { HclFile } from './hcl-file.ts';
import { NO_BLOCKS, literalText, readJsonBody } from './json-body.ts';
import type { JsonBodySchema } from './json-body.ts';
import { JsonValueParser } from './json-value-parser.ts';
import { LineIndex } from './line-index.ts';
import { parseHclExpression } from './parse.ts';
import type { ParsedExpression } from './parse.ts';
import { ProblemCollector } from './problem-collector.ts';
import type { Template } from './syntax-tree.ts';
import { emptyTokenList } from './token.ts';

/**
 * Parses a JSON file. `schema` says which properties are blocks; without it all are arguments, and
 * `blocksOfArgument` reads them as blocks later. Never throws.
 */
export function parseHclJson(text: string, file: string, schema: JsonBodySchema = NO_BLOCKS): HclFile {
  const lines = new LineIndex(text);
  const problems = new ProblemCollector(file, lines);
  const parser = new JsonValueParser(text, file, lines, problems);
  const root = parser.parseRoot();
  if (root.kind !== 'object' && root.kind !== 'tuple' && root.kind !== 'invalid') problems.add(root.start, root.end, 'A JSON file holds an object, or an array of objects.');
  const body = readJsonBody(text, root.kind === 'object' || root.kind === 'tuple' ? root : { kind: 'null', start: 0, end: text.length }, schema, problems);
  return { file, text, syntax: 'json', body, problems: problems.sorted(), deferredProblems: parser.deferred, comments: [], lines, tokens: emptyTokenList() };
}

/**
 * The string as an expression of the native syntax, for the places that want a reference or a type and not
 * a value (`"type": "list(string)"`, `"depends_on": ["aws_vpc.main"]`). Places are relative to the string's text.
 */
export function stringAsExpression(file: HclFile, string: Template): ParsedExpression {
  return parseHclExpression(literalText(file.text, string), file.file);
}
