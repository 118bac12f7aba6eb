/**
 * Which provider configuration a resource uses, and those configurations evaluated.
 *
 * A module uses its own provider blocks, else what its call passes (`providers = { aws = aws.west }`), else,
 * for a provider without alias, the one of its caller; at the root an absent block is an empty configuration.
 */
import type { ProviderReference } from '../terraform/configuration/declarations.ts';
import type { ModuleEvaluation } from '../terraform/module/module-evaluation.ts';
import { surroundingsOf } from '../terraform/module/module-context.ts';
import { evaluateBody } from '../terraform/module/body-evaluation.ts';
import { expand } from '../terraform/module/expansion.ts';
import type { ExpandedInstance } from '../terraform/module/expansion.ts';
import type { Surroundings } from '../terraform/module/module-context.ts';
import { bodyAttributes } from './configuration-attributes.ts';
import { locationOf } from './configuration-values.ts';
import type { ProviderInstance, ResourceInstance } from './model.ts';

type ProviderUse = ResourceInstance['provider'];

const BUILT_IN = 'terraform.io/builtin/terraform';

/** The provider of a resource; `type` tells the provider when the block does not. */
export function providerOf(module: ModuleEvaluation, type: string, reference: ProviderReference | undefined, around: Surroundings): ProviderUse {
  const localName = reference?.localName ?? (type.includes('_') ? type.slice(0, type.indexOf('_')) : type);
  const source = sourceOf(module, localName);
  const key = reference?.key === undefined ? undefined : module.evaluate(reference.key, around, 'provider');
  const found = follow(module, localName, reference?.alias, key?.kind === 'string' && key.marks?.sensitive !== true ? key.value : undefined);
  return { ...found, ...(source === undefined ? {} : { source }) };
}

function follow(module: ModuleEvaluation, localName: string, alias: string | undefined, key: string | undefined): ProviderUse {
  const name = alias === undefined ? localName : `${localName}.${alias}`;
  const here = { localName, ...(alias === undefined ? {} : { alias }), ...(key === undefined ? {} : { key }), module: module.address };
  const { caller } = module;
  if (caller === undefined || module.node.configuration?.providers.has(name) === true) return here;
  const passed = module.node.call?.providers.get(name);
  if (passed !== undefined) {
    const inner = passed.key === undefined ? undefined : caller.module.evaluate(passed.key, surroundingsOf(caller.instance), 'providers');
    return follow(caller.module, passed.localName, passed.alias, inner?.kind === 'string' && inner.marks?.sensitive !== true ? inner.value : key);
  }
  return alias === undefined ? follow(caller.module, callersName(module, caller.module, localName), undefined, key) : here;
}

/** The caller may have another name for the same provider. */
function callersName(module: ModuleEvaluation, caller: ModuleEvaluation, localName: string): string {
  const source = module.node.configuration?.settings.requiredProviders.get(localName)?.source;
  if (source === undefined) return localName;
  const required = caller.node.configuration?.settings.requiredProviders ?? new Map();
  for (const [name, provider] of required) if (provider.source === source) return name;
  return localName;
}

function sourceOf(module: ModuleEvaluation, localName: string): string | undefined {
  if (localName === 'terraform') return BUILT_IN;
  return module.node.configuration?.settings.requiredProviders.get(localName)?.source ?? `hashicorp/${localName}`;
}

/** The provider blocks of one module, one instance for each key of `for_each`. */
export function moduleProviders(module: ModuleEvaluation): ProviderInstance[] {
  const { configuration } = module.node;
  if (configuration === undefined) return [];
  return [...configuration.providers].flatMap(([name, declaration]) => {
    const { forEach, localName, alias } = declaration;
    const repetition = forEach === undefined ? undefined : { kind: 'for-each' as const, written: forEach };
    const value = forEach === undefined ? undefined : module.evaluate(forEach, {}, `provider.${name}`);
    const required = configuration.settings.requiredProviders.get(localName);
    const source = sourceOf(module, localName);
    const version = declaration.versionConstraint ?? required?.versionConstraint;
    return expand(repetition, value, module.evaluation.instanceLimit).instances.map((instance: ExpandedInstance): ProviderInstance => {
      const body = evaluateBody(module, declaration.body, surroundingsOf(instance), `provider.${name}`);
      return {
        module: module.address,
        localName,
        ...(alias === undefined ? {} : { alias }),
        ...(typeof instance.key === 'string' ? { key: instance.key } : {}),
        ...(source === undefined ? {} : { source }),
        ...(version === undefined ? {} : { versionConstraint: version }),
        attributes: bodyAttributes(body).attributes,
        location: locationOf(declaration.place.file, declaration.place, true),
      };
    });
  });
}
