/** Text to tree: files of the native syntax, single expressions, and templates (`templatefile`). */
import type { Comment, HclFile, HclProblem } from './hcl-file.ts';
import { LineIndex } from './line-index.ts';
import { ProblemCollector } from './problem-collector.ts';
import { Scanner } from './scanner.ts';
import { StructureParser } from './structure-parser.ts';
import type { Expression, Template } from './syntax-tree.ts';
import { TemplateFileParser } from './template-file-parser.ts';

const NOTHING_DEFERRED: ReadonlyMap<number, HclProblem[]> = new Map();

/** A parsed expression or template with what is wrong in it; `expression` is `invalid` where nothing could be read. */
export interface ParsedExpression<Kind extends Expression = Expression> {
  expression: Kind;
  problems: HclProblem[];
}

/**
 * Parses a file of the native syntax. Never throws: everything wrong is in `problems`, and what could be
 * read beside it is in `body`. Accepts what HashiCorp's hclsyntax.ParseConfig accepts.
 */
export function parseHcl(text: string, file: string): HclFile {
  const lines = new LineIndex(text);
  const problems = new ProblemCollector(file, lines);
  reportLoneSurrogate(text, problems);
  const scanner = new Scanner(text, 0, text.length, false, problems);
  const tokens = scanner.scan();
  const body = new StructureParser(text, tokens, problems).parseFile(0, text.length);
  return { file, text, syntax: 'native', body, problems: problems.sorted(), deferredProblems: NOTHING_DEFERRED, comments: commentsOf(scanner.comments), lines, tokens };
}

/** Parses one expression; line breaks are allowed everywhere, as inside of parentheses. */
export function parseHclExpression(text: string, file: string): ParsedExpression {
  const problems = new ProblemCollector(file, new LineIndex(text));
  reportLoneSurrogate(text, problems);
  const tokens = new Scanner(text, 0, text.length, false, problems).scan();
  const expression = new StructureParser(text, tokens, problems).parseWholeExpression(text.length);
  return { expression, problems: problems.sorted() };
}

/** Parses the text of a template file; the tree is a template of the form `heredoc`. */
export function parseHclTemplate(text: string, file: string): ParsedExpression<Template> {
  const problems = new ProblemCollector(file, new LineIndex(text));
  reportLoneSurrogate(text, problems);
  const tokens = new Scanner(text, 0, text.length, true, problems).scan();
  const expression = new TemplateFileParser(text, tokens, problems).parseBareTemplate('heredoc', 0, text.length);
  return { expression, problems: problems.sorted() };
}

/** Half of a surrogate pair cannot be written in UTF-8, so no HCL file can hold one. */
function reportLoneSurrogate(text: string, problems: ProblemCollector): void {
  if (text.isWellFormed()) return;
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0;
    if (code > 0xffff) at += 1;
    else if (code >= 0xd800 && code <= 0xdfff) return problems.add(at, at + 1, 'Half of a surrogate pair stands here, which is not a character.', 'save the file as UTF-8');
  }
}

function commentsOf(places: number[]): Comment[] {
  const comments: Comment[] = [];
  for (let index = 0; index < places.length; index += 3) {
    comments.push({ start: places[index] as number, end: places[index + 1] as number, style: places[index + 2] === 0 ? 'line' : 'block' });
  }
  return comments;
}
