/**
 * Sorts what stands in a block into arguments and nested blocks, for the native and the JSON syntax,
 * with the blocks of override files laid over it.
 *
 * The JSON syntax has no blocks of its own: an object is a block only where the language expects one
 * (hcl/json specification). So the names of the blocks that may come, and how many labels each has, are
 * given, and everything else is an argument. `//` is a comment there.
 * An override replaces arguments by name and nested blocks by type; `dynamic "x"` counts as `x`, and
 * `lifecycle` is merged argument by argument (developer.hashicorp.com/terraform/language/files/override).
 */
import type { Attribute, Block, Body, Expression, Label } from '../../../formats/hcl/syntax-tree.ts';
import type { BlockPlace, ConfigurationFile, Written } from './declarations.ts';
import type { Problems } from './problems.ts';
import { literalKey } from './syntax.ts';

/** Block type -> number of labels. */
export type BlockTypes = Readonly<Record<string, number>>;

/** A block, the file that it stands in, and the blocks that override it, in order. */
export interface SourceBlock {
  file: ConfigurationFile;
  block: Block;
  overrides: SourceBlock[];
}

export interface Content {
  attributes: Map<string, { file: ConfigurationFile; attribute: Attribute }>;
  blocks: SourceBlock[];
}

export function placeOf(source: SourceBlock): BlockPlace {
  return { file: source.file, start: source.block.start, end: source.block.end };
}

export function labelOf(source: SourceBlock, index = 0): string {
  return source.block.labels[index]?.value ?? '';
}

export function contentOf(source: SourceBlock, blockTypes: BlockTypes, problems: Problems): Content {
  const content = bodyContent(source.block.body, source.file, blockTypes, problems);
  for (const override of source.overrides) layOver(content, contentOf(override, blockTypes, problems));
  return content;
}

/**
 * Like `contentOf`, with a problem for each argument and block that is not among the known ones
 * and each block whose labels are too few or too many.
 */
export function strictContent(source: SourceBlock, path: string, known: { arguments: readonly string[]; blocks: BlockTypes }, problems: Problems): Content {
  const content = contentOf(source, known.blocks, problems);
  for (const [name, { file, attribute }] of content.attributes) {
    if (known.arguments.includes(name)) continue;
    const hint = Object.hasOwn(known.blocks, name) ? `write it as a block: ${name} { ... }` : `the arguments here are ${list(known.arguments)}`;
    problems.at(file, attribute.nameSpan, path, `there is no argument "${name}" here`, hint);
  }
  content.blocks = content.blocks.filter((inner) => {
    const { type } = inner.block;
    if (Object.hasOwn(known.blocks, type)) return hasLabels(inner, known.blocks[type] ?? 0, path, problems);
    const hint = known.arguments.includes(type) ? `write it as an argument: ${type} = ...` : `the blocks here are ${list(Object.keys(known.blocks))}`;
    problems.at(inner.file, inner.block.typeSpan, path, `there is no block "${type}" here`, hint);
    return false;
  });
  return content;
}

export function hasLabels(source: SourceBlock, count: number, path: string, problems: Problems): boolean {
  const { labels, type, typeSpan } = source.block;
  if (labels.length === count) return true;
  const wanted = count === 0 ? 'no labels' : count === 1 ? 'one label' : `${count} labels`;
  problems.at(source.file, labels[count] ?? typeSpan, path, `a block "${type}" has ${wanted}, not ${labels.length}`);
  return false;
}

/** The expression of an argument. */
export function argument(content: Content, name: string): Written | undefined {
  const found = content.attributes.get(name);
  return found === undefined ? undefined : { file: found.file, expression: found.attribute.expression, name: found.attribute.nameSpan };
}

export function bodyContent(body: Body, file: ConfigurationFile, blockTypes: BlockTypes, problems: Problems): Content {
  const content: Content = { attributes: new Map(), blocks: [] };
  for (const item of body.items) {
    if (item.kind === 'block') content.blocks.push({ file, block: item, overrides: [] });
    else if (file.json && item.name === '//') continue;
    else if (file.json && Object.hasOwn(blockTypes, item.name)) content.blocks.push(...jsonBlocks(item, blockTypes[item.name] ?? 0, file, problems));
    else if (content.attributes.has(item.name)) problems.at(file, item.nameSpan, '', `the argument "${item.name}" was set already in this block`);
    else content.attributes.set(item.name, { file, attribute: item });
  }
  return content;
}

function layOver(base: Content, override: Content): void {
  for (const [name, found] of override.attributes) base.attributes.set(name, found);
  const replaced = new Set(override.blocks.map(contentType));
  const lifecycle = base.blocks.find((block) => block.block.type === 'lifecycle');
  const newLifecycle = override.blocks.find((block) => block.block.type === 'lifecycle');
  if (lifecycle !== undefined && newLifecycle !== undefined) {
    lifecycle.overrides.push(newLifecycle);
    replaced.delete('lifecycle');
  }
  base.blocks = [...base.blocks.filter((block) => !replaced.has(contentType(block))), ...override.blocks.filter((block) => block !== newLifecycle || lifecycle === undefined)];
}

/** The type of block that comes out: `ingress` for `dynamic "ingress"`. */
function contentType(source: SourceBlock): string {
  return source.block.type === 'dynamic' ? labelOf(source) : source.block.type;
}

/** The blocks that a JSON property stands for: an object for each label, and at the end an object or an array of objects. */
function jsonBlocks(attribute: Attribute, labels: number, file: ConfigurationFile, problems: Problems): SourceBlock[] {
  const blocks: SourceBlock[] = [];
  const descend = (expression: Expression, above: readonly Label[]): void => {
    if (expression.kind === 'tuple') {
      for (const element of expression.elements) descend(element, above);
      return;
    }
    if (expression.kind === 'null') return;
    if (expression.kind !== 'object') {
      problems.at(file, expression, attribute.name, 'must be an object, or an array of objects');
      return;
    }
    if (above.length === labels) {
      const block: Block = { kind: 'block', type: attribute.name, typeSpan: attribute.nameSpan, labels: [...above], start: expression.start, end: expression.end, body: jsonBody(expression) };
      blocks.push({ file, block, overrides: [] });
      return;
    }
    for (const item of expression.items) {
      const name = literalKey(item.key, item.bare);
      if (name === undefined || name === '//') continue;
      descend(item.value, [...above, { value: name, quoted: true, start: item.key.start, end: item.key.end }]);
    }
  };
  descend(attribute.expression, []);
  return blocks;
}

function jsonBody(expression: Expression & { kind: 'object' }): Body {
  const items = expression.items.flatMap((item): Attribute[] => {
    const name = literalKey(item.key, item.bare);
    return name === undefined ? [] : [{ kind: 'attribute', name, nameSpan: { start: item.key.start, end: item.key.end }, expression: item.value, start: item.start, end: item.end }];
  });
  return { kind: 'body', items, start: expression.start, end: expression.end };
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}
