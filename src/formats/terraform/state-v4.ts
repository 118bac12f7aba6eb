/** State version 4, Terraform 0.12 and later, and OpenTofu's additions. */
import { PlatformError } from '../../domain/error.ts';
import type { InstanceKey } from './address.ts';
import { expandFlatmap } from './flatmap.ts';
import type { JsonObject, JsonValue } from './json-document.ts';
import { isJsonObject, objectsOf, textOf, textsOf } from './json-document.ts';
import type { StateFile, StateInstance } from './state-file.ts';
import { optional, outputsOf, wholeNumber } from './state-parts.ts';

/** Throws ROADBED-8053 when a resource lacks what every resource has. */
export function readStateVersion4(state: JsonObject, file: string): StateFile {
  const instances: StateInstance[] = [];
  objectsOf(state['resources']).forEach((resource, index) => {
    for (const instance of objectsOf(resource['instances'])) instances.push(instanceOf(resource, instance, index, file));
  });
  return {
    format: 'version 4',
    ...optional('terraformVersion', textOf(state['terraform_version'])),
    ...optional('lineage', textOf(state['lineage'])),
    ...optional('serial', wholeNumber(state['serial'])),
    instances,
    outputs: outputsOf(state['outputs']),
  };
}

function instanceOf(resource: JsonObject, instance: JsonObject, index: number, file: string): StateInstance {
  const type = textOf(resource['type']);
  const name = textOf(resource['name']);
  if (type === undefined || name === undefined) {
    throw new PlatformError({ code: 'ROADBED-8053', class: 'invalid', message: `${file} is not a whole Terraform state`, why: `resources[${index}] has no ${type === undefined ? 'type' : 'name'}`, next: 'fetch it again: `terraform state pull`' });
  }
  const key = instance['index_key'];
  const mode = textOf(resource['mode']);
  return {
    module: textOf(resource['module']) ?? '',
    mode: mode === 'data' || mode === 'ephemeral' ? mode : 'managed',
    type,
    name,
    ...(typeof key === 'string' || typeof key === 'number' ? { key } : {}),
    provider: textOf(instance['provider']) ?? textOf(resource['provider']) ?? '',
    attributes: isJsonObject(instance['attributes']) ? instance['attributes'] : isJsonObject(instance['attributes_flat']) ? expandFlatmap(instance['attributes_flat']) : {},
    sensitivePaths: sensitivePaths(instance['sensitive_attributes']),
    dependencies: [...textsOf(instance['dependencies']), ...textsOf(instance['depends_on'])],
    tainted: instance['status'] === 'tainted',
    ...optional('deposed', textOf(instance['deposed'])),
    ...optional('schemaVersion', wholeNumber(instance['schema_version'])),
    createBeforeDestroy: instance['create_before_destroy'] === true,
  };
}

/** A path is a list of steps `{type: "get_attr", value: "x"}` or `{type: "index", value: {value, type}}`. */
function sensitivePaths(value: JsonValue | undefined): InstanceKey[][] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((path) => {
    const steps = (Array.isArray(path) ? path : [path]).flatMap((step): InstanceKey[] => {
      if (!isJsonObject(step)) return [];
      const inner = isJsonObject(step['value']) ? step['value']['value'] : step['value'];
      return typeof inner === 'string' || typeof inner === 'number' ? [inner] : [];
    });
    return steps.length === 0 ? [] : [steps];
  });
}
