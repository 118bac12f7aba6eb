/**
 * The supervisor program. Started detached by `launch.ts` or by systemd; outlives the control plane.
 *
 * `node main.ts --folder DIR --shared DIR [--hide DIR]... [--key-file FILE] [--ports FIRST-LAST]
 *  [--isolation KIND]... [--no-cgroups]`
 * Exit codes: 0 after a shutdown, 2 for wrong arguments, 3 when another supervisor has the folder, 1 otherwise.
 * SIGTERM and SIGINT end it and keep the workloads: who wants them stopped says so over the socket.
 */
import { appendFileSync, chmodSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createControlServer } from './control-server.ts';
import { releaseInstance, takeInstance } from './instance-lock.ts';
import type { Isolation } from './isolation.ts';
import { PROTOCOL, type ShutdownRequest, socketPath } from './protocol.ts';
import { Supervisor, type SupervisorOptions } from './supervisor.ts';

const LOG_BYTES = 2 * 1024 * 1024;

function createLog(folder: string): SupervisorOptions['log'] {
  const path = join(folder, 'supervisor.log');
  return (message, fields = {}) => {
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) renameSync(path, `${path}.1`);
      appendFileSync(path, `${JSON.stringify({ at: new Date().toISOString(), pid: process.pid, message, ...fields })}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not end the supervisor.
    }
  };
}

function readArguments(): Omit<SupervisorOptions, 'log'> {
  const { values } = parseArgs({
    options: {
      folder: { type: 'string' },
      shared: { type: 'string' },
      hide: { type: 'string', multiple: true },
      'key-file': { type: 'string' },
      ports: { type: 'string' },
      isolation: { type: 'string', multiple: true },
      'no-cgroups': { type: 'boolean' },
    },
  });
  if (values.folder === undefined || values.shared === undefined) throw new Error('--folder and --shared are required');
  const range = values.ports === undefined ? undefined : /^(\d+)-(\d+)$/.exec(values.ports);
  if (range === null) throw new Error('--ports must be FIRST-LAST');
  return {
    folder: resolve(values.folder),
    sharedDir: resolve(values.shared),
    node: process.execPath,
    hidden: (values.hide ?? []).map((path) => resolve(path)),
    ...(values['key-file'] === undefined ? {} : { keyFile: resolve(values['key-file']) }),
    ...(range === undefined ? {} : { ports: { first: Number(range[1]), last: Number(range[2]) } }),
    ...(values.isolation === undefined ? {} : { isolation: values.isolation as Isolation['kind'][] }),
    ...(values['no-cgroups'] === true ? { cgroups: false } : {}),
  };
}

async function serve(options: SupervisorOptions): Promise<void> {
  const { folder, log } = options;
  const supervisor = await Supervisor.start(options);
  const socket = socketPath(folder);
  mkdirSync(dirname(socket), { recursive: true, mode: 0o700 });
  rmSync(socket, { force: true });
  let ending: Promise<void> | undefined;
  const end = (request: ShutdownRequest): Promise<void> => {
    ending ??= (async () => {
      log('shutdown', { ...request });
      await supervisor.shutdown(request);
      // The answer leaves first; whoever waits for the process to be gone sees the socket go with it.
      setTimeout(() => {
        rmSync(socket, { force: true });
        releaseInstance(folder);
        if (dirname(socket) !== folder) rmSync(dirname(socket), { recursive: true, force: true });
        process.exit(0);
      }, 20);
    })();
    return ending;
  };
  const hello = { protocol: PROTOCOL, pid: process.pid, startedAt: new Date().toISOString() };
  const server = createControlServer(supervisor, hello, end);
  const mask = process.umask(0o177);
  await new Promise<void>((done, failed) => server.once('error', failed).listen(socket, done));
  process.umask(mask);
  chmodSync(socket, 0o600);
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => void end({ workloads: 'keep' }));
  log('ready', { socket });
}

async function main(): Promise<void> {
  process.title = 'roadbed-supervisor';
  process.umask(0o022);
  let options: Omit<SupervisorOptions, 'log'>;
  try {
    options = readArguments();
  } catch (error) {
    process.stderr.write(`roadbed-supervisor: ${(error as Error).message}\n`);
    process.exit(2);
  }
  mkdirSync(options.folder, { recursive: true, mode: 0o700 });
  const log = createLog(options.folder);
  const other = takeInstance(options.folder);
  if (other !== undefined) {
    process.stderr.write(`roadbed-supervisor: process ${other.pid} supervises ${options.folder} already (ROADBED-1308)\n`);
    process.exit(3);
  }
  process.on('SIGHUP', () => undefined);
  process.on('uncaughtException', (error) => {
    log('uncaught', { error: error.stack });
    process.exit(1);
  });
  process.on('unhandledRejection', (error) => log('unhandled rejection', { error: error instanceof Error ? error.stack : String(error) }));
  try {
    await serve({ ...options, log });
  } catch (error) {
    log('failed to start', { error: (error as Error).stack });
    process.stderr.write(`roadbed-supervisor: ${(error as Error).message}\n`);
    process.exit(1);
  }
}

await main();
