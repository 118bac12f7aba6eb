/**
 * Keeps running what should run. Level-triggered: the wish is on disk, and each beat compares it with what is.
 *
 * The beat is short while something is about to happen and long when all is settled; logs, samples and limits
 * have their own pace. All work of a beat is small and synchronous, everything slow is started and not
 * awaited, so one bad program never holds up the others.
 */
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { LogLine, LogQuery, RevisionObservation, RevisionSpec, Runtime, TaskObservation, TaskSpec } from '../../ports/runtime.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import { type Cgroups, detectCgroups, sweepCgroups } from './cgroup.ts';
import { DesiredStateFile } from './desired-state.ts';
import type { Surroundings } from './habitat.ts';
import { detectIsolation, type Isolation } from './isolation.ts';
import { readAfter, readTail } from './log-journal.ts';
import { DEFAULT_RANGE, findFreePort, portIsFree, type PortRange } from './port-allocator.ts';
import { livingUsers, readProcesses } from './process-table.ts';
import type { ShutdownRequest } from './protocol.ts';
import { Revision, revisionJournal } from './revision.ts';
import { checkId, checkRevision, checkTask } from './revision-check.ts';
import { TaskRun, taskJournal } from './task-run.ts';
import { prepareToolchain } from './toolchain.ts';
import { taskUser, userOffset, workloadUser } from './users.ts';

const BUSY_BEAT_MS = 25;
const SETTLED_BEAT_MS = 250;
const LOG_MS = 250;
const FLOOD_MS = 30;
const WATCHDOG_MS = 250;
const SAMPLE_MS = 1_000;

export interface SupervisorOptions {
  /** Private: state, socket, logs. */
  folder: string;
  /** Every user may pass through it: homes, private copies, tools. */
  sharedDir: string;
  node: string;
  /** Folders of the platform that no confined program may see. */
  hidden: string[];
  ports?: PortRange;
  keyFile?: string;
  /** Leave out better kinds, for tests and operators. */
  isolation?: Isolation['kind'][];
  /** `false`: do as if no control group were writable. */
  cgroups?: boolean;
  log: (message: string, fields?: Record<string, unknown>) => void;
}

