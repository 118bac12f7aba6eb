/**
 * Which runs a newer push makes pointless: older ones of the same branch that have not finished.
 *
 * Runs that a person asked for are left alone: who starts an old commit by hand means it.
 */
import type { PipelineRunSpec } from '../../domain/kinds/pipeline-run.ts';

export interface RunSeen {
  name: string;
  spec: Pick<PipelineRunSpec, 'repository' | 'ref' | 'commit' | 'trigger'>;
  /** Rises with every run of a repository; not a time, because clocks go back. */
  order: number;
  finished: boolean;
}

const AUTOMATIC = new Set<PipelineRunSpec['trigger']['kind']>(['push', 'poll', 'webhook']);

/** The run that supersedes `run`; undefined when none does. */
export function supersededBy(run: RunSeen, runs: readonly RunSeen[]): RunSeen | undefined {
  if (run.finished || !AUTOMATIC.has(run.spec.trigger.kind)) return undefined;
  return runs
    .filter((other) => other.name !== run.name && AUTOMATIC.has(other.spec.trigger.kind) && other.spec.repository === run.spec.repository && other.spec.ref === run.spec.ref && other.spec.commit !== run.spec.commit && other.order > run.order)
    .sort((one, other) => other.order - one.order)[0];
}
