/** Events of a run, with the bodies that CDEvents, receipts and delivery metrics read; written with the status they tell of. */
import type { NewEvent } from '../../domain/event.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { StepStatus } from '../../domain/kinds/pipeline-run.ts';
import { artifactReference, objectReference } from '../../domain/reference.ts';
import type { Artifact } from '../../ports/artifacts.ts';
import type { CommitInfo } from '../../ports/source.ts';
import { changeFacts, type PipelineRunObject } from '../repository/names.ts';

const PIPELINE_CONTROLLER = { issuer: 'roadbed', subject: 'service:pipeline-controller' } as const;

/** Where the platform gives an artifact's documents; a URI reference, as CDEvents has it. */
const ARTIFACTS = '/roadbed/v1/artifacts';

export type Outcome = 'success' | 'failure' | 'cancel';

function event(run: PipelineRunObject, commit: CommitInfo | undefined, kind: string, now: number, body: Record<string, unknown>, subject?: string): NewEvent {
  const namespace = run.metadata.namespace ?? '';
  const facts = commit === undefined ? { namespace, repository: run.spec.repository, ref: run.spec.ref, commit: run.spec.commit } : changeFacts(namespace, run.spec.repository, run.spec.ref, commit);
  return {
    chain: run.spec.chain,
    namespace,
    actor: PIPELINE_CONTROLLER,
    subject: subject ?? objectReference(GROUP, 'PipelineRun', namespace, run.metadata.name),
    occurredAt: new Date(now).toISOString(),
    kind,
    schemaVersion: 1,
    body: { ...facts, pipelineRun: run.metadata.name, ...body },
  };
}

export function startedEvents(run: PipelineRunObject, commit: CommitInfo, now: number, pipeline: string): NewEvent[] {
  return ['pipelinerun.started', 'build.started'].map((kind) => event(run, commit, kind, now, { pipeline }));
}

/** One event for each step that began or ended between two states. */
export function stepEvents(run: PipelineRunObject, commit: CommitInfo | undefined, before: readonly StepStatus[], after: readonly StepStatus[], now: number): NewEvent[] {
  return after.flatMap((step, index) => {
    const was = before[index]?.phase ?? 'Pending';
    if (was === step.phase) return [];
    if (step.phase === 'Running') return [event(run, commit, 'taskrun.started', now, { task: step.name })];
    const outcome: Outcome | undefined = was !== 'Running' ? undefined : step.phase === 'Succeeded' ? 'success' : step.phase === 'Cancelled' ? 'cancel' : 'failure';
    if (outcome === undefined) return [];
    return [event(run, commit, 'taskrun.finished', now, { task: step.name, outcome, ...(step.exitCode === undefined ? {} : { exitCode: step.exitCode }), ...(step.message === undefined ? {} : { errors: step.message }) })];
  });
}

/** Package URL with digest: joins the artifact with deployments, SBOMs and vulnerability data. */
function artifactId(namespace: string, service: string, digest: string): string {
  return `pkg:generic/${namespace}/${service}@${digest}`;
}

export function packagedEvents(run: PipelineRunObject, commit: CommitInfo, now: number, service: string, artifact: Artifact): NewEvent[] {
  const body = { service, artifact: artifact.digest, artifactId: artifactId(run.metadata.namespace ?? '', service, artifact.digest), size: artifact.size };
  return [
    event(run, commit, 'build.finished', now, { ...body, outcome: 'success' }),
    event(run, commit, 'artifact.packaged', now, { ...body, sbom: `${ARTIFACTS}/${artifact.digest}/sbom` }, artifactReference(artifact.digest)),
  ];
}

export function finishedEvents(run: PipelineRunObject, commit: CommitInfo | undefined, now: number, outcome: Outcome, message: string, packaged: boolean): NewEvent[] {
  const body = { outcome, ...(outcome === 'success' ? { message } : { errors: message }), ...(run.status?.release === undefined ? {} : { release: run.status.release }) };
  const build = packaged ? [] : [event(run, commit, 'build.finished', now, { outcome })];
  return [...build, event(run, commit, 'pipelinerun.finished', now, body)];
}
