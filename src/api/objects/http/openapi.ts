/**
 * OpenAPI v3 documents, one a group and version, generated from the schemas that also validate.
 *
 * kubectl fetches index and group document for every apply, create, edit and explain; it looks for the
 * `fieldValidation` parameter of the patch operation of the kind. Serialised once, addressed by hash.
 */
import { createHash } from 'node:crypto';
import type { Schema } from '../../../domain/kinds/definition.ts';
import type { ServedKind, ServedKinds } from '../served-kinds.ts';
import { metadataSchema } from '../../../engines/object-schema/root.ts';

export interface OpenApi {
  index: Buffer;
  /** By path without leading slash: `apis/roadbed.dev/v1alpha1`, `api/v1`. */
  documents: ReadonlyMap<string, Buffer>;
}

type Json = Record<string, unknown>;

export function createOpenApi(kinds: ServedKinds, productVersion: string): OpenApi {
  const documents = new Map<string, Buffer>();
  const paths: Json = {};
  for (const { group, version, kinds: served } of kinds.groups) {
    const path = group === '' ? `api/${version}` : `apis/${group}/${version}`;
    const body = Buffer.from(JSON.stringify(groupDocument(path, served, productVersion)));
    documents.set(path, body);
    const hash = createHash('sha256').update(body).digest('hex').toUpperCase();
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` };
  }
  return { index: Buffer.from(JSON.stringify({ paths })), documents };
}

function groupDocument(path: string, kinds: readonly ServedKind[], version: string): Json {
  return {
    openapi: '3.0.0',
    info: { title: 'Roadbed object API', version },
    paths: Object.assign({}, ...kinds.map((kind) => pathsOf(path, kind))) as Json,
    components: { schemas: Object.assign({}, ...kinds.map(schemasOf)) as Json },
  };
}

function schemaName(kind: ServedKind): string {
  const { group, version, kind: title } = kind.definition;
  const reversed = group === '' ? 'dev.roadbed.core' : group.split('.').reverse().join('.');
  return `${reversed}.${version}.${title}`;
}

function parameter(name: string, type: string, description: string): Json {
  return { name, in: 'query', description, schema: { type, uniqueItems: true } };
}

const WRITE_PARAMETERS = [
  parameter('dryRun', 'string', 'All: nothing is stored.'),
  parameter('fieldManager', 'string', 'Name of the writer.'),
  parameter('fieldValidation', 'string', 'Strict, Warn or Ignore: what unknown and duplicate fields lead to.'),
];
const LIST_PARAMETERS = [
  parameter('allowWatchBookmarks', 'boolean', 'Send bookmarks.'),
  parameter('continue', 'string', 'Where the previous page ended.'),
  parameter('fieldSelector', 'string', 'Restrict by fields.'),
  parameter('labelSelector', 'string', 'Restrict by labels.'),
  parameter('limit', 'integer', 'Objects a page.'),
  parameter('resourceVersion', 'string', 'Not older than, or from where to watch.'),
  parameter('resourceVersionMatch', 'string', 'NotOlderThan or Exact.'),
  parameter('sendInitialEvents', 'boolean', 'Begin a watch with what is there.'),
  parameter('timeoutSeconds', 'integer', 'When a watch ends.'),
  parameter('watch', 'boolean', 'Follow the changes.'),
];

function pathsOf(root: string, kind: ServedKind): Json {
  const { group, version, kind: title, plural } = kind.definition;
  const gvk = { group, version, kind: title };
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schemaName(kind)}` } } };
  const answer = { 200: { description: 'OK', content } };
  const operation = (action: string, parameters: unknown[], extra: Json = {}): Json => ({
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
    parameters,
    responses: answer,
    ...extra,
  });
  const collection = `/${root}${kind.namespaced ? '/namespaces/{namespace}' : ''}/${plural}`;
  const patchTypes = ['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'];
  const patchBody = { requestBody: { content: Object.fromEntries(patchTypes.map((type) => [type, { schema: { type: 'object' } }])) } };
  const body = { requestBody: { content } };
  const list = { get: operation('list', LIST_PARAMETERS) };
  if (kind.isView) return { [collection]: list, [`${collection}/{name}`]: { get: operation('get', []) } };
  return {
    [collection]: { ...list, post: operation('post', WRITE_PARAMETERS, body), delete: operation('deletecollection', LIST_PARAMETERS) },
    [`${collection}/{name}`]: {
      get: operation('get', []),
      put: operation('put', WRITE_PARAMETERS, body),
      patch: operation('patch', [...WRITE_PARAMETERS, parameter('force', 'boolean', 'Take over fields of others.')], patchBody),
      delete: operation('delete', [parameter('dryRun', 'string', 'All: nothing is deleted.')]),
    },
  };
}

function schemasOf(kind: ServedKind): Json {
  const { group, version, kind: title } = kind.definition;
  const name = schemaName(kind);
  const metadataName = `${name}.ObjectMeta`;
  const { metadata: _metadata, ...properties } = kind.schema.properties ?? {};
  const converted = Object.fromEntries(Object.entries(properties).map(([key, schema]) => [key, convert(schema)]));
  const selectable = kind.definition.selectableFields.map((path) => ({ fieldPath: `.${path}` }));
  return {
    [name]: {
      type: 'object',
      description: kind.definition.description,
      ...(kind.schema.required === undefined ? {} : { required: kind.schema.required }),
      properties: {
        ...converted,
        metadata: { allOf: [{ $ref: `#/components/schemas/${metadataName}` }], description: 'Name, labels and what the server knows about the object.', default: {} },
      },
      'x-kubernetes-group-version-kind': [{ group, kind: title, version }],
      ...(selectable.length === 0 ? {} : { 'x-kubernetes-selectable-fields': selectable }),
    },
    [metadataName]: convert(metadataSchema(kind.definition)),
  };
}

/** Our schemas are OpenAPI already; open objects lose nothing but `properties: undefined`. */
function convert(schema: Schema): Json {
  const { properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, convert(value)])) }),
    ...(items === undefined ? {} : { items: convert(items) }),
    ...(additionalProperties === undefined ? {} : { additionalProperties: convert(additionalProperties) }),
  };
}
