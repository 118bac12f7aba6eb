/** A whole object service in memory, for unit tests: events, identities and clock in plain sight. */
import type { EventRow, NewEvent } from '../../../domain/event.ts';
import { KINDS } from '../../../domain/kinds/registry.ts';
import type { KindDefinition } from '../../../domain/kinds/definition.ts';
import type { Events } from '../../../ports/events.ts';
import type { Identities, Identity } from '../../../ports/identity.ts';
import type { Objects } from '../../../ports/objects.ts';
import { objectClient } from '../client.ts';
import type { AdmissionHook } from '../context.ts';
import { serveKinds } from '../served-kinds.ts';
import { createObjectService } from '../service.ts';
import type { ObjectService } from '../service.ts';
import { memoryStore } from './memory-store.ts';
import type { MemoryStore } from './memory-store.ts';

export const PLATFORM: Identity = { issuer: 'roadbed', subject: 'service:platform' };

export interface World {
  service: ObjectService;
  store: MemoryStore;
  rows: EventRow[];
  identities: Identities & { tokens: Map<string, Identity> };
  time: { now: number };
  platform: Objects;
  as(subject: string): Objects;
}

export function memoryEvents(): Events & { rows: EventRow[] } {
  const rows: EventRow[] = [];
  const followers = new Set<(row: EventRow) => void>();
  return {
    rows,
    async append(events: readonly NewEvent[]) {
      return events.map((event) => {
        const id = `event-${rows.length + 1}`;
        const at = new Date(Date.UTC(2026, 0, 1) + rows.length * 1000).toISOString();
        const row = { chain: id, occurredAt: at, ...event, id, sequence: rows.length + 1, recordedAt: at } as EventRow;
        rows.push(row);
        for (const follower of followers) follower(row);
        return row;
      });
    },
    async query(query) {
      const found = rows.filter(
        (row) =>
          (query.namespace === undefined || row.namespace === query.namespace) &&
          (query.subject === undefined || row.subject === query.subject) &&
          (query.chain === undefined || row.chain === query.chain) &&
          (query.kinds === undefined || query.kinds.some((kind) => (kind.endsWith('.') ? row.kind.startsWith(kind) : row.kind === kind))),
      );
      return (query.order === 'descending' ? found.toReversed() : found).slice(0, query.limit ?? 1000);
    },
    get: async (id) => rows.find((row) => row.id === id),
    follow(onEvent) {
      followers.add(onEvent);
      return { stop: () => followers.delete(onEvent) };
    },
    verify: async () => ({ ok: true, rows: rows.length, segments: 0, unsealed: rows.length }),
  };
}

export function memoryIdentities(): World['identities'] {
  const tokens = new Map<string, Identity>();
  let count = 0;
  return {
    tokens,
    authenticate: async (token) => tokens.get(token),
    isLive: ({ tokenId }) => tokenId === undefined || [...tokens.values()].some((identity) => identity.tokenId === tokenId),
    issue: async (subject, options) => {
      const id = `token-${++count}`;
      const token = `rbd_${id}_secret`;
      tokens.set(token, { issuer: 'roadbed', subject, tokenId: id, ...(options.expiresAt === undefined ? {} : { expiresAt: options.expiresAt }) });
      return { id, token, prefix: token.slice(0, 8) };
    },
    revoke: async (id) => {
      for (const [token, identity] of tokens) if (identity.tokenId === id) tokens.delete(token);
    },
    issueLoginCode: async (subject) => subject,
    redeemLoginCode: async (code) => code,
  };
}

/** A service with the namespaces roadbed-system, payments and orders. */
export async function testWorld(options: { hooks?: readonly AdmissionHook[]; kinds?: readonly KindDefinition[]; store?: MemoryStore } = {}): Promise<World> {
  const events = memoryEvents();
  const store = options.store ?? memoryStore({ onEvents: (rows) => void events.append(rows) });
  const identities = memoryIdentities();
  const time = { now: Date.UTC(2026, 0, 1) };
  const service = createObjectService({
    kinds: serveKinds(options.kinds ?? KINDS),
    store,
    events,
    identities,
    clock: { now: () => time.now, monotonic: () => time.now },
    ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
  });
  const as = (subject: string): Objects => objectClient(service, { issuer: 'roadbed', subject });
  const platform = as(PLATFORM.subject);
  for (const name of ['roadbed-system', 'payments', 'orders']) await platform.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} });
  return { service, store, rows: events.rows, identities, time, platform, as };
}

export function grant(namespace: string, role: string, subjects: string[], name = role): { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; spec: unknown } {
  return { apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name, namespace }, spec: { role, subjects } };
}

export function claim(name: string, spec: Record<string, unknown> = {}): { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; spec: Record<string, unknown> } {
  return { apiVersion: 'roadbed.dev/v1alpha1', kind: 'ResourceClaim', metadata: { name, namespace: 'payments' }, spec: { type: 'postgres', uid: `postgres.default#${name}`, environment: 'dev', ...spec } };
}
