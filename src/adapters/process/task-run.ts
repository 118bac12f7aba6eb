/**
 * One task: the commands of a pipeline step, one after the other, untrusted.
 *
 * Each command is a cell of its own. After each, and on cancel, time-out or a broken limit, everything that
 * it brought into the world is killed. Its progress is on disk, so a task goes on under the next supervisor;
 * one whose running command vanished without an exit code (the machine was restarted) is `lost`.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskObservation, TaskSpec } from '../../ports/runtime.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import { type Bind, bubblewrapCommand, orderBinds } from './bubblewrap.ts';
import { type CellRecord, allCellMembers, cellAlive, cellMembers, killCell, readExitCode, startCell, writeRecord } from './cell.ts';
import { type CgroupHandle, type Cgroups, THREADS_PER_PROCESS, createCgroup, outOfMemoryKills, peakMemory } from './cgroup.ts';
import { diskUsage } from './disk-usage.ts';
import { type Surroundings, baseEnvironment, ownFolder } from './habitat.ts';
import { ProgramLog } from './log-collector.ts';
import { LogJournal, readTail } from './log-journal.ts';
import type { ProcessRow } from './process-table.ts';
import { exitReason, shimCommand } from './shim.ts';
import { closedFolderAbove, giveFolder } from './users.ts';

export interface TaskContext {
  folder: string;
  sharedDir: string;
  surroundings: Surroundings;
  cgroups: Cgroups | undefined;
  user: number | undefined;
  /** Whether another running task has the same user; then not all processes of the user are ours. */
  sharesUser: () => boolean;
  changed: () => void;
}

/** The shim and bubblewrap's two processes are ours, not the step's. */
const WRAPPERS = 3;

interface Progress {
  startedAt: string;
  command: number;
  isolation: TaskObservation['isolation'];
  limitsBy: TaskObservation['limitsBy'];
  user?: number;
  finished?: Pick<TaskObservation, 'state' | 'exitCode' | 'reason' | 'finishedAt'>;
}

/** Why the supervisor itself ended a task. */
interface Verdict {
  state: 'cancelled' | 'timed-out' | 'failed';
  reason: string;
}

