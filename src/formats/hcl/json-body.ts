/**
 * JSON has properties where HCL has arguments and blocks; only a schema tells which is which (HCL's JSON
 * specification, "Structural Elements"). A property that the schema names as a block type is taken apart:
 * one level of properties for each label, then an object for one block or an array for several. Everything
 * else is an argument. At the levels of bodies and labels an array of objects is the same as one object
 * with all their properties; null is nothing; a property `//` of a body is a comment.
 *
 * A reader that learns later that an argument is a block (the types of a provider) calls `blocksOfArgument`.
 */
import type { HclFile, HclProblem } from './hcl-file.ts';
import { decodeJsonString } from './json-string.ts';
import { ProblemCollector } from './problem-collector.ts';
import type { Attribute, Block, Body, Expression, Label, ObjectItem, Template } from './syntax-tree.ts';

/** Block types of a body by name. */
export interface JsonBodySchema {
  blocks: Readonly<Record<string, JsonBlockSchema>>;
}

export interface JsonBlockSchema {
  /** How many labels a block of the type has. */
  labels: number;
  body: JsonBodySchema;
}

export const NO_BLOCKS: JsonBodySchema = { blocks: {} };

/** The text of a JSON string as it stands, with its escapes decoded and template marks left alone. */
export function literalText(text: string, string: Template): string {
  return decodeJsonString(text.slice(string.start, string.end)) ?? '';
}

/** The blocks an argument of a JSON file holds when it is read as blocks of the type `attribute.name`. */
export function blocksOfArgument(file: HclFile, attribute: Attribute, schema: JsonBlockSchema): { blocks: Block[]; problems: HclProblem[] } {
  const problems = new ProblemCollector(file.file, file.lines);
  const blocks: Block[] = [];
  const reader = new JsonBodyReader(file.text, problems);
  reader.addBlocks(attribute.expression, { name: attribute.name, span: attribute.nameSpan }, [], schema, blocks);
  return { blocks, problems: problems.sorted() };
}

/** Reads a JSON value as a body. */
export function readJsonBody(text: string, value: Expression, schema: JsonBodySchema, problems: ProblemCollector): Body {
  return new JsonBodyReader(text, problems).readBody(value, schema);
}

interface BlockType {
  name: string;
  span: { start: number; end: number };
}

class JsonBodyReader {
  private readonly text: string;
  private readonly problems: ProblemCollector;

  constructor(text: string, problems: ProblemCollector) {
    this.text = text;
    this.problems = problems;
  }

  readBody(value: Expression, schema: JsonBodySchema): Body {
    const body: Body = { kind: 'body', start: value.start, end: value.end, items: [] };
    const seen = new Set<string>();
    for (const property of this.properties(value, 'arguments and blocks')) {
      const name = this.nameOf(property);
      if (name === '//') continue;
      const nameSpan = { start: property.key.start, end: property.key.end };
      const block = Object.hasOwn(schema.blocks, name) ? schema.blocks[name] : undefined;
      if (block !== undefined) {
        this.addBlocks(property.value, { name, span: nameSpan }, [], block, body.items);
      } else if (seen.has(name)) {
        this.problems.add(nameSpan.start, nameSpan.end, `${name} is set twice.`, 'keep one of them');
      } else {
        seen.add(name);
        body.items.push({ kind: 'attribute', start: property.start, end: property.end, name, nameSpan, expression: property.value });
      }
    }
    return body;
  }

  addBlocks(value: Expression, type: BlockType, labels: Label[], schema: JsonBlockSchema, into: (Attribute | Block)[] | Block[]): void {
    const target = into as (Attribute | Block)[];
    if (labels.length < schema.labels) {
      const properties = this.properties(value, `the labels of ${type.name}`);
      if (properties.length === 0 && isSound(value)) this.problems.add(value.start, value.start + 1, `A block ${type.name} needs a label, and no property gives one.`, `write "${type.name}": { "label": { … } }`);
      for (const property of properties) {
        const label: Label = { start: property.key.start, end: property.key.end, value: this.nameOf(property), quoted: true };
        this.addBlocks(property.value, type, [...labels, label], schema, target);
      }
    } else if (value.kind === 'object') {
      target.push(this.block(value, (labels[labels.length - 1] ?? type.span).start, type, labels, schema));
    } else if (value.kind === 'tuple') {
      for (const element of value.elements) target.push(this.block(element, element.start, type, labels, schema));
    } else if (value.kind !== 'null' && value.kind !== 'invalid') {
      this.problems.add(value.start, value.end, `An object, or an array of objects, is needed for the block ${type.name}.`);
    }
  }

  /** `start` is what tells the block from others of its type: its last label, or its place in an array. */
  private block(value: Expression, start: number, type: BlockType, labels: Label[], schema: JsonBlockSchema): Block {
    return { kind: 'block', start, end: value.end, type: type.name, typeSpan: type.span, labels, body: this.readBody(value, schema.body) };
  }

  /** The properties of an object, or of all objects of an array, in their order. */
  private properties(value: Expression, what: string): ObjectItem[] {
    if (value.kind === 'object') return value.items;
    if (value.kind === 'tuple') {
      return value.elements.flatMap((element) => {
        if (element.kind === 'object') return element.items;
        this.problems.add(element.start, element.end, `An object is needed here, for ${what}.`);
        return [];
      });
    }
    if (value.kind !== 'null' && value.kind !== 'invalid') this.problems.add(value.start, value.end, `An object, or an array of objects, is needed here, for ${what}.`);
    return [];
  }

  private nameOf(property: ObjectItem): string {
    return property.key.kind === 'template' ? literalText(this.text, property.key) : '';
  }
}

/** Not yet reported as the wrong kind of value for a level of labels. */
function isSound(value: Expression): boolean {
  return value.kind === 'tuple' ? value.elements.every(({ kind }) => kind === 'object') : value.kind !== 'invalid';
}
