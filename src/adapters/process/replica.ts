/**
 * One replica of a revision: its ports and its containers, started in order and kept running.
 */
import { join } from 'node:path';
import type { ReplicaObservation, RevisionSpec } from '../../ports/runtime.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import type { Cgroups } from './cgroup.ts';
import { containersToStart, replicaState, runsOnce } from './container-plan.ts';
import { ContainerRun } from './container-run.ts';
import type { Surroundings } from './habitat.ts';
import type { LogJournal } from './log-journal.ts';
import { portEnvironment } from './port-allocator.ts';
import type { ProcessRow } from './process-table.ts';

export interface ReplicaContext {
  /** `<supervisor folder>/revisions/<revision>/<index>`. */
  privateFolder: string;
  /** `<shared folder>/replicas/<revision>/<index>`. */
  sharedFolder: string;
  user: number | undefined;
  surroundings: Surroundings;
  cgroups: Cgroups | undefined;
  journal: LogJournal;
  changed: () => void;
  /** Whether all ports of the replica can be bound; asked before the first program of it starts. */
  portsAreFree: (ports: Record<string, number>) => Promise<boolean>;
}

export class Replica {
  readonly index: number;
  readonly ports: Record<string, number>;
  readonly #spec: RevisionSpec;
  readonly #context: ReplicaContext;
  readonly #runs: ContainerRun[];
  readonly #views: Map<string, ContainerRun>;
  #stopping: Promise<void> | undefined;
  #starting = false;
  #lastState: ReplicaObservation['state'] = 'starting';

  constructor(spec: RevisionSpec, index: number, ports: Record<string, number>, context: ReplicaContext) {
    this.index = index;
    this.ports = ports;
    this.#spec = spec;
    this.#context = context;
    const declared = new Map(spec.ports.flatMap((port) => (port.declared === undefined ? [] : [[port.declared, ports[port.name] ?? 0] as const])));
    const identity = { ROADBED_SERVICE: spec.service, ROADBED_ENVIRONMENT: spec.environment, ROADBED_RELEASE: spec.release, ROADBED_REPLICA: String(index) };
    this.#runs = spec.containers.map(
      (container) =>
        new ContainerRun(container, {
          replica: this.id,
          privateFolder: join(context.privateFolder, container.name),
          sharedFolder: join(context.sharedFolder, container.name),
          ports,
          declaredPorts: declared,
          answersPorts: !spec.containers.some((other) => other.after.some((earlier) => earlier.container === container.name)),
          environment: { ...identity, ...portEnvironment(ports) },
          user: context.user,
          drainSeconds: spec.drainSeconds,
          runsOnce: runsOnce(spec.containers, container.name),
          surroundings: context.surroundings,
          cgroups: context.cgroups,
          journal: context.journal,
          changed: context.changed,
        }),
    );
    this.#views = new Map(this.#runs.map((run) => [run.name, run]));
  }

  get id(): string {
    return `${this.#spec.id}-${this.index}`;
  }

  get state(): ReplicaObservation['state'] {
    return replicaState(this.#runs, this.#stopping !== undefined);
  }

  /** Whether nothing is expected to happen soon, so that it may be looked at seldom. */
  get settled(): boolean {
    return this.state === 'ready';
  }

  get needsWatchdog(): boolean {
    return this.#runs.some((run) => run.needsWatchdog);
  }

  async adopt(): Promise<void> {
    await Promise.all(this.#runs.map((run) => run.adopt()));
  }

  /** Does what is due now: starts, looks, probes. */
  step(now: number): void {
    if (this.#stopping !== undefined) return;
    for (const run of this.#runs) run.watch(now);
    if (!this.#starting) void this.#startDue(now);
    const { state } = this;
    if (state !== this.#lastState) this.#context.changed();
    this.#lastState = state;
  }

  async #startDue(now: number): Promise<void> {
    const due = containersToStart(this.#spec.containers, this.#views, now);
    if (due.length === 0) return;
    this.#starting = true;
    try {
      const untouched = this.#runs.every((run) => run.phase === 'idle' || run.phase === 'completed');
      if (untouched && !(await this.#context.portsAreFree(this.ports))) return;
      for (const name of due) {
        // A stop may have come while an earlier one was starting.
        if (this.#stopping === undefined) await this.#views.get(name)?.start();
      }
    } finally {
      this.#starting = false;
    }
  }

  /** Drains and stops every container, later ones first, and removes the replica's folders. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** Bounds the drain time, also of a stop that is under way. */
  hurry(graceSeconds: number): void {
    for (const run of this.#runs) run.hurry(graceSeconds);
  }

  async #stopAll(): Promise<void> {
    this.#context.changed();
    while (this.#starting) await new Promise((resolve) => setTimeout(resolve, 5));
    await Promise.all(this.#runs.map((run) => run.stop()));
    for (const folder of [this.#context.privateFolder, this.#context.sharedFolder]) await removeFolder(folder);
    this.#context.changed();
  }

  measure(rows: readonly ProcessRow[]): void {
    for (const run of this.#runs) run.measure(rows);
  }

  /** True when a stream floods. */
  collectLogs(now: number): boolean {
    return this.#runs.map((run) => run.collectLogs(now)).some(Boolean);
  }

  observe(): ReplicaObservation {
    const last = this.#runs.map((run) => run.lastExit).filter((exit) => exit !== undefined).sort((a, b) => a.at.localeCompare(b.at)).at(-1);
    const started = this.#runs.map((run) => run.startedAt).filter((at) => at !== undefined).sort()[0];
    const sum = (value: (run: ContainerRun) => number): number => this.#runs.reduce((total, run) => total + value(run), 0);
    return {
      id: this.id,
      index: this.index,
      state: this.state,
      ports: this.ports,
      pids: this.#runs.flatMap((run) => run.pids),
      restarts: sum((run) => run.restarts),
      ...(last === undefined ? {} : { lastExit: last }),
      ...(started === undefined ? {} : { startedAt: started }),
      cpuSeconds: Math.round(sum((run) => run.cpuSeconds) * 100) / 100,
      memoryBytes: sum((run) => run.memoryBytes),
    };
  }
}
