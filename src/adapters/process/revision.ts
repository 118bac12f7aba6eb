/**
 * A revision as the supervisor keeps it: as many replicas as wished, each with ports of its own.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { RevisionObservation, RevisionSpec } from '../../ports/runtime.ts';
import { removeFolder } from '../held-folder/held-folder.ts';
import type { DesiredRevision } from './desired-state.ts';
import { LogJournal } from './log-journal.ts';
import type { ProcessRow } from './process-table.ts';
import { Replica, type ReplicaContext } from './replica.ts';

export interface RevisionContext extends Omit<ReplicaContext, 'privateFolder' | 'sharedFolder' | 'journal' | 'portsAreFree'> {
  folder: string;
  sharedDir: string;
  /** A free port that no replica has; undefined when there is none. */
  allocatePort: () => Promise<number | undefined>;
  portIsFree: (port: number) => Promise<boolean>;
  /** Makes the remembered ports durable. */
  save: () => Promise<void>;
}

/** Folder of a revision's journal. */
export function revisionJournal(folder: string, id: string): string {
  return join(folder, 'revisions', id, 'journal');
}

function sameProgram(left: RevisionSpec, right: RevisionSpec): boolean {
  const essence = (spec: RevisionSpec): string => JSON.stringify([spec.service, spec.environment, spec.release, spec.ports, spec.containers]);
  return essence(left) === essence(right);
}

export class Revision {
  readonly #desired: DesiredRevision;
  readonly #context: RevisionContext;
  readonly #journal: LogJournal;
  readonly #replicas = new Map<number, Replica>();
  readonly #adding = new Set<number>();
  #running: RevisionSpec;

  constructor(desired: DesiredRevision, context: RevisionContext) {
    this.#desired = desired;
    this.#context = context;
    this.#running = desired.spec;
    this.#journal = new LogJournal(revisionJournal(context.folder, desired.spec.id));
  }

  get id(): string {
    return this.#desired.spec.id;
  }

  get replicas(): Replica[] {
    return [...this.#replicas.values()];
  }

  /** Whether it has been removed as wished. */
  get gone(): boolean {
    return this.#desired.removing && this.#replicas.size === 0 && this.#adding.size === 0;
  }

  /** Ports in use or remembered by its replicas. */
  get ports(): number[] {
    return Object.values(this.#desired.ports).flatMap((ports) => Object.values(ports));
  }

  get settled(): boolean {
    const count = this.#desired.removing ? 0 : this.#desired.spec.replicas;
    return this.#adding.size === 0 && this.#replicas.size === count && this.replicas.every((replica) => replica.settled);
  }

  #note(replica: string, text: string): void {
    this.#journal.append([{ at: new Date().toISOString(), stream: 'system', container: '', replica, text }]);
  }

  #create(index: number, ports: Record<string, number>): Replica {
    const { folder, sharedDir, ...rest } = this.#context;
    const parts = [this.id, String(index)];
    const privateFolder = join(folder, 'revisions', ...parts);
    mkdirSync(privateFolder, { recursive: true, mode: 0o700 });
    return new Replica(this.#running, index, ports, {
      ...rest,
      privateFolder,
      sharedFolder: join(sharedDir, 'replicas', ...parts),
      journal: this.#journal,
      portsAreFree: (wanted) => this.#portsAreFree(index, wanted),
    });
  }

  /** Takes over the replicas that an earlier supervisor left. */
  async adopt(): Promise<void> {
    for (const [index, ports] of Object.entries(this.#desired.ports)) this.#replicas.set(Number(index), this.#create(Number(index), ports));
    await Promise.all(this.replicas.map((replica) => replica.adopt()));
  }

  /** A port that a stranger took meanwhile is replaced by another one; a fixed port is waited for. */
  async #portsAreFree(index: number, ports: Record<string, number>): Promise<boolean> {
    const taken: string[] = [];
    for (const [name, port] of Object.entries(ports)) if (!(await this.#context.portIsFree(port))) taken.push(name);
    if (taken.length === 0) return true;
    const fixed = taken.find((name) => this.#running.ports.some((port) => port.name === name && port.fixed !== undefined));
    if (fixed !== undefined) {
      this.#note(`${this.id}-${index}`, `roadbed: waits for port ${ports[fixed]} (${fixed}), which another process holds`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return false;
    }
    const replica = this.#replicas.get(index);
    await replica?.stop();
    this.#replicas.delete(index);
    delete this.#desired.ports[index];
    return false;
  }

  async #add(index: number): Promise<void> {
    this.#adding.add(index);
    try {
      const ports: Record<string, number> = {};
      for (const port of this.#running.ports) {
        const number = port.fixed ?? (await this.#context.allocatePort());
        if (number === undefined) {
          this.#note(`${this.id}-${index}`, 'roadbed: no free port in the range; waits for one');
          await new Promise((resolve) => setTimeout(resolve, 1_000));
          return;
        }
        ports[port.name] = number;
        this.#desired.ports[index] = ports;
      }
      this.#desired.ports[index] = ports;
      await this.#context.save();
      this.#replicas.set(index, this.#create(index, ports));
      this.#context.changed();
    } finally {
      this.#adding.delete(index);
    }
  }

  /** Takes note of a changed wish. A different program means that every replica is replaced. */
  change(spec: RevisionSpec): void {
    const replace = !sameProgram(this.#running, spec);
    this.#desired.spec = spec;
    this.#desired.removing = false;
    this.#running = spec;
    if (replace) for (const replica of this.replicas) void this.#drop(replica);
  }

  async #drop(replica: Replica): Promise<void> {
    await replica.stop();
    if (this.#replicas.get(replica.index) !== replica) return;
    this.#replicas.delete(replica.index);
    delete this.#desired.ports[replica.index];
    await this.#context.save();
    this.#context.changed();
  }

  /** Brings the number of replicas to the wished one (highest index goes first) and lets each do what is due. */
  step(now: number): void {
    const wished = this.#desired.removing ? 0 : this.#desired.spec.replicas;
    for (let index = 0; index < wished; index += 1) if (!this.#replicas.has(index) && !this.#adding.has(index)) void this.#add(index);
    for (const replica of this.replicas.toReversed()) if (replica.index >= wished && replica.state !== 'stopping') void this.#drop(replica);
    for (const replica of this.replicas) replica.step(now);
  }

  measure(rows: readonly ProcessRow[]): void {
    for (const replica of this.replicas) replica.measure(rows);
  }

  collectLogs(now: number): boolean {
    return this.replicas.map((replica) => replica.collectLogs(now)).some(Boolean);
  }

  observe(): RevisionObservation {
    return { id: this.id, replicas: this.replicas.map((replica) => replica.observe()).sort((a, b) => a.index - b.index) };
  }

  /** Stops all replicas without forgetting the wish, or with it when it is being removed; after the grace they are killed. */
  async stopAll(graceSeconds?: number): Promise<void> {
    if (graceSeconds !== undefined) for (const replica of this.replicas) replica.hurry(graceSeconds);
    await Promise.all(this.replicas.map((replica) => replica.stop()));
  }

  close(): void {
    this.#journal.close();
  }

  /** Deletes log and folders: out of the way at once, for a revision of this id may begin anew meanwhile. */
  async remove(): Promise<void> {
    this.close();
    const places = [join(this.#context.folder, 'revisions', this.id), join(this.#context.sharedDir, 'replicas', this.id)].filter((place) => existsSync(place));
    const aside = places.map((place) => ({ place, other: `${place}.${randomUUID()}` }));
    for (const { place, other } of aside) renameSync(place, other);
    for (const { other } of aside) await removeFolder(other);
  }
}
