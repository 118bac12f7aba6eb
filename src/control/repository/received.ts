/**
 * What a push leads to, at once: a run for every branch that moved, and lines for the person who waits for the push to end.
 */
import { describeProblem } from '../../domain/source-problem.ts';
import type { Identity } from '../../ports/identity.ts';
import { descriptorFaults } from '../catalog/read.ts';
import { branchOf } from './names.ts';
import { recordMove, type MoveDependencies } from './moves.ts';

export interface BranchUpdate {
  ref: string;
  old?: string;
  new?: string;
}

export interface ReceivedDependencies extends MoveDependencies {
  /** Page of a run, for the pusher to open. */
  runUrl(namespace: string, run: string): string;
  /** Have the repository looked at soon. */
  wake(namespace: string, name: string): void;
}

const MOST_BRANCHES = 10;
const MOST_FAULTS = 5;

/** The Git server's `onReceived`. Idempotent; a throw leaves the rest to the repository's reconciler. */
export async function received(deps: ReceivedDependencies, namespace: string, name: string, updates: readonly BranchUpdate[], pusher: Identity): Promise<string[]> {
  const lines: string[] = [];
  const moved = updates.filter((update): update is BranchUpdate & { new: string } => update.new !== undefined && update.ref.startsWith('refs/heads/'));
  for (const update of moved.slice(0, MOST_BRANCHES)) {
    const run = await recordMove(deps, namespace, name, {
      ref: update.ref,
      commit: update.new,
      ...(update.old === undefined ? {} : { old: update.old }),
      trigger: { kind: 'push', by: pusher.subject },
      actor: { issuer: pusher.issuer, subject: pusher.subject },
    });
    if (run === undefined) lines.push(`Roadbed: ${branchOf(update.ref)} is stored; there is no Repository object ${namespace}/${name}, so no pipeline runs`);
    else lines.push(`Roadbed: pipeline run ${run.metadata.name} started: ${deps.runUrl(namespace, run.metadata.name)}`);
    if (run !== undefined) lines.push(...(await faultLines(deps, namespace, name, update.new)));
  }
  if (moved.length > MOST_BRANCHES) lines.push(`Roadbed: ${moved.length - MOST_BRANCHES} more branches are stored; their pipelines run when they move again`);
  deps.wake(namespace, name);
  return lines;
}

/** Faults of the descriptors, with line and column: whoever pushes reads them at once and need not look for them. */
async function faultLines(deps: ReceivedDependencies, namespace: string, name: string, commit: string): Promise<string[]> {
  const faults = await descriptorFaults(await deps.source.tree(namespace, name, commit)).catch(() => []);
  const more = faults.length > MOST_FAULTS ? [`Roadbed: ${faults.length - MOST_FAULTS} more faults: roadbed status ${name} -n ${namespace}`] : [];
  return [...faults.slice(0, MOST_FAULTS).map((fault) => `Roadbed: fault: ${describeProblem(fault)}`), ...more];
}
