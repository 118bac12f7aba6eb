/**
 * One container of one replica: started, watched, probed, stopped; and found again by the next supervisor.
 *
 * Time here is monotonic (`performance.now`), so a clock that jumps neither restarts nor stalls anything;
 * wall time is only written down for people.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerSpec, Probe } from '../../ports/runtime.ts';
import { MARKER, type CellRecord, cellAlive, cellMembers, killCell, readExitCode, startCell, terminateCell, writeRecord } from './cell.ts';
import { type Cgroups, THREADS_PER_PROCESS, createCgroup, outOfMemoryKills, peakMemory } from './cgroup.ts';
import { type ContainerView, HEALTHY_AGAIN_MS, restartDelay } from './container-plan.ts';
import { type Habitat, type Surroundings, prepareHabitat } from './habitat.ts';
import { ProgramLog } from './log-collector.ts';
import type { LogJournal } from './log-journal.ts';
import { type ProbeResult, probeCommand, probeHttp, probePort } from './probe.ts';
import type { ProcessRow } from './process-table.ts';
import { exitReason, shimCommand } from './shim.ts';
import { workloadLimits } from './workload-limits.ts';

const STARTUP_PROBE_MS = 50;
/** A ready program without a probe is only looked at now and then: its death is noticed anyway. */
const PORT_CHECK_MS = 5_000;
/** The end of an own child is reported by the kernel; that of an adopted program has to be looked for. */
const ADOPTED_LOOK_MS = 200;
const OWN_LOOK_MS = 2_000;
/** A program that never gets ready is not killed by its liveness probe before this time. */
const LIVENESS_GRACE_MS = 30_000;

export interface ContainerContext {
  replica: string;
  /** The supervisor's own folder for this container. */
  privateFolder: string;
  /** The program's folder. */
  sharedFolder: string;
  ports: Record<string, number>;
  /** Number that the workload's description uses -> number of this replica; probes mean the former. */
  declaredPorts: ReadonlyMap<number, number>;
  /** Whether, without a probe, the replica's ports tell that this container is ready. */
  answersPorts: boolean;
  environment: Record<string, string>;
  user: number | undefined;
  drainSeconds: number;
  runsOnce: boolean;
  surroundings: Surroundings;
  cgroups: Cgroups | undefined;
  journal: LogJournal;
  changed: () => void;
}

