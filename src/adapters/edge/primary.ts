/**
 * The primary of the edge: holds the socket, the table and the sums; parses nothing, routes nothing.
 *
 * It is what survives: workers come and go under it, the control plane above it. A table is put in
 * force in all workers first and then written to disk: moving traffic away from a bad release must not wait
 * for a slow disk, and a full one must not prevent it (the write is repeated until it succeeds).
 */
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { PlatformError } from '../../domain/error.ts';
import type { RouteTable, TrafficCounters } from '../../ports/traffic.ts';
import { startControlServer } from './control-server.ts';
import { controlPath, lockFolder, readRecord, readStoredTable, recordPath, storeTable, unlockFolder, writeWhole } from './edge-folder.ts';
import type { EdgeRecord } from './edge-folder.ts';
import type { EdgeReport } from './edge-server.ts';
import { startTimeOf } from './process-identity.ts';
import type { EdgeHealth } from './protocol.ts';
import { RevisionTotals, statsName } from './revision-stats.ts';
import { RotatedLog } from './rotated-log.ts';
import { checkTable } from './table-rules.ts';
import { WorkerFleet } from './worker-fleet.ts';

const PERSIST_RETRY = 1_000;
const MOST_TOTALS = 2_000;
/** A predecessor that was killed may hold the port for a moment. */
const PORT_PATIENCE = 3_000;
const PORT_RETRY = 50;
const NO_TABLE: RouteTable = { version: 0, routes: [] };

export interface PrimaryOptions {
  folder: string;
  host: string;
  /** 0: the port that this folder's edge had last, or any free one. */
  port: number;
  workers: number;
  log: string;
  program: string;
  workerExecArgv: string[];
}

