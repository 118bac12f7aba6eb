/** A plan as the infrastructure model: what will be there, with what changes, and what goes away. */
import { parseProvider, printAddress } from '../../formats/terraform/address.ts';
import type { PlanChange, PlanFile, PlanModuleConfiguration } from '../../formats/terraform/plan.ts';
import type { StateInstance } from '../../formats/terraform/state-file.ts';
import { compareAddresses, modulesOf, providersOf, resourceFromInstance } from './from-state.ts';
import { isPlainObject, markSensitive, markUnknown } from './marked-values.ts';
import type { AttributeValue, ChangeAction, InfrastructureModel, ModelReference, ModuleInstance, ProviderInstance, ResourceInstance } from './model.ts';
import { SensitiveAttribute, UnknownAttribute } from './model.ts';
import { planReferences } from './plan-references.ts';
import { IdentityIndex, referencesByValue } from './value-references.ts';

export interface PlanModelOptions {
  path: string;
  sensitiveAttributes?: (type: string) => readonly string[];
}

const COMPUTED = 'known only after apply';

export function modelFromPlan(plan: PlanFile, options: PlanModelOptions): InfrastructureModel {
  const changes = new Map(plan.changes.filter((change) => change.deposed === undefined).map((change) => [change.address, change]));
  const planned = plan.planned.map((instance) => plannedResource(instance, changes, options));
  const present = new Set(planned.map((resource) => resource.address));
  const priorData = plan.prior.filter((instance) => instance.mode === 'data').map((instance) => resourceFromInstance(instance, options));
  const others = [...leaving(plan.changes, options), ...priorData].filter((resource) => !present.has(resource.address));
  const resources = withReferences([...planned, ...dedupe(others)], plan);
  return {
    source: { kind: 'plan', path: options.path, formatVersion: plan.formatVersion, ...(plan.terraformVersion === undefined ? {} : { terraformVersion: plan.terraformVersion }) },
    modules: describedModules(resources, plan.configuration),
    resources,
    providers: configuredProviders(plan, resources),
    outputs: plan.plannedOutputs.map((output) => ({ name: output.name, value: output.sensitive ? new SensitiveAttribute(output.value as AttributeValue) : (output.value as AttributeValue), references: [] })),
    problems: plan.incomplete ? [{ file: options.path, line: 1, column: 1, path: '', message: 'the plan says that it is incomplete: an error or a target kept parts out of it' }] : [],
    coverage: coverageOf(resources),
  };
}

function plannedResource(instance: StateInstance, changes: ReadonlyMap<string, PlanChange>, options: PlanModelOptions): ResourceInstance {
  const resource = resourceFromInstance(instance, options);
  const change = changes.get(resource.address);
  if (change === undefined) return resource;
  const attributes = markUnknown(resource.attributes, change.unknownPaths, COMPUTED);
  return { ...resource, attributes: isPlainObject(attributes) ? attributes : resource.attributes, change: modelChange(change) };
}

/** What the plan destroys or forgets is no longer among the planned values: it comes from the change's `before`. */
function leaving(changes: readonly PlanChange[], options: PlanModelOptions): ResourceInstance[] {
  return changes
    .filter((change) => change.deposed === undefined && change.after === null && change.mode === 'managed')
    .map((change) => {
      const { module, mode, type, name, key } = change;
      const before = markSensitive(change.before, [...change.sensitiveBefore, ...(options.sensitiveAttributes?.(type) ?? []).map((attribute) => [attribute])]);
      return {
        address: change.address,
        resource: printAddress({ module, mode, type, name }),
        module,
        mode,
        type,
        name,
        ...(key === undefined ? {} : { key }),
        provider: parseProvider(change.provider),
        attributes: isPlainObject(before) ? before : {},
        references: [],
        change: modelChange(change),
      };
    });
}

function modelChange(change: PlanChange): NonNullable<ResourceInstance['change']> {
  return {
    actions: actionsOf(change),
    before: markSensitive(change.before, change.sensitiveBefore),
    ...(change.replacePaths.length === 0 ? {} : { replacePaths: change.replacePaths.map((path) => path.join('.')) }),
    ...(change.previousAddress === undefined ? {} : { previousAddress: change.previousAddress }),
    ...(change.reason === undefined ? {} : { reason: change.reason }),
  };
}

