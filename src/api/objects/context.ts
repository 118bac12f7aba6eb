/** What a request brings with it, and what the service stands on. */
import type { Events } from '../../ports/events.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identities, Identity } from '../../ports/identity.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { KindName } from '../../ports/objects.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { FieldProblem, KindDefinition } from '../../domain/kinds/definition.ts';
import type { Grants } from './grants.ts';
import type { ServedKinds } from './served-kinds.ts';

export interface WriteContext {
  identity: Identity;
  /** The field manager. */
  manager: string;
  dryRun: boolean;
  fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** Fields that the body gave twice. */
  duplicates: readonly string[];
  /** Filled by the service; the handler sends them as Warning headers. */
  warnings: string[];
  reason?: string;
  chain?: string;
}

export interface AdmissionContext {
  identity: Identity;
  operation: 'create' | 'update' | 'delete';
  kind: KindDefinition;
  subresource?: 'status' | 'scale' | 'finalize';
  /** Reads from the process's cache. */
  get(kind: KindName, namespace: string | undefined, name: string): Readonly<ApiObject> | undefined;
  list(kind: KindName, namespace?: string): readonly Readonly<ApiObject>[];
}

export type AdmissionProblem =
  /** Refused by a rule: 403 with the sentence and the rule's id. */
  | { rule: string; sentence: string }
  /** The object is wrong: 422. */
  | { fields: FieldProblem[] };

/** A rule of the platform that looks at every write; must be quick and change nothing. `old` is absent on create. */
export type AdmissionHook = (object: Readonly<ApiObject>, old: Readonly<ApiObject> | undefined, context: AdmissionContext) => AdmissionProblem | undefined;

export interface ObjectServiceOptions {
  kinds: ServedKinds;
  store: ObjectStore;
  events: Events;
  identities: Identities;
  clock: Clock;
  hooks?: readonly AdmissionHook[];
  /** Internal errors, for the log. */
  onError?: (error: unknown, id: string) => void;
}

export interface Foundation extends ObjectServiceOptions {
  hooks: readonly AdmissionHook[];
  grants: Grants;
}
