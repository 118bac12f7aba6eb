/** A state as the infrastructure model. */
import { printAddress } from '../../formats/terraform/address.ts';
import { parseProvider } from '../../formats/terraform/address.ts';
import type { StateFile, StateInstance } from '../../formats/terraform/state-file.ts';
import { markSensitive } from './marked-values.ts';
import type { AttributeValue, InfrastructureModel, ModelReference, ModuleInstance, ProviderInstance, ResourceInstance } from './model.ts';
import { SensitiveAttribute } from './model.ts';
import { IdentityIndex, referencesByValue } from './value-references.ts';

export interface StateModelOptions {
  path: string;
  workspace?: string;
  /** Top-level attributes of a type that are sensitive whatever the state says (the provider catalogue's). */
  sensitiveAttributes?: (type: string) => readonly string[];
}

/** The model of a state; coverage counts every instance, since a state has no unknown parts. */
export function modelFromState(state: StateFile, options: StateModelOptions): InfrastructureModel {
  const resources = withReferences(state.instances.map((instance) => ({ instance, resource: resourceFromInstance(instance, options) })));
  return {
    source: {
      kind: 'state',
      path: options.path,
      formatVersion: state.format,
      ...(options.workspace === undefined ? {} : { workspace: options.workspace }),
      ...(state.terraformVersion === undefined ? {} : { terraformVersion: state.terraformVersion }),
      ...(state.serial === undefined ? {} : { serial: state.serial }),
      ...(state.lineage === undefined ? {} : { lineage: state.lineage }),
    },
    modules: modulesOf(resources),
    resources,
    providers: providersOf(resources),
    outputs: state.outputs.map((output) => ({ name: output.name, value: output.sensitive ? new SensitiveAttribute(output.value as AttributeValue) : (output.value as AttributeValue), references: [] })),
    problems: [],
    coverage: coverageOf(resources),
  };
}

/** One instance as a resource of the model, without references. */
export function resourceFromInstance(instance: StateInstance, options: Pick<StateModelOptions, 'sensitiveAttributes'>): ResourceInstance {
  const { key, ...place } = { module: instance.module, mode: instance.mode, type: instance.type, name: instance.name, key: instance.key };
  const resource = printAddress(place);
  const known = options.sensitiveAttributes?.(instance.type) ?? [];
  const paths = [...instance.sensitivePaths, ...known.filter((name) => Object.hasOwn(instance.attributes, name)).map((name) => [name])];
  const deposed = instance.deposed === undefined ? '' : ` (deposed ${instance.deposed})`;
  return {
    address: `${key === undefined ? resource : printAddress({ ...place, key })}${deposed}`,
    resource,
    ...place,
    ...(key === undefined ? {} : { key }),
    provider: parseProvider(instance.provider),
    attributes: markSensitive(instance.attributes, paths) as { readonly [name: string]: AttributeValue },
    references: [],
    status: {
      ...(instance.tainted ? { tainted: true } : {}),
      ...(instance.deposed === undefined ? {} : { deposed: instance.deposed }),
      ...(instance.schemaVersion === undefined ? {} : { schemaVersion: instance.schemaVersion }),
    },
  };
}

function withReferences(parts: readonly { instance: StateInstance; resource: ResourceInstance }[]): ResourceInstance[] {
  const index = new IdentityIndex(parts.map((part) => part.resource));
  return parts.map(({ instance, resource }) => ({ ...resource, references: referencesOf(instance, resource, index) })).sort((a, b) => compareAddresses(a.address, b.address));
}

function referencesOf(instance: StateInstance, resource: ResourceInstance, index: IdentityIndex): ModelReference[] {
  const byValue = referencesByValue(resource, index);
  const named = new Set(byValue.map((reference) => reference.target.replace(/\[[^\]]*\]$/, '')));
  const byDependency = instance.dependencies
    .filter((dependency) => !named.has(dependency))
    .map((dependency): ModelReference => ({ attribute: 'depends_on', target: dependency, targetAttribute: '', via: 'dependency' }));
  return [...byValue, ...byDependency];
}

/** Plain order of code units: the same on every machine, unlike a locale's. */
export function compareAddresses(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Every module that holds something, and its ancestors; the root first. */
export function modulesOf(resources: readonly { module: string }[]): ModuleInstance[] {
  const addresses = new Set(['']);
  for (const address of new Set(resources.map((resource) => resource.module))) {
    const steps = address.match(/module\.[^.[]+(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?/g) ?? [];
    steps.forEach((_step, at) => addresses.add(steps.slice(0, at + 1).join('.')));
  }
  return [...addresses].sort(compareAddresses).map((address) => ({ address, inputs: {}, outputs: {}, references: [] }));
}

export function providersOf(resources: readonly ResourceInstance[]): ProviderInstance[] {
  const providers = new Map<string, ProviderInstance>();
  for (const { provider } of resources) {
    const key = `${provider.source ?? provider.localName}.${provider.alias ?? ''}`;
    if (provider.localName !== '' && !providers.has(key)) providers.set(key, { module: '', ...provider, attributes: {} });
  }
  return [...providers.keys()].sort(compareAddresses).flatMap((key) => providers.get(key) ?? []);
}

function coverageOf(resources: readonly ResourceInstance[]): InfrastructureModel['coverage'] {
  const blocks = new Set(resources.map((resource) => resource.resource)).size;
  const attributes = resources.reduce((sum, resource) => sum + Object.keys(resource.attributes).length, 0);
  return { files: 1, unreadableFiles: 0, blocks, resourceBlocks: blocks, resourceBlocksUnderstood: blocks, instances: resources.length, opaqueModules: 0, attributes, unknownAttributes: 0, reasons: [] };
}