export interface LastExit {
  reason: string;
  at: string;
  logTail: string[];
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MiB`;
}

export class ContainerRun implements ContainerView {
  readonly spec: ContainerSpec;
  readonly #context: ContainerContext;
  readonly #log: ProgramLog;
  readonly #limits: ReturnType<typeof workloadLimits>;
  phase: ContainerView['phase'] = 'idle';
  ready = false;
  wasReady = false;
  notBefore = 0;
  failing = false;
  restarts = 0;
  lastExit: LastExit | undefined;
  startedAt: string | undefined;
  cpuSeconds = 0;
  memoryBytes = 0;
  pids: number[] = [];
  #record: CellRecord | undefined;
  #habitat: Habitat | undefined;
  #cpuBefore = 0;
  #failures = 0;
  #startedAt = 0;
  #readySince = 0;
  #readinessFailures = 0;
  #livenessFailures = 0;
  #nextReadiness = 0;
  #nextLiveness = 0;
  #nextLook = 0;
  #adopted = false;
  #probing = { readiness: false, liveness: false };
  /** Why the supervisor itself ended it; wins over what the exit code says. */
  #verdict: string | undefined;
  #ending: Promise<void> | undefined;
  /** On the monotonic clock: a stop that takes longer ends with a kill. */
  #latestStop = Infinity;

  constructor(spec: ContainerSpec, context: ContainerContext) {
    this.spec = spec;
    this.#limits = workloadLimits(spec.limits);
    this.#context = context;
    this.#log = new ProgramLog(context.privateFolder, { container: spec.name, replica: context.replica }, context.journal);
  }

  get name(): string {
    return this.spec.name;
  }

  #path(name: string): string {
    return join(this.#context.privateFolder, name);
  }

  #readJson<T>(name: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.#path(name), 'utf8')) as T;
    } catch {
      return undefined;
    }
  }

  note(text: string): void {
    this.#context.journal.append([{ at: new Date().toISOString(), stream: 'system', container: this.name, replica: this.#context.replica, text }]);
  }

  /** Takes over what an earlier supervisor left: the living program, or the news of its end. */
  async adopt(): Promise<void> {
    const history = this.#readJson<{ restarts: number; completed: boolean; cpuSeconds: number; startedAt?: string; lastExit?: LastExit }>('history.json');
    this.restarts = history?.restarts ?? 0;
    this.lastExit = history?.lastExit;
    this.#cpuBefore = history?.cpuSeconds ?? 0;
    if (history?.completed === true) this.phase = 'completed';
    const record = this.#readJson<CellRecord>('record.json');
    if (record === undefined) return;
    this.#record = record;
    this.startedAt = history?.startedAt;
    this.#startedAt = performance.now();
    this.phase = 'running';
    this.#adopted = true;
    if (!cellAlive(record)) {
      await this.#ended(record);
      return;
    }
    this.note('roadbed: adopted after a restart of the supervisor');
    await this.#checkReadiness();
  }

  #prepare(): Promise<Habitat> {
    const { sharedFolder, user, surroundings, environment } = this.#context;
    return prepareHabitat({ ...this.spec, environment: { ...this.spec.environment, ...environment } }, sharedFolder, user, surroundings);
  }

  #saveHistory(): void {
    const { restarts, startedAt, lastExit } = this;
    writeRecord(this.#path('history.json'), { restarts, completed: this.phase === 'completed', cpuSeconds: this.#cpuBefore, startedAt, lastExit });
  }

  /** Starts the program; a refusal of the operating system counts as an end and is tried again later. */
  async start(): Promise<void> {
    this.phase = 'running';
    this.ready = this.wasReady = false;
    this.#verdict = undefined;
    this.#adopted = false;
    this.#readinessFailures = this.#livenessFailures = 0;
    this.#startedAt = this.#nextReadiness = this.#nextLiveness = performance.now();
    this.startedAt = new Date().toISOString();
    const cell = randomUUID();
    const context = this.#context;
    const cgroup = context.cgroups === undefined ? undefined : createCgroup(context.cgroups, cell, this.#limits);
    try {
      const habitat = await this.#prepare();
      this.#habitat = habitat;
      writeRecord(this.#path('history.json'), { restarts: this.restarts, completed: false, cpuSeconds: this.#cpuBefore, startedAt: this.startedAt, lastExit: this.lastExit });
      let started: CellRecord | undefined;
      started = this.#record = await startCell(
        {
          cell,
          command: shimCommand(habitat.wrap(this.spec.command), habitat.user === undefined ? {} : { userProcesses: this.#limits.processes * THREADS_PER_PROCESS }),
          workingDirectory: habitat.workingDirectory,
          environment: habitat.environment,
          ...(habitat.user === undefined ? {} : { user: habitat.user }),
          userIsOwn: false,
          wrapped: habitat.wrapped,
          outputPath: this.#path('out'),
          errorPath: this.#path('err'),
          statusPath: this.#path('status'),
          recordPath: this.#path('record.json'),
          ...(cgroup === undefined ? {} : { cgroup }),
        },
        () => void this.#ended(started),
      );
    } catch (error) {
      if (cgroup !== undefined) await killCell({ cell, pid: 0, startTime: '', boot: '', wrapped: false, cgroup });
      this.#verdict = `could not be started: ${(error as Error).message}`;
      await this.#ended(undefined);
    }
    context.changed();
  }

  /** The program has ended, or was never started: clean up after it and decide when to start it again. */
  #ended(record: CellRecord | undefined): Promise<void> {
    // News of a cell that has been dealt with already.
    if (record !== this.#record) return this.#ending ?? Promise.resolve();
    this.#ending ??= this.#settleEnd().finally(() => {
      this.#ending = undefined;
    });
    return this.#ending;
  }

  async #settleEnd(): Promise<void> {
    const record = this.#record;
    const stopped = this.phase === 'stopping';
    const code = readExitCode(this.#path('status'));
    const reason = this.#verdict ?? this.#memoryReason() ?? (code === undefined ? 'ended without an exit code (killed from outside, or the machine was restarted)' : exitReason(code));
    if (record !== undefined && !(await killCell(record))) this.note('roadbed: some processes could not be killed');
    this.collectLogs(performance.now(), true);
    rmSync(this.#path('record.json'), { force: true });
    this.#record = undefined;
    this.#cpuBefore = this.cpuSeconds;
    this.memoryBytes = 0;
    this.pids = [];
    this.ready = false;
    if (this.#context.runsOnce && code === 0 && this.#verdict === undefined) this.phase = 'completed';
    else {
      this.phase = 'idle';
      if (!stopped) this.#countFailure(reason);
    }
    this.#saveHistory();
    this.#context.changed();
  }

  #countFailure(reason: string): void {
    if (this.#readySince > 0 && performance.now() - this.#readySince > HEALTHY_AGAIN_MS) this.#failures = 0;
    this.#readySince = 0;
    this.#failures += 1;
    this.failing = true;
    this.restarts += 1;
    this.notBefore = performance.now() + restartDelay(this.#failures);
    this.lastExit = { reason, at: new Date().toISOString(), logTail: [...this.#log.recent] };
    this.note(`roadbed: ended: ${reason}; starts again in ${restartDelay(this.#failures) / 1000} s`);
  }

  /** Tells in words when the kernel or the watchdog ended it for its memory. */
  #memoryReason(): string | undefined {
    const { cgroup } = this.#record ?? {};
    const limit = this.#limits.memoryBytes;
    if (cgroup === undefined || outOfMemoryKills(cgroup) === 0) return undefined;
    return `memory limit ${mebibytes(limit)} exceeded: used ${mebibytes(Math.max(limit, peakMemory(cgroup) ?? 0))}`;
  }

