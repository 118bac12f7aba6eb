/**
 * The edge as a program: `node main.js --folder F [--host H] [--port N] [--workers N] [--log FILE]`.
 *
 * Started detached by `launch.ts`; it outlives its parent and writes only to its log file. The
 * same file is the worker's program. Each kind loads only what it needs, which keeps the primary small.
 * Exit codes: 0 drained, 2 wrong arguments, 3 another edge has the folder, 4 the port cannot be had, 1 anything else.
 */
import cluster from 'node:cluster';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const EXIT_CODES: Record<string, number> = { 'ROADBED-1207': 3, 'ROADBED-1206': 4 };

const { values } = parseArgs({
  options: {
    folder: { type: 'string' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    workers: { type: 'string', default: '1' },
    log: { type: 'string' },
    worker: { type: 'boolean', default: false },
  },
});

async function runPrimary(folder: string): Promise<void> {
  const { EdgePrimary } = await import('./primary.ts');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const primary = new EdgePrimary({
    folder,
    host: values.host,
    port: Number(values.port),
    workers: Math.max(1, Number(values.workers)),
    log: values.log ?? join(folder, 'edge.log'),
    program: fileURLToPath(import.meta.url),
    workerExecArgv: process.execArgv,
  });
  const fail = (error: unknown): void => {
    primary.log(`edge ${process.pid} fails: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    process.exit(EXIT_CODES[error instanceof Error && 'code' in error ? String(error.code) : ''] ?? 1);
  };
  process.on('uncaughtException', fail);
  process.on('SIGTERM', () => void primary.stop());
  process.on('SIGINT', () => void primary.stop());
  process.on('SIGHUP', () => undefined);
  await primary.start().catch(fail);
}

if (cluster.isPrimary && values.folder !== undefined && /^\d+$/.test(values.port) && /^\d+$/.test(values.workers)) await runPrimary(resolve(values.folder));
else if (cluster.isWorker && values.worker) (await import('./worker.ts')).runWorker({ host: values.host, port: Number(values.port) });
else {
  process.stderr.write('usage: main --folder FOLDER [--host HOST] [--port PORT] [--workers COUNT] [--log FILE]\n');
  process.exitCode = 2;
}
