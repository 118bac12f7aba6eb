/** The object service with everything that stands around it: kinds, admission rules, garbage collection, first objects. */
import type { Logger } from 'pino';
import { objectClient } from '../../api/objects/client.ts';
import type { AdmissionHook } from '../../api/objects/context.ts';
import { ensureNamespaces } from '../../api/objects/first-objects.ts';
import { startGarbageCollector } from '../../api/objects/garbage-collector.ts';
import { createObjectService, type ObjectService } from '../../api/objects/service.ts';
import { serveKinds } from '../../api/objects/served-kinds.ts';
import { openIdentities, type PostgresIdentities } from '../../adapters/postgres/identities.ts';
import { API_VERSION, SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import { kindsWith } from '../../domain/kinds/registry.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { PlatformDatabase } from './database.ts';
import { descriptorValidators, firstObservations } from './descriptor-validators.ts';

export const ADMIN = 'user:admin';

export interface ObjectCore {
  service: ObjectService;
  identities: PostgresIdentities;
  /** The in-process client of a part of the platform: `rollout-controller` is `service:rollout-controller`. */
  as(name: string): Objects;
  of(identity: Identity): Objects;
  close(): Promise<void>;
}

/** Who starts the platform on this machine is its admin; further people get roles by RoleGrants. */
async function ensureAdmin(objects: Objects): Promise<void> {
  if ((await objects.get('roadbed.dev/RoleGrant', SYSTEM_NAMESPACE, 'platform-admins')) !== undefined) return;
  await objects.create(
    { apiVersion: API_VERSION, kind: 'RoleGrant', metadata: { name: 'platform-admins', namespace: SYSTEM_NAMESPACE }, spec: { role: 'platform-admin', subjects: [ADMIN] } },
    { reason: 'made at first start' },
  );
}

export async function openObjectCore(storage: PlatformDatabase, clock: Clock, hooks: readonly AdmissionHook[], log: Logger): Promise<ObjectCore> {
  const identities = await openIdentities(storage.database);
  const service = createObjectService({
    kinds: serveKinds(kindsWith(descriptorValidators, firstObservations)),
    store: storage.store.objects,
    events: storage.store.events,
    identities,
    clock,
    hooks,
    onError: (error, id) => log.error({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'a request failed'),
  });
  const of = (identity: Identity): Objects => objectClient(service, identity);
  const as = (name: string): Objects => of({ issuer: 'roadbed', subject: `service:${name}` });
  await ensureNamespaces(as('platform'));
  await ensureAdmin(as('platform'));
  const collector = startGarbageCollector(service, (error) => log.warn({ error: String(error) }, 'garbage collection failed'));
  return {
    service,
    identities,
    as,
    of,
    close: async () => {
      await collector.stop();
      service.stop();
      await identities.close();
    },
  };
}
