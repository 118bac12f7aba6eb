/**
 * The workers of one edge: forked, told the table, replaced one at a time, forked anew when one dies.
 *
 * The primary holds the listening socket (`SCHED_NONE`), so that a new worker listens before the old
 * one stops and no connection falls between. With a single worker its crash does close the socket
 * for the moment until the next one listens (some 0.1 s); nothing in Node's public interface holds a
 * socket without accepting on it.
 */
import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import type { RouteTable } from '../../ports/traffic.ts';
import type { EdgeReport } from './edge-server.ts';
import type { FromWorker, ToWorker } from './protocol.ts';

const APPLY_TIMEOUT = 2_000;
const REPORT_TIMEOUT = 1_000;
const START_TIMEOUT = 10_000;
const CRASHES_BEFORE_PAUSE = 5;
const CRASH_WINDOW = 10_000;
const CRASH_PAUSE = 1_000;

export interface Member {
  worker: Worker;
  ready: boolean;
  draining: boolean;
  appliedVersion: number;
}

export interface FleetEvents {
  log(line: string): void;
  report(worker: number, report: EdgeReport): void;
  gone(worker: number): void;
}

export class WorkerFleet {
  readonly members = new Map<number, Member>();
  port: number;
  #size: number;
  #table: RouteTable;
  #stopping = false;
  #reportId = 0;
  #crashes: number[] = [];
  readonly #host: string;
  readonly #program: string;
  readonly #events: FleetEvents;
  readonly #waiting = new Set<() => void>();
  readonly #reports = new Map<string, () => void>();

