/**
 * Watch: the current state if asked for, then every change in order, each once.
 *
 * A selector turns changes into what the watcher sees: an object that begins to match is ADDED, one that
 * ceases to match is DELETED. A line is serialised once and shared by all watchers of the same form.
 */
import { randomInt } from 'node:crypto';
import type { StoreChange, StoredObject } from '../../../ports/object-store.ts';
import { expired, invalidOptions, tooManyRequests } from '../failure.ts';
import type { ServedKind } from '../served-kinds.ts';
import { matches } from '../service.ts';
import type { ObjectService, Selection } from '../service.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import type { Form } from './negotiate.ts';
import { awaitVersion, selectionOf, tableOptions, versionParameter } from './read.ts';
import { bookmarkTable, partialMetadata, tableText } from './table.ts';
import { endWithRights } from './watch-rights.ts';
import { errorLine, watchStream } from './watch-stream.ts';

type EventType = StoreChange['type'];

const BOOKMARK_INTERVAL_MS = 60_000;
const SHORTEST_STREAM_S = 30 * 60;
const LONGEST_STREAM_S = 60 * 60;
/** Streams of this process at once: each holds a connection and a buffer. */
const MOST_STREAMS = 4096;
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Lines already made, by form and type. An object is one version of it, so a line never changes. */
const lines = new WeakMap<StoredObject, Map<string, string>>();

let openStreams = 0;

/** Stops at the end of the stream. Throws 400, 422, 429 or 504 before it begins. */
export async function serveWatch(service: ObjectService, exchange: Exchange, kind: ServedKind, namespace: string | undefined): Promise<void> {
  const { query, request, response } = exchange;
  const { store } = service.foundation;
  const form = negotiate(request.headers.accept, 'objects');
  const render = rendererOf(service, kind, form, query);
  const selection = selectionOf(kind, query);
  const wantsInitial = query.get('sendInitialEvents') === 'true';
  checkInitial(query);
  const asked = versionParameter(query);
  if (asked !== undefined && asked > 0n) await awaitVersion(service, asked);
  const fromNow = wantsInitial || asked === undefined || asked === 0n;
  const from = fromNow ? store.position() : asked;
  const initial = fromNow ? service.select(kind, namespace, selection) : [];
  const bookmarks = query.get('allowWatchBookmarks') === 'true' || query.get('allowWatchBookmarks') === '1';
  if (openStreams >= MOST_STREAMS) throw tooManyRequests('too many watches are open');
  const stream = watchStream(response);
  openStreams++;
  stream.onClose(() => void openStreams--);
  endWithRights(service, exchange.identity, { kind, namespace, name: '' }, stream);
  const following = store.follow(from, (change) => {
    const line = lineOf(change, kind, namespace, selection, render);
    if (line !== undefined) stream.push(line);
  });
  if (following === 'expired') {
    stream.finish(errorLine(expired(`too old resource version: ${from} (${store.position()})`)));
    return;
  }
  const bookmark = (annotations?: Record<string, string>): string => render.bookmark(String(store.position()), annotations);
  const timer = bookmarks ? setInterval(() => stream.push(bookmark()), BOOKMARK_INTERVAL_MS) : undefined;
  const seconds = durationOf(query);
  const end = setTimeout(() => stream.finish(bookmarks ? bookmark() : undefined), seconds * 1000);
  stream.onClose(() => {
    following.stop();
    clearInterval(timer);
    clearTimeout(end);
  });
  const closing = wantsInitial && bookmarks ? [render.bookmark(String(from), { [INITIAL_EVENTS_END]: 'true' })] : [];
  await stream.begin(initialLines(initial, closing, render));
}

function* initialLines(initial: readonly StoredObject[], closing: readonly string[], render: Renderer): Iterable<string> {
  for (const stored of initial) yield render.event('ADDED', stored);
  yield* closing;
}

function checkInitial(query: URLSearchParams): void {
  if (!query.has('sendInitialEvents')) return;
  if (query.get('resourceVersionMatch') === 'NotOlderThan') return;
  throw invalidOptions('ListOptions', { field: 'resourceVersionMatch', reason: 'FieldValueForbidden', message: 'Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan' });
}

function durationOf(query: URLSearchParams): number {
  const asked = Number(query.get('timeoutSeconds') ?? 0);
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, 24 * 3600) : randomInt(SHORTEST_STREAM_S, LONGEST_STREAM_S);
}

function lineOf(change: StoreChange, kind: ServedKind, namespace: string | undefined, selection: Selection, render: Renderer): string | undefined {
  const { key } = change.stored;
  if (key.plural !== kind.definition.plural || key.group !== kind.definition.group || (namespace !== undefined && key.namespace !== namespace)) return undefined;
  const type = seenAs(change, selection);
  return type === undefined ? undefined : render.event(type, change.stored);
}

function seenAs({ type, stored, previous }: StoreChange, selection: Selection): EventType | undefined {
  if (selection.labels.length === 0 && selection.fields.length === 0) return type;
  const matched = previous !== undefined && matches(previous, selection);
  if (type === 'DELETED') return matched || (previous === undefined && matches(stored, selection)) ? 'DELETED' : undefined;
  const isMatch = matches(stored, selection);
  if (isMatch) return matched ? 'MODIFIED' : 'ADDED';
  return matched ? 'DELETED' : undefined;
}

interface Renderer {
  event(type: EventType, stored: StoredObject): string;
  bookmark(resourceVersion: string, annotations?: Record<string, string>): string;
}

function rendererOf(service: ObjectService, kind: ServedKind, form: Form, query: URLSearchParams): Renderer {
  const bookmarkMetadata = (resourceVersion: string, annotations?: Record<string, string>): Record<string, unknown> => ({
    resourceVersion,
    creationTimestamp: null,
    ...(annotations === undefined ? {} : { annotations }),
  });
  if (form.kind === 'table') {
    let first = true;
    const { now: _now, ...options } = tableOptions(form, query, 0);
    return {
      event(type, stored) {
        const text = tableText(kind, [stored.object], { resourceVersion: String(stored.resourceVersion) }, { ...options, now: service.foundation.clock.now() }, first);
        first = false;
        return `{"type":"${type}","object":${text}}\n`;
      },
      bookmark: (version, annotations) => `{"type":"BOOKMARK","object":${JSON.stringify(bookmarkTable(bookmarkMetadata(version, annotations), options.version))}}\n`,
    };
  }
  const isMetadata = form.kind === 'metadata';
  const head = isMetadata ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' } : { kind: kind.definition.kind, apiVersion: kind.apiVersion };
  return {
    event: (type, stored) => shared(`${form.kind} ${type}`, stored, () => `{"type":"${type}","object":${isMetadata ? JSON.stringify(partialMetadata(stored.object)) : stored.json}}\n`),
    bookmark: (version, annotations) => `{"type":"BOOKMARK","object":${JSON.stringify({ ...head, metadata: bookmarkMetadata(version, annotations) })}}\n`,
  };
}

function shared(form: string, stored: StoredObject, make: () => string): string {
  let forms = lines.get(stored);
  if (forms === undefined) lines.set(stored, (forms = new Map()));
  let line = forms.get(form);
  if (line === undefined) forms.set(form, (line = make()));
  return line;
}
