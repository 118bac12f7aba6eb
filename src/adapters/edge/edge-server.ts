/**
 * The listening part of one worker: accepts, sweeps, reports, drains. Knows nothing of clusters, so tests run it in their own process.
 */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { RouteTable } from '../../ports/traffic.ts';
import { ClientConnection } from './client-connection.ts';
import { EdgeState } from './edge-state.ts';
import type { StatsReport } from './revision-stats.ts';
import { ServiceListeners } from './service-listeners.ts';
import type { EdgeSettings } from './settings.ts';
import { DEFAULT_SETTINGS } from './settings.ts';

export interface EdgeReport {
  stats: StatsReport[];
  refusals: Record<string, number>;
}

export interface EdgeServer {
  readonly port: number;
  apply(table: RouteTable): void;
  /** What was counted since the last report. */
  report(): EdgeReport;
  /** Stops accepting; ends when the last connection is gone or the deadline has passed. */
  drain(): Promise<void>;
  /** Ends at once, with everything open. */
  close(): Promise<void>;
}

/** Listens. `offset` (0..1) staggers the round robins of several workers. Rejects with the error of `listen`. */
export async function startEdgeServer(options: { host: string; port: number; table: RouteTable; offset: number; settings?: Partial<EdgeSettings> }): Promise<EdgeServer> {
  const edge = new EdgeState({ ...DEFAULT_SETTINGS, ...options.settings });
  edge.book.swap(options.table, options.offset);
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => new ClientConnection(socket, edge));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port, backlog: 1_024 }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  // Out of descriptors (EMFILE) is reported here; the connections that are open go on being served.
  server.on('error', () => edge.countRefusal('accept-failed'));
  edge.port = (server.address() as AddressInfo).port;
  const services = new ServiceListeners(edge);
  services.apply(options.table.listeners ?? []);
  const sweeper = setInterval(() => edge.sweep(), edge.settings.sweep);
  const finish = (): void => {
    clearInterval(sweeper);
    for (const endpoint of edge.book.endpoints.values()) for (const connection of endpoint.open) connection.destroy();
  };
  return {
    port: edge.port,
    apply: (table) => {
      edge.book.swap(table, options.offset);
      if (!edge.draining) services.apply(table.listeners ?? []);
    },
    report: () => takeReport(edge),
    drain: async () => {
      edge.draining = true;
      services.apply([]);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      const deadline = setTimeout(() => cutAll(edge), edge.settings.drainDeadline);
      await closed;
      while (edge.clients.size > 0) await new Promise((resolve) => setTimeout(resolve, edge.settings.sweep));
      clearTimeout(deadline);
      finish();
    },
    close: async () => {
      services.apply([]);
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cutAll(edge);
      finish();
      await closed;
    },
  };
}

function cutAll(edge: EdgeState): void {
  for (const client of edge.clients) client.cut();
}

function takeReport(edge: EdgeState): EdgeReport {
  const stats = [...edge.book.stats.values()].map((one) => one.report()).filter((report) => report !== undefined);
  const refusals = Object.fromEntries(edge.refusals);
  edge.refusals.clear();
  edge.book.prune();
  return { stats, refusals };
}
