/** A resource that is put beside another one: a bucket's lifecycle, a repository's policy. */
import { blockAt, insertBlockAfter } from '../../formats/hcl/body-edits.ts';
import type { NewBody } from '../../formats/hcl/body-edits.ts';
import type { AddedBody, PlainValue, RuleChange } from '../rules/change.ts';
import type { ReadFile, ResourceDeclaration } from '../terraform/configuration/declarations.ts';
import type { Planned } from './code.ts';
import type { Surrounding } from './value-places.ts';
import { writtenValue } from './written-value.ts';

export function planAddition({ node }: Surrounding, declaration: ResourceDeclaration, change: RuleChange & { kind: 'add' }): Planned {
  const { place, name, address, repetition } = declaration;
  const { hcl } = place.file as ReadFile;
  const block = place.file.json ? undefined : blockAt(hcl.body, place.start);
  if (block === undefined) return { reason: 'the code is written in JSON, where nothing can be added by place' };
  if (node.configuration?.resources.has(`${change.type}.${name}`) === true) return { reason: `${change.type}.${name} is in the code already` };
  if (repetition?.kind === 'enabled') return { reason: 'its block is there or not by a condition (enabled)' };
  const { repeated, one } = repetition === undefined ? { repeated: [], one: address } : repetitionOf(address, repetition.kind);
  const referring = Object.entries(change.refer).map(([argument, attribute]) => [argument, `${one}.${attribute}`] as const);
  const own = bodyOf(change.body);
  const edit = insertBlockAfter(hcl, block, `resource "${change.type}" "${name}"`, { attributes: [...repeated, ...referring, ...own.attributes], blocks: own.blocks });
  return { alternatives: [[{ file: hcl, edit }]], direct: true, through: [], removes: [], adds: [`${node.path.map((call) => `module.${call}.`).join('')}${change.type}.${name}`] };
}

/** One beside each instance, whatever decides how many there are. */
function repetitionOf(address: string, kind: 'count' | 'for-each'): { repeated: [string, string][]; one: string } {
  return kind === 'count' ? { repeated: [['count', `length(${address})`]], one: `${address}[count.index]` } : { repeated: [['for_each', address]], one: 'each.value' };
}

function bodyOf(body: AddedBody): NewBody {
  const attributes: [string, string][] = [];
  const blocks: [string, NewBody][] = [];
  for (const [name, value] of Object.entries(body)) {
    if (Array.isArray(value)) for (const inner of value as readonly AddedBody[]) blocks.push([name, bodyOf(inner)]);
    else if (typeof value === 'object') attributes.push([name, `jsonencode(${literal((value as { json: unknown }).json, '  ')})`]);
    else attributes.push([name, writtenValue(value as PlainValue, undefined, false)]);
  }
  return { attributes, blocks };
}

/** Objects on lines of their own, as a person would write them. */
function literal(value: unknown, indent: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return writtenValue(value as PlainValue, undefined, false);
  const entries = Object.entries(value);
  const width = Math.max(...entries.map(([name]) => name.length));
  return `{\n${entries.map(([name, item]) => `${indent}  ${typeof item === 'object' ? name : name.padEnd(width)} = ${literal(item, `${indent}  `)}`).join('\n')}\n${indent}}`;
}
