/**
 * Starts the control plane: database, programs, object core, road, listeners, in the order in which each needs the last.
 *
 * It is ready when it answers; what takes longer (the demo, the first reconciliation) goes on behind. A control
 * plane that dies leaves everything else running; this same function adopts it.
 */
import { join } from 'node:path';
import { rmSync } from 'node:fs';
import { pino } from 'pino';
import { createArtifactStore } from '../../adapters/artifacts/store.ts';
import { openGitServer } from '../../adapters/git/smart-http.ts';
import { openWebhooks } from '../../api/git/webhooks.ts';
import { ensureCertificates } from '../../api/transport/certificates.ts';
import { writeKubeconfig } from '../../api/transport/kubeconfig.ts';
import { listenTls } from '../../api/transport/server.ts';
import { localContextPath, writePrivateFile } from '../../cli/context.ts';
import { createDemo, type Demo } from '../../control/demo/demo.ts';
import { defaultEnvironments, ensureEnvironments } from '../../control/environment/default-environments.ts';
import type { Clock } from '../../ports/clock.ts';
import { fleetRate, readDemoFleet } from '../demo-fleet.ts';
import { makeFolders } from '../folders.ts';
import { AnalysisThread } from '../infrastructure/analysis-thread.ts';
import { openInfrastructureReads } from '../infrastructure/infrastructure-reads.ts';
import { lockInstance } from '../instance-lock.ts';
import { packageNetwork } from '../package-network.ts';
import { packageVersion } from '../package-root.ts';
import { choosePorts, publicOrigins, type Ready } from './addresses.ts';
import { recordArtifact } from './artifact-record.ts';
import { openPlatformBills } from './bills.ts';
import { openCostReads } from './cost-reads.ts';
import { openPlatformDatabase } from './database.ts';
import { deliveryRules } from './delivery-rules.ts';
import { limitOldGeneration, limitYoungGeneration } from './heap-limits.ts';
import { allTemplates, extensionsOf } from './extensions.ts';
import { createHandlers } from './http-handlers.ts';
import { listenHttp } from './listeners.ts';
import { keepLeading } from './leadership.ts';
import { openLog } from './log.ts';
import { ADMIN, openObjectCore } from './object-core.ts';
import { allOperations } from './operations.ts';
import { startPrograms } from './programs.ts';
import { webhookSecret } from './repository-secrets.ts';
import { openRoad } from './road.ts';
import { consoleParts, gitAccess, platformParts, webhookRefusal } from './surfaces.ts';
import { openSecretPlace } from './secret-place.ts';
import { installStaticServer } from './static-server.ts';
import { seedStates } from './demo-states.ts';
import { openPlatformStates } from './terraform-states.ts';

export interface ControlPlaneOptions {
  dataDir: string;
  port: number | undefined;
  host: string | undefined;
  empty: boolean;
  publicUrls: readonly string[];
  databaseUrl: string | undefined;
  progress: (line: string) => void;
}

export interface ControlPlane {
  ready: Ready;
  stop(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** One part that hangs (a commit on a slow disk) must not keep the others from being ended in time. */
const LONGEST_CLOSE_MS = 6_000;

async function within(limitMs: number, work: Promise<unknown> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`not ended within ${limitMs} ms`)), limitMs)));
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Ends what was opened, newest first; one that fails or hangs does not keep the others open. */
class Closing {
  readonly #steps: { name: string; close: () => Promise<unknown> | void }[] = [];

  add(name: string, close: () => Promise<unknown> | void): void {
    this.#steps.unshift({ name, close });
  }

  async run(log: pino.Logger): Promise<void> {
    for (const { name, close } of this.#steps.splice(0)) {
      const began = performance.now();
      try {
        await within(LONGEST_CLOSE_MS, close());
        log.info({ name, ms: Math.round(performance.now() - began) }, 'a part has stopped');
      } catch (error) {
        log.error({ name, error: String(error) }, 'a part did not stop cleanly');
      }
    }
  }
}

