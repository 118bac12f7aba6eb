/** Evaluated bodies as attributes of the model, with the place of and the references from each argument. */
import type { Written } from '../terraform/configuration/declarations.ts';
import type { EvaluatedBlock, EvaluatedBody } from '../terraform/module/body-evaluation.ts';
import type { Value } from '../terraform/value/value.ts';
import { attributeValue, locationOf, reasonText, recordOf, unknownIn } from './configuration-values.ts';
import type { AttributeValue, ModelLocation } from './model.ts';
import { SensitiveAttribute, UnknownAttribute } from './model.ts';

/** An argument of a body, at its path: `ingress.0.cidr_blocks`. */
export interface AttributeUse {
  path: string;
  written: Written;
  value: Value;
}

export interface BodyAttributes {
  attributes: { [name: string]: AttributeValue };
  uses: AttributeUse[];
  locations: Map<string, ModelLocation>;
  /** Why arguments are not known, with their paths. */
  unknown: { path: string; reason: string; failed: boolean }[];
}

export function bodyAttributes(body: EvaluatedBody): BodyAttributes {
  const found: BodyAttributes = { attributes: {}, uses: [], locations: new Map(), unknown: [] };
  found.attributes = collect(body, '', found);
  return found;
}

function collect(body: EvaluatedBody, prefix: string, found: BodyAttributes): { [name: string]: AttributeValue } {
  const entries: [string, AttributeValue][] = [];
  for (const [name, { written, value }] of body.attributes) {
    const path = `${prefix}${name}`;
    const location = locationOf(written.file, written.name ?? written.expression);
    found.locations.set(path, location);
    found.uses.push({ path, written, value });
    const reason = unknownIn(value);
    if (reason !== undefined) found.unknown.push({ path, reason: reasonText(reason), failed: reason.kind === 'failed' });
    entries.push([name, attributeValue(value, location)]);
  }
  for (const [type, blocks] of body.blocks) {
    const path = `${prefix}${type}`;
    const value = blocks.map((block, index) => blockValue(block, `${path}.${index}`, found));
    entries.push([type, value]);
  }
  return recordOf(entries);
}

/** A block that stands for an unknown number of blocks is one unknown element. */
function blockValue(block: EvaluatedBlock, path: string, found: BodyAttributes): AttributeValue {
  const location = locationOf(block.block.place.file, block.block.place, true);
  found.locations.set(path, location);
  const value = collect(block.body, `${path}.`, found);
  if (block.unknown === undefined) return labelled(block, value);
  found.unknown.push({ path, reason: reasonText(block.unknown.reason), failed: block.unknown.reason.kind === 'failed' });
  const { dynamic } = block.block;
  if (dynamic !== undefined) found.uses.push({ path, written: dynamic.forEach, value: block.unknown.value });
  const unknown = attributeValue(block.unknown.value, location);
  return unknown instanceof UnknownAttribute || unknown instanceof SensitiveAttribute ? unknown : new UnknownAttribute(reasonText(block.unknown.reason), [], location);
}

/** Labels of a provider's own blocks (`provisioner "x"`) have no attribute; they are rare and kept as one. */
function labelled(block: EvaluatedBlock, value: { [name: string]: AttributeValue }): AttributeValue {
  return block.block.labels.length === 0 ? value : { ...value, labels: block.block.labels };
}
