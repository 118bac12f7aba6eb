/** `/api/v1/events`: the event log as objects, read-only; selectors, Table and watch as for stored kinds. */
import type { EventRow } from '../../../domain/event.ts';
import { matchesFields, parseFieldSelector } from '../../../engines/selectors/fields.ts';
import type { FieldSelector } from '../../../engines/selectors/fields.ts';
import { SelectorError } from '../../../engines/selectors/labels.ts';
import type { EventQuery } from '../../../ports/events.ts';
import type { Identity } from '../../../ports/identity.ts';
import { badRequest, notFound } from '../failure.ts';
import { keyOf } from '../plan.ts';
import type { ServedKind } from '../served-kinds.ts';
import type { ObjectService } from '../service.ts';
import { age, partialMetadata } from './table.ts';
import type { ApiObject } from '../../../domain/object.ts';
import { eventObject, involvedObject, subjectsOf } from './event-objects.ts';
import type { EventObject, InvolvedObject } from './event-objects.ts';
import { sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { Form } from './negotiate.ts';
import { endWithRights } from './watch-rights.ts';
import { watchStream } from './watch-stream.ts';

const MOST_ROWS = 500;
const WATCH_SECONDS = 30 * 60;

function fieldsOf(kind: ServedKind, query: URLSearchParams): FieldSelector {
  try {
    return parseFieldSelector(query.get('fieldSelector') ?? '', kind.definition.selectableFields);
  } catch (error) {
    if (error instanceof SelectorError) throw badRequest(error.message);
    throw error;
  }
}

function required(fields: FieldSelector, path: string): string | undefined {
  const value = fields.find((term) => term.path === path && term.equal)?.value;
  return value === undefined || value === '' ? undefined : value;
}

/** The log queries that can hold matching rows: by subject when the selector names an object. */
function queriesOf(service: ObjectService, namespace: string | undefined, fields: FieldSelector): EventQuery[] {
  const base: EventQuery = { limit: MOST_ROWS, order: 'descending' };
  const name = required(fields, 'involvedObject.name');
  const title = required(fields, 'involvedObject.kind');
  const inNamespace = namespace === undefined || namespace === 'default' ? {} : { namespace };
  if (name === undefined) return [{ ...base, ...inNamespace }];
  const kinds = service.kinds.all.filter((kind) => !kind.isView && (title === undefined || kind.definition.kind === title));
  const place = required(fields, 'involvedObject.namespace') ?? namespace;
  return kinds.flatMap((kind) => subjectsOf(kind, place, name)).map((subject) => ({ ...base, subject }));
}

async function select(service: ObjectService, identity: Identity, namespace: string | undefined, fields: FieldSelector): Promise<EventObject[]> {
  const rows = (await Promise.all(queriesOf(service, namespace, fields).map((query) => service.foundation.events.query(query)))).flat();
  const sorted = rows.sort((a, b) => a.sequence - b.sequence).slice(-MOST_ROWS);
  return sorted.flatMap((row) => visible(service, identity, row, namespace, fields));
}

/** None, unless it is an event of an object that the identity may read itself: rows tell what a write changed. */
function visible(service: ObjectService, identity: Identity, row: EventRow, namespace: string | undefined, fields: FieldSelector): EventObject[] {
  const object = eventObject(service.kinds, row, (involved) => uidOf(service, involved));
  if (object === undefined || (namespace !== undefined && object.metadata.namespace !== namespace)) return [];
  if (!mayReadInvolved(service, identity, object.involvedObject)) return [];
  return matchesFields(fields, object) ? [object] : [];
}

function mayReadInvolved(service: ObjectService, identity: Identity, { apiVersion, kind: title, namespace, name }: InvolvedObject): boolean {
  const kind = service.kinds.byKind(apiVersion, title);
  return kind !== undefined && service.decide(identity, 'get', { kind, namespace, name }).allowed;
}

/** The same for a row of the log; rows that are about no object are left to the caller's other rules. */
export function mayReadRow(service: ObjectService, identity: Identity, row: EventRow): boolean {
  const involved = involvedObject(service.kinds, row);
  return involved === undefined || mayReadInvolved(service, identity, involved);
}

function uidOf(service: ObjectService, involved: InvolvedObject): string | undefined {
  const kind = service.kinds.byKind(involved.apiVersion, involved.kind);
  if (kind === undefined || kind.isView) return undefined;
  return service.foundation.store.get(keyOf(kind, involved.namespace, involved.name))?.object.metadata.uid;
}

export async function serveEvents(service: ObjectService, exchange: Exchange, kind: ServedKind, namespace: string | undefined, name: string | undefined): Promise<void> {
  const { query, request, response } = exchange;
  const form = negotiate(request.headers.accept, 'objects');
  const fields = fieldsOf(kind, query);
  if (name !== undefined) {
    const row = await service.foundation.events.get(name.split('.').at(-1) ?? '');
    const [found] = row === undefined ? [] : visible(service, exchange.identity, row, namespace, []);
    if (found === undefined) throw notFound(kind, name);
    sendJson(response, 200, form.kind === 'table' ? tableOf(service, [found], form, query) : JSON.stringify(found));
    return;
  }
  if (isWatch(query)) {
    await watch(service, exchange, kind, form, fields, namespace);
    return;
  }
  const items = await select(service, exchange.identity, namespace, fields);
  const metadata = { resourceVersion: items.at(-1)?.metadata.resourceVersion ?? '1' };
  const text = form.kind === 'table' ? tableOf(service, items, form, query) : JSON.stringify({ kind: 'EventList', apiVersion: 'v1', metadata, items });
  sendJson(response, 200, text);
}

export function isWatch(query: URLSearchParams): boolean {
  const value = query.get('watch');
  return value === 'true' || value === '1' || value === '';
}

async function watch(service: ObjectService, exchange: Exchange, kind: ServedKind, form: Form, fields: FieldSelector, namespace: string | undefined): Promise<void> {
  const { query, response, identity } = exchange;
  const { events } = service.foundation;
  const since = Number(query.get('resourceVersion') ?? 0);
  if (!Number.isSafeInteger(since) || since < 0) throw badRequest('invalid resource version');
  const stream = watchStream(response);
  endWithRights(service, identity, { kind, namespace, name: '' }, stream);
  let last = since;
  let first = true;
  const line = (object: EventObject): string => {
    const text = form.kind === 'table' ? tableOf(service, [object], form, query, first) : JSON.stringify(object);
    first = false;
    return `{"type":"ADDED","object":${text}}\n`;
  };
  const show = (row: EventRow): string[] => {
    if (row.sequence <= last) return [];
    last = row.sequence;
    return visible(service, identity, row, namespace, fields).map(line);
  };
  const early: EventRow[] = [];
  let live = false;
  const following = events.follow((row) => {
    if (!live) early.push(row);
    else for (const text of show(row)) stream.push(text);
  });
  const end = setTimeout(() => stream.finish(), Math.min(Number(query.get('timeoutSeconds')) || WATCH_SECONDS, 24 * 3600) * 1000);
  stream.onClose(() => {
    following.stop();
    clearTimeout(end);
  });
  const missed = (await Promise.all(queriesOf(service, namespace, fields).map((wanted) => events.query({ ...wanted, ...(since > 0 ? { afterSequence: since } : {}) })))).flat();
  const initial = [...missed.sort((a, b) => a.sequence - b.sequence), ...early].flatMap(show);
  live = true;
  await stream.begin(initial);
}

const COLUMNS = [
  ['Last Seen', 0, ''],
  ['Type', 0, ''],
  ['Reason', 0, ''],
  ['Object', 0, ''],
  ['Subobject', 1, ''],
  ['Source', 1, ''],
  ['Message', 0, ''],
  ['First Seen', 1, ''],
  ['Count', 1, ''],
  ['Name', 1, 'name'],
] as const;

function tableOf(service: ObjectService, items: readonly EventObject[], form: Form & { kind: 'table' }, query: URLSearchParams, withColumns = true): string {
  const now = service.foundation.clock.now();
  const include = query.get('includeObject') ?? 'Metadata';
  return JSON.stringify({
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.version}`,
    metadata: { resourceVersion: items.at(-1)?.metadata.resourceVersion ?? '1' },
    columnDefinitions: withColumns ? COLUMNS.map(([name, priority, format]) => ({ name, type: name === 'Count' ? 'integer' : 'string', format, description: '', priority })) : null,
    rows: items.map((item) => ({
      cells: [
        age(now - Date.parse(item.lastTimestamp)),
        item.type,
        item.reason,
        `${item.involvedObject.kind.toLowerCase()}/${item.involvedObject.name}`,
        '',
        item.source.component,
        item.message,
        age(now - Date.parse(item.firstTimestamp)),
        item.count,
        item.metadata.name,
      ],
      object: include === 'Object' ? item : include === 'None' ? null : partialMetadata(item as unknown as ApiObject, form.version),
    })),
  });
}
