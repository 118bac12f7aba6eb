/**
 * Evaluates a body that a provider defines: its arguments, its blocks, and `dynamic` blocks unfolded.
 *
 * A dynamic block over something unknown is evaluated once with an unknown iterator: nobody knows how many
 * blocks come out, but what its content refers to is known, and that is what edges are drawn from.
 */
import type { FreeBody, NestedBlock, Written } from '../configuration/declarations.ts';
import { numberValue, objectValue, unknownValue } from '../value/construct.ts';
import { secrecyOnly, withMarks } from '../value/marks.ts';
import { DYNAMIC, STRING } from '../value/type.ts';
import type { UnknownReason, Value } from '../value/value.ts';
import { iterate } from '../expression/access.ts';
import type { ModuleContext, Surroundings } from './module-context.ts';

export interface EvaluatedAttribute {
  written: Written;
  value: Value;
}

export interface EvaluatedBlock {
  block: NestedBlock;
  body: EvaluatedBody;
  /** It stands for an unknown number of blocks. */
  unknown?: { reason: UnknownReason; value: Value };
}

export interface EvaluatedBody {
  attributes: Map<string, EvaluatedAttribute>;
  /** By type, in the order of the blocks. */
  blocks: ReadonlyMap<string, EvaluatedBlock[]>;
}

const NO_BLOCKS: ReadonlyMap<string, EvaluatedBlock[]> = new Map();

export function evaluateBody(module: ModuleContext, body: FreeBody, around: Surroundings, path: string): EvaluatedBody {
  const attributes = new Map<string, EvaluatedAttribute>();
  for (const [name, written] of body.attributes) attributes.set(name, { written, value: module.evaluate(written, around, `${path}.${name}`) });
  if (body.blocks.length === 0) return { attributes, blocks: NO_BLOCKS };
  const blocks = new Map<string, EvaluatedBlock[]>();
  for (const block of body.blocks) {
    const before = blocks.get(block.type);
    const evaluated = evaluateBlock(module, block, around, `${path}.${block.type}`);
    if (before === undefined) blocks.set(block.type, evaluated);
    else before.push(...evaluated);
  }
  return { attributes, blocks };
}

/** The blocks that one block in the code makes: itself, or what a dynamic block unfolds to. */
export function evaluateBlock(module: ModuleContext, block: NestedBlock, around: Surroundings, path: string): EvaluatedBlock[] {
  const { dynamic } = block;
  if (dynamic === undefined) return [{ block, body: evaluateBody(module, block.body, around, path) }];
  const collection = module.evaluate(dynamic.forEach, around, path);
  const elements = collection.kind === 'null' ? [] : iterate(collection);
  const content = (iterator: Value, doubtful = around.doubtful): EvaluatedBody => evaluateBody(module, block.body, { ...around, ...(doubtful ? { doubtful } : {}), iterators: new Map([...(around.iterators ?? []), [dynamic.iterator, iterator]]) }, path);
  if (elements === undefined) {
    if (collection.kind !== 'unknown') {
      module.evaluation.problems.at(dynamic.forEach.file, dynamic.forEach.expression, path, 'a dynamic block repeats over a list, a set or a map', 'for_each is none of these');
      return [];
    }
    const { reason, marks } = collection;
    const iterator = iteratorValue(unknownValue(STRING, reason, secrecyOnly(marks)), unknownValue(DYNAMIC, reason, marks));
    return [{ block, body: content(iterator, true), unknown: { reason, value: collection } }];
  }
  const secrecy = secrecyOnly(collection.marks);
  if (elements.length > module.evaluation.instanceLimit) {
    module.evaluation.problems.at(dynamic.forEach.file, dynamic.forEach.expression, path, `this makes ${elements.length} blocks; ${module.evaluation.instanceLimit} are taken`);
  }
  return elements.slice(0, module.evaluation.instanceLimit).map(([key, value], index) => {
    const name = key.kind === 'unknown' && collection.kind === 'tuple' ? numberValue(index) : key;
    return { block, body: content(iteratorValue(withMarks(name, secrecy), withMarks(value, secrecy))) };
  });
}

function iteratorValue(key: Value, value: Value): Value {
  return objectValue(new Map([['key', key], ['value', value]]));
}
