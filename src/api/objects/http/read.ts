/**
 * GET of one object and of lists: JSON, Table or metadata only; selectors; pages.
 *
 * Later pages of a list may be newer than the first, but carry the first page's resourceVersion: a watch
 * from there replays what changed in between, so list and watch together miss nothing.
 */
import type { StoredObject } from '../../../ports/object-store.ts';
import { parseFieldSelector } from '../../../engines/selectors/fields.ts';
import { SelectorError, parseLabelSelector } from '../../../engines/selectors/labels.ts';
import { badRequest, expired, timedOut } from '../failure.ts';
import type { ServedKind } from '../served-kinds.ts';
import type { ObjectService, Selection, Target } from '../service.ts';
import { sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { Form } from './negotiate.ts';
import { partialMetadata, tableText } from './table.ts';
import type { IncludeObject, TableOptions } from './table.ts';

const FRESHNESS_TIMEOUT_MS = 3_000;
const PAGE_LIFE_MS = 5 * 60_000;
const MAX_LIMIT = 100_000;
const COMMA = 0x2c;

export function selectionOf(kind: ServedKind, query: URLSearchParams): Selection {
  try {
    return { labels: parseLabelSelector(query.get('labelSelector') ?? ''), fields: parseFieldSelector(query.get('fieldSelector') ?? '', kind.definition.selectableFields) };
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

export function tableOptions(form: Form & { kind: 'table' }, query: URLSearchParams, now: number): TableOptions {
  const include = query.get('includeObject') ?? 'Metadata';
  if (include !== 'None' && include !== 'Metadata' && include !== 'Object') throw badRequest(`unrecognized includeObject value: ${JSON.stringify(include)}`);
  return { version: form.version, includeObject: include as IncludeObject, now };
}

/** A resourceVersion parameter as a number; undefined when absent. Throws 400. */
export function versionParameter(query: URLSearchParams): bigint | undefined {
  const text = query.get('resourceVersion');
  if (text === null || text === '') return undefined;
  if (!/^\d{1,18}$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text.slice(0, 40))}: it must be a number`);
  return BigInt(text);
}

/** Waits until this process has seen `version`. Throws 504 after three seconds. */
export async function awaitVersion(service: ObjectService, version: bigint): Promise<void> {
  const { store } = service.foundation;
  if (version <= store.position() || (await store.reached(version, FRESHNESS_TIMEOUT_MS))) return;
  throw timedOut(`Too large resource version: ${version}, current: ${store.position()}`, 'ResourceVersionTooLarge');
}

export async function serveGet(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  const form = negotiate(exchange.request.headers.accept, 'objects');
  const wanted = versionParameter(exchange.query);
  if (wanted !== undefined && wanted > 0n) await awaitVersion(service, wanted);
  const stored = service.get(target);
  sendJson(exchange.response, 200, formOfObject(service, target.kind, stored, form, exchange.query));
}

function formOfObject(service: ObjectService, kind: ServedKind, stored: StoredObject, form: Form, query: URLSearchParams): string {
  if (form.kind === 'table') {
    const options = tableOptions(form, query, service.foundation.clock.now());
    return tableText(kind, [stored.object], { resourceVersion: String(stored.resourceVersion) }, options);
  }
  return form.kind === 'metadata' ? JSON.stringify(partialMetadata(stored.object)) : stored.json;
}

export async function serveList(service: ObjectService, exchange: Exchange, kind: ServedKind, namespace: string | undefined): Promise<void> {
  const { query, request, response } = exchange;
  const form = negotiate(request.headers.accept, 'objects');
  const selection = selectionOf(kind, query);
  const page = await pageOf(service, query);
  const all = service.select(kind, namespace, selection);
  const version = page.resourceVersion ?? String(service.foundation.store.position());
  const start = page.after === undefined ? 0 : firstAfter(all, page.after);
  const end = page.limit === undefined ? all.length : Math.min(all.length, start + page.limit);
  const items = start === 0 && end === all.length ? all : all.slice(start, end);
  const last = items.at(-1);
  const more = end < all.length && last !== undefined;
  const selects = selection.labels.length > 0 || selection.fields.length > 0;
  const metadata = {
    resourceVersion: version,
    ...(more ? { continue: continueToken(version, last, page.issuedAt ?? service.foundation.clock.now()) } : {}),
    ...(more && !selects ? { remainingItemCount: all.length - end } : {}),
  };
  sendJson(response, 200, listText(service, kind, items, metadata, form, query));
}

function listText(service: ObjectService, kind: ServedKind, items: readonly StoredObject[], metadata: Record<string, unknown>, form: Form, query: URLSearchParams): string | Buffer {
  if (form.kind === 'table') {
    return tableText(kind, items.map((stored) => stored.object), metadata, tableOptions(form, query, service.foundation.clock.now()));
  }
  if (form.kind === 'metadata') {
    return JSON.stringify({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items: items.map((stored) => partialMetadata(stored.object)) });
  }
  return objectListText(kind, items.map((stored) => stored.json), metadata);
}

/**
 * The list as bytes, written once into their place: joined as a text, a list of some megabytes would be copied
 * four times on its way out and fill the young generation of the heap.
 */
export function objectListText(kind: ServedKind, items: readonly string[], metadata: Record<string, unknown>): Buffer {
  const head = `{"kind":"${kind.definition.kind}List","apiVersion":"${kind.apiVersion}","metadata":${JSON.stringify(metadata)},"items":[`;
  const size = items.reduce((sum, item) => sum + Buffer.byteLength(item) + 1, Buffer.byteLength(head) + 2);
  const bytes = Buffer.allocUnsafe(size);
  let end = bytes.write(head);
  for (const [index, item] of items.entries()) {
    if (index > 0) end = bytes.writeUInt8(COMMA, end);
    end += bytes.write(item, end);
  }
  end += bytes.write(']}', end);
  return bytes.subarray(0, end);
}

interface Page {
  limit: number | undefined;
  after?: { namespace: string; name: string };
  resourceVersion?: string;
  issuedAt?: number;
}

async function pageOf(service: ObjectService, query: URLSearchParams): Promise<Page> {
  const limit = positive(query.get('limit'), 'limit');
  const token = query.get('continue');
  const version = versionParameter(query);
  if (token !== null && token !== '') return { limit, ...readToken(token, service.foundation.clock.now()) };
  if (version !== undefined && version > 0n) {
    await awaitVersion(service, version);
    if (query.get('resourceVersionMatch') === 'Exact' && version !== service.foundation.store.position()) {
      throw expired('The provided resource version is too old: only the newest state is kept.');
    }
  }
  return { limit };
}

function positive(text: string | null, name: string): number | undefined {
  if (text === null || text === '' || text === '0') return undefined;
  if (!/^\d{1,9}$/.test(text)) throw badRequest(`${name} must be a number that is not negative`);
  return Math.min(Number(text), MAX_LIMIT);
}

function continueToken(version: string, last: StoredObject, issuedAt: number): string {
  return Buffer.from(JSON.stringify({ v: version, ns: last.key.namespace, n: last.key.name, t: issuedAt })).toString('base64url');
}

function readToken(token: string, now: number): Omit<Page, 'limit'> {
  let parsed: { v?: unknown; ns?: unknown; n?: unknown; t?: unknown };
  try {
    parsed = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as typeof parsed;
  } catch {
    throw badRequest('continue key is not valid');
  }
  const { v, ns, n, t } = parsed ?? {};
  if (typeof v !== 'string' || !/^\d{1,18}$/.test(v) || typeof ns !== 'string' || typeof n !== 'string' || typeof t !== 'number') throw badRequest('continue key is not valid');
  if (now - t > PAGE_LIFE_MS) throw expired('The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.');
  return { after: { namespace: ns, name: n }, resourceVersion: v, issuedAt: t };
}

/** Lists are ordered by namespace, then name: a binary search finds where the next page begins. */
function firstAfter(items: readonly StoredObject[], after: { namespace: string; name: string }): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { namespace, name } = (items[middle] as StoredObject).key;
    const isAfter = namespace === after.namespace ? name > after.name : namespace > after.namespace;
    if (isAfter) high = middle;
    else low = middle + 1;
  }
  return low;
}
