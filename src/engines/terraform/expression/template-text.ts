/** Renders template text that is only known at evaluation: `templatefile` and `templatestring`. */
import { parseHclTemplate } from '../../../formats/hcl/parse.ts';
import type { Span, Template } from '../../../formats/hcl/syntax-tree.ts';
import { FunctionError, MAX_TEXT } from '../functions/definition.ts';
import type { Value } from '../value/value.ts';
import { MAX_TEMPLATE_DEPTH, type Run } from './run.ts';
import { scopeOf } from './scope.ts';

const MAX_CACHED_LENGTH = 64 * 1024;
const MAX_REPORTED = 5;

/**
 * The value of the template: text, or whatever its only interpolation gives. Problems inside are one
 * refusal of the function that names the template's file. Steps count for the whole evaluation.
 */
export function renderTemplateText(text: string, file: string, variables: ReadonlyMap<string, Value>, call: Span, run: Run): Value {
  if (run.work.templates >= MAX_TEMPLATE_DEPTH) throw new FunctionError(`templates call templates more than ${MAX_TEMPLATE_DEPTH} levels deep`);
  if (text.length > MAX_TEXT) throw new FunctionError(`the template is longer than ${MAX_TEXT} characters`);
  const { expression, problems } = parsed(text, file);
  const [syntax] = problems;
  if (syntax !== undefined) throw new FunctionError(`${file}: ${syntax}`);
  const outer = { scope: run.scope, problems: run.problems, frame: run.frame };
  const files = run.scope.files;
  run.scope = scopeOf(variables, files);
  run.problems = [];
  run.frame = undefined;
  run.work.templates += 1;
  try {
    const value = run.evaluate(expression, run);
    if (run.problems.length > 0) {
      const texts = run.problems.slice(0, MAX_REPORTED).map((problem) => `${file}:${lineOf(text, problem.span.start)}: ${problem.summary}; ${problem.detail}`);
      throw new FunctionError(texts.join('\n'));
    }
    return value;
  } finally {
    Object.assign(run, outer);
    run.work.templates -= 1;
  }
}

interface ParsedTemplate {
  expression: Template;
  problems: string[];
}

/** The same small template is often rendered for every instance of a resource. */
const cache = new Map<string, ParsedTemplate>();
const MAX_CACHED = 50;

function parsed(text: string, file: string): ParsedTemplate {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const { expression, problems } = parseHclTemplate(text, file);
  const result = { expression, problems: problems.map((problem) => problem.message) };
  if (text.length <= MAX_CACHED_LENGTH) {
    if (cache.size >= MAX_CACHED) cache.delete(cache.keys().next().value ?? '');
    cache.set(text, result);
  }
  return result;
}

function lineOf(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