  constructor(options: { size: number; host: string; port: number; program: string; execArgv: string[]; table: RouteTable }, events: FleetEvents) {
    this.#size = options.size;
    this.#host = options.host;
    this.port = options.port;
    this.#program = options.program;
    this.#table = options.table;
    this.#events = events;
    cluster.schedulingPolicy = cluster.SCHED_NONE;
    cluster.setupPrimary({ exec: this.#program, execArgv: options.execArgv, args: [] });
  }

  /** Starts all workers at once; rejects with the error code of `listen` when they cannot have the port. */
  async start(): Promise<void> {
    const forks = await Promise.all(Array.from({ length: this.#size }, () => this.#fork()));
    const failure = forks.find((one) => one !== undefined);
    if (failure === undefined) return;
    this.#stopping = true;
    for (const member of this.members.values()) member.worker.process.kill('SIGKILL');
    throw Object.assign(new Error(failure.message), { code: failure.code });
  }

  /** Resolves when the worker listens, or with its failure. */
  async #fork(): Promise<{ code: string; message: string } | undefined> {
    cluster.setupPrimary({ args: ['--worker', '--host', this.#host, '--port', String(this.port)] });
    const worker = cluster.fork();
    const member: Member = { worker, ready: false, draining: false, appliedVersion: -1 };
    this.members.set(worker.id, member);
    return new Promise((resolve) => {
      const late = setTimeout(() => {
        worker.process.kill('SIGKILL');
        resolve({ code: 'ETIMEDOUT', message: 'the worker did not listen in time' });
      }, START_TIMEOUT);
      const settle = (failure: { code: string; message: string } | undefined): void => {
        clearTimeout(late);
        resolve(failure);
      };
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'listening') {
          this.port = message.port;
          member.ready = true;
          settle(undefined);
        } else if (message.kind === 'listenFailed') settle(message);
        else this.#onMessage(member, message);
      });
      worker.on('error', (error) => this.#events.log(`worker ${worker.process.pid}: ${error.message}`));
      worker.on('exit', (code, signal) => {
        settle({ code: 'EXITED', message: `the worker ended with ${signal ?? code}` });
        this.#onExit(member, code, signal);
      });
      this.#send(member, { kind: 'table', table: this.#table });
    });
  }

  #send(member: Member, message: ToWorker): void {
    if (member.worker.isConnected()) member.worker.send(message, () => undefined);
  }

  #onMessage(member: Member, message: FromWorker): void {
    if (message.kind === 'log') this.#events.log(message.line);
    else if (message.kind === 'applied') {
      member.appliedVersion = message.version;
      for (const check of this.#waiting) check();
    } else if (message.kind === 'report') {
      this.#events.report(member.worker.id, message.report);
      this.#reports.get(`${message.id} ${member.worker.id}`)?.();
    }
  }

  #onExit(member: Member, code: number, signal: string): void {
    this.members.delete(member.worker.id);
    this.#events.gone(member.worker.id);
    for (const check of this.#waiting) check();
    if (this.#stopping || member.draining || !member.ready) return;
    this.#events.log(`worker ${member.worker.process.pid} ended unasked (${signal ?? code}); a new one starts`);
    void this.#replaceDead();
  }

  async #replaceDead(): Promise<void> {
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < CRASH_WINDOW), now];
    if (this.#crashes.length > CRASHES_BEFORE_PAUSE) await new Promise((resolve) => setTimeout(resolve, CRASH_PAUSE));
    if (this.#stopping) return;
    const failure = await this.#fork();
    if (failure === undefined || this.#stopping) return;
    this.#events.log(`a new worker could not start: ${failure.message}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    void this.#replaceDead();
  }

  /** Tells all workers and waits until each has put the table in force. A worker that does not answer in time is replaced. */
  async apply(table: RouteTable): Promise<void> {
    this.#table = table;
    for (const member of this.members.values()) this.#send(member, { kind: 'table', table });
    const done = (): boolean => [...this.members.values()].every((member) => member.appliedVersion >= table.version || (!member.ready && !member.draining));
    await this.#until(done, APPLY_TIMEOUT);
    for (const member of this.members.values()) {
      if (member.appliedVersion >= table.version || !member.ready) continue;
      this.#events.log(`worker ${member.worker.process.pid} does not take table ${table.version}; it is killed`);
      member.worker.process.kill('SIGKILL');
    }
  }

  /** Collects the counts of all workers; those who do not answer in time are left out. */
  async collect(): Promise<void> {
    this.#reportId += 1;
    const id = this.#reportId;
    const answers = [...this.members.values()].filter((member) => member.ready && member.worker.isConnected()).map(
      (member) =>
        new Promise<void>((resolve) => {
          const key = `${id} ${member.worker.id}`;
          const finish = (): void => {
            clearTimeout(late);
            this.#reports.delete(key);
            resolve();
          };
          const late = setTimeout(finish, REPORT_TIMEOUT);
          this.#reports.set(key, finish);
          member.worker.once('exit', finish);
          this.#send(member, { kind: 'report', id });
        }),
    );
    await Promise.all(answers);
  }

  /** For each worker a new one first, then the old one drains. */
  async replaceAll(): Promise<number> {
    const old = [...this.members.values()].filter((member) => member.ready && !member.draining);
    let replaced = 0;
    for (const member of old) {
      const failure = await this.#fork();
      if (failure !== undefined) {
        this.#events.log(`worker ${member.worker.process.pid} stays: its successor failed (${failure.message})`);
        continue;
      }
      this.#drain(member);
      replaced += 1;
    }
    return replaced;
  }

  #drain(member: Member): void {
    member.draining = true;
    this.#send(member, { kind: 'drain' });
  }

  /** Drains all; resolves when the last one is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const member of this.members.values()) this.#drain(member);
    await this.#until(() => this.members.size === 0, Infinity);
  }

  async #until(condition: () => boolean, timeout: number): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        if (late !== undefined) clearTimeout(late);
        this.#waiting.delete(check);
        resolve();
      };
      const check = (): void => {
        if (condition()) finish();
      };
      const late = Number.isFinite(timeout) ? setTimeout(finish, timeout) : undefined;
      this.#waiting.add(check);
    });
  }
}
