/**
 * Bodies whose form a provider defines: every argument and block is taken as it comes.
 *
 * `dynamic "x"` is the language's own and is unfolded when the module is evaluated; `lifecycle`, `provisioner`
 * and `connection` are the caller's to take out first.
 */
import type { NestedBlock, FreeBody, Written } from './declarations.ts';
import type { Content, SourceBlock } from './content.ts';
import { argument, contentOf, hasLabels, labelOf, placeOf } from './content.ts';
import type { Problems } from './problems.ts';
import { referenceSteps, tupleElements } from './syntax.ts';

const DYNAMIC = { dynamic: 1 } as const;
/** Nesting beyond this is no configuration; reading it would exhaust the stack. */
const DEEPEST = 100;

export function freeBody(content: Content, left: ReadonlySet<string>, problems: Problems, depth = 0): FreeBody {
  const attributes = new Map<string, Written>();
  for (const [name, { file, attribute }] of content.attributes) if (!left.has(name)) attributes.set(name, { file, expression: attribute.expression, name: attribute.nameSpan });
  const blocks = content.blocks.flatMap((block) => (left.has(block.block.type) ? [] : nestedBlock(block, problems, depth)));
  return { attributes, blocks };
}

const NONE: ReadonlySet<string> = new Set();

function nestedBlock(source: SourceBlock, problems: Problems, depth: number): NestedBlock[] {
  if (depth > DEEPEST) {
    problems.at(source.file, source.block, source.block.type, `blocks are nested deeper than ${DEEPEST} levels`);
    return [];
  }
  if (source.block.type === 'dynamic') return dynamicBlock(source, problems, depth);
  return [{ type: source.block.type, labels: source.block.labels.map((label) => label.value), place: placeOf(source), body: freeBody(contentOf(source, DYNAMIC, problems), NONE, problems, depth + 1) }];
}

function dynamicBlock(source: SourceBlock, problems: Problems, depth: number): NestedBlock[] {
  const path = `dynamic.${labelOf(source)}`;
  if (!hasLabels(source, 1, path, problems)) return [];
  const outer = contentOf(source, { content: 0 }, problems);
  const forEach = argument(outer, 'for_each');
  const contents = outer.blocks.filter((block) => block.block.type === 'content');
  const [inner] = contents;
  if (forEach === undefined || inner === undefined || contents.length > 1) {
    problems.at(source.file, source.block.typeSpan, path, `a dynamic block needs ${forEach === undefined ? 'for_each' : 'exactly one content block'}`);
    return [];
  }
  const iterator = argument(outer, 'iterator');
  const name = iterator === undefined ? undefined : referenceSteps(iterator.expression)?.[0];
  const labels = argument(outer, 'labels');
  return [
    {
      type: labelOf(source),
      labels: [],
      place: placeOf(source),
      body: freeBody(contentOf(inner, DYNAMIC, problems), NONE, problems, depth + 1),
      dynamic: { forEach, iterator: name?.kind === 'name' ? name.name : labelOf(source), labels: labels === undefined ? [] : (tupleElements(labels) ?? []) },
    },
  ];
}