function actionsOf(change: PlanChange): ChangeAction[] {
  const known: readonly string[] = ['create', 'update', 'delete', 'read', 'no-op', 'forget'];
  const replaces = change.actions.includes('create') && change.actions.includes('delete');
  const actions = replaces ? (['replace'] as ChangeAction[]) : (change.actions.filter((action) => known.includes(action)) as ChangeAction[]);
  return [...actions, ...(change.previousAddress === undefined ? [] : (['move'] as const)), ...(change.importing ? (['import'] as const) : [])];
}

function dedupe(resources: readonly ResourceInstance[]): ResourceInstance[] {
  return [...new Map(resources.map((resource) => [resource.address, resource])).values()];
}

function withReferences(resources: readonly ResourceInstance[], plan: PlanFile): ResourceInstance[] {
  const byExpression = planReferences(plan.configuration);
  const instances = new Map<string, string[]>();
  for (const resource of resources) instances.set(resource.resource, [...(instances.get(resource.resource) ?? []), resource.address]);
  const index = new IdentityIndex(resources);
  return resources
    .map((resource) => ({ ...resource, references: referencesOf(resource, byExpression(resource.module, resource.resource), referencesByValue(resource, index), instances) }))
    .sort((a, b) => compareAddresses(a.address, b.address));
}

/** Values name the very instance; expressions are kept where no value says so. */
function referencesOf(resource: ResourceInstance, expressions: readonly ModelReference[], values: readonly ModelReference[], instances: ReadonlyMap<string, readonly string[]>): ModelReference[] {
  const exact = new Set(values.map((reference) => reference.target));
  const kept = expressions.filter((reference) => reference.target !== resource.address && reference.target !== resource.resource && !exact.has(reference.target) && !(instances.get(reference.target) ?? []).some((address) => exact.has(address)));
  return [...values, ...kept.map((reference) => ({ ...reference, target: onlyInstance(reference.target, instances) }))];
}

function onlyInstance(target: string, instances: ReadonlyMap<string, readonly string[]>): string {
  const of = instances.get(target);
  return of?.length === 1 ? (of[0] ?? target) : target;
}

function describedModules(resources: readonly ResourceInstance[], root: PlanModuleConfiguration): ModuleInstance[] {
  return modulesOf(resources).map((module) => {
    const names = (module.address.match(/module\.([^.[]+)/g) ?? []).map((step) => step.slice('module.'.length));
    let configuration: PlanModuleConfiguration | undefined = root;
    let call: { source?: string; version?: string } | undefined;
    for (const name of names) {
      const next: ReturnType<PlanModuleConfiguration['calls']['get']> = configuration?.calls.get(name);
      call = next;
      configuration = next?.module;
    }
    return { ...module, ...(call?.source === undefined ? {} : { source: call.source }), ...(call?.version === undefined ? {} : { version: call.version }) };
  });
}

function configuredProviders(plan: PlanFile, resources: readonly ResourceInstance[]): ProviderInstance[] {
  const configured = plan.providers.map((provider): ProviderInstance => {
    const { constants, ...rest } = provider;
    return { ...rest, attributes: constants as ProviderInstance['attributes'] };
  });
  const names = new Set(configured.map((provider) => provider.localName));
  return [...configured, ...providersOf(resources).filter((provider) => !names.has(provider.localName))];
}

function coverageOf(resources: readonly ResourceInstance[]): InfrastructureModel['coverage'] {
  const blocks = new Set(resources.map((resource) => resource.resource)).size;
  let attributes = 0;
  let unknown = 0;
  let example: string | undefined;
  for (const resource of resources) {
    for (const [name, value] of Object.entries(resource.attributes)) {
      attributes += 1;
      if (!(value instanceof UnknownAttribute)) continue;
      unknown += 1;
      example ??= `${resource.address}.${name}`;
    }
  }
  const reasons = unknown === 0 ? [] : [{ reason: COMPUTED, count: unknown, ...(example === undefined ? {} : { example }) }];
  return { files: 1, unreadableFiles: 0, blocks, resourceBlocks: blocks, resourceBlocksUnderstood: blocks, instances: resources.length, opaqueModules: 0, attributes, unknownAttributes: unknown, reasons };
}
