/** The way of a new service from the request to the answering URL, read from what exists. Pure but for the snapshot. */
import type { NewServiceProgress, NewServiceStage } from '../../contract/golden-path.ts';
import type { PipelineRunObject, RolloutObject } from '../../contract/pages.ts';
import { notFound } from '../problems.ts';
import type { ReleaseObject, RepositoryObject, Snapshot } from '../snapshot.ts';

export async function newServiceProgress(snapshot: Snapshot, namespace: string, name: string): Promise<NewServiceProgress> {
  const [repositories, runs, releases, rollouts, environments] = await Promise.all([
    snapshot.repositories(), snapshot.runs(), snapshot.releases(), snapshot.rollouts(), snapshot.environments(),
  ]);
  const repository = repositories.find((candidate) => candidate.metadata.namespace === namespace && candidate.metadata.name === name);
  if (repository === undefined) throw notFound(`new service ${namespace}/${name}`, `roadbed new ${name} --namespace ${namespace}`);
  const own = rollouts.filter((rollout) => rollout.metadata.namespace === namespace && rollout.spec.service === name);
  const production = environments.filter((environment) => environment.spec.production).map((environment) => environment.metadata.name);
  const run = runs.find((candidate) => candidate.metadata.namespace === namespace && candidate.spec.repository === name);
  const release = releases.find((candidate) => candidate.metadata.namespace === namespace && candidate.spec.service === name);
  const answering = own.find((rollout) => rollout.status?.stable !== undefined);
  const url = (own.find((rollout) => production.includes(rollout.spec.environment) && rollout.status?.stable !== undefined) ?? answering)?.status?.url;
  return {
    namespace, name,
    requestedAt: repository.spec.template?.requestedAt ?? repository.metadata.creationTimestamp,
    requestedBy: repository.spec.template?.requestedBy ?? '',
    stages: stages(repository, run, release, own, production),
    ...(url === undefined ? {} : { url }),
    ...(repository.status?.cloneUrl === undefined ? {} : { cloneUrl: repository.status.cloneUrl }),
    ...(repository.status?.timeToValueSeconds === undefined ? {} : { timeToValueSeconds: repository.status.timeToValueSeconds }),
  };
}

function stages(repository: RepositoryObject, run: PipelineRunObject | undefined, release: ReleaseObject | undefined, rollouts: readonly RolloutObject[], production: readonly string[]): NewServiceStage[] {
  const { namespace, name } = repository.metadata;
  const running = run?.status?.steps?.find((step) => step.phase === 'Running');
  const failed = run?.status?.phase === 'Failed';
  const first = rollouts.find((rollout) => rollout.status?.stable !== undefined);
  const inProduction = rollouts.find((rollout) => production.includes(rollout.spec.environment));
  const path = `/services/${namespace}/${name}`;
  return [
    { key: 'requested', title: 'Requested', state: 'done', at: repository.spec.template?.requestedAt ?? repository.metadata.creationTimestamp },
    { key: 'repository', title: 'Repository with first commit', state: repository.status?.head === undefined ? 'running' : 'done', at: repository.metadata.creationTimestamp, detail: repository.status?.cloneUrl },
    {
      key: 'pipeline',
      title: 'Pipeline: build and test',
      state: failed ? 'failed' : run?.status?.phase === 'Succeeded' ? 'done' : run === undefined ? 'waiting' : 'running',
      at: run?.status?.finishedAt,
      detail: failed ? run?.status?.message : running === undefined ? undefined : `running "${running.name}"`,
      path: run === undefined ? undefined : `/pipelines/${namespace}/${run.metadata.name}`,
    },
    { key: 'release', title: 'Release, content-addressed', state: release === undefined ? 'waiting' : 'done', at: release?.metadata.creationTimestamp, detail: release?.metadata.name },
    rolloutStage('answers', 'Its URL answers', first ?? rollouts[0], path),
    rolloutStage('production', 'In production', inProduction, path),
  ];
}

function rolloutStage(key: 'answers' | 'production', title: string, rollout: RolloutObject | undefined, path: string): NewServiceStage {
  const status = rollout?.status;
  const state = status?.stable !== undefined ? 'done' : status?.phase === 'Degraded' || status?.phase === 'RolledBack' ? 'failed' : rollout === undefined ? 'waiting' : 'running';
  const detail = state === 'done' ? status?.url : status?.message;
  return { key, title, state, at: status?.stable?.since, detail, path: rollout === undefined ? undefined : path };
}
