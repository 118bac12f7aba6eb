/** A program as the runtime takes it: the replicas of a revision, their containers, files, ports and probes. Plain data. */
export interface Probe {
  kind: 'http' | 'exec';
  /** http */
  path?: string;
  port?: number;
  host?: string;
  scheme?: 'HTTP' | 'HTTPS';
  headers?: { name: string; value: string }[];
  /** exec */
  command?: string[];
  intervalMs: number;
  timeoutMs: number;
  failureThreshold: number;
}

export interface ProgramFile {
  /** Absolute path as the program sees it; lives under the replica's own folder unless isolation maps it. */
  target: string;
  /** Bytes, base64. */
  content: string;
  mode: string;
}

export interface ProgramVolume {
  target: string;
  /** Absolute folder on the host. */
  source: string;
  readOnly: boolean;
}

export interface Limits {
  memoryBytes?: number;
  processes?: number;
  diskBytes?: number;
  /** Share of one core, 1 = a whole one; honoured where a cgroup is writable. */
  cpu?: number;
}

export interface ContainerSpec {
  name: string;
  command: string[];
  /** Working folder: the unpacked artifact. */
  workingDirectory: string;
  environment: Record<string, string>;
  files: ProgramFile[];
  volumes: ProgramVolume[];
  readiness?: Probe;
  liveness?: Probe;
  limits: Limits;
  /** Containers of the same replica that must have reached this state first. */
  after: { container: string; state: 'started' | 'healthy' | 'complete' }[];
}

/** One port of a replica. Every replica gets a free port of its own unless the program insists on `fixed`. */
export interface PortSpec {
  name: string;
  fixed?: number;
  /** Number by which the workload's description calls it (Score `targetPort`); probes name this one. */
  declared?: number;
}

/** A revision: N replicas of one release of one service in one environment. */
export interface RevisionSpec {
  /** `<service>.<environment>.<release hash, 12 digits>`. */
  id: string;
  service: string;
  environment: string;
  release: string;
  replicas: number;
  ports: PortSpec[];
  containers: ContainerSpec[];
  drainSeconds: number;
}
