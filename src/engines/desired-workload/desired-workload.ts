/**
 * A release in an environment as a revision that the runtime can run: the last pure step before a process starts.
 *
 * Everything that was left open in the Score file is decided here from values that are given: resource
 * outputs, configuration, secrets, the artifact's files. What cannot be run is refused by name, all of it
 * at once. The result holds secrets in clear: it goes to the runtime and nowhere else.
 *
 * Ports: every replica gets free ports and finds them in PORT and PORT_<NAME>. A `targetPort` that
 * differs from `port` says that the program listens there and nowhere else, so it is fixed; the
 * annotation `roadbed.dev/ports` (`injected` or `fixed`) decides for all ports of the workload instead.
 */
import { PlatformError } from '../../domain/error.ts';
import type { ScoreDocument } from '../../domain/kinds/workload.ts';
import type { RevisionSpec } from '../../domain/program.ts';
import { printPath } from '../../formats/yaml-source/read.ts';
import { workloadLookup } from '../placeholders/substitute.ts';
import { revisionId } from '../release/identity.ts';
import { artifactPath, ContainerBuilder, targets } from './container.ts';
import { unrunnableParts } from './unrunnable.ts';
import type { WorkloadInput, WorkloadProblem } from './workload-input.ts';
import { workloadPorts } from './workload-ports.ts';

const DRAIN_SECONDS = 30;

export { workloadPorts };
export type { WorkloadInput, WorkloadProblem };

export type DesiredWorkload = { ok: true; revision: RevisionSpec } | { ok: false; problems: WorkloadProblem[] };

/** The revision, or everything that keeps it from being one. */
export function desiredWorkload(input: WorkloadInput): DesiredWorkload {
  const { workload } = input.release;
  const builder = new ContainerBuilder(input, workloadLookup({ metadata: workload.metadata, resources: input.resources }));
  const containers = Object.entries(workload.containers).map(([name, container]) => builder.build(name, container));
  const ports = unrunnableParts(workload).filter((part) => part.rule === 'port');
  const problems = [...builder.problems, ...ports.map(({ at, message }): WorkloadProblem => ({ rule: 'port', path: printPath(at), message }))];
  if (problems.length > 0) return { ok: false, problems };
  return {
    ok: true,
    revision: {
      id: revisionId(input.release.service, input.environment, input.release.hash),
      service: input.release.service,
      environment: input.environment,
      release: input.releaseName,
      replicas: input.replicas,
      ports: workloadPorts(workload),
      containers,
      drainSeconds: input.drainSeconds ?? DRAIN_SECONDS,
    },
  };
}

/** Artifact paths that the workload's files need. */
export function wantedFiles(workload: ScoreDocument): string[] {
  const sources = Object.values(workload.containers).flatMap((container) => targets(container.files).flatMap(([, file]) => (file.source === undefined ? [] : (artifactPath(file.source) ?? []))));
  return [...new Set(sources)].filter((path) => path !== '');
}

const CODES: Readonly<Record<WorkloadProblem['rule'], `ROADBED-${string}`>> = {
  image: 'ROADBED-3002',
  command: 'ROADBED-3003',
  placeholder: 'ROADBED-3004',
  file: 'ROADBED-3005',
  volume: 'ROADBED-3006',
  limit: 'ROADBED-3007',
  port: 'ROADBED-3008',
};

/** The error for people; its code is that of the first problem. */
export function workloadError(service: string, problems: readonly WorkloadProblem[]): PlatformError {
  const [first] = problems;
  return new PlatformError({
    code: CODES[first?.rule ?? 'file'],
    class: 'refused',
    message: `${service} cannot run: ${first === undefined ? 'the workload is not complete' : `${first.path}: ${first.message}`}`,
    ...(problems.length > 1 ? { why: problems.slice(1, 10).map((problem) => `${problem.path}: ${problem.message}`).join('; ') } : {}),
    next: 'Change the Score file and push again.',
  });
}
