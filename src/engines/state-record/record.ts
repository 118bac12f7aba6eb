/**
 * What is kept of a state: its resources with values in clear or as marks, how they refer to each other, and nothing
 * else. The form is versioned JSON of our own, so that what was stored years ago can still be read.
 */
import { printAddress } from '../../formats/terraform/address.ts';
import type { StateFile, StateInstance } from '../../formats/terraform/state-file.ts';
import { modelFromState } from '../infrastructure/from-state.ts';
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import { IDENTITIES } from '../rules/reference-index.ts';
import type { ValueGate } from './hidden-values.ts';

export const RECORD_VERSION = 1;
const DEEPEST = 60;

/** A mark in the place of a value, and what else JSON has no word for. Keys of the state's own that begin with `$` are written with one more. */
export type RecordValue = string | number | boolean | null | readonly RecordValue[] | { readonly [name: string]: RecordValue };

export interface RecordedResource {
  address: string;
  resource: string;
  module: string;
  mode: ResourceInstance['mode'];
  type: string;
  name: string;
  key?: string | number;
  provider: ResourceInstance['provider'];
  attributes: { readonly [name: string]: RecordValue };
  /** Attribute, target, attribute of the target, how it was found. */
  references: readonly (readonly [string, string, string, ResourceInstance['references'][number]['via']])[];
  dependencies: readonly string[];
  /** Marks of ids that could not be kept in clear. */
  identityMarks?: readonly string[];
  status?: NonNullable<ResourceInstance['status']>;
}

export interface StateRecord {
  version: typeof RECORD_VERSION;
  format: StateFile['format'];
  terraformVersion?: string;
  serial?: number;
  lineage?: string;
  resources: readonly RecordedResource[];
  outputs: readonly { name: string; value: RecordValue }[];
}

export function recordOf(state: StateFile, gate: ValueGate, sensitive: (type: string) => readonly string[]): StateRecord {
  const model = modelFromState(state, { path: 'state', sensitiveAttributes: sensitive });
  const dependencies = new Map(state.instances.map((instance) => [addressOf(instance), instance.dependencies]));
  const text = (one: string): string => gate.text(one);
  return {
    version: RECORD_VERSION,
    format: state.format,
    ...(state.terraformVersion === undefined ? {} : { terraformVersion: text(state.terraformVersion.slice(0, 40)) }),
    ...(state.serial === undefined ? {} : { serial: state.serial }),
    ...(state.lineage === undefined ? {} : { lineage: text(state.lineage.slice(0, 100)) }),
    resources: model.resources.map((resource) => resourceRecord(resource, dependencies.get(resource.address) ?? [], gate)),
    outputs: model.outputs.map(({ name, value }) => ({ name: gate.address(name), value: kept(value, { gate, type: 'output' }, ['output'], value instanceof SensitiveAttribute, 0) })),
  };
}

function addressOf(instance: StateInstance): string {
  const { module, mode, type, name, key, deposed } = instance;
  return `${printAddress({ module, mode, type, name, ...(key === undefined ? {} : { key }) })}${deposed === undefined ? '' : ` (deposed ${deposed})`}`;
}

function resourceRecord(resource: ResourceInstance, dependencies: readonly string[], gate: ValueGate): RecordedResource {
  const text = (one: string): string => gate.text(one);
  const name = (one: string): string => gate.address(one);
  const { localName, alias, source } = resource.provider;
  const marks = IDENTITIES.flatMap((attribute) => {
    const value = plainText(resource.attributes[attribute]);
    return value === undefined || gate.mayStay(value, resource.type, [attribute], resource.attributes[attribute] instanceof SensitiveAttribute) ? [] : [gate.mentionOf(value)];
  });
  return {
    address: name(resource.address),
    resource: name(resource.resource),
    module: name(resource.module),
    mode: resource.mode,
    type: name(resource.type),
    name: name(resource.name),
    ...(resource.key === undefined ? {} : { key: typeof resource.key === 'string' ? text(resource.key) : resource.key }),
    provider: { localName: text(localName), ...(alias === undefined ? {} : { alias: text(alias) }), ...(source === undefined ? {} : { source: text(source) }) },
    attributes: keptAttributesOf(resource.attributes, resource.type, gate),
    references: resource.references.map(({ attribute, target, targetAttribute, via }) => [name(attribute), name(target), name(targetAttribute), via] as const),
    dependencies: dependencies.map(name),
    ...(marks.length === 0 ? {} : { identityMarks: marks }),
    ...(resource.status === undefined || Object.keys(resource.status).length === 0 ? {} : { status: resource.status }),
  };
}

export function keptAttributesOf(attributes: ResourceInstance['attributes'], type: string, gate: ValueGate): RecordedResource['attributes'] {
  return keptObject(attributes, { gate, type }, [], false, 0);
}

function plainText(value: AttributeValue | undefined): string | undefined {
  const plain = value instanceof SensitiveAttribute ? value.reveal() : value;
  return typeof plain === 'string' && plain.length >= 6 ? plain : undefined;
}

interface Place {
  gate: ValueGate;
  type: string;
}

function kept(value: AttributeValue, place: Place, path: readonly string[], marked: boolean, depth: number): RecordValue {
  if (value instanceof SensitiveAttribute) return kept(value.reveal(), place, path, true, depth + 1);
  if (value instanceof UnknownAttribute) return null;
  if (depth > DEEPEST) return markOf(value, place);
  if (Array.isArray(value)) return (value as readonly AttributeValue[]).map((item) => kept(item, place, path, marked, depth + 1));
  if (isPlainObject(value)) return keptObject(value, place, path, marked, depth);
  const scalar = value as string | number | bigint | boolean | null;
  if (!place.gate.mayStay(scalar, place.type, path, marked)) {
    // Of an ARN the account and the region stay: prices hang on them.
    const arn = !marked && path.length === 1 && path[0] === 'arn' && typeof scalar === 'string' && scalar.startsWith('arn:');
    return arn ? place.gate.text(scalar) : markOf(scalar, place);
  }
  return typeof scalar === 'bigint' ? { $big: String(scalar) } : scalar;
}

function keptObject(value: { readonly [name: string]: AttributeValue }, place: Place, path: readonly string[], marked: boolean, depth: number): { [name: string]: RecordValue } {
  return Object.fromEntries(Object.keys(value).map((name) => {
    const key = place.gate.text(name);
    return [key.startsWith('$') ? `$${key}` : key, kept(value[name] ?? null, place, [...path, name], marked, depth + 1)];
  }));
}

function markOf(value: AttributeValue, { gate }: Place): RecordValue {
  const { mark, mentions, words } = gate.mark(value);
  return { $hidden: mark, ...(mentions.length === 0 ? {} : { $mentions: mentions }), ...(words.length === 0 ? {} : { $words: words }) };
}