export class EdgePrimary {
  readonly #options: PrimaryOptions;
  readonly #log: RotatedLog;
  readonly #startTime = startTimeOf(process.pid) ?? '';
  readonly #epoch = randomUUID();
  readonly #totals = new Map<string, RevisionTotals>();
  readonly #refusals = new Map<string, number>();
  #table: RouteTable = NO_TABLE;
  #persisted = true;
  #persistTimer: NodeJS.Timeout | undefined;
  #fleet: WorkerFleet | undefined;
  #control: Server | undefined;
  #controlPath = '';
  #applying: Promise<unknown> = Promise.resolve();
  #replacing: Promise<number> | undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: PrimaryOptions) {
    this.#options = options;
    this.#log = new RotatedLog(options.log);
  }

  /** Locks the folder, restores the table, listens. */
  async start(): Promise<void> {
    const { folder, host } = this.#options;
    lockFolder(folder);
    this.#restore();
    this.#fleet = await this.#startFleet();
    this.#controlPath = controlPath(folder);
    this.#control = await startControlServer(this.#controlPath, {
      health: async () => this.#health(),
      applyTable: async ({ table }) => this.#inTurn(() => this.#apply(table)),
      readTable: async () => this.#table,
      counters: async () => this.#counters(),
      inFlight: async ({ revision }) => this.#inFlight(revision),
      replaceWorkers: async () => ({ replaced: await this.#replaceWorkers() }),
      stop: async () => {
        setTimeout(() => void this.stop(), 10);
        return {};
      },
    });
    const record: EdgeRecord = { schemaVersion: 1, pid: process.pid, startTime: this.#startTime, host, port: this.#fleet.port, control: this.#controlPath };
    writeWhole(recordPath(folder), JSON.stringify(record));
    this.#log.write(`edge ${process.pid} listens on ${host}:${this.#fleet.port} with ${this.#options.workers} worker(s), table ${this.#table.version}`);
  }

  log(line: string): void {
    this.#log.write(line);
  }

  /** Drains and ends the process with 0. */
  async stop(): Promise<void> {
    this.#stopping ??= (async () => {
      this.#log.write('edge drains');
      await this.#fleet?.stop();
      this.#control?.close();
      rmSync(this.#controlPath, { force: true });
      unlockFolder(this.#options.folder);
      this.#log.write('edge ends');
      process.exit(0);
    })();
    await this.#stopping;
  }

  #restore(): void {
    const stored = readStoredTable(this.#options.folder);
    if (stored === undefined) return;
    try {
      this.#table = checkTable(stored);
    } catch (error) {
      this.#log.write(`the stored table is not used: ${error instanceof PlatformError ? `${error.message} ${error.why}` : String(error)}`);
    }
  }

  async #startFleet(): Promise<WorkerFleet> {
    const { folder, host, port, workers, program, workerExecArgv } = this.#options;
    const last = readRecord(folder)?.port;
    let wanted = port === 0 ? (last ?? (await freePort(host))) : port;
    const patience = Date.now() + (wanted === last ? PORT_PATIENCE : 0);
    for (;;) {
      const fleet = new WorkerFleet({ size: workers, host, port: wanted, program, execArgv: workerExecArgv, table: this.#table }, { log: (line) => this.#log.write(line), report: (worker, report) => this.#add(worker, report), gone: (worker) => this.#forget(worker) });
      try {
        await fleet.start();
        return fleet;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        const taken = code === 'EADDRINUSE';
        if (taken && Date.now() < patience) await new Promise((resolve) => setTimeout(resolve, PORT_RETRY));
        else if (taken && port === 0 && wanted === last) wanted = await freePort(host);
        else throw new PlatformError({ code: 'ROADBED-1206', class: 'failed', message: `The edge cannot listen on ${host}:${wanted}.`, why: error instanceof Error ? error.message : String(error), next: 'Choose another port, or stop what listens there.' });
      }
    }
  }

  /** Beside the queue of tables: moving traffic must not wait for workers to start. A second call joins the first. */
  async #replaceWorkers(): Promise<number> {
    this.#replacing ??= (this.#fleet?.replaceAll() ?? Promise.resolve(0)).finally(() => {
      this.#replacing = undefined;
    });
    return this.#replacing;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#applying.then(work, work);
    this.#applying = turn.catch(() => undefined);
    return turn;
  }

  async #apply(source: unknown): Promise<{ version: number; persisted: boolean }> {
    const table = checkTable(source);
    const same = JSON.stringify(table) === JSON.stringify(this.#table);
    if (table.version < this.#table.version || (table.version === this.#table.version && !same)) {
      throw new PlatformError({ code: 'ROADBED-1204', class: 'conflict', message: `Route table ${table.version} is older than the one in force (${this.#table.version}).`, next: 'Read the table in force and build the next one from it.' });
    }
    if (!same) {
      this.#table = table;
      await this.#fleet?.apply(table);
    }
    this.#persist();
    return { version: table.version, persisted: this.#persisted };
  }

  #persist(): void {
    clearTimeout(this.#persistTimer);
    try {
      storeTable(this.#options.folder, this.#table);
      this.#persisted = true;
    } catch (error) {
      this.#persisted = false;
      this.#log.write(`table ${this.#table.version} is in force but not on disk: ${error instanceof Error ? error.message : String(error)}`);
      this.#persistTimer = setTimeout(() => this.#persist(), PERSIST_RETRY);
    }
  }

  #add(worker: number, report: EdgeReport): void {
    for (const one of report.stats) {
      const name = statsName(one);
      const totals = this.#totals.get(name) ?? new RevisionTotals({ service: one.service, environment: one.environment, revision: one.revision, route: one.route });
      this.#totals.set(name, totals);
      totals.add(worker, one);
    }
    for (const [reason, count] of Object.entries(report.refusals)) this.#refusals.set(reason, (this.#refusals.get(reason) ?? 0) + count);
    if (this.#totals.size > MOST_TOTALS) this.#prune();
  }

  /** Drops the oldest sums of revisions that are out of the table and at rest. */
  #prune(): void {
    const live = new Set(this.#table.routes.flatMap((route) => route.revisions.map(({ revision }) => revision)));
    for (const [name, totals] of this.#totals) {
      if (this.#totals.size <= MOST_TOTALS) return;
      if (totals.inFlight === 0 && !live.has(totals.key.revision)) this.#totals.delete(name);
    }
  }

  #forget(worker: number): void {
    for (const totals of this.#totals.values()) totals.forget(worker);
  }

  async #counters(): Promise<TrafficCounters> {
    await this.#fleet?.collect();
    return { epoch: this.#epoch, at: new Date().toISOString(), tableVersion: this.#table.version, revisions: [...this.#totals.values()].map((totals) => totals.counters()), refusals: Object.fromEntries(this.#refusals) };
  }

  async #inFlight(revision: string): Promise<number> {
    await this.#fleet?.collect();
    return [...this.#totals.values()].filter(({ key }) => key.revision === revision).reduce((sum, totals) => sum + totals.inFlight, 0);
  }

  #health(): EdgeHealth {
    const workers = [...(this.#fleet?.members.values() ?? [])].map(({ worker, ready, draining }) => ({ pid: worker.process.pid ?? 0, ready, draining }));
    return {
      pid: process.pid,
      startTime: this.#startTime,
      host: this.#options.host,
      port: this.#fleet?.port ?? 0,
      epoch: this.#epoch,
      tableVersion: this.#table.version,
      persisted: this.#persisted,
      workers,
      draining: this.#stopping !== undefined,
    };
  }
}

/**
 * A port that is free now. Workers must all ask for the same number: to share a socket, and to get the
 * same one again when the last of them has died, which "any port" would not give.
 */
async function freePort(host: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
