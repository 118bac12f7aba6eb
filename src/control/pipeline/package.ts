/**
 * From a workspace whose steps all succeeded to an artifact and, on the branch that counts, a release.
 *
 * Packing the same files gives the same digest, recording and releasing are idempotent, so a control plane that
 * was killed anywhere in between does it all again and comes to the same end.
 */
import type { PipelineDefinition } from '../../domain/kinds/pipeline-run.ts';
import { printStart, START_FILE } from '../../formats/roadbed-yaml/start.ts';
import type { CommitInfo } from '../../ports/source.ts';
import { REPOSITORY_ANNOTATION } from '../catalog/desired.ts';
import type { PipelineRunObject, RepositoryObject } from '../repository/names.ts';
import type { CommitPlan } from './plan.ts';
import { cachesOf } from './steps.ts';
import type { MadeArtifact, PipelineWorld } from './world.ts';

const NEVER_PACKED = ['.git'];

/** The service that the artifact is of: the workload's name, else the repository's. */
export function serviceOf(plan: CommitPlan, repository: RepositoryObject): string {
  return plan.workload?.metadata.name ?? repository.metadata.name;
}

export async function packArtifact(world: PipelineWorld, run: PipelineRunObject, repository: RepositoryObject, commit: CommitInfo, plan: CommitPlan, definition: PipelineDefinition): Promise<MadeArtifact> {
  const { path, exclude } = definition.artifact;
  const folder = await world.workspaces.inside(run.metadata.namespace ?? '', run.metadata.name, path);
  if (plan.start !== undefined) await world.workspaces.write(folder, START_FILE, printStart(plan.start));
  const artifact = await world.artifacts.pack(folder, [...NEVER_PACKED, ...exclude, ...cachePaths(definition)]);
  const made: MadeArtifact = { folder, artifact, run, repository, commit };
  await world.recordArtifact(made);
  return made;
}

/** Caches in the workspace are links out of it, and no part of the artifact. */
function cachePaths(definition: PipelineDefinition): string[] {
  const base = definition.artifact.path.replace(/^\.\/?|\/$/g, '');
  return cachesOf(definition).flatMap(({ path }) => {
    if (path.startsWith('~/')) return [];
    if (base === '') return [path];
    return path.startsWith(`${base}/`) ? [path.slice(base.length + 1)] : [];
  });
}

/** The release's name; undefined, with the reason, where there is none to make. */
export async function releaseOf(world: PipelineWorld, made: MadeArtifact, plan: CommitPlan): Promise<{ release?: string; message: string }> {
  const { run, repository } = made;
  if (run.spec.ref !== `refs/heads/${repository.spec.branch}`) return { message: `no release: ${run.spec.ref} is not the branch that counts (${repository.spec.branch})` };
  const namespace = run.metadata.namespace ?? '';
  const head = await world.source.head(namespace, repository.metadata.name, repository.spec.branch);
  const isOnBranch = head === run.spec.commit || (head !== undefined && (await world.source.isAncestor(namespace, repository.metadata.name, run.spec.commit, head)));
  if (!isOnBranch) return { message: `no release: commit ${run.spec.commit.slice(0, 7)} is not on ${repository.spec.branch}` };
  if (plan.workload === undefined) return { message: 'no release: there is no score.yaml that says how to run it' };
  const service = serviceOf(plan, repository);
  const owner = await ownerOfWorkload(world, namespace, service);
  if (owner !== undefined && owner !== `${namespace}/${repository.metadata.name}`) return { message: `no release: the workload ${service} belongs to the repository ${owner}; rename it in score.yaml, or remove it there first` };
  const release = await world.makeRelease({
    ...made,
    service,
    workload: plan.workload,
    configuration: plan.own?.configuration ?? {},
    strategies: plan.own?.strategies ?? {},
  });
  return { release, message: `release ${release}` };
}

/** The repository that a workload was imported from; a name has one owner in a team. */
async function ownerOfWorkload(world: PipelineWorld, namespace: string, name: string): Promise<string | undefined> {
  return (await world.objects.get('roadbed.dev/Workload', namespace, name))?.metadata.annotations?.[REPOSITORY_ANNOTATION];
}
