/**
 * Where programs run: long-lived processes (the replicas of a revision) and tasks (pipeline steps).
 *
 * Level-triggered: the caller states what should run, the runtime makes it so and keeps it so, also
 * while the caller is dead. Shaped so that local processes and Kubernetes both fit.
 */
import type { ContainerSpec, Limits, PortSpec, Probe, ProgramFile, ProgramVolume, RevisionSpec } from '../domain/program.ts';

export type { ContainerSpec, Limits, PortSpec, Probe, ProgramFile, ProgramVolume, RevisionSpec };

export interface ReplicaObservation {
  id: string;
  index: number;
  state: 'starting' | 'ready' | 'unready' | 'backing-off' | 'stopping' | 'failed';
  /** Port name -> number on 127.0.0.1. */
  ports: Record<string, number>;
  pids: number[];
  restarts: number;
  /** Why it last ended: `exit code 1`, `killed by SIGKILL`, `liveness failed 3 times`, `memory limit`. */
  lastExit?: { reason: string; at: string; logTail: string[] };
  startedAt?: string;
  cpuSeconds: number;
  memoryBytes: number;
}

export interface RevisionObservation {
  id: string;
  replicas: ReplicaObservation[];
}

export interface TaskSpec {
  id: string;
  /** Run one after the other, each an argument array; the first failure ends the task. */
  commands: string[][];
  workingDirectory: string;
  environment: Record<string, string>;
  /** Folders the task may write besides its own; caches. */
  writable: string[];
  /** Folders it may read. */
  readable: string[];
  timeoutSeconds: number;
  limits: Limits;
  /** Untrusted tasks are confined (`bubblewrap`, else another user when root); `none` only where the caller allows it. */
  isolation: 'required' | 'preferred';
  network: boolean;
}

export interface TaskObservation {
  id: string;
  state: 'running' | 'succeeded' | 'failed' | 'timed-out' | 'cancelled' | 'lost';
  exitCode?: number;
  reason?: string;
  startedAt: string;
  finishedAt?: string;
  isolation: 'bubblewrap' | 'user' | 'none';
  limitsBy: 'cgroup' | 'watchdog';
  logTail: string[];
}

export interface LogLine {
  at: string;
  stream: 'out' | 'err' | 'system';
  container: string;
  replica: string;
  text: string;
}

export interface LogQuery {
  /** Revision id or task id. */
  id: string;
  tail?: number;
  /** Opaque position from an earlier answer. */
  after?: string;
}

export interface Runtime {
  /** Creates or changes; idempotent. Returns when the wish is durable, not when it is fulfilled. */
  apply(revision: RevisionSpec): Promise<void>;
  /** Drains and stops every replica, removes its folders; idempotent. */
  remove(revisionId: string): Promise<void>;
  observe(): Promise<RevisionObservation[]>;
  /** Called soon after any replica's state changed; the caller then observes. */
  onChange(listener: (revisionId: string) => void): { stop(): void };
  startTask(task: TaskSpec): Promise<void>;
  observeTask(id: string): Promise<TaskObservation | undefined>;
  cancelTask(id: string): Promise<void>;
  forgetTask(id: string): Promise<void>;
  logs(query: LogQuery): Promise<{ lines: LogLine[]; next: string }>;
  /** What confines untrusted tasks here, and what enforces limits. */
  capabilities(): Promise<{ isolation: 'bubblewrap' | 'user' | 'none'; limitsBy: 'cgroup' | 'watchdog'; explanation: string }>;
}
