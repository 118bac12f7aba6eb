/**
 * Small constructors for schemas, so that a kind's definition reads as a table of its fields.
 *
 * Every field has a description: `kubectl explain` and the reference pages print it.
 */
import type { Schema } from './definition.ts';

type Extra = Omit<Schema, 'type' | 'description'>;

export function text(description: string, extra: Extra = {}): Schema {
  return { type: 'string', description, ...extra };
}

export function integer(description: string, extra: Extra = {}): Schema {
  return { type: 'integer', description, ...extra };
}

export function decimal(description: string, extra: Extra = {}): Schema {
  return { type: 'number', description, ...extra };
}

export function flag(description: string, extra: Extra = {}): Schema {
  return { type: 'boolean', description, ...extra };
}

export function time(description: string): Schema {
  return { type: 'string', format: 'date-time', description };
}

/** A length of time as users write it: `30s`, `500ms`, `5m`, `1h`; see domain/duration. */
export function duration(description: string): Schema {
  return { type: 'string', pattern: '^\\d+(\\.\\d+)?(ms|s|m|h|d)$', description };
}

export function choice(description: string, values: readonly string[], extra: Extra = {}): Schema {
  return { type: 'string', enum: values, description, ...extra };
}

export function record(description: string, properties: Record<string, Schema>, required: readonly string[] = []): Schema {
  return { type: 'object', description, properties, ...(required.length > 0 ? { required } : {}) };
}

export function list(description: string, items: Schema, extra: Extra = {}): Schema {
  return { type: 'array', description, items, ...extra };
}

export function map(description: string, values: Schema, extra: Extra = {}): Schema {
  return { type: 'object', description, additionalProperties: values, ...extra };
}

/** Any object: what it holds is decided elsewhere (a `validate` hook or the reader). */
export function open(description: string): Schema {
  return { type: 'object', description, 'x-kubernetes-preserve-unknown-fields': true };
}

export function conditions(): Schema {
  return list(
    'What is known of the state, one entry a type.',
    record(
      'One aspect of the state.',
      {
        type: text('Name of the aspect, unique in the list.', { minLength: 1, maxLength: 316 }),
        status: choice('Whether it holds.', ['True', 'False', 'Unknown']),
        reason: text('One word in CamelCase for programs.'),
        message: text('One sentence for people.'),
        lastTransitionTime: time('When `status` last changed.'),
        observedGeneration: integer('The generation the condition was computed from.'),
      },
      ['type', 'status'],
    ),
    { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] },
  );
}

export function observedGeneration(): Schema {
  return integer('The generation of the spec that this status answers to.');
}
