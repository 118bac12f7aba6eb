/**
 * Reads the few arguments that Terraform takes as syntax and not as values: literal texts, keywords,
 * references to resources and providers. Old files put references into quotes (`depends_on = ["aws_vpc.a"]`),
 * and the JSON syntax has no other way; both are read the same.
 */
import type { Expression, SplatStep } from '../../../formats/hcl/syntax-tree.ts';
import type { ConfigurationFile, Written } from './declarations.ts';

const TRAVERSAL = /^[\p{L}_][\p{L}\p{N}_-]*(\.[\p{L}\p{N}_*][\p{L}\p{N}_-]*|\[("[^"]*"|\d+|\*|[\w.-]+)\])*$/u;
const STEP = /\.([\p{L}\p{N}_*][\p{L}\p{N}_-]*)|\[(?:"([^"]*)"|(\d+)|(\*)|([\w.-]+))\]/gu;

/** A step of a reference: a name, a literal key, or a key that only evaluation tells. */
export type ReferenceStep = { kind: 'name'; name: string } | { kind: 'key'; key: string | number } | { kind: 'dynamic' };

/** The text of a template without interpolations; undefined for anything else. */
export function literalText(expression: Expression): string | undefined {
  if (expression.kind === 'parentheses') return literalText(expression.inner);
  if (expression.kind !== 'template') return undefined;
  let text = '';
  for (const part of expression.parts) {
    if (part.kind !== 'text') return undefined;
    text += part.value;
  }
  return text;
}

/** True or false, also in the quotes of old files. */
export function literalBoolean(expression: Expression): boolean | undefined {
  if (expression.kind === 'boolean') return expression.value;
  const text = literalText(expression);
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The elements of a tuple, each with the file; undefined when it is no tuple. */
export function tupleElements(written: Written): Written[] | undefined {
  if (written.expression.kind !== 'tuple') return undefined;
  return written.expression.elements.map((expression) => ({ file: written.file, expression }));
}

/** The name that an object's item has when it is written out: `a`, `"a"`, `(a)`; undefined when it must be evaluated. */
export function literalKey(key: Expression, bare: boolean): string | undefined {
  if (bare && key.kind === 'variable') return key.name;
  return literalText(key) ?? (key.kind === 'number' ? key.text : undefined);
}

/** `a.b["c"][0].d` as steps, the root first; undefined when the expression is no reference. */
export function referenceSteps(expression: Expression): ReferenceStep[] | undefined {
  switch (expression.kind) {
    case 'variable':
      return [{ kind: 'name', name: expression.name }];
    case 'parentheses':
      return referenceSteps(expression.inner);
    case 'attribute-access': {
      const source = referenceSteps(expression.source);
      return source === undefined ? undefined : [...source, { kind: 'name', name: expression.name }];
    }
    case 'index': {
      const source = referenceSteps(expression.source);
      return source === undefined ? undefined : [...source, indexStep(expression.key)];
    }
    case 'splat': {
      const source = referenceSteps(expression.source);
      return source === undefined ? undefined : [...source, { kind: 'dynamic' }, ...expression.steps.map(splatStep)];
    }
    case 'template':
      return quotedReference(expression);
    default:
      return undefined;
  }
}

function splatStep(step: SplatStep): ReferenceStep {
  if (step.kind === 'attribute-step') return { kind: 'name', name: step.name };
  return step.kind === 'index-step' ? indexStep(step.key) : { kind: 'dynamic' };
}

function indexStep(key: Expression): ReferenceStep {
  const text = literalText(key);
  if (text !== undefined) return { kind: 'key', key: text };
  return key.kind === 'number' && /^\d+$/.test(key.text) ? { kind: 'key', key: Number(key.text) } : { kind: 'dynamic' };
}

/** `"aws_vpc.a"`, and `"${aws_vpc.a}"`. */
function quotedReference(expression: Expression & { kind: 'template' }): ReferenceStep[] | undefined {
  const only = expression.parts[0];
  if (expression.parts.length === 1 && only?.kind === 'interpolation') return referenceSteps(only.expression);
  const text = literalText(expression);
  if (text === undefined || !TRAVERSAL.test(text)) return undefined;
  const root = /^[^.[]+/.exec(text)?.[0] ?? '';
  const steps: ReferenceStep[] = [{ kind: 'name', name: root }];
  for (const [, name, quoted, digits] of text.slice(root.length).matchAll(STEP)) {
    if (name !== undefined) steps.push(name === '*' ? { kind: 'dynamic' } : { kind: 'name', name });
    else if (quoted !== undefined) steps.push({ kind: 'key', key: quoted });
    else steps.push(digits === undefined ? { kind: 'dynamic' } : { kind: 'key', key: Number(digits) });
  }
  return steps;
}

/** An address or attribute path as it is written, without blanks: `module.a["x"].aws_vpc.b`, `tags["Name"]`. */
export function writtenPath(written: Written): string | undefined {
  const quoted = literalText(written.expression);
  if (quoted !== undefined) return quoted.trim();
  if (referenceSteps(written.expression) === undefined) return undefined;
  return sourceText(written.file, written.expression).replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1');
}

export function sourceText(file: ConfigurationFile, span: { start: number; end: number }): string {
  return file.text.slice(span.start, span.end);
}
