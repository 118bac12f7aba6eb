/** What was kept of a state, as the infrastructure model that every analysis reads: marks are sensitive values. */
import type { EstateMember } from '../rules/estate.ts';
import { compareAddresses, modulesOf, providersOf } from '../infrastructure/from-state.ts';
import type { AttributeValue, InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import type { ValueGate } from './hidden-values.ts';
import type { RecordedResource, RecordValue, StateRecord } from './record.ts';
import { keptAttributesOf } from './record.ts';

export interface RecordPlace {
  /** What the state is called in findings. */
  path: string;
  workspace?: string;
}

export function modelFromRecord(record: StateRecord, { path, workspace }: RecordPlace): InfrastructureModel {
  const resources = record.resources.map((resource) => resourceOf(resource)).sort((a, b) => compareAddresses(a.address, b.address));
  const attributes = resources.reduce((sum, resource) => sum + Object.keys(resource.attributes).length, 0);
  const blocks = new Set(resources.map((resource) => resource.resource)).size;
  return {
    source: {
      kind: 'state',
      path,
      formatVersion: record.format,
      ...(workspace === undefined ? {} : { workspace }),
      ...(record.terraformVersion === undefined ? {} : { terraformVersion: record.terraformVersion }),
      ...(record.serial === undefined ? {} : { serial: record.serial }),
      ...(record.lineage === undefined ? {} : { lineage: record.lineage }),
    },
    modules: modulesOf(resources),
    resources,
    providers: providersOf(resources),
    outputs: record.outputs.map(({ name, value }) => ({ name, value: valueOf(value), references: [] })),
    problems: [],
    coverage: { files: 1, unreadableFiles: 0, blocks, resourceBlocks: blocks, resourceBlocksUnderstood: blocks, instances: resources.length, opaqueModules: 0, attributes, unknownAttributes: 0, reasons: [] },
  };
}

/** As rules read it: marks are texts, so that two things that name each other by a hidden name are still joined. */
export function memberFromRecord(record: StateRecord, source: EstateMember['source']): EstateMember {
  return {
    source,
    model: {
      resources: record.resources.map((resource) => ({ ...resourceOf(resource, (mark) => mark), source, dependencies: resource.dependencies, ...(resource.identityMarks === undefined ? {} : { identityMarks: resource.identityMarks }) })),
      outputs: record.outputs.map(({ name, value }) => ({ name, value: valueOf(value, (mark) => mark), references: [] })),
    },
  };
}

/** Texts of findings with the marks of such values made readable. */
export function withoutMarks(text: string): string {
  return text.replace(/hmac:[0-9a-f]{16}(?: (?:hmac:[0-9a-f]{0,12}|~[^\s,;)]*))*…?/g, '(not kept)');
}

type Marked = (text: string) => AttributeValue;
const asSensitive: Marked = (text) => new SensitiveAttribute(text);

function resourceOf(kept: RecordedResource, marked: Marked = asSensitive): ResourceInstance {
  const { references, dependencies: _, identityMarks: _marks, attributes, ...rest } = kept;
  return {
    ...rest,
    attributes: objectOf(attributes, marked),
    references: references.map(([attribute, target, targetAttribute, via]) => ({ attribute, target, targetAttribute, via })),
  };
}

function valueOf(value: RecordValue, marked: Marked = asSensitive): AttributeValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly RecordValue[]).map((item) => valueOf(item, marked));
  const object = value as { readonly [name: string]: RecordValue };
  const { $hidden, $mentions, $words, $big } = object;
  const texts = (list: RecordValue | undefined): readonly string[] => (Array.isArray(list) ? (list as readonly string[]) : []);
  if (typeof $hidden === 'string') return marked([markText($hidden), ...texts($mentions).map(markText), ...texts($words).map((word) => `~${word}`)].join(' '));
  if (typeof $big === 'string') return BigInt($big);
  return objectOf(object, marked);
}

function objectOf(value: { readonly [name: string]: RecordValue }, marked: Marked = asSensitive): { [name: string]: AttributeValue } {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.startsWith('$$') ? name.slice(1) : name, valueOf(inner, marked)]));
}

/** A value that comes from elsewhere, as it would be in a record: of a plan, for one comparison. */
export function gatedAttributes(attributes: { readonly [name: string]: AttributeValue }, type: string, gate: ValueGate): { [name: string]: AttributeValue } {
  return objectOf(keptAttributesOf(attributes, type, gate));
}

export function markText(mark: string): string {
  return `hmac:${mark}`;
}
