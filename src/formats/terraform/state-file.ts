/** A state in the one form that every version is read into. */
import type { InstanceKey } from './address.ts';
import type { JsonObject, JsonValue } from './json-document.ts';
import type { JsonPiece } from './state-pieces.ts';

export interface StateInstance {
  /** Address of the module instance; empty for the root. */
  module: string;
  mode: 'managed' | 'data' | 'ephemeral';
  type: string;
  name: string;
  key?: InstanceKey;
  /** As written in the state. */
  provider: string;
  attributes: JsonObject;
  /** Where it stands in the file, when `attributes` are only those that were asked for. */
  piece?: JsonPiece;
  /** Paths that the state itself marks: names and indexes. */
  sensitivePaths: readonly (readonly InstanceKey[])[];
  /** Addresses of resources, without instance keys. */
  dependencies: readonly string[];
  tainted: boolean;
  /** Key of an object that waits to be destroyed. */
  deposed?: string;
  schemaVersion?: number;
  createBeforeDestroy: boolean;
}

export interface StateOutput {
  name: string;
  value: JsonValue;
  sensitive: boolean;
}

export interface StateFile {
  format: 'version 4' | 'version 3' | 'show -json';
  terraformVersion?: string;
  serial?: number;
  lineage?: string;
  instances: readonly StateInstance[];
  outputs: readonly StateOutput[];
}

/** Names of the attributes of a type that are wanted; `all` keeps every one. */
export type WantedAttributes = 'all' | ((type: string) => ReadonlySet<string>);
