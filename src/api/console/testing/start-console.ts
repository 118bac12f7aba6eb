/** A console on a free loopback port over the fleet in memory; for tests, and to look at pages while building them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import { createConsole } from '../console.ts';
import type { Operations } from '../../contract/operations.ts';
import type { OperationsApiDependencies } from '../dependencies.ts';
import type { Readable } from '../readable.ts';
import type { CostReads } from '../cost-reads.ts';
import type { InfrastructureReads } from '../infrastructure-reads.ts';
import { claims, entities, environments, holds, NAMESPACE, pipelineRuns, releases, repositories, rollouts } from './fleet-objects.ts';
import { fleetEvents } from './fleet-events.ts';
import { fleetCost } from './fleet-cost.ts';
import { fleetDeliveryMetrics, GOLDEN_PATHS, previewFiles } from './fleet-extras.ts';
import { fleetOperations } from './fleet-operations.ts';
import { fleetLogs, fleetMetrics } from './fleet-traffic.ts';
import { MemoryEvents, MemoryIdentities, MemoryObjects } from './memory-ports.ts';

export interface StartOptions {
  webRoot: string;
  port?: number;
  /** Nothing runs: every page shows its first empty state. */
  empty?: boolean;
  readable?: Readable;
  infrastructure?: InfrastructureReads;
  cost?: CostReads;
  findings?: NonNullable<OperationsApiDependencies['findings']>;
  /** In the place of those that only note that they were called. */
  operations?: Partial<Operations>;
}

export interface TestConsole {
  url: string;
  objects: MemoryObjects;
  events: MemoryEvents;
  identities: MemoryIdentities;
  operations: ReturnType<typeof fleetOperations>;
  /** Log lines of unexpected errors. */
  log: string[];
  loginLink(subject?: string): Promise<string>;
  /** Ends every connection, as a control plane that dies does. */
  dropConnections(): void;
  stop(): Promise<void>;
}

export async function startTestConsole(options: StartOptions): Promise<TestConsole> {
  const objects = new MemoryObjects();
  const events = new MemoryEvents();
  const identities = new MemoryIdentities();
  const now = Date.now();
  for (const environment of environments(now)) objects.put(environment);
  if (options.empty !== true) {
    for (const object of [...releases(now), ...rollouts(now), ...holds(now), ...repositories(now), ...pipelineRuns(now), ...claims(now), ...entities(now)]) objects.put(object);
    await events.append(fleetEvents(now));
  }
  const log: string[] = [];
  const operations = fleetOperations(objects, events);
  const handler = createConsole(
    {
      objects: () => objects,
      readable: async () => options.readable ?? { all: true, namespaces: [NAMESPACE], row: () => true },
      signedIn: (identity) => identities.isLive(identity),
      events, identities, operations: { ...operations, ...options.operations },
      metrics: fleetMetrics(() => objects.list('roadbed.dev/Rollout')),
      runtime: fleetLogs(),
      clock: { now: () => Date.now(), monotonic: () => performance.now() },
      deliveryMetrics: async () => fleetDeliveryMetrics(now),
      cdEvents: (rows) => rows.filter((row) => !row.kind.startsWith('object.')).map((row) => ({ context: { specversion: '0.6.0', id: row.id, type: `dev.cdevents.${row.kind}.0.3.0`, source: '/roadbed', timestamp: row.occurredAt, chainId: row.chain }, subject: { id: row.subject, content: row.body } })),
      goldenPaths: { list: () => GOLDEN_PATHS, preview: previewFiles },
      about: { version: '0.1.0', apiUrl: 'https://127.0.0.1:6443', gitUrl: 'http://127.0.0.1:8081', isolation: 'bubblewrap' },
      objectApi: async (_request, response: ServerResponse, identity) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ askedBy: identity.subject }));
        return true;
      },
      webRoot: options.webRoot,
      ...(options.infrastructure === undefined ? {} : { infrastructure: options.infrastructure }),
      ...(options.findings === undefined ? {} : { findings: options.findings }),
      cost: options.cost ?? fleetCost(now, options.empty === true),
    },
    (line) => log.push(line),
  );
  const server = createServer((request, response) => handler.handle(request, response));
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url, objects, events, identities, operations, log,
    loginLink: async (subject = 'user:mara') => `${url}/login?code=${await identities.issueLoginCode(subject)}`,
    dropConnections: () => server.closeAllConnections(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
