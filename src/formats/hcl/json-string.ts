/**
 * A JSON string as a template. The template is parsed where it stands in the file, so that its places are
 * exact; when the string has escapes, it is parsed decoded and the places are mapped back.
 */
import type { HclProblem } from './hcl-file.ts';
import { LineIndex } from './line-index.ts';
import { ProblemCollector } from './problem-collector.ts';
import { Scanner } from './scanner.ts';
import type { Template } from './syntax-tree.ts';
import { TemplateFileParser } from './template-file-parser.ts';

interface ParsedJsonString {
  template: Template;
  problems: HclProblem[];
}

/** `start` and `end` are those of the quotes; undefined when the string has an escape that JSON does not know. */
export function parseJsonString(text: string, start: number, end: number, file: string, lines: LineIndex): ParsedJsonString | undefined {
  const escaped = text.indexOf('\\', start + 1);
  const plain = escaped === -1 || escaped >= end;
  const value = plain ? text.slice(start + 1, end - 1) : decodeJsonString(text.slice(start, end));
  if (value === undefined) return undefined;
  if (!value.includes('${') && !value.includes('%{')) {
    const parts: Template['parts'] = value === '' ? [] : [{ kind: 'text', start: start + 1, end: end - 1, value }];
    return { template: { kind: 'template', start, end, form: 'json', parts }, problems: [] };
  }
  const from = plain ? start + 1 : 0;
  const to = plain ? end - 1 : value.length;
  const source = plain ? text : value;
  const problems = new ProblemCollector(file, plain ? lines : new LineIndex(value));
  const tokens = new Scanner(source, from, to, true, problems).scan();
  const template = new TemplateFileParser(source, tokens, problems).parseBareTemplate('json', from, to);
  if (plain) return { template: { ...template, start, end }, problems: problems.sorted() };
  const places = placesOf(text, start, value.length);
  moveSpans(template, places);
  const moved = problems.sorted().map((problem) => movedProblem(problem, places, lines));
  return { template: { ...template, start, end }, problems: moved };
}

/** What a JSON string in its quotes means; half of a surrogate pair becomes U+FFFD, as in Go. */
export function decodeJsonString(quoted: string): string | undefined {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' ? value.toWellFormed() : undefined;
  } catch {
    return undefined;
  }
}

/** For every code unit of the decoded string the offset in the file it comes from, and one for its end. */
function placesOf(text: string, start: number, length: number): Int32Array {
  const places = new Int32Array(length + 1);
  let at = start + 1;
  for (let index = 0; index < length; index++) {
    places[index] = at;
    if (text.charCodeAt(at) !== 0x5c) at += 1;
    else at += text.charCodeAt(at + 1) === 0x75 ? 6 : 2;
  }
  places[length] = at;
  return places;
}

function moveSpans(root: object, places: Int32Array): void {
  const waiting: object[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const fields = node as Record<string, unknown>;
    for (const value of Object.values(fields)) if (typeof value === 'object' && value !== null) waiting.push(value);
    if (typeof fields.start === 'number') fields.start = places[fields.start];
    if (typeof fields.end === 'number') fields.end = places[fields.end];
  }
}

function movedProblem(problem: HclProblem, places: Int32Array, lines: LineIndex): HclProblem {
  const start = places[problem.span.start] ?? 0;
  return { ...problem, ...lines.locate(start), span: { start, end: places[problem.span.end] ?? start }, sourceLine: lines.excerpt(start) };
}
