/** State version 3, Terraform 0.7 to 0.11: modules with flat attributes, and keys within the resource's name. */
import { expandFlatmap } from './flatmap.ts';
import type { JsonObject } from './json-document.ts';
import { isJsonObject, objectsOf, textOf, textsOf } from './json-document.ts';
import { optional, outputsOf, wholeNumber } from './state-parts.ts';
import type { StateFile, StateInstance } from './state-file.ts';

export function readStateVersion3(state: JsonObject): StateFile {
  const modules = objectsOf(state['modules']);
  const root = modules.find((module) => textsOf(module['path']).length <= 1);
  return {
    format: 'version 3',
    ...optional('terraformVersion', textOf(state['terraform_version'])),
    ...optional('lineage', textOf(state['lineage'])),
    ...optional('serial', wholeNumber(state['serial'])),
    instances: modules.flatMap(instancesOf),
    outputs: root === undefined ? [] : outputsOf(root['outputs']),
  };
}

function instancesOf(module: JsonObject): StateInstance[] {
  const path = textsOf(module['path']).slice(1);
  const address = path.map((name) => `module.${name}`).join('.');
  if (!isJsonObject(module['resources'])) return [];
  return Object.entries(module['resources']).flatMap(([key, resource]) => {
    if (!isJsonObject(resource)) return [];
    const place = placeOf(key);
    const base = {
      module: address,
      ...place,
      provider: textOf(resource['provider']) ?? '',
      dependencies: textsOf(resource['depends_on']).map((name) => inModule(address, name)),
      sensitivePaths: [],
      createBeforeDestroy: false,
    };
    const primary = isJsonObject(resource['primary']) ? [{ ...base, ...objectOf(resource['primary']) }] : [];
    const deposed = objectsOf(resource['deposed']).map((object, index) => ({ ...base, ...objectOf(object), deposed: String(index) }));
    return [...primary, ...deposed];
  });
}

function objectOf(object: JsonObject): { attributes: JsonObject; tainted: boolean } {
  const attributes = isJsonObject(object['attributes']) ? expandFlatmap(object['attributes']) : {};
  const id = textOf(object['id']);
  return { attributes: id === undefined || 'id' in attributes ? attributes : { id, ...attributes }, tainted: object['tainted'] === true };
}

/** `data.aws_ami.base`, `aws_instance.web.3`: the last part is a key when it is a number and the name is there already. */
function placeOf(key: string): { mode: 'managed' | 'data'; type: string; name: string; key?: number } {
  const parts = key.split('.');
  const mode = parts[0] === 'data' ? 'data' : 'managed';
  const [type = '', name = '', index] = mode === 'data' ? parts.slice(1) : parts;
  return { mode, type, name, ...(index !== undefined && /^\d+$/.test(index) ? { key: Number(index) } : {}) };
}

/** Dependencies are relative to the module and may end in `.*` or an index. */
function inModule(module: string, name: string): string {
  const resource = name.replace(/\.(\*|\d+)$/, '');
  return module === '' ? resource : `${module}.${resource}`;
}
