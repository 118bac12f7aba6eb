/**
 * The output of `show -json`, for a state or within a plan: nested modules with addresses of their own.
 *
 * It has no serial and no lineage, and prints sensitive values in clear; `sensitive_values` mirrors the
 * values with `true` where one is sensitive.
 */
import { PlatformError } from '../../domain/error.ts';
import type { InstanceKey } from './address.ts';
import type { JsonObject, JsonValue } from './json-document.ts';
import { isJsonObject, objectsOf, textOf, textsOf } from './json-document.ts';
import { optional, outputsOf, wholeNumber } from './state-parts.ts';
import type { StateFile, StateInstance, StateOutput } from './state-file.ts';

const MAX_MODULE_DEPTH = 100;
const MAX_VALUE_DEPTH = 200;

/** Throws ROADBED-8052 for a major version that nobody knows. */
export function readShownState(document: JsonObject, file: string): StateFile {
  requireKnownFormat(document, file);
  const values = isJsonObject(document['values']) ? document['values'] : {};
  return { format: 'show -json', ...optional('terraformVersion', textOf(document['terraform_version'])), ...shownValues(values) };
}

/** Minor versions only add, as the format promises; an unknown major may mean anything. A redacted plan has its version under another name. */
export function requireKnownFormat(document: JsonObject, file: string): string {
  const version = textOf(document['format_version']) ?? textOf(document['plan_format_version']) ?? '';
  if (!/^[01]\.\d+$/.test(version)) {
    throw new PlatformError({ code: 'ROADBED-8052', class: 'invalid', message: `${file} has format_version "${version}", which is not read`, why: 'format versions 0.1 to 1.x are read', next: 'write it with a released Terraform or OpenTofu: `terraform show -json`' });
  }
  return version;
}

/** Instances and outputs of a `values` object (`planned_values`, `prior_state.values`, `values`). */
export function shownValues(values: JsonObject): { instances: StateInstance[]; outputs: StateOutput[] } {
  const instances: StateInstance[] = [];
  if (isJsonObject(values['root_module'])) collect(values['root_module'], '', instances, 0);
  return { instances, outputs: outputsOf(values['outputs']) };
}

function collect(module: JsonObject, address: string, into: StateInstance[], depth: number): void {
  for (const resource of objectsOf(module['resources'])) into.push(instanceOf(resource, address));
  if (depth === MAX_MODULE_DEPTH) return;
  for (const child of objectsOf(module['child_modules'])) collect(child, textOf(child['address']) ?? address, into, depth + 1);
}

function instanceOf(resource: JsonObject, module: string): StateInstance {
  const key = resource['index'];
  const mode = textOf(resource['mode']);
  return {
    module,
    mode: mode === 'data' || mode === 'ephemeral' ? mode : 'managed',
    type: textOf(resource['type']) ?? '',
    name: textOf(resource['name']) ?? '',
    ...(typeof key === 'string' || typeof key === 'number' ? { key } : {}),
    provider: textOf(resource['provider_name']) ?? '',
    attributes: isJsonObject(resource['values']) ? resource['values'] : {},
    sensitivePaths: markedPaths(resource['sensitive_values']),
    dependencies: textsOf(resource['depends_on']),
    tainted: resource['tainted'] === true,
    ...optional('deposed', textOf(resource['deposed_key'])),
    ...optional('schemaVersion', wholeNumber(resource['schema_version'])),
    createBeforeDestroy: false,
  };
}

/** Paths at which a mirror (`sensitive_values`, `after_unknown`) says `true`. */
export function markedPaths(mirror: JsonValue | undefined): InstanceKey[][] {
  const paths: InstanceKey[][] = [];
  const walk = (value: JsonValue | undefined, path: InstanceKey[]): void => {
    if (path.length > MAX_VALUE_DEPTH) return;
    if (value === true) paths.push(path);
    else if (Array.isArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    else if (isJsonObject(value)) for (const [name, item] of Object.entries(value)) walk(item, [...path, name]);
  };
  walk(mirror, []);
  return paths;
}
