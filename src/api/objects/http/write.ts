/** POST, PUT, PATCH and DELETE of objects: options from the query, bodies in every accepted form. */
import type { ApiObject } from '../../../domain/object.ts';
import { duplicateFields } from '../../../engines/object-schema/duplicate-fields.ts';
import { JsonPatchError, applyJsonPatch, parseJsonPatch } from '../../../formats/patch/json-patch.ts';
import { mergePatch } from '../../../formats/patch/merge-patch.ts';
import type { WriteContext } from '../context.ts';
import { badRequest, invalid, invalidOptions, unprocessable, unsupportedMediaType } from '../failure.ts';
import type { DeleteOptions } from '../plan.ts';
import type { ServedKind } from '../served-kinds.ts';
import type { ObjectService, Target } from '../service.ts';
import { fromJson, fromYaml, mediaType, readBody, readObject, sendJson, warningHeaders } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { objectListText, selectionOf } from './read.ts';

const MERGE_PATCH = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';
const APPLY_PATCH = 'application/apply-patch+yaml';

const MAX_MANAGER = 128;
const MAX_REASON = 1000;

/** The write options of a request. `reason` and `chain` may come as Roadbed-Reason and Roadbed-Chain headers. */
export function writeContext(exchange: Exchange): WriteContext {
  const { query, request, identity } = exchange;
  const dryRun = query.getAll('dryRun');
  if (dryRun.some((value) => value !== 'All')) throw invalidOptions('PatchOptions', { field: 'dryRun', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(dryRun)}: supported values: "All"` });
  const validation = query.get('fieldValidation') ?? 'Warn';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    throw invalidOptions('PatchOptions', { field: 'fieldValidation', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"` });
  }
  const manager = query.get('fieldManager') ?? (request.headers['user-agent'] ?? '').split('/', 1)[0] ?? '';
  if (manager.length > MAX_MANAGER) throw invalidOptions('PatchOptions', { field: 'fieldManager', reason: 'FieldValueInvalid', message: `Too long: may not be more than ${MAX_MANAGER} bytes` });
  const reason = header(exchange, 'roadbed-reason');
  const chain = header(exchange, 'roadbed-chain');
  return {
    identity,
    manager: manager === '' ? 'unknown' : manager,
    dryRun: dryRun.length > 0,
    fieldValidation: validation,
    duplicates: [],
    warnings: [],
    ...(reason === undefined ? {} : { reason }),
    ...(chain === undefined ? {} : { chain }),
  };
}

function header(exchange: Exchange, name: string): string | undefined {
  const value = exchange.request.headers[name];
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_REASON) : undefined;
}

function withDuplicates(context: WriteContext, json: string | undefined): WriteContext {
  return json === undefined || context.fieldValidation === 'Ignore' ? context : { ...context, duplicates: duplicateFields(json) };
}

export async function serveCreate(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  const body = await readObject(exchange.request);
  const context = withDuplicates(writeContext(exchange), body.json);
  const { stored } = await service.create(target, body.value, context);
  sendJson(exchange.response, 201, stored.json, warningHeaders(context.warnings));
}

export async function serveReplace(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  const body = await readObject(exchange.request);
  const context = withDuplicates(writeContext(exchange), body.json);
  const candidate = body.value as ApiObject | null;
  const { stored } = await service.update('update', target, context, false, () => {
    if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate)) throw badRequest(`the body of the request is not a ${target.kind.definition.kind}`);
    requireVersion(target, candidate);
    return { candidate };
  });
  sendJson(exchange.response, 200, stored.json, warningHeaders(context.warnings));
}

function requireVersion({ kind, name }: Target, candidate: ApiObject): void {
  const version = candidate.metadata?.resourceVersion;
  if (version !== undefined && version !== '') return;
  throw invalid(kind, name, [{ field: 'metadata.resourceVersion', reason: 'FieldValueInvalid', message: 'Invalid value: 0: must be specified for an update' }]);
}

/** What a patch body does to a value; the object's own version in it is a precondition. */
export interface PatchBody {
  json: string;
  change(old: unknown): unknown;
  hasPrecondition: boolean;
}

