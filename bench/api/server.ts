/**
 * The program under test: the object API with everything in force (TLS, token authentication,
 * authorisation, validation, audit) on PostgreSQL. Prints one JSON line when it is ready; ends with its input.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../../src/adapters/postgres/connect.ts';
import { openIdentities } from '../../src/adapters/postgres/identities.ts';
import { silentLog } from '../../src/adapters/postgres/log.ts';
import { migrate } from '../../src/adapters/postgres/migrate.ts';
import { openStore } from '../../src/adapters/postgres/open-store.ts';
import { objectClient } from '../../src/api/objects/client.ts';
import { ensureNamespaces } from '../../src/api/objects/first-objects.ts';
import { startGarbageCollector } from '../../src/api/objects/garbage-collector.ts';
import { createObjectApi } from '../../src/api/objects/http/handler.ts';
import { serveKinds } from '../../src/api/objects/served-kinds.ts';
import { createObjectService } from '../../src/api/objects/service.ts';
import { ensureCertificates } from '../../src/api/transport/certificates.ts';
import { listenTls } from '../../src/api/transport/server.ts';
import { KINDS } from '../../src/domain/kinds/registry.ts';
import type pg from 'pg';

const [folder = '', connectionText = '{}'] = process.argv.slice(2);
const startedAt = performance.now();
const report = (error: unknown): void => console.error(error);

const connection = JSON.parse(connectionText) as pg.ClientConfig;
const database = await openDatabase(connection, { log: silentLog });
await migrate(database.pool, silentLog);
const store = await openStore(database, { sealKeys: [{ id: 'bench', secret: randomBytes(32) }] });
const identities = await openIdentities(database);
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const service = createObjectService({ kinds: serveKinds(KINDS), store: store.objects, events: store.events, identities, clock });
const platform = objectClient(service, { issuer: 'roadbed', subject: 'service:platform' });
await ensureNamespaces(platform);
if ((await platform.get('/Namespace', undefined, 'bench')) === undefined) {
  await platform.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'bench' }, spec: {} });
  await platform.create({ apiVersion: 'roadbed.dev/v1alpha1', kind: 'RoleGrant', metadata: { name: 'bench', namespace: 'bench' }, spec: { role: 'platform-admin', subjects: ['user:bench'] } });
}
const collector = startGarbageCollector(service, report);
const api = createObjectApi({ service, version: '0.0.0', onError: report });
const certificates = ensureCertificates(join(folder, 'tls'), clock);
const listener = await listenTls({ port: 0, certificates, handler: (request, response) => api(request, response), onError: report });
const { token } = await identities.issue('user:bench', { ephemeral: true });
console.log(JSON.stringify({ url: listener.url, authority: certificates.authority, token, pid: process.pid, startMs: performance.now() - startedAt }));

process.stdin.resume();
await new Promise((resolve) => process.stdin.on('end', resolve));
await collector.stop();
await listener.close();
service.stop();
await store.close();
await identities.close();
await database.close();