export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const folders = makeFolders(options.dataDir);
  const log = openLog(folders.logs);
  const closing = new Closing();
  closing.add('heap limits', limitYoungGeneration());
  const close = (): Promise<void> => closing.run(log);
  try {
    const lock = lockInstance(folders.run);
    closing.add('lock', () => lock.release());
    return { ready: await open(options, folders, log, closing), stop: close };
  } catch (error) {
    log.error({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }, 'the start failed');
    await close();
    throw error;
  }
}

async function open(options: ControlPlaneOptions, folders: ReturnType<typeof makeFolders>, log: pino.Logger, closing: Closing): Promise<Ready> {
  const stands = (part: string): void => log.info({ part, ms: Math.round(performance.now()) }, 'a part stands');
  stands('program');
  const host = options.host ?? LOOPBACK;
  const origins = publicOrigins(options.publicUrls);
  const version = packageVersion();
  const ports = await choosePorts(host, options.port);
  options.progress('  starting the database, the supervisor and the edge ...');
  const hidden = [folders.run, folders.keys, folders.logs, folders.repositories, folders.artifacts, folders.edge, folders.postgres];
  const [storage, programs] = await Promise.all([
    openPlatformDatabase(folders, options.databaseUrl, log).finally(() => stands('database')),
    startPrograms({ folders, edgePort: ports.edge, host, hidden, log }).finally(() => stands('supervisor and edge')),
  ]);
  closing.add('database', () => storage.close());
  closing.add('programs', () => programs.stop());
  const secretPlace = await openSecretPlace({ folders, storage, clock });
  const core = await openObjectCore(storage, clock, deliveryRules, log);
  closing.add('objects', () => core.close());
  stands('objects');
  await ensureEnvironments(core.as('platform'), defaultEnvironments(!options.empty));

  // Addresses are needed by what is built before the listeners stand: they listen first and answer once all is wired.
  let handlers: ReturnType<typeof createHandlers> | undefined;
  const consoleListener = await listenHttp(host, ports.console, (request, response) => (handlers === undefined ? void response.writeHead(503).end() : handlers.console(request, response)));
  closing.add('console', () => consoleListener.close());
  const certificates = ensureCertificates(join(folders.keys, 'tls'), clock, [...(host === LOOPBACK ? [] : [host]), ...origins.map((origin) => new URL(origin).hostname)]);
  const apiListener = await listenTls({ host, port: ports.api, certificates, handler: (request, response) => handlers?.api(request, response) ?? Promise.resolve(false), onError: (error) => log.warn({ error: String(error) }, 'a request ended badly') });
  closing.add('api', () => apiListener.close());
  const listenUrl = `http://${host}:${consoleListener.port}`;
  const consoleUrl = origins[0] ?? listenUrl;
  const gitUrl = `${consoleUrl}/git`;
  stands('listeners');

  const artifacts = createArtifactStore({ folder: folders.artifacts, unpackFolder: join(folders.shared, 'artifacts'), signer: secretPlace.signer, clock });
  const road = await openRoad({
    folders,
    storage,
    core,
    programs,
    artifacts,
    secrets: secretPlace.secrets,
    claimOutputs: secretPlace.claimOutputs,
    claims: secretPlace.claimsFor(core),
    staticServer: installStaticServer(folders.shared, version),
    recordArtifact: recordArtifact({ artifacts, signer: secretPlace.signer, clock, version, builder: `${consoleUrl}/builder` }),
    clock,
    log,
    addresses: { git: gitUrl, console: consoleUrl, edgePort: programs.edgePort },
    stepEnvironment: packageNetwork(process.env, folders.shared),
  });
  closing.add('road', () => road.stop());
  stands('road');

  const moved = async (namespace: string, repository: string): Promise<void> => road.wake(namespace, repository);
  const fleet = options.empty ? undefined : readDemoFleet();
  const demo: Demo | undefined = fleet === undefined
    ? undefined
    : createDemo({ fleet, objects: core.as('platform'), objectsOf: core.of, source: road.source, received: moved, requestsPerSecond: () => fleetRate(road, fleet, clock) });
  const templates = allTemplates(extensionsOf(folders.dataDir));
  const analysis = new AnalysisThread();
  closing.add('analysis', () => analysis.stop());
  const infrastructure = openInfrastructureReads({ thread: analysis, gitDir: road.source.gitDir, clock, log: (line) => log.error({}, line) });
  const platformStates = openPlatformStates({ core, storage, secrets: secretPlace.secrets, infrastructure, gitDir: road.source.gitDir, clock, version, extensions: extensionsOf(folders.dataDir), log });
  closing.add('states', () => platformStates.stop());
  const bills = openPlatformBills({ core, storage, states: platformStates.states, dataDir: folders.dataDir, clock, log });
  closing.add('bills', () => bills.stop());
  const operations = allOperations({
    findings: platformStates.operations,
    rollouts: road.delivery.operations,
    pipelines: { objectsOf: core.of, source: road.source },
    services: { templates, objectsFor: core.of, objects: core.as('platform'), source: road.source, clock, received: moved },
    demo,
  });
  const git = await openGitServer({ source: road.source, ...gitAccess(core), onReceived: road.received });
  let serving = false;
  const webhooks = openWebhooks({
    secretOf: (namespace, name) => webhookSecret(core, secretPlace.secrets, namespace, name),
    onPush: road.wake,
    onRefused: (namespace, repository, reason) => void storage.store.events.append([webhookRefusal(namespace, repository, reason)]),
  });
  const surfaces = { core, storage, road, programs, operations, templates, secrets: secretPlace.secrets, artifacts, infrastructure, platformStates, cost: openCostReads({ running: road.runningCost, storage, bills, findings: platformStates.findings }), clock, version, apiUrl: apiListener.url, consoleUrl, gitUrl, publicOrigins: [...origins, new URL(listenUrl).origin] };
  handlers = createHandlers({ core, version, console: consoleParts(surfaces), platform: platformParts(surfaces), statePush: platformStates.push, bills, git: git.handle, webhooks: webhooks.handle, ready: () => serving, log });

  const stopping = new AbortController();
  closing.add('demo', () => stopping.abort());
  let billFindings: ReturnType<typeof bills.record> | undefined;
  closing.add('findings of bills', () => billFindings?.stop());
  const lead = async (): Promise<void> => {
    await road.lead();
    platformStates.analysis.start();
    billFindings = bills.record(platformStates.findings);
    // Seeding is idempotent, and one that the database cut short is taken up again.
    if (demo !== undefined && fleet !== undefined) {
      const states = (): Promise<void> => seedStates(platformStates, demo, { namespace: fleet.namespace, repository: fleet.infrastructure.name }, stopping.signal);
      void demo.seed().then(states).catch((error: unknown) => log.error({ error: String(error) }, 'the demo could not be seeded'));
    }
  };
  const leadership = keepLeading({ connection: storage.database.connection, log, lead, follow: async () => void (await Promise.all([road.follow(), platformStates.analysis.stop(), billFindings?.stop()])) });
  closing.add('lease', () => leadership.stop());

  const token = await core.identities.issue(ADMIN, { ephemeral: true, description: 'roadbed up' });
  const code = await core.identities.issueLoginCode(ADMIN);
  const kubeconfig = join(folders.run, 'kubeconfig');
  writeKubeconfig(kubeconfig, { server: apiListener.url, authority: certificates.authority, token: token.token, namespace: options.empty ? 'default' : 'shop' });
  serving = true;
  const ready: Ready = {
    schemaVersion: 1,
    apiUrl: apiListener.url,
    consoleUrl,
    listenUrl,
    edgeUrl: `http://${host}:${programs.edgePort}`,
    gitUrl,
    token: token.token,
    kubeconfig,
    dataDir: folders.dataDir,
    loginUrl: `${consoleUrl}/login?code=${encodeURIComponent(code)}`,
    pid: process.pid,
  };
  const local = localContextPath(folders.dataDir);
  writePrivateFile(local, `${JSON.stringify({ apiUrl: ready.apiUrl, token: ready.token, ca: certificates.authority, consoleUrl, edgeUrl: ready.edgeUrl, gitUrl, dataDir: folders.dataDir })}\n`);
  closing.add('local context', () => rmSync(local, { force: true }));
  limitOldGeneration();
  log.info({ api: ready.apiUrl, console: consoleUrl, edge: ready.edgeUrl, ms: Math.round(performance.now()) }, 'ready');
  return ready;
}