export async function readPatch(exchange: Exchange): Promise<PatchBody> {
  const type = mediaType(exchange.request);
  if (type !== MERGE_PATCH && type !== JSON_PATCH) throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, APPLY_PATCH]);
  const { value, json = '' } = fromJson((await readBody(exchange.request)).toString('utf8'));
  if (type === MERGE_PATCH) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badRequest('a merge patch of an object is an object');
    const version = (value as { metadata?: { resourceVersion?: unknown } }).metadata?.resourceVersion;
    return { json, change: (old) => mergePatch(old, value), hasPrecondition: version !== undefined };
  }
  const operations = jsonPatch(() => parseJsonPatch(value));
  const hasPrecondition = operations.some((operation) => operation.path === '/metadata/resourceVersion');
  return { json, change: (old) => jsonPatch(() => applyJsonPatch(old, operations)), hasPrecondition };
}

function jsonPatch<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof JsonPatchError)) throw error;
    throw error.kind === 'malformed' ? badRequest(error.message) : unprocessable(error.message);
  }
}

export async function servePatch(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  if (mediaType(exchange.request) === APPLY_PATCH) {
    await serveApply(service, exchange, target);
    return;
  }
  const patch = await readPatch(exchange);
  const context = withDuplicates(writeContext(exchange), patch.json);
  const { stored } = await service.update('patch', target, context, !patch.hasPrecondition, (old) => {
    const candidate = patch.change(old) as ApiObject | null;
    if (typeof candidate !== 'object' || candidate === null || typeof candidate.metadata !== 'object' || candidate.metadata === null) throw unprocessable('the patch leaves no object');
    return { candidate };
  });
  sendJson(exchange.response, 200, stored.json, warningHeaders(context.warnings));
}

async function serveApply(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  const { query, request, response } = exchange;
  const text = (await readBody(request)).toString('utf8');
  if (query.get('fieldManager') === null || query.get('fieldManager') === '') {
    throw invalidOptions('PatchOptions', { field: 'fieldManager', reason: 'FieldValueRequired', message: 'Required value: is required for apply patch' });
  }
  const configuration = fromYaml(text);
  const context = withDuplicates(writeContext(exchange), text.trimStart().startsWith('{') && isJson(text) ? text : undefined);
  const { stored, created } = await service.apply(target, configuration, context, query.get('force') === 'true');
  sendJson(response, created ? 201 : 200, stored.json, warningHeaders(context.warnings));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

async function deleteOptions(exchange: Exchange): Promise<{ options: DeleteOptions; context: WriteContext }> {
  const { query, request } = exchange;
  const bytes = await readBody(request);
  const body = bytes.length === 0 ? {} : ((mediaType(request) === 'application/yaml' ? fromYaml(bytes.toString('utf8')) : fromJson(bytes.toString('utf8')).value) as Record<string, unknown> | null);
  const { propagationPolicy = query.get('propagationPolicy') ?? 'Background', preconditions, dryRun } = (body ?? {}) as { propagationPolicy?: string; preconditions?: { uid?: string; resourceVersion?: string }; dryRun?: string[] };
  if (propagationPolicy !== 'Background' && propagationPolicy !== 'Foreground' && propagationPolicy !== 'Orphan') {
    throw invalidOptions('DeleteOptions', { field: 'propagationPolicy', reason: 'FieldValueNotSupported', message: `Unsupported value: ${JSON.stringify(propagationPolicy)}: supported values: "Foreground", "Background", "Orphan"` });
  }
  const context = writeContext(exchange);
  return {
    options: {
      propagationPolicy,
      ...(typeof preconditions?.uid === 'string' ? { uid: preconditions.uid } : {}),
      ...(typeof preconditions?.resourceVersion === 'string' ? { resourceVersion: preconditions.resourceVersion } : {}),
    },
    context: Array.isArray(dryRun) && dryRun.includes('All') ? { ...context, dryRun: true } : context,
  };
}

export async function serveDelete(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  const { options, context } = await deleteOptions(exchange);
  const { stored, deleted } = await service.remove(target, options, context);
  if (!deleted) {
    sendJson(exchange.response, 200, stored.json);
    return;
  }
  const { group, plural } = target.kind.definition;
  const details = { name: stored.key.name, ...(group === '' ? {} : { group }), kind: plural, uid: stored.object.metadata.uid };
  sendJson(exchange.response, 200, JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }));
}

export async function serveDeleteCollection(service: ObjectService, exchange: Exchange, kind: ServedKind, namespace: string | undefined): Promise<void> {
  const { options, context } = await deleteOptions(exchange);
  const outcomes = await service.removeAll(kind, namespace, selectionOf(kind, exchange.query), options, context);
  const metadata = { resourceVersion: String(service.foundation.store.position()) };
  sendJson(exchange.response, 200, objectListText(kind, outcomes.map(({ stored }) => stored.json), metadata));
}
