/** Resources of an evaluated module as resource instances of the model. */
import type { ResourceDeclaration, Written } from '../terraform/configuration/declarations.ts';
import { referenceSteps } from '../terraform/configuration/syntax.ts';
import type { ModuleContext } from '../terraform/module/module-context.ts';
import type { ModuleEvaluation } from '../terraform/module/module-evaluation.ts';
import type { InstanceEvaluation, ResourceEvaluation } from '../terraform/module/resource-evaluation.ts';
import { compareText } from '../terraform/value/type.ts';
import { bodyAttributes } from './configuration-attributes.ts';
import type { CoverageCount } from './configuration-coverage.ts';
import { providerOf } from './configuration-providers.ts';
import { locationOf, reasonText, referencesOf } from './configuration-values.ts';
import type { ModelReference, ResourceInstance } from './model.ts';

/** Thousands of instances that each depend on thousands of resources would be millions of references. */
const MOST_SHARED = 1000;

export function moduleResources(module: ModuleEvaluation, coverage: CoverageCount): ResourceInstance[] {
  const addresses = [...(module.node.configuration?.resources.keys() ?? [])].sort(compareText);
  return addresses.flatMap((address) => {
    const resource = module.resource(address);
    if (resource === undefined) return [];
    const shared = unique(sharedReferences(resource)).slice(0, MOST_SHARED);
    return resource.instances.map((instance) => resourceInstance(module, instance, shared, coverage));
  });
}

function resourceInstance(module: ModuleEvaluation, instance: InstanceEvaluation, shared: readonly ModelReference[], coverage: CoverageCount): ResourceInstance {
  const { resource } = instance;
  const { declaration } = resource;
  const body = bodyAttributes(instance.body());
  coverage.attributes(body.uses.length);
  for (const { path, reason } of body.unknown) coverage.unknown(reason, `${instance.address}.${path}`);
  if (!module.doubtful && instance.expanded.doubtful !== true && body.unknown.some((unknown) => unknown.failed)) coverage.failed(declaration);
  const own = body.uses.flatMap((use) => referencesOf(use.value, use.path, instance.address, use.written, (steps) => declaredAddress(module, steps)));
  const { unknown } = resource.expansion;
  return {
    address: instance.address,
    resource: resource.address,
    module: module.address,
    mode: declaration.mode,
    type: declaration.type,
    name: declaration.name,
    ...(instance.expanded.key === undefined ? {} : { key: instance.expanded.key }),
    ...(unknown === undefined ? {} : { instancesUnknown: reasonText(unknown) }),
    provider: providerOf(module, declaration.type, declaration.provider, instance.surroundings),
    attributes: body.attributes,
    references: withShared(unique(own), shared),
    location: locationOf(declaration.place.file, declaration.place, true),
    attributeLocations: body.locations,
    lifecycle: lifecycleOf(declaration, module),
  };
}

/** References that all instances have: from count or for_each, and from depends_on. */
function sharedReferences(resource: ResourceEvaluation): ModelReference[] {
  const { declaration, module, repetition } = resource;
  const name = declaration.repetition?.kind === 'count' ? 'count' : declaration.repetition?.kind === 'enabled' ? 'enabled' : 'for_each';
  const repeated = repetition === undefined ? [] : referencesOf(repetition, name, resource.address, declaration.repetition?.written, (steps) => declaredAddress(module, steps));
  return [...repeated, ...dependencyReferences(declaration.dependsOn, module, 'depends_on'), ...dependencyReferences(declaration.lifecycle.replaceTriggeredBy, module, 'lifecycle.replace_triggered_by')];
}

/** `depends_on` and the like: references to whole resources and modules. */
export function dependencyReferences(written: readonly Written[], module: ModuleContext, attribute: string): ModelReference[] {
  return written.flatMap((one) => {
    const names = (referenceSteps(one.expression) ?? []).flatMap((step) => (step.kind === 'name' ? [step.name] : []));
    const target = declaredAddress(module, names);
    return target === undefined ? [] : [{ attribute, target, targetAttribute: '', via: 'dependency' as const }];
  });
}

/** The address of the resource or module that a reference begins with; undefined when it is neither. */
function declaredAddress(module: ModuleContext, steps: readonly string[]): string | undefined {
  const { configuration } = module.node;
  const [first = '', second = '', third = ''] = steps;
  if (first === 'module') return configuration?.calls.has(second) === true ? module.addressOf(`module.${second}`) : undefined;
  const local = first === 'data' || first === 'ephemeral' ? `${first}.${second}.${third}` : first === 'resource' ? `${second}.${third}` : `${first}.${second}`;
  return configuration?.resources.has(local) === true ? module.addressOf(local) : undefined;
}

function lifecycleOf(declaration: ResourceDeclaration, module: ModuleContext): NonNullable<ResourceInstance['lifecycle']> {
  const flag = (written: Written | undefined): boolean => {
    const value = written === undefined ? undefined : module.evaluate(written, {}, `${declaration.address}.lifecycle`);
    return (value?.kind === 'bool' && value.value) || (value?.kind === 'string' && value.value === 'true');
  };
  const { ignoreChanges, preventDestroy, createBeforeDestroy } = declaration.lifecycle;
  return { ignoreChanges, preventDestroy: flag(preventDestroy), createBeforeDestroy: flag(createBeforeDestroy) };
}

/** Shared references have attributes of their own (`depends_on`, `count`), which no argument is called. */
function withShared(own: ModelReference[], shared: readonly ModelReference[]): readonly ModelReference[] {
  if (own.length === 0) return shared;
  return shared.length === 0 ? own : [...own, ...shared];
}

function unique(references: ModelReference[]): ModelReference[] {
  if (references.length < 2) return references;
  const seen = new Set<string>();
  return references.filter(({ attribute, target, targetAttribute }) => {
    const key = `${attribute}\0${target}\0${targetAttribute}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
