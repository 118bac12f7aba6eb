/** The schema of a whole object, made from a kind's definition; the one source of validation and OpenAPI. */
import type { KindDefinition, Schema } from '../../domain/kinds/definition.ts';
import { METADATA_SCHEMA } from '../../domain/kinds/metadata.ts';
import { record, text } from '../../domain/kinds/schema.ts';

export function rootSchema(definition: KindDefinition): Schema {
  const needsSpec = (definition.spec.required ?? []).length > 0;
  const hasSpec = definition.plural !== 'events' || definition.group !== '';
  const spec = needsSpec || definition.spec.default !== undefined ? definition.spec : { ...definition.spec, default: {} };
  const properties: Record<string, Schema> = {
    apiVersion: text('Group and version of the schema.'),
    kind: text('Kind of the object.'),
    metadata: metadataSchema(definition),
    ...(hasSpec ? { spec } : {}),
    ...(definition.status === undefined ? {} : { status: definition.status }),
    ...definition.extra,
  };
  return record(definition.description, properties, needsSpec ? ['spec'] : []);
}

export function metadataSchema(definition: KindDefinition): Schema {
  if (definition.extraMetadata === undefined) return METADATA_SCHEMA;
  return { ...METADATA_SCHEMA, properties: { ...METADATA_SCHEMA.properties, ...definition.extraMetadata } };
}
