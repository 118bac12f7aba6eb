/** Module instances and the root's outputs. */
import type { ModuleEvaluation } from '../terraform/module/module-evaluation.ts';
import { compareText } from '../terraform/value/type.ts';
import type { Value } from '../terraform/value/value.ts';
import { dependencyReferences } from './configuration-resources.ts';
import { attributeValue, locationOf, recordOf, referencesOf } from './configuration-values.ts';
import type { AttributeValue, ModelOutput, ModelReference, ModuleInstance } from './model.ts';

export function moduleInstance(module: ModuleEvaluation): ModuleInstance {
  const { node, caller } = module;
  const { call, configuration } = node;
  const key = caller?.instance.key;
  const inputs = [...(call?.inputs ?? [])].flatMap(([name, written]): { name: string; value: Value; location: ReturnType<typeof locationOf> }[] => {
    const value = configuration === undefined ? module.input(name) : (module.variable(name) ?? module.input(name));
    return value === undefined ? [] : [{ name, value, location: locationOf(written.file, written.name ?? written.expression) }];
  });
  const references: ModelReference[] = inputs.flatMap(({ name, value }) => referencesOf(value, name, module.address, undefined, () => undefined));
  if (call !== undefined && caller !== undefined) references.push(...dependencyReferences(call.dependsOn, caller.module, 'depends_on'));
  const { folder } = configuration ?? {};
  return {
    address: module.address,
    ...(folder === undefined ? {} : { folder }),
    ...(node.source === undefined ? {} : { source: node.source }),
    ...(node.version === undefined ? {} : { version: node.version }),
    ...(key === undefined ? {} : { key }),
    ...(call === undefined ? {} : { location: locationOf(call.place.file, call.place, true) }),
    ...(configuration === undefined ? { opaque: node.opaque ?? 'its code is not here' } : {}),
    ...(module.doubtful ? { instancesUnknown: true as const } : {}),
    inputs: recordOf(inputs.map(({ name, value, location }) => [name, attributeValue(value, location)])),
    references,
    outputs: recordOf(outputsOf(module)),
  };
}

function outputsOf(module: ModuleEvaluation): [string, AttributeValue][] {
  const names = [...(module.node.configuration?.outputs.keys() ?? [])].sort(compareText);
  return names.flatMap((name): [string, AttributeValue][] => {
    const value = module.output(name);
    return value === undefined ? [] : [[name, attributeValue(value)]];
  });
}

export function rootOutputs(root: ModuleEvaluation): ModelOutput[] {
  const outputs = [...(root.node.configuration?.outputs.values() ?? [])].sort((a, b) => compareText(a.name, b.name));
  return outputs.flatMap((declaration): ModelOutput[] => {
    const value = root.output(declaration.name);
    if (value === undefined) return [];
    const location = locationOf(declaration.place.file, declaration.place, true);
    return [
      {
        name: declaration.name,
        value: attributeValue(value, location),
        ...(declaration.description === undefined ? {} : { description: declaration.description }),
        references: [...referencesOf(value, declaration.name, '', undefined, () => undefined), ...dependencyReferences(declaration.dependsOn, root, 'depends_on')],
        location,
      },
    ];
  });
}
