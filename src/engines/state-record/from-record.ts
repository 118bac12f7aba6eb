/** What was kept of a state, as the infrastructure model that every analysis reads: marks are sensitive values. */
import type { EstateMember } from '../rules/estate.ts';
import { compareAddresses, modulesOf, providersOf } from '../infrastructure/from-state.ts';
import type { AttributeValue, InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import type { RecordedResource, RecordValue, StateRecord } from './record.ts';

export interface RecordPlace {
  /** What the state is called in findings. */
  path: string;
  workspace?: string;
}

export function modelFromRecord(record: StateRecord, { path, workspace }: RecordPlace): InfrastructureModel {
  const resources = record.resources.map(resourceOf).sort((a, b) => compareAddresses(a.address, b.address));
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

/** As rules read it. */
export function memberFromRecord(record: StateRecord, source: EstateMember['source']): EstateMember {
  return {
    source,
    model: {
      resources: record.resources.map((resource) => ({ ...resourceOf(resource), dependencies: resource.dependencies })),
      outputs: record.outputs.map(({ name, value }) => ({ name, value: valueOf(value), references: [] })),
    },
  };
}

function resourceOf(kept: RecordedResource): ResourceInstance {
  const { references, dependencies: _, attributes, ...rest } = kept;
  return {
    ...rest,
    attributes: objectOf(attributes),
    references: references.map(([attribute, target, targetAttribute, via]) => ({ attribute, target, targetAttribute, via })),
  };
}

function valueOf(value: RecordValue): AttributeValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly RecordValue[]).map(valueOf);
  const object = value as { readonly [name: string]: RecordValue };
  const { $hidden, $mentions, $big } = object;
  if (typeof $hidden === 'string') return new SensitiveAttribute([markText($hidden), ...(Array.isArray($mentions) ? ($mentions as readonly string[]).map(markText) : [])].join(' '));
  if (typeof $big === 'string') return BigInt($big);
  return objectOf(object);
}

function objectOf(value: { readonly [name: string]: RecordValue }): { [name: string]: AttributeValue } {
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.startsWith('$$') ? name.slice(1) : name, valueOf(inner)]));
}

export function markText(mark: string): string {
  return `hmac:${mark}`;
}