  /** Stops it: asks, waits for the drain time, kills. Leaves nothing. Resolves when it is gone. */
  async stop(): Promise<void> {
    const record = this.#record;
    if (record === undefined) {
      if (this.phase === 'running') this.phase = 'idle';
      return;
    }
    this.phase = 'stopping';
    this.ready = false;
    this.#context.changed();
    await this.#drainAndKill(record);
    await this.#ended(record);
  }

  /** Bounds every stop, also one that is under way: everything is about to end. */
  hurry(graceSeconds: number): void {
    this.#latestStop = performance.now() + graceSeconds * 1_000;
  }

  async #drainAndKill(record: CellRecord): Promise<void> {
    terminateCell(record);
    const asked = performance.now();
    const patience = (): number => Math.min(this.#context.drainSeconds * 1_000, this.#latestStop - asked);
    while (performance.now() - asked < patience() && cellAlive(record)) await sleep(25);
    if (cellAlive(record)) {
      this.note(`roadbed: did not stop in ${Math.max(0, Math.round(patience() / 100) / 10)} s, killed`);
      await killCell(record);
    }
  }

  /** Ends it with a reason; it is started again after its delay. */
  async #restart(reason: string, gently: boolean): Promise<void> {
    const record = this.#record;
    if (record === undefined || this.#verdict !== undefined || this.phase !== 'running') return;
    this.#verdict = reason;
    this.ready = false;
    if (gently) await this.#drainAndKill(record);
    else await killCell(record);
    await this.#ended(record);
  }

