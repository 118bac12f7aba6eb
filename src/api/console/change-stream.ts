/** The live stream of changes: names of objects that the reader may read, and new rows of the log. */
import type { ApiObject } from '../../domain/object.ts';
import type { Events } from '../../ports/events.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Readable } from './readable.ts';
import { eventStream } from './event-stream.ts';
import type { EventStream } from './event-stream.ts';
import { kindName } from './snapshot.ts';

const SHOWN = ['Rollout', 'Release', 'Hold', 'Environment', 'PipelineRun', 'Repository', 'ResourceClaim', 'Component'];

function readableBy(readable: Readable, namespace: string | undefined): boolean {
  return readable.all || (namespace !== undefined && readable.namespaces.includes(namespace));
}

export function changeStream(objects: Objects, events: Events, readable: Readable, may: () => Promise<boolean>): Response {
  return eventStream(may, (stream) => {
    const watches = SHOWN.flatMap((kind) => placesOf(kind, readable).map((namespace) => watchKind(objects, kind, namespace, readable, stream)));
    const log = events.follow((row) => {
      if (readableBy(readable, row.namespace) && readable.row(row)) stream.send('event', { sequence: row.sequence, kind: row.kind, chain: row.chain });
    });
    return () => [...watches, log].forEach((watch) => watch.stop());
  });
}

/** Who may not read everything watches team by team; environments belong to none. */
function placesOf(kind: string, readable: Readable): (string | undefined)[] {
  return readable.all || kind === 'Environment' ? [undefined] : readable.namespaces;
}

/** A watch begins with what exists already; the page has read that, so only later changes are sent. */
function watchKind(objects: Objects, kind: string, place: string | undefined, readable: Readable, stream: EventStream): { stop(): void } {
  const startedAt = performance.now();
  const seen = new Map<string, string>();
  return objects.watch(kindName(kind), ({ type, object }: { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: ApiObject }) => {
    const { namespace, name, uid, resourceVersion } = object.metadata;
    const known = seen.get(uid);
    seen.set(uid, resourceVersion);
    if (type === 'DELETED') seen.delete(uid);
    const initial = type === 'ADDED' && performance.now() - startedAt < 50;
    if (initial || known === resourceVersion) return;
    if (kind === 'Environment' || readableBy(readable, namespace)) stream.send('change', { type, kind, ...(namespace === undefined ? {} : { namespace }), name });
  }, place === undefined ? {} : { namespace: place });
}
