/**
 * Makes what the code says comparable with what was kept of a state.
 *
 * Where the state has a mark and the code's value has the same mark in one of the forms that providers record, the code
 * gets the very mark; every other value stays as it is and differs. The decision hangs on type and place of an attribute
 * alone, so that a value that happens to stand elsewhere as a mark changes nothing.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { ValueGate } from './hidden-values.ts';
import { markText } from './from-record.ts';

const DEEPEST = 60;

/** Places with the marks that stand there: `type path` to the beginning of a mark's text to the whole of it. */
type MarkedPlaces = Map<string, Map<string, SensitiveAttribute>>;

export function alignWithRecord(code: InfrastructureModel, recorded: Pick<InfrastructureModel, 'resources'>, gate: ValueGate): InfrastructureModel {
  const places: MarkedPlaces = new Map();
  for (const resource of recorded.resources) for (const [name, value] of Object.entries(resource.attributes)) note(value, `${resource.type} ${name}`, places, 0);
  if (places.size === 0) return code;
  return { ...code, resources: code.resources.map((resource) => aligned(resource, places, gate)) };
}

function note(value: AttributeValue, place: string, places: MarkedPlaces, depth: number): void {
  if (value instanceof SensitiveAttribute) {
    const text = value.reveal();
    if (typeof text !== 'string') return;
    const here = places.get(place) ?? new Map<string, SensitiveAttribute>();
    places.set(place, here);
    here.set(text.split(' ')[0] ?? '', value);
  } else if (depth > DEEPEST) return;
  else if (Array.isArray(value)) for (const item of value as readonly AttributeValue[]) note(item, place, places, depth + 1);
  else if (isPlainObject(value)) for (const [name, inner] of Object.entries(value)) note(inner, `${place}.${name}`, places, depth + 1);
}

function aligned(resource: ResourceInstance, places: MarkedPlaces, gate: ValueGate): ResourceInstance {
  const attributes = Object.fromEntries(Object.entries(resource.attributes).map(([name, value]) => [name, alignValue(value, `${resource.type} ${name}`, places, gate, 0)]));
  return { ...resource, address: gate.address(resource.address), resource: gate.address(resource.resource), module: gate.address(resource.module), attributes };
}

function alignValue(value: AttributeValue, place: string, places: MarkedPlaces, gate: ValueGate, depth: number): AttributeValue {
  if (value instanceof UnknownAttribute || value === null || depth > DEEPEST) return value;
  if (value instanceof SensitiveAttribute) {
    const inner = value.reveal();
    const found = alignValue(inner, place, places, gate, depth + 1);
    return found instanceof SensitiveAttribute ? found : new SensitiveAttribute(found);
  }
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map((item) => alignValue(item, place, places, gate, depth + 1));
  if (isPlainObject(value)) return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, alignValue(inner, `${place}.${name}`, places, gate, depth + 1)]));
  const here = places.get(place);
  if (here === undefined) return value;
  for (const candidate of gate.candidates(value as string | number | bigint | boolean)) {
    const mark = here.get(markText(candidate));
    if (mark !== undefined) return mark;
  }
  return value;
}