  /** Looks whether it still lives, and probes when due. Called often; does little. */
  watch(now: number): void {
    const record = this.#record;
    if (record === undefined || this.phase !== 'running') return;
    if (now >= this.#nextLook) {
      this.#nextLook = now + (this.#adopted ? ADOPTED_LOOK_MS : OWN_LOOK_MS);
      if (!cellAlive(record)) {
        void this.#ended(record);
        return;
      }
      if (record.cgroup !== undefined && outOfMemoryKills(record.cgroup) > 0) void this.#restart(this.#memoryReason() ?? 'killed for want of memory', false);
    }
    if (!this.#probing.readiness && now >= this.#nextReadiness) void this.#checkReadiness();
    const graced = this.wasReady || now - this.#startedAt > LIVENESS_GRACE_MS;
    if (this.spec.liveness !== undefined && graced && !this.#probing.liveness && now >= this.#nextLiveness) void this.#checkLiveness(this.spec.liveness);
  }

  /** Takes over what the process table says of it; kills it above its limits where no cgroup does. */
  measure(rows: readonly ProcessRow[]): void {
    const record = this.#record;
    if (record === undefined) return;
    const members = cellMembers(record, rows);
    this.pids = members.map((row) => row.pid);
    this.memoryBytes = members.reduce((sum, row) => sum + row.residentBytes, 0);
    this.cpuSeconds = Math.max(this.cpuSeconds, this.#cpuBefore + members.reduce((sum, row) => sum + row.cpuSeconds, 0));
    const { memoryBytes, processes } = this.#limits;
    if (record.cgroup === undefined && this.memoryBytes > memoryBytes) void this.#restart(`memory limit ${mebibytes(memoryBytes)} exceeded: used ${mebibytes(this.memoryBytes)}`, false);
    else if (members.length > processes) void this.#restart(`process limit ${processes} exceeded: ${members.length} processes`, false);
  }

  /** Whether its limits are watched by frequent sampling: those that somebody asked for, and all while it is starting. */
  get needsWatchdog(): boolean {
    const { memoryBytes, processes } = this.spec.limits;
    return this.#record !== undefined && (!this.ready || processes !== undefined || (memoryBytes !== undefined && this.#record.cgroup === undefined));
  }

  /** Moves new output to the journal; true when a stream floods and wants to be looked at soon again. */
  collectLogs(now: number, final = false): boolean {
    return this.#log.collect(now, final);
  }

  async #checkReadiness(): Promise<void> {
    const probe = this.spec.readiness;
    const record = this.#record;
    this.#probing.readiness = true;
    const failure = probe === undefined ? await this.#portsAnswer() : await this.#probe(probe);
    this.#probing.readiness = false;
    const interval = probe?.intervalMs ?? (this.ready ? PORT_CHECK_MS : 1_000);
    this.#nextReadiness = performance.now() + (this.wasReady ? interval : Math.min(interval, STARTUP_PROBE_MS + (performance.now() - this.#startedAt) / 20));
    if (this.#record !== record || this.phase !== 'running') return;
    if (failure === undefined) this.#becameReady();
    else {
      this.#readinessFailures += 1;
      if (this.ready && this.#readinessFailures >= (probe?.failureThreshold ?? 3)) {
        this.ready = false;
        this.note(`roadbed: not ready any more: ${failure}`);
        this.#context.changed();
      }
    }
  }

  #becameReady(): void {
    this.#readinessFailures = 0;
    if (this.#readySince > 0 && performance.now() - this.#readySince > HEALTHY_AGAIN_MS) this.#failures = 0;
    if (this.ready) return;
    this.ready = this.wasReady = true;
    this.failing = false;
    this.#readySince = performance.now();
    this.#context.changed();
  }

  /** Without a probe a program is ready when each of the replica's ports accepts a connection. */
  async #portsAnswer(): Promise<ProbeResult> {
    if (!this.#context.answersPorts) return undefined;
    const results = await Promise.all(Object.values(this.#context.ports).map((port) => probePort(port, 1_000)));
    return results.find((result) => result !== undefined);
  }

  async #checkLiveness(probe: Probe): Promise<void> {
    const record = this.#record;
    this.#probing.liveness = true;
    const failure = await this.#probe(probe);
    this.#probing.liveness = false;
    this.#nextLiveness = performance.now() + probe.intervalMs;
    if (this.#record !== record) return;
    this.#livenessFailures = failure === undefined ? 0 : this.#livenessFailures + 1;
    if (failure !== undefined && this.#livenessFailures >= probe.failureThreshold) await this.#restart(`liveness failed ${this.#livenessFailures} times: ${failure}`, true);
  }

  #probe(probe: Probe): Promise<ProbeResult> {
    if (probe.kind === 'exec') return this.#probeCommand(probe);
    const [first] = Object.values(this.#context.ports);
    const port = (probe.port === undefined ? undefined : this.#context.declaredPorts.get(probe.port)) ?? first ?? probe.port;
    return port === undefined ? Promise.resolve('the probe names no port and the workload has none') : probeHttp(probe, port);
  }

  async #probeCommand(probe: Probe): Promise<ProbeResult> {
    const record = this.#record;
    // After an adoption the place is known only from here on.
    const habitat = (this.#habitat ??= await this.#prepare());
    if (record === undefined || probe.command === undefined || probe.command.length === 0) return 'the probe names no command';
    const environment = { ...habitat.environment, [MARKER]: record.cell };
    return probeCommand(habitat.wrap(probe.command), { workingDirectory: habitat.workingDirectory, environment, timeoutMs: probe.timeoutMs, ...(habitat.user === undefined ? {} : { user: habitat.user }) });
  }
}
