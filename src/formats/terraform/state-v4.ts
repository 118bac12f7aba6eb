/** State version 4, Terraform 0.12 and later, and OpenTofu's additions. */
import { PlatformError } from '../../domain/error.ts';
import type { InstanceKey } from './address.ts';
import { expandFlatmap } from './flatmap.ts';
import type { JsonObject, JsonValue } from './json-document.ts';
import { isJsonObject, objectsOf, textOf, textsOf } from './json-document.ts';
import type { StateFile, StateInstance, WantedAttributes } from './state-file.ts';
import { optional, outputsOf, wholeNumber } from './state-parts.ts';
import type { JsonPiece, StatePieces } from './state-pieces.ts';

/** Throws ROADBED-8053 when a resource lacks what every resource has. */
export function readStateVersion4(state: JsonObject, file: string): StateFile {
  const instances: StateInstance[] = [];
  objectsOf(state['resources']).forEach((resource, index) => {
    for (const instance of objectsOf(resource['instances'])) instances.push(instanceOf(resource, instance, index, file));
  });
  return fileOf(state, instances);
}

/**
 * The same from pieces, parsed one after the other. Undefined when the document does not name each of them once
 * (a field given twice). Throws SyntaxError for a piece that is not JSON, and ROADBED-8053.
 */
export function readStateVersion4Pieces({ skeleton, instances: pieces }: StatePieces, file: string, wanted: WantedAttributes): StateFile | undefined {
  const instances: StateInstance[] = [];
  for (const [index, resource] of objectsOf(skeleton['resources']).entries()) {
    const places = Array.isArray(resource['instances']) ? resource['instances'] : [];
    const names = wanted === 'all' ? undefined : wanted(textOf(resource['type']) ?? '');
    for (const place of places) {
      const piece = typeof place === 'number' ? pieces[place] : undefined;
      if (piece === undefined) return undefined;
      const instance = withDependenciesOf(instances.at(-1), instanceOf(resource, piece.parse() as JsonObject, index, file));
      instances.push(names === undefined ? instance : withOnly(names, instance, piece));
    }
  }
  return instances.length === pieces.length ? fileOf(skeleton, instances) : undefined;
}

/** The attributes of an instance as a piece has them. */
export function wholeAttributes(piece: JsonPiece): JsonObject {
  return attributesOf(piece.parse() as JsonObject);
}

function withOnly(names: ReadonlySet<string>, instance: StateInstance, piece: JsonPiece): StateInstance {
  const kept: JsonObject = {};
  for (const name of names) if (Object.hasOwn(instance.attributes, name)) define(kept, name, instance.attributes[name] ?? null);
  return { ...instance, attributes: kept, piece };
}

function define(object: JsonObject, name: string, value: JsonValue): void {
  if (name === '__proto__') Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  else object[name] = value;
}

/** Instances of one resource depend on the same things, nearly always: one list serves them all. */
function withDependenciesOf(before: StateInstance | undefined, instance: StateInstance): StateInstance {
  const { dependencies } = instance;
  if (before === undefined || before.dependencies.length !== dependencies.length || dependencies.some((one, at) => one !== before.dependencies[at])) return instance;
  instance.dependencies = before.dependencies;
  return instance;
}

function fileOf(state: JsonObject, instances: StateInstance[]): StateFile {
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
    attributes: attributesOf(instance),
    sensitivePaths: sensitivePaths(instance['sensitive_attributes']),
    dependencies: [...textsOf(instance['dependencies']), ...textsOf(instance['depends_on'])],
    tainted: instance['status'] === 'tainted',
    ...optional('deposed', textOf(instance['deposed'])),
    ...optional('schemaVersion', wholeNumber(instance['schema_version'])),
    createBeforeDestroy: instance['create_before_destroy'] === true,
  };
}

function attributesOf(instance: JsonObject): JsonObject {
  if (isJsonObject(instance['attributes'])) return instance['attributes'];
  return isJsonObject(instance['attributes_flat']) ? expandFlatmap(instance['attributes_flat']) : {};
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
