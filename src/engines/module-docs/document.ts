/** What the documentation of a module says, before it is printed in any format. */
import type { ModelLocation } from '../infrastructure/model.ts';

export interface InputDocument {
  name: string;
  description?: string;
  /** As written in the code. */
  type: string;
  /** As written; absent when the input is required. */
  default?: string;
  required: boolean;
  nullable: boolean;
  sensitive: boolean;
  ephemeral: boolean;
  deprecated?: string;
  validations: readonly { condition: string; message: string }[];
  location: ModelLocation;
}

export interface OutputDocument {
  name: string;
  description?: string;
  /** The expression as written. */
  value: string;
  sensitive: boolean;
  ephemeral: boolean;
  deprecated?: string;
  location: ModelLocation;
}

export interface ResourceDocument {
  address: string;
  mode: 'managed' | 'data' | 'ephemeral';
  type: string;
  /** Page of the public registry for the type, when its provider is a public one. */
  reference?: string;
  /** The `count` or `for_each` as written. */
  repeated?: string;
  /** The comment above the block. */
  comment?: string;
  location: ModelLocation;
}

export interface CalledModuleDocument {
  name: string;
  source: string;
  version?: string;
  /** Folder of its code within the tree, when it is there. */
  folder?: string;
  /** Why its code was not read. */
  opaque?: string;
  repeated?: string;
  comment?: string;
  location: ModelLocation;
}

/** One use of the module somewhere in the tree, with what its inputs came to. */
export interface CallDocument {
  /** `module.network["a"]`. */
  address: string;
  location?: ModelLocation;
  arguments: readonly { name: string; value: string }[];
}

export interface ModuleDocument {
  /** Within the tree; `.` for the root. */
  folder: string;
  title: string;
  /** What the comment at the head of `main.tf` says. */
  purpose?: string;
  requirements: readonly { name: string; version?: string; source?: string; aliases: readonly string[]; location?: ModelLocation }[];
  providers: readonly { name: string; alias?: string; version?: string; source: string }[];
  modules: readonly CalledModuleDocument[];
  resources: readonly ResourceDocument[];
  inputs: readonly InputDocument[];
  outputs: readonly OutputDocument[];
  calls: readonly CallDocument[];
  /** Where the root keeps its state, and whose states it reads: links between roots. */
  backend?: StateLocation;
  readsStates: readonly (StateLocation & { address: string; location: ModelLocation })[];
}

/** A place of a state, as far as the code says it in plain text. */
export interface StateLocation {
  type: string;
  settings: Readonly<Record<string, string>>;
}
