/**
 * What the object API must know of a kind: names, scope, schema, columns.
 *
 * The schema is the one source for validation, pruning, defaults, OpenAPI and `kubectl explain`. It is
 * the structural subset of OpenAPI v3 that Kubernetes custom resources use; what it cannot say
 * (immutability, cross-field rules) stands in `validate`, a pure function.
 */
export interface Schema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  description?: string;
  properties?: Record<string, Schema>;
  required?: readonly string[];
  additionalProperties?: Schema;
  items?: Schema;
  enum?: readonly (string | number)[];
  pattern?: string;
  format?: 'date-time' | 'duration' | 'uri' | 'int32' | 'int64';
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  default?: unknown;
  nullable?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  'x-kubernetes-list-map-keys'?: readonly string[];
  'x-kubernetes-map-type'?: 'granular' | 'atomic';
}

/** A printed column: `path` is a simple dotted path from the object's root (`.status.phase`). */
export interface Column {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  path: string;
  description: string;
  /** 0 is always shown, 1 only with `-o wide`. */
  priority: 0 | 1;
}

export interface FieldProblem {
  /** Dotted path with indexes: `spec.steps[2].setWeight`. */
  field: string;
  reason: 'FieldValueRequired' | 'FieldValueInvalid' | 'FieldValueTypeInvalid' | 'FieldValueNotSupported' | 'FieldValueDuplicate' | 'FieldValueForbidden';
  message: string;
}

export interface KindDefinition {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  scope: 'Namespaced' | 'Cluster';
  /** Who came first counts: each object keeps the position of the store at which it was made. */
  ordered?: true;
  description: string;
  /** Schemas of `spec` and `status`; other top-level fields (a Backstage entity's `relations`) in `extra`. */
  spec: Schema;
  status?: Schema;
  extra?: Record<string, Schema>;
  /** Extra metadata fields of foreign kinds (Backstage: title, description, links, tags). */
  extraMetadata?: Record<string, Schema>;
  /** Paths (besides metadata.name and metadata.namespace) that field selectors may name. */
  selectableFields: readonly string[];
  columns: readonly Column[];
  /** Path of the replica count where the kind has a scale subresource. */
  scale?: { specReplicas: string; statusReplicas: string };
  /** Rules beyond the schema; `old` is absent on create. Pure. */
  validate?: (object: Record<string, unknown>, old: Record<string, unknown> | undefined) => FieldProblem[];
  /** Fields of `extra` that follow from a new object alone: written with it, so that no second write is needed. Pure. */
  observedAtFirst?: (object: Record<string, unknown>) => Record<string, unknown>;
}
