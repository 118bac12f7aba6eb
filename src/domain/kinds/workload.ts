/** A Workload: a Score document (v1b1) imported as it is; `spec` is the document, top level included. */
import type { Condition } from '../object.ts';

export interface ScoreProbe {
  httpGet?: { path: string; port: number; host?: string; scheme?: 'HTTP' | 'HTTPS'; httpHeaders?: { name: string; value: string }[] };
  exec?: { command: string[] };
}

export interface ScoreFile {
  target?: string;
  content?: string;
  binaryContent?: string;
  source?: string;
  mode?: string;
  noExpand?: boolean;
}

export interface ScoreVolume {
  target?: string;
  source: string;
  path?: string;
  readOnly?: boolean;
}

export interface ScoreContainer {
  image: string;
  command?: string[];
  args?: string[];
  variables?: Record<string, string>;
  files?: Record<string, ScoreFile> | ScoreFile[];
  volumes?: Record<string, ScoreVolume> | ScoreVolume[];
  before?: Record<string, { ready: 'started' | 'healthy' | 'complete' }>;
  resources?: { limits?: { cpu?: string; memory?: string }; requests?: { cpu?: string; memory?: string } };
  livenessProbe?: ScoreProbe;
  readinessProbe?: ScoreProbe;
}

export interface ScoreResource {
  type: string;
  class?: string;
  id?: string;
  metadata?: { annotations?: Record<string, string> } & Record<string, unknown>;
  params?: Record<string, unknown>;
}

export interface ScoreDocument {
  apiVersion: 'score.dev/v1b1';
  metadata: { name: string; annotations?: Record<string, string> } & Record<string, unknown>;
  service?: { ports?: Record<string, { port: number; protocol?: 'TCP' | 'UDP'; targetPort?: number }> };
  containers: Record<string, ScoreContainer>;
  resources?: Record<string, ScoreResource>;
}

export interface WorkloadStatus {
  /** Commit and file the document was imported from. */
  source?: { repository: string; commit: string; path: string };
  conditions?: Condition[];
}
