/** What a revision is made of, and what can be wrong with it. */
import type { ReleaseSpec } from '../../domain/kinds/release.ts';

export interface WorkloadInput {
  release: Pick<ReleaseSpec, 'service' | 'workload' | 'configuration' | 'hash'>;
  /** Name of the release object. */
  releaseName: string;
  environment: string;
  replicas: number;
  /** Absolute folder of the unpacked artifact. */
  artifactFolder: string;
  /** What starts the artifact when a container names no command; formats/roadbed-yaml/start. */
  entrypoint?: readonly string[];
  /** Files of the artifact by path: at least those of `wantedFiles` that exist. */
  sources: ReadonlyMap<string, Uint8Array>;
  /** Outputs, secret ones included, by the workload's resource names. */
  resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Secret values by name; each becomes a variable. */
  secrets: Readonly<Record<string, string>>;
  drainSeconds?: number;
}

export interface WorkloadProblem {
  rule: 'image' | 'command' | 'placeholder' | 'file' | 'volume' | 'limit' | 'port';
  /** `containers.web.image`. */
  path: string;
  message: string;
}