/** Folder of a task's journal. */
export function taskJournal(folder: string, id: string): string {
  return join(folder, 'tasks', id, 'journal');
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

export class TaskRun {
  readonly spec: TaskSpec;
  readonly #context: TaskContext;
  readonly #folder: string;
  readonly #shared: string;
  readonly #journal: LogJournal;
  readonly #log: ProgramLog;
  #progress: Progress;
  #record: CellRecord | undefined;
  #deadline: number;
  #verdict: Verdict | undefined;
  #ending: Promise<void> | undefined;
  #measuringDisk = false;
  #starting = false;

  constructor(spec: TaskSpec, startedAt: string, context: TaskContext) {
    this.spec = spec;
    this.#context = context;
    this.#folder = join(context.folder, 'tasks', spec.id);
    this.#shared = join(context.sharedDir, 'tasks', spec.id);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    this.#progress = this.#load() ?? { startedAt, command: 0, isolation: context.surroundings.isolation.kind, limitsBy: context.cgroups === undefined ? 'watchdog' : 'cgroup', ...(context.user === undefined ? {} : { user: context.user }) };
    this.#journal = new LogJournal(taskJournal(context.folder, spec.id));
    this.#log = new ProgramLog(this.#folder, { container: 'step', replica: spec.id }, this.#journal);
    const spent = Math.max(0, Date.now() - Date.parse(this.#progress.startedAt));
    this.#deadline = performance.now() + Math.max(0, spec.timeoutSeconds * 1_000 - spent);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #load(): Progress | undefined {
    try {
      return JSON.parse(readFileSync(this.#path('progress.json'), 'utf8')) as Progress;
    } catch {
      return undefined;
    }
  }

  #save(): void {
    writeRecord(this.#path('progress.json'), this.#progress);
  }

  get finished(): boolean {
    return this.#progress.finished !== undefined;
  }

  get user(): number | undefined {
    return this.#progress.user;
  }

  /** Folders that it writes; tasks that share one share the user. */
  get folders(): string[] {
    return [this.spec.workingDirectory, ...this.spec.writable];
  }

  #note(text: string): void {
    this.#journal.append([{ at: new Date().toISOString(), stream: 'system', container: 'step', replica: this.spec.id, text: `roadbed: ${text}` }]);
  }

  /** Begins, or goes on where an earlier supervisor left off. */
  async run(): Promise<void> {
    if (this.finished) return;
    try {
      this.#record = JSON.parse(readFileSync(this.#path('record.json'), 'utf8')) as CellRecord;
    } catch {
      if (this.#load() === undefined) await this.#prepare();
      else this.#note('goes on under a new supervisor');
      if (!this.finished) await this.#startCommand();
      return;
    }
    this.#note('goes on under a new supervisor');
    if (!cellAlive(this.#record)) await this.#commandEnded(this.#record);
  }

  async #prepare(): Promise<void> {
    const { isolation } = this.#context.surroundings;
    this.#save();
    this.#note(`isolation: ${isolation.kind}; limits by ${this.#progress.limitsBy}`);
    if (!this.spec.network && isolation.kind !== 'bubblewrap') this.#note('the network is not cut off: that needs bubblewrap');
    try {
      const { user } = this;
      mkdirSync(this.#shared, { recursive: true, mode: 0o711 });
      ownFolder(join(this.#shared, 'home'), user);
      ownFolder(join(this.#shared, 'tmp'), user);
      if (user === undefined) return;
      for (const folder of this.folders) await giveFolder(folder, user);
      if (isolation.kind !== 'user') return;
      const closed = (await closedFolderAbove(join(this.#shared, 'home'))) ?? (await closedFolderAbove(this.spec.workingDirectory));
      if (closed !== undefined) throw new Error(`${closed} is closed to other users, so the step's own user cannot reach its folder`);
    } catch (error) {
      await this.#finish({ state: 'failed', reason: `could not be prepared: ${(error as Error).message}` });
    }
  }

  #command(index: number): { command: string[]; workingDirectory: string; environment: Record<string, string>; user?: number } {
    const { surroundings } = this.#context;
    const own = this.spec.commands[index] ?? [];
    const home = join(this.#shared, 'home');
    const temporary = join(this.#shared, 'tmp');
    const { user } = this;
    const limits = this.spec.limits.diskBytes === undefined ? {} : { fileBytes: this.spec.limits.diskBytes };
    if (surroundings.isolation.bubblewrap === undefined) {
      const perUser = user === undefined || this.spec.limits.processes === undefined ? {} : { userProcesses: (this.spec.limits.processes + WRAPPERS) * THREADS_PER_PROCESS };
      return { command: shimCommand(own, { ...limits, ...perUser }), workingDirectory: this.spec.workingDirectory, environment: baseEnvironment(surroundings, home, temporary, this.spec.environment), ...(user === undefined ? {} : { user }) };
    }
    const bind = (readOnly: boolean) => (path: string): Bind => ({ source: path, target: path, readOnly });
    const world = {
      temporary,
      binds: orderBinds([...surroundings.toolMounts.map(bind(true)), ...this.spec.readable.map(bind(true)), ...[...this.folders, home].map(bind(false))]),
      hidden: surroundings.hidden,
      workingDirectory: this.spec.workingDirectory,
      network: this.spec.network,
      ...(user === undefined ? {} : { user }),
    };
    return { command: shimCommand(bubblewrapCommand(surroundings.isolation.bubblewrap, world, own), limits), workingDirectory: '/', environment: baseEnvironment(surroundings, home, '/tmp', this.spec.environment) };
  }

  async #startCommand(): Promise<void> {
    if (this.#verdict !== undefined) return this.#finish(this.#verdict);
    const cell = randomUUID();
    const cgroup: CgroupHandle | undefined = this.#context.cgroups === undefined ? undefined : createCgroup(this.#context.cgroups, cell, this.#wrapperAllowance());
    this.#progress.limitsBy = cgroup === undefined ? 'watchdog' : 'cgroup';
    this.#starting = true;
    this.#note(`$ ${(this.spec.commands[this.#progress.command] ?? []).join(' ')}`);
    try {
      const { user, ...plan } = this.#command(this.#progress.command);
      let started: CellRecord | undefined;
      started = this.#record = await startCell(
        {
          ...plan,
          cell,
          ...(user === undefined ? {} : { user }),
          userIsOwn: false,
          wrapped: this.#context.surroundings.isolation.bubblewrap !== undefined,
          outputPath: this.#path('out'),
          errorPath: this.#path('err'),
          statusPath: this.#path('status'),
          recordPath: this.#path('record.json'),
          ...(cgroup === undefined ? {} : { cgroup }),
        },
        () => void (started === undefined ? undefined : this.#commandEnded(started)),
      );
    } catch (error) {
      if (cgroup !== undefined) await killCell({ cell, pid: 0, startTime: '', boot: '', wrapped: false, cgroup });
      await this.#finish({ state: 'failed', reason: `could not be started: ${(error as Error).message}` });
    } finally {
      this.#starting = false;
    }
    if (this.#verdict !== undefined && this.#record !== undefined) await this.#end(this.#verdict);
  }

  #wrapperAllowance(): TaskSpec['limits'] {
    const { processes } = this.spec.limits;
    return { ...this.spec.limits, ...(processes === undefined ? {} : { processes: processes + WRAPPERS }) };
  }

  #commandEnded(record: CellRecord): Promise<void> {
    if (record !== this.#record) return this.#ending ?? Promise.resolve();
    this.#ending ??= this.#settleCommand(record).finally(() => {
      this.#ending = undefined;
    });
    return this.#ending;
  }

  async #settleCommand(record: CellRecord): Promise<void> {
    const code = readExitCode(this.#path('status'));
    const memory = this.#memoryReason(record);
    await this.#kill(record);
    this.collectLogs(performance.now(), true);
    rmSync(this.#path('record.json'), { force: true });
    this.#record = undefined;
    if (this.#verdict !== undefined) return this.#finish(this.#verdict);
    if (memory !== undefined) return this.#finish({ state: 'failed', reason: memory });
    if (code === undefined) return this.#finish({ state: 'lost', reason: 'the command vanished without an exit code: it was killed from outside, or the machine was restarted' });
    if (code !== 0) return this.#finish({ state: 'failed', exitCode: code, reason: `${this.spec.commands[this.#progress.command]?.[0] ?? ''}: ${exitReason(code)}` });
    this.#progress.command += 1;
    this.#save();
    if (this.#progress.command >= this.spec.commands.length) return this.#finish({ state: 'succeeded', exitCode: 0 });
    // Not awaited: this settles one command, the next one settles itself.
    setImmediate(() => void this.#startCommand());
    return undefined;
  }

  #memoryReason(record: CellRecord): string | undefined {
    const limit = this.spec.limits.memoryBytes;
    if (limit === undefined || record.cgroup === undefined || outOfMemoryKills(record.cgroup) === 0) return undefined;
    return `memory limit ${mebibytes(limit)} exceeded: used ${mebibytes(Math.max(limit, peakMemory(record.cgroup) ?? 0))}`;
  }

  async #kill(record: CellRecord): Promise<void> {
    const own = this.user !== undefined && !this.#context.sharesUser() ? { ownUser: this.user } : {};
    if (!(await killCell({ ...record, ...own }))) this.#note('some processes could not be killed');
  }

  async #finish(result: Omit<NonNullable<Progress['finished']>, 'finishedAt'>): Promise<void> {
    if (this.finished) return;
    this.#note(result.reason === undefined ? result.state : `${result.state}: ${result.reason}`);
    this.#progress.finished = { ...result, finishedAt: new Date().toISOString() };
    this.#save();
    this.#journal.close();
    await removeFolder(this.#shared);
    this.#context.changed();
  }

  async #end(verdict: Verdict): Promise<void> {
    this.#verdict ??= verdict;
    const record = this.#record;
    if (record === undefined) {
      if (!this.#starting) await this.#finish(this.#verdict);
      return;
    }
    await this.#kill(record);
    await this.#commandEnded(record);
  }

  /** Kills everything it started; a finished task stays as it is. */
  async cancel(): Promise<void> {
    if (!this.finished) await this.#end({ state: 'cancelled', reason: 'cancelled' });
  }

  /** Looks whether the command still runs within its time. */
  watch(now: number): void {
    const record = this.#record;
    if (record === undefined || this.finished) return;
    if (now >= this.#deadline && this.#verdict === undefined) void this.#end({ state: 'timed-out', reason: `took longer than ${this.spec.timeoutSeconds} s` });
    else if (!cellAlive(record)) void this.#commandEnded(record);
  }

  /** Compares it with its limits; called every 250 ms while it runs. */
  measure(rows: readonly ProcessRow[]): void {
    const record = this.#record;
    if (record === undefined || this.finished || this.#verdict !== undefined) return;
    const { memoryBytes, processes, diskBytes } = this.spec.limits;
    if (diskBytes !== undefined && !this.#measuringDisk) void this.#measureDisk(diskBytes);
    const byUser = record.cgroup === undefined && this.user !== undefined && !this.#context.sharesUser();
    const members = byUser ? allCellMembers({ ...record, ownUser: this.user ?? 0 }) : cellMembers(record, rows);
    const used = members.reduce((sum, row) => sum + row.residentBytes, 0);
    if (record.cgroup === undefined && memoryBytes !== undefined && used > memoryBytes) void this.#end({ state: 'failed', reason: `memory limit ${mebibytes(memoryBytes)} exceeded: used ${mebibytes(used)}` });
    else if (processes !== undefined && members.length > processes + WRAPPERS) void this.#end({ state: 'failed', reason: `process limit ${processes} exceeded: ${members.length - WRAPPERS} processes or more` });
  }

  async #measureDisk(limit: number): Promise<void> {
    this.#measuringDisk = true;
    const began = performance.now();
    const used = await diskUsage([this.spec.workingDirectory, this.#shared], limit);
    if (used > limit) void this.#end({ state: 'failed', reason: `disk limit ${mebibytes(limit)} exceeded: used ${mebibytes(used)} or more` });
    // A large folder is looked at less often: at most a fifth of the time is spent on looking.
    setTimeout(() => { this.#measuringDisk = false; }, (performance.now() - began) * 4).unref();
  }

  collectLogs(now: number, final = false): boolean {
    return this.#log.collect(now, final);
  }

  observe(): TaskObservation {
    const { startedAt, isolation, limitsBy, finished } = this.#progress;
    const logTail = readTail(taskJournal(this.#context.folder, this.spec.id), 20).lines.map((line) => line.text);
    return { id: this.spec.id, startedAt, isolation, limitsBy, logTail, state: 'running', ...finished };
  }

  /** Ends it without a word to anyone and deletes all of it. */
  async forget(): Promise<void> {
    await this.cancel();
    this.#journal.close();
    for (const folder of [this.#folder, this.#shared]) await removeFolder(folder);
  }
}
