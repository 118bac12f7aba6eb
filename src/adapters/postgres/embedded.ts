/**
 * The embedded PostgreSQL: a real server from npm binaries that outlives the control plane.
 *
 * The control plane may be killed at any moment; the server serves on and is adopted at the next start.
 * The server may be killed as well: a watchdog starts it again on the same port and socket, so that pools
 * and tenants recover by connecting again.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { serverAccount } from './embedded/account.ts';
import type { Account } from './embedded/account.ts';
import { prepareBinaries } from './embedded/binaries.ts';
import type { Binaries } from './embedded/binaries.ts';
import { asAccount, prepareCluster, serverEnvironment } from './embedded/cluster.ts';
import type { Cluster } from './embedded/cluster.ts';
import { keepRotating } from './embedded/log-file.ts';
import { choosePort } from './embedded/port.ts';
import { servesCluster } from './embedded/postmaster.ts';
import { closeToTenants, runServer, stopServer, superuserConnection } from './embedded/server.ts';
import type { ServerProcess } from './embedded/server.ts';
import type { PostgresLog } from './log.ts';

const WATCH_EVERY_MS = 100;
const LONGEST_RESTART_DELAY_MS = 5_000;

export interface EmbeddedPostgresOptions {
  /** Of the cluster, its log, port and password; must be enterable by the server's account when run as root. */
  dataDir: string;
  /** Where programs are copied that the server's account cannot reach where npm put them. */
  sharedDir: string;
  log: PostgresLog;
}

export interface EmbeddedPostgres {
  /** Configuration of pg for the superuser, over the socket, database `postgres`. */
  connection: pg.ClientConfig;
  /** For tenants' databases; the port stays the same over restarts while nobody else takes it. */
  tcp: { host: string; port: number };
  superuserPassword: string;
  /** The binaries' version, for example `18.4.0-beta.17`. */
  version: string;
  /** True when a server of an earlier control plane was found running. */
  adopted: boolean;
  /** The account that the server runs as; undefined: this process's own. Isolated steps need another one. */
  account: Account | undefined;
  socketFolder: string;
  logFile: string;
  /** The server's process id now; it changes when the watchdog starts it again. */
  pid(): number;
  /** Hears of every unexpected end of the server, before the watchdog starts it again. */
  onExit(listener: (pid: number) => void): void;
  /** Leaves the server running without a watchdog: for a control plane that is replaced. */
  detach(): void;
  /** Clean stop: fast shutdown, waits until the process is gone. */
  stop(): Promise<void>;
  /** Stops and removes everything that was written. */
  destroy(): Promise<void>;
}

/** Starts, or adopts, the server of `dataDir`; resolves when it answers queries. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const account = serverAccount();
  const binaries = await prepareBinaries(options.sharedDir, account);
  const cluster = await prepareCluster(options.dataDir, binaries, account);
  const server = await runServer(cluster, binaries, () => choosePort(cluster.portFile));
  if (cluster.fresh) await closeToTenants(cluster, server);
  options.log.info({ pid: server.pid, port: server.port, adopted: server.adopted }, 'embedded PostgreSQL is ready');
  return new RunningPostgres(cluster, binaries, server, options.log);
}

class RunningPostgres implements EmbeddedPostgres {
  readonly connection: pg.ClientConfig;
  readonly tcp: { host: string; port: number };
  readonly superuserPassword: string;
  readonly version: string;
  readonly adopted: boolean;
  readonly account: Account | undefined;
  readonly socketFolder: string;
  readonly logFile: string;
  readonly #cluster: Cluster;
  readonly #binaries: Binaries;
  readonly #log: PostgresLog;
  readonly #rotation: { stop(): void };
  readonly #listeners: ((pid: number) => void)[] = [];
  readonly #synced: Promise<void>;
  #server: ServerProcess;
  readonly #stopping = new AbortController();
  readonly #watching: Promise<void>;

  constructor(cluster: Cluster, binaries: Binaries, server: ServerProcess, log: PostgresLog) {
    this.connection = superuserConnection(cluster, server, 'postgres');
    this.tcp = { host: '127.0.0.1', port: server.port };
    this.superuserPassword = cluster.superuserPassword;
    this.version = binaries.packageVersion;
    this.adopted = server.adopted;
    this.account = cluster.account;
    this.socketFolder = server.socketFolder;
    this.logFile = cluster.logFile;
    this.#cluster = cluster;
    this.#binaries = binaries;
    this.#server = server;
    this.#log = log;
    this.#rotation = keepRotating(cluster.logFile, (error) => log.warn({ error: String(error) }, 'the database log could not be rotated'));
    this.#synced = cluster.fresh ? syncCluster(cluster, binaries) : Promise.resolve();
    this.#watching = this.#watch();
  }

  pid(): number {
    return this.#server.pid;
  }

  onExit(listener: (pid: number) => void): void {
    this.#listeners.push(listener);
  }

  detach(): void {
    this.#stopping.abort();
    this.#rotation.stop();
  }

  async stop(): Promise<void> {
    this.detach();
    await this.#watching;
    await this.#synced;
    await stopServer(this.#cluster, this.#server.pid);
  }

  async destroy(): Promise<void> {
    await this.stop();
    const { dataDir, socketFolder, logFile, portFile, folder } = this.#cluster;
    const files = [folder, socketFolder, logFile, `${logFile}.1`, `${logFile}.2`, portFile, join(dataDir, 'superuser-password')];
    const copied = this.#binaries.copiedTo;
    for (const path of [...files, ...(copied === undefined ? [] : [copied])]) rmSync(path, { recursive: true, force: true });
  }

  async #watch(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#pause(WATCH_EVERY_MS);
      if (this.#stopping.signal.aborted || servesCluster(this.#server.pid, this.#cluster.folder)) continue;
      this.#log.error({ pid: this.#server.pid }, 'the embedded PostgreSQL has died and is started again');
      for (const listener of this.#listeners) listener(this.#server.pid);
      await this.#restart();
    }
  }

  async #restart(): Promise<void> {
    for (let wait = 100; !this.#stopping.signal.aborted; wait = Math.min(wait * 2, LONGEST_RESTART_DELAY_MS)) {
      try {
        this.#server = await runServer(this.#cluster, this.#binaries, async () => this.tcp.port);
        this.#log.info({ pid: this.#server.pid }, 'embedded PostgreSQL is ready again');
        return;
      } catch (error) {
        this.#log.error({ error: String(error) }, 'the embedded PostgreSQL could not be started again');
        await this.#pause(wait);
      }
    }
  }

  /** Never keeps the process alive, and ends at once when the server is to be stopped. */
  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { ref: false, signal: this.#stopping.signal }).catch(() => {});
  }
}

/** initdb ran without fsync to start quickly; the files it wrote are made durable now, beside the running server. */
function syncCluster(cluster: Cluster, binaries: Binaries): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(binaries.initdb, ['--sync-only', '-D', cluster.folder], {
      ...asAccount(cluster.account),
      env: serverEnvironment(),
      cwd: cluster.folder,
      stdio: 'ignore',
    });
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
}
