/**
 * A worker: waits for its first table, listens on the socket that the primary holds, reports once a second.
 *
 * It exits as soon as the channel to the primary closes: a worker without a primary could neither be
 * given a new table nor be stopped, and it would hold the port against the next edge.
 */
import type { RouteTable } from '../../ports/traffic.ts';
import type { EdgeServer } from './edge-server.ts';
import { startEdgeServer } from './edge-server.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

const REPORT_EVERY = 1_000;

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message);
}

function messageOf(error: unknown): { code: string; message: string } {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

function apply(server: EdgeServer, table: RouteTable): void {
  server.apply(table);
  tell({ kind: 'applied', version: table.version });
}

/** Sets the process up as a worker; it lives until it is drained or its primary is gone. A table that comes while it is starting is the one it serves by. */
export function runWorker(options: { host: string; port: number }): void {
  let server: EdgeServer | undefined;
  let latest: RouteTable | undefined;
  const start = async (table: RouteTable): Promise<void> => {
    try {
      server = await startEdgeServer({ ...options, table, offset: Math.random() });
    } catch (error) {
      tell({ kind: 'listenFailed', ...messageOf(error) });
      setTimeout(() => process.exit(1), 100);
      return;
    }
    apply(server, latest ?? table);
    tell({ kind: 'listening', port: server.port });
    setInterval(() => {
      const report = server?.report();
      if (report !== undefined && (report.stats.length > 0 || Object.keys(report.refusals).length > 0)) tell({ kind: 'report', id: 0, report });
    }, REPORT_EVERY).unref();
  };
  const leave = async (): Promise<void> => {
    await server?.drain();
    if (server !== undefined) tell({ kind: 'report', id: 0, report: server.report() });
    setTimeout(() => process.exit(0), 50);
  };
  process.on('message', (message: ToWorker) => {
    if (message.kind === 'table') {
      const first = latest === undefined;
      latest = message.table;
      if (first) void start(message.table);
      else if (server !== undefined) apply(server, message.table);
    } else if (message.kind === 'report') tell({ kind: 'report', id: message.id, report: server?.report() ?? { stats: [], refusals: {} } });
    else if (message.kind === 'drain') void leave();
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => void leave());
  process.on('SIGINT', () => undefined);
  process.on('uncaughtException', (error) => {
    tell({ kind: 'log', line: `worker ${process.pid} failed: ${error.stack ?? error.message}` });
    setTimeout(() => process.exit(1), 50);
  });
}
