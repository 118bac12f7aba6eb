/** A Workload: a Score document (v1b1) imported as it is; `spec` is the document, top level included. */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { conditions, open, record, text } from './schema.ts';

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

export const WORKLOAD: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'Workload',
  plural: 'workloads',
  singular: 'workload',
  shortNames: ['wl'],
  categories: ['all', 'roadbed'],
  scope: 'Namespaced',
  description: 'A Score document (v1b1) imported as it is: `spec` is the document, its own apiVersion and metadata included.',
  spec: open('The Score document, validated against the Score v1b1 schema.'),
  status: record('Where it came from.', {
    source: record('Commit and file it was imported from.', {
      repository: text('Repository.'),
      commit: text('Commit.'),
      path: text('Path of the file.'),
    }),
    conditions: conditions(),
  }),
  selectableFields: ['status.source.repository'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Repository', '.status.source.repository', 'Repository it was imported from.'),
    column('Commit', '.status.source.commit', 'Commit it was imported from.', { priority: 1 }),
    AGE,
  ],
};
