/**
 * Guesses that what vanished under one address and appeared under another is the same thing, renamed
 * without a `moved` block. Applied as it is, it would be destroyed and made again, so this is worth one finding
 * with the block to write, and not two findings that hide it.
 *
 * A module is renamed when all that is left of it in the state is, name by name, all that is new in one module of
 * the code. A resource is renamed when exactly one new resource of its type has its name or other identity.
 */
import { addressSteps, printKey } from '../../formats/terraform/address.ts';
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import { NOTHING, canonical } from './canonical.ts';
import { compareTexts } from './drift.ts';
import { holdsUnknown } from './unknown-values.ts';

interface Renaming {
  from: string;
  to: string;
  type: string;
  /** The resource in the code; of a module its first. */
  declared: ResourceInstance;
  recorded: readonly ResourceInstance[];
  others: readonly ResourceInstance[];
}

/** @param vanished In the state, not in the code. @param appeared In the code, not in the state. */
export function renamings(vanished: readonly ResourceInstance[], appeared: readonly ResourceInstance[], code: InfrastructureModel, catalogue: ProviderCatalogue): Renaming[] {
  const gone = [...vanished].sort(byAddress);
  const fresh = [...appeared].sort(byAddress);
  const modules = renamedModules(gone, fresh, code);
  const done = new Set(modules.flatMap((one) => [...one.recorded, ...one.others]));
  return [...modules, ...renamedResources(gone.filter((one) => !done.has(one)), fresh.filter((one) => !done.has(one)), catalogue)];
}

function byAddress(a: ResourceInstance, b: ResourceInstance): number {
  return compareTexts(a.address, b.address);
}

interface ModuleGroup {
  module: string;
  parent: string;
  members: { rest: string; resource: ResourceInstance }[];
}

function renamedModules(vanished: readonly ResourceInstance[], appeared: readonly ResourceInstance[], code: InfrastructureModel): Renaming[] {
  const inCode = new Set(code.modules.map((module) => module.address));
  const gone = groups(vanished, (module) => !inCode.has(module));
  const inState = new Set(gone.flatMap((group) => [group.module]));
  const fresh = new Map<string, ModuleGroup[]>();
  for (const group of groups(appeared, (module) => !inState.has(module))) fresh.set(signature(group), [...(fresh.get(signature(group)) ?? []), group]);
  const taken = new Map<string, number>();
  for (const group of gone) taken.set(signature(group), (taken.get(signature(group)) ?? 0) + 1);
  return gone.flatMap((group): Renaming[] => {
    const [match, other] = fresh.get(signature(group)) ?? [];
    const first = match?.members[0];
    if (match === undefined || first === undefined || other !== undefined || taken.get(signature(group)) !== 1) return [];
    return [{ from: group.module, to: match.module, type: 'module', declared: first.resource, recorded: group.members.map((one) => one.resource), others: match.members.map((one) => one.resource) }];
  });
}

function signature(group: ModuleGroup): string {
  return JSON.stringify([group.parent, ...group.members.map((one) => one.rest).sort()]);
}

/** By the outermost module that `candidate` accepts. */
function groups(resources: readonly ResourceInstance[], candidate: (module: string) => boolean): ModuleGroup[] {
  const found = new Map<string, ModuleGroup>();
  for (const resource of resources) {
    const chain = moduleChain(resource.module);
    const at = chain.findIndex(candidate);
    const module = chain[at];
    if (module === undefined) continue;
    const group = found.get(module) ?? { module, parent: chain[at - 1] ?? '', members: [] };
    group.members.push({ rest: resource.address.slice(module.length), resource });
    found.set(module, group);
  }
  return [...found.values()];
}

/** `module.a`, `module.a.module.b["x"]`, ... from the outermost. */
export function moduleChain(module: string): string[] {
  const chain: string[] = [];
  let text = '';
  let names = 0;
  for (const step of (module === '' ? undefined : addressSteps(module)) ?? []) {
    if (typeof step === 'object') chain[chain.length - 1] = text += printKey(step.key);
    else {
      text += `${text === '' ? '' : '.'}${step}`;
      names += 1;
      if (names % 2 === 0) chain.push(text);
    }
  }
  return chain;
}

function renamedResources(vanished: readonly ResourceInstance[], appeared: readonly ResourceInstance[], catalogue: ProviderCatalogue): Renaming[] {
  const byIdentity = new Map<string, ResourceInstance[]>();
  for (const resource of appeared) {
    const key = identityKey(resource, catalogue);
    if (key !== undefined) byIdentity.set(key, [...(byIdentity.get(key) ?? []), resource]);
  }
  const asked = new Map<string, number>();
  for (const resource of vanished) {
    const key = identityKey(resource, catalogue) ?? '';
    asked.set(key, (asked.get(key) ?? 0) + 1);
  }
  return vanished.flatMap((resource): Renaming[] => {
    const key = identityKey(resource, catalogue);
    const [match, other] = key === undefined ? [] : (byIdentity.get(key) ?? []);
    if (key === undefined || match === undefined || other !== undefined || asked.get(key) !== 1) return [];
    return [{ from: resource.address, to: match.address, type: resource.type, declared: match, recorded: [resource], others: [match] }];
  });
}

const IDENTITIES = ['name', 'bucket', 'function_name', 'identifier', 'cluster_identifier', 'family', 'domain', 'alarm_name'];

/** Type with the first identity that both code and state can know. */
function identityKey(resource: ResourceInstance, catalogue: ProviderCatalogue): string | undefined {
  for (const name of [...IDENTITIES, ...catalogue.type(resource.type).name.filter((path) => path === 'tags.Name')]) {
    const value = name === 'tags.Name' ? (resource.attributes['tags'] as { readonly [name: string]: unknown } | null | undefined)?.['Name'] : resource.attributes[name];
    if (typeof value === 'string' && !holdsUnknown(value) && canonical(value) !== NOTHING) return JSON.stringify([resource.type, name, value]);
  }
  return undefined;
}
