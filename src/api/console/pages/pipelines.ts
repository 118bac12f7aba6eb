/** Pipelines: where a change is, or why it stopped. */
import type { PipelineRunObject, PipelineRunPage, PipelinesPage } from '../../contract/pages.ts';
import { notFound } from '../problems.ts';
import type { ReleaseObject, Snapshot } from '../snapshot.ts';
import { ReleaseIndex } from './summaries.ts';

const OPEN = new Set(['Pending', 'Running', undefined]);

function about(run: PipelineRunObject, releases: readonly ReleaseObject[]): { subject?: string; author?: string } {
  const release = releases.find((candidate) => candidate.metadata.namespace === run.metadata.namespace && candidate.spec.source.commit === run.spec.commit);
  const annotations = run.metadata.annotations ?? {};
  const subject = annotations['roadbed.dev/subject'] ?? release?.spec.source.subject;
  const author = annotations['roadbed.dev/author'] ?? release?.spec.source.author.name;
  return { ...(subject === undefined ? {} : { subject }), ...(author === undefined ? {} : { author }) };
}

export async function pipelinesPage(snapshot: Snapshot): Promise<PipelinesPage> {
  const [runs, releases] = await Promise.all([snapshot.runs(), snapshot.releases()]);
  return { checkedAt: new Date(snapshot.now).toISOString(), runs: runs.slice(0, 100).map((run) => ({ run, ...about(run, releases) })) };
}

export async function pipelineRunPage(snapshot: Snapshot, namespace: string, name: string): Promise<PipelineRunPage> {
  const [runs, releases, holds] = await Promise.all([snapshot.runs(), snapshot.releases(), snapshot.holds()]);
  const run = runs.find((candidate) => candidate.metadata.namespace === namespace && candidate.metadata.name === name);
  if (run === undefined) throw notFound(`pipeline run ${namespace}/${name}`, `roadbed get pipelineruns --namespace ${namespace}`);
  const release = new ReleaseIndex(releases, holds).find(namespace, run.status?.release);
  const service = releases.find((candidate) => candidate.metadata.name === run.status?.release)?.spec.service;
  const open = OPEN.has(run.status?.phase);
  return {
    run,
    title: runTitle(run),
    ...about(run, releases),
    ...(release === undefined ? {} : { release }),
    ...(service === undefined ? {} : { service: { kind: 'Service', namespace, name: service } }),
    earlier: runs.filter((candidate) => candidate !== run && candidate.metadata.namespace === namespace && candidate.spec.repository === run.spec.repository).slice(0, 8),
    cancel: open ? {} : { disabledReason: 'The run is over.' },
    rerun: open ? { disabledReason: 'The run is not over yet.' } : {},
  };
}

function runTitle(run: PipelineRunObject): string {
  const what = `${run.spec.repository} ${run.spec.commit.slice(0, 7)}`;
  const status = run.status;
  const step = status?.steps?.find((candidate) => candidate.phase === 'Failed' || candidate.phase === 'TimedOut');
  switch (status?.phase) {
    case 'Succeeded':
      return status.release === undefined ? `${what} passed` : `${what} passed and became a release`;
    case 'Failed':
      return step === undefined ? `${what} failed` : `${what} ${step.phase === 'TimedOut' ? 'ran out of time' : 'failed'} at "${step.name}"`;
    case 'Cancelled':
      return `${what} was cancelled`;
    case 'Superseded':
      return `${what} was overtaken by a newer push`;
    case 'Running':
      return `${what} is running`;
    default:
      return `${what} waits for its turn`;
  }
}