export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #desired: DesiredStateFile;
  readonly #surroundings: Surroundings;
  readonly #cgroups: Cgroups | undefined;
  readonly #revisions = new Map<string, Revision>();
  readonly #tasks = new Map<string, TaskRun>();
  readonly #listeners = new Set<(revision: string) => void>();
  readonly #reserved = new Set<number>();
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #logsAt = 0;
  #watchdogAt = 0;
  #sampleAt = 0;
  #beatPending = false;

  private constructor(options: SupervisorOptions, desired: DesiredStateFile, surroundings: Surroundings, cgroups: Cgroups | undefined) {
    this.#options = options;
    this.#desired = desired;
    this.#surroundings = surroundings;
    this.#cgroups = cgroups;
  }

  /** Reads the wish, finds what still runs of it, and begins. Throws ROADBED-1313 when the state is damaged. */
  static async start(options: SupervisorOptions): Promise<Supervisor> {
    mkdirSync(options.folder, { recursive: true, mode: 0o700 });
    mkdirSync(options.sharedDir, { recursive: true, mode: 0o711 });
    for (const name of ['replicas', 'tasks']) {
      mkdirSync(join(options.sharedDir, name), { recursive: true, mode: 0o711 });
      chmodSync(join(options.sharedDir, name), 0o711);
    }
    const asRoot = process.getuid?.() === 0;
    const [desired, isolation, tools] = await Promise.all([
      DesiredStateFile.open(options.folder, options.keyFile),
      detectIsolation(options.isolation),
      prepareToolchain(options.sharedDir, options.node, asRoot),
    ]);
    const surroundings = { isolation, toolFolder: tools.folder, toolMounts: tools.mounts, hidden: [options.folder, ...options.hidden] };
    const supervisor = new Supervisor(options, desired, surroundings, options.cgroups === false ? undefined : detectCgroups(createHash('sha256').update(options.folder).digest('hex').slice(0, 12)));
    await supervisor.#adopt();
    supervisor.#beat();
    return supervisor;
  }

  async #adopt(): Promise<void> {
    const { revisions, tasks } = this.#desired.state;
    for (const desired of Object.values(revisions)) this.#revisions.set(desired.spec.id, this.#newRevision(desired.spec.id));
    for (const { spec, startedAt } of Object.values(tasks)) this.#tasks.set(spec.id, this.#newTask(spec, startedAt));
    await Promise.all([...this.#revisions.values()].map((revision) => revision.adopt()));
    for (const [id, task] of this.#tasks) {
      await task.run();
      if (this.#desired.state.tasks[id]?.cancelled === true) void task.cancel();
    }
    await this.#removeStrays();
    if (this.#cgroups !== undefined) sweepCgroups(this.#cgroups);
    this.#options.log('adopted', { revisions: this.#revisions.size, tasks: this.#tasks.size });
  }

  /** Folders of revisions and tasks that nobody wishes any more: left by a crash during removal. */
  async #removeStrays(): Promise<void> {
    const { folder, sharedDir } = this.#options;
    const places = [[join(folder, 'revisions'), this.#revisions], [join(folder, 'tasks'), this.#tasks], [join(sharedDir, 'replicas'), this.#revisions], [join(sharedDir, 'tasks'), this.#tasks]] as const;
    for (const [place, known] of places) {
      mkdirSync(place, { recursive: true });
      for (const name of readdirSync(place)) if (!known.has(name)) await removeFolder(join(place, name));
    }
  }

  #newRevision(id: string): Revision {
    const { folder, sharedDir } = this.#options;
    const desired = this.#desired.state.revisions[id];
    if (desired === undefined) throw new Error(`no wish for ${id}`);
    const owner = `${desired.spec.service}.${desired.spec.environment}`;
    return new Revision(desired, {
      folder,
      sharedDir,
      user: process.getuid?.() === 0 ? this.#desired.state.users[owner] : undefined,
      surroundings: this.#surroundings,
      cgroups: this.#cgroups,
      changed: () => this.#announce(id),
      allocatePort: () => this.#allocatePort(),
      portIsFree,
      save: () => this.#desired.save(),
    });
  }

  #newTask(spec: TaskSpec, startedAt: string): TaskRun {
    const { folder, sharedDir } = this.#options;
    const running = [...this.#tasks.values()].filter((task) => !task.finished && task.user !== undefined);
    const users = running.map((task) => ({ user: task.user ?? 0, folders: task.folders }));
    const user = process.getuid?.() === 0 ? taskUser(users, [spec.workingDirectory, ...spec.writable], userOffset(folder), livingUsers()) : undefined;
    const task: TaskRun = new TaskRun(spec, startedAt, {
      folder,
      sharedDir,
      surroundings: this.#surroundings,
      cgroups: this.#cgroups,
      user,
      sharesUser: () => [...this.#tasks.values()].some((other) => other !== task && !other.finished && other.user === task.user),
      changed: () => this.#announce(spec.id),
    });
    return task;
  }

  async #allocatePort(): Promise<number | undefined> {
    const taken = new Set([...this.#reserved, ...[...this.#revisions.values()].flatMap((revision) => revision.ports)]);
    const port = await findFreePort(this.#options.ports ?? DEFAULT_RANGE, taken);
    if (port === undefined) return undefined;
    if (this.#reserved.has(port)) return this.#allocatePort();
    // Held until the replica's record names it.
    this.#reserved.add(port);
    setTimeout(() => this.#reserved.delete(port), 10_000).unref();
    return port;
  }

  #announce(id: string): void {
    this.#changed.add(id);
    this.#wake();
  }

  #wake(): void {
    if (this.#stopped || this.#beatPending) return;
    this.#beatPending = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#beat(), 1);
  }

  #beat(): void {
    if (this.#stopped) return;
    this.#beatPending = false;
    const now = performance.now();
    for (const revision of this.#revisions.values()) revision.step(now);
    for (const task of this.#tasks.values()) task.watch(now);
    const floods = this.#collectLogs(now);
    this.#measure(now);
    for (const revision of this.#revisions.values()) if (revision.gone) void this.#forgetRevision(revision);
    this.#publish();
    const settled = [...this.#revisions.values()].every((revision) => revision.settled);
    if (!this.#beatPending) this.#timer = setTimeout(() => this.#beat(), floods ? FLOOD_MS : settled ? SETTLED_BEAT_MS : BUSY_BEAT_MS);
  }

  #publish(): void {
    for (const id of this.#changed) for (const listener of this.#listeners) listener(id);
    this.#changed.clear();
  }

  #collectLogs(now: number): boolean {
    if (now < this.#logsAt) return false;
    const revisions = [...this.#revisions.values()].map((revision) => revision.collectLogs(now));
    const tasks = [...this.#tasks.values()].filter((task) => !task.finished).map((task) => task.collectLogs(now));
    const floods = [...revisions, ...tasks].some(Boolean);
    this.#logsAt = now + (floods ? FLOOD_MS : LOG_MS) - 5;
    return floods;
  }

  #measure(now: number): void {
    const tasks = [...this.#tasks.values()].filter((task) => !task.finished);
    const watched = tasks.length > 0 || [...this.#revisions.values()].some((revision) => revision.replicas.some((replica) => replica.needsWatchdog));
    const sample = now >= this.#sampleAt && this.#revisions.size > 0;
    if (!sample && !(watched && now >= this.#watchdogAt)) return;
    this.#watchdogAt = now + WATCHDOG_MS - 5;
    if (sample) this.#sampleAt = now + SAMPLE_MS - 5;
    const rows = readProcesses();
    for (const task of tasks) task.measure(rows);
    for (const revision of this.#revisions.values()) revision.measure(rows);
  }

  async #forgetRevision(revision: Revision): Promise<void> {
    this.#revisions.delete(revision.id);
    delete this.#desired.state.revisions[revision.id];
    this.#announce(revision.id);
    await revision.remove();
    await this.#desired.save();
  }

  async apply(spec: RevisionSpec): Promise<void> {
    checkRevision(spec, this.#surroundings.isolation.bubblewrap !== undefined);
    const { state } = this.#desired;
    const owner = `${spec.service}.${spec.environment}`;
    const user = workloadUser(state.users, owner, userOffset(this.#options.folder));
    if (user !== undefined) state.users[owner] = user;
    const present = this.#revisions.get(spec.id);
    if (present === undefined) {
      state.revisions[spec.id] = { spec, removing: false, ports: {} };
      this.#revisions.set(spec.id, this.#newRevision(spec.id));
    } else present.change(spec);
    await this.#desired.save();
    this.#wake();
  }

  async remove(id: string): Promise<void> {
    const desired = this.#desired.state.revisions[id];
    if (desired === undefined) return;
    desired.removing = true;
    await this.#desired.save();
    this.#wake();
  }

  observe(): RevisionObservation[] {
    return [...this.#revisions.values()].map((revision) => revision.observe());
  }

  onChange(listener: (revision: string) => void): { stop(): void } {
    this.#listeners.add(listener);
    return { stop: () => void this.#listeners.delete(listener) };
  }

  async startTask(spec: TaskSpec): Promise<void> {
    checkTask(spec);
    const present = this.#tasks.get(spec.id);
    if (present !== undefined) {
      if (JSON.stringify(present.spec) === JSON.stringify(spec)) return;
      throw new PlatformError({ code: 'ROADBED-1311', class: 'already-exists', message: `A task ${spec.id} exists already and does something else.`, next: 'Forget the old one or use another id.' });
    }
    const { isolation } = this.#surroundings;
    if (spec.isolation === 'required' && isolation.kind === 'none') {
      throw new PlatformError({ code: 'ROADBED-1304', class: 'refused', message: 'This step comes from a repository that is not trusted, and nothing here can confine it.', why: isolation.explanation, next: 'Install bubblewrap (bwrap), start Roadbed as root, or let an admin mark the repository as trusted.' });
    }
    const startedAt = new Date().toISOString();
    const task = this.#newTask(spec, startedAt);
    this.#tasks.set(spec.id, task);
    this.#desired.state.tasks[spec.id] = { spec, startedAt, cancelled: false };
    await this.#desired.save();
    void task.run().catch((error: unknown) => this.#options.log('task failed to run', { task: spec.id, error: String(error) }));
    this.#wake();
  }

  observeTask(id: string): TaskObservation | undefined {
    return this.#tasks.get(id)?.observe();
  }

  async cancelTask(id: string): Promise<void> {
    const desired = this.#desired.state.tasks[id];
    if (desired === undefined) return;
    desired.cancelled = true;
    await this.#desired.save();
    await this.#tasks.get(id)?.cancel();
  }

  async forgetTask(id: string): Promise<void> {
    const task = this.#tasks.get(id);
    if (task === undefined) return;
    await task.forget();
    this.#tasks.delete(id);
    delete this.#desired.state.tasks[id];
    await this.#desired.save();
  }

  logs(query: LogQuery): { lines: LogLine[]; next: string } {
    checkId(query.id, 'id');
    const { folder } = this.#options;
    const known = this.#revisions.has(query.id) ? revisionJournal(folder, query.id) : this.#tasks.has(query.id) ? taskJournal(folder, query.id) : undefined;
    if (known === undefined) throw new PlatformError({ code: 'ROADBED-1310', class: 'not-found', message: `The process runtime knows no revision or task ${query.id}.` });
    this.#logsAt = 0;
    this.#collectLogs(performance.now());
    return query.after === undefined ? readTail(known, Math.min(10_000, query.tail ?? 200)) : readAfter(known, query.after);
  }

  capabilities(): Awaited<ReturnType<Runtime['capabilities']>> {
    const { kind, explanation } = this.#surroundings.isolation;
    const limits = this.#cgroups === undefined ? 'limits are watched every 250 ms, as no control group is writable' : `limits are enforced by control groups (version ${this.#cgroups.version})`;
    return { isolation: kind, limitsBy: this.#cgroups === undefined ? 'watchdog' : 'cgroup', explanation: `${explanation}; ${limits}` };
  }

  /** Ends this supervisor; what happens to the programs is said by `workloads`. */
  async shutdown({ workloads, graceSeconds }: ShutdownRequest): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    if (workloads !== 'keep') {
      await Promise.all([...this.#revisions.values()].map((revision) => revision.stopAll(graceSeconds)));
      await Promise.all([...this.#tasks.values()].map((task) => (workloads === 'purge' ? task.forget() : task.cancel())));
    }
    for (const revision of this.#revisions.values()) await (workloads === 'purge' ? revision.remove() : revision.close());
    if (this.#cgroups !== undefined) sweepCgroups(this.#cgroups);
    if (workloads !== 'purge') return;
    for (const name of ['replicas', 'tasks', 'tools']) await removeFolder(join(this.#options.sharedDir, name));
  }
}
