/**
 * What needs a person now: at most ten items, worst first, each with cause, impact, age and action. Pure.
 *
 * An item is there because of the state of an object, never because of a message: it goes away when
 * the cause does.
 */
import type { InboxItem, PipelineRunObject, RolloutObject, Tone } from '../../contract/pages.ts';
import type { EnvironmentObject, HoldObject, RepositoryObject } from '../snapshot.ts';
import type { ResourceClaimObject } from '../../contract/pages.ts';
import { isMoving, presentRelease, promotionCandidate } from './placements.ts';
import { ReleaseIndex } from './summaries.ts';

export interface InboxInput {
  rollouts: readonly RolloutObject[];
  holds: readonly HoldObject[];
  runs: readonly PipelineRunObject[];
  environments: readonly EnvironmentObject[];
  claims: readonly ResourceClaimObject[];
  repositories: readonly RepositoryObject[];
  releases: ReleaseIndex;
}

const RANK: Readonly<Record<Tone, number>> = { bad: 0, hold: 1, warn: 2, run: 3, ok: 4, idle: 5 };
const LIMIT = 10;

export function inbox(input: InboxInput): InboxItem[] {
  const items = [
    ...input.rollouts.flatMap((rollout) => rolloutItem(rollout, input.holds)),
    ...latestRuns(input.runs).flatMap(runItem),
    ...input.claims.flatMap(claimItem),
    ...input.rollouts.flatMap((rollout) => promotionItem(rollout, input)),
  ];
  return items.toSorted((a, b) => RANK[a.tone] - RANK[b.tone] || b.since.localeCompare(a.since)).slice(0, LIMIT);
}

function rolloutItem(rollout: RolloutObject, holds: readonly HoldObject[]): InboxItem[] {
  const { service, environment } = rollout.spec;
  const { namespace, name } = rollout.metadata;
  const status = rollout.status;
  const attempt = status?.attempt;
  const path = `/rollouts/${namespace}/${name}`;
  const at = attempt?.finishedAt ?? attempt?.startedAt ?? rollout.metadata.creationTimestamp;
  const item = (tone: Tone, cause: string, impact: string, label: string, cli: string): InboxItem[] => [
    { id: `rollout/${namespace}/${name}`, tone, cause, impact, since: at, action: { label, path }, cli },
  ];
  const cli = `roadbed status ${service} --namespace ${namespace}`;
  if (status?.phase === 'RolledBack') {
    const held = holds.some((hold) => hold.metadata.namespace === namespace && hold.spec.service === service && hold.spec.environment === environment && hold.spec.release === attempt?.release && hold.spec.lifted === undefined);
    const cause = attempt?.verdict?.sentence ?? `${service} was rolled back in ${environment}.`;
    const serving = status.stable === undefined ? 'Nothing serves.' : `${status.stable.release} serves all traffic again.`;
    return item('bad', cause, held ? `${serving} The bad release is held.` : serving, 'Open the receipt', cli);
  }
  if (status?.phase === 'Degraded') return item('bad', `${service} is degraded in ${environment}.`, status.message ?? `${status.readyReplicas ?? 0} of ${status.replicas ?? 0} replicas are ready.`, 'See why', cli);
  if (status?.phase === 'RollingBack') return item('bad', `${service} is being rolled back in ${environment}.`, status.message ?? 'Traffic is returning to the last healthy release.', 'Watch', cli);
  if (status?.phase === 'Paused') return item('warn', `${service} waits for a person in ${environment}.`, `${attempt?.release ?? 'The release'} has ${attempt?.weight ?? 0} % of the traffic.`, 'Decide', `roadbed resume ${service} --environment ${environment} --namespace ${namespace}`);
  if (status?.phase === 'Progressing' && isMoving(rollout)) return item('run', `${service} is rolling out in ${environment}.`, `${attempt?.release ?? 'The release'} has ${attempt?.weight ?? 0} % of the traffic.`, 'Watch', cli);
  return [];
}

function latestRuns(runs: readonly PipelineRunObject[]): PipelineRunObject[] {
  const byRepository = Map.groupBy(runs, (run) => `${run.metadata.namespace}/${run.spec.repository}`);
  return [...byRepository.values()].map((own) => own.reduce((newest, run) => (run.metadata.creationTimestamp > newest.metadata.creationTimestamp ? run : newest)));
}

function runItem(run: PipelineRunObject): InboxItem[] {
  if (run.status?.phase !== 'Failed') return [];
  const { namespace, name } = run.metadata;
  const step = run.status.steps?.find((candidate) => candidate.phase === 'Failed' || candidate.phase === 'TimedOut');
  return [
    {
      id: `run/${namespace}/${name}`,
      tone: 'warn',
      cause: `The pipeline of ${run.spec.repository} failed${step === undefined ? '' : ` at "${step.name}"`}.`,
      impact: firstSentence(step?.message ?? run.status.message) ?? 'Its commit is not deployed.',
      since: run.status.finishedAt ?? run.metadata.creationTimestamp,
      action: { label: 'Open the log', path: `/pipelines/${namespace}/${name}` },
      cli: `roadbed logs --run ${name} --namespace ${namespace}`,
    },
  ];
}

function claimItem(claim: ResourceClaimObject): InboxItem[] {
  if (claim.status?.phase !== 'Failed') return [];
  const { namespace, name } = claim.metadata;
  const service = claim.spec.workloads[0] ?? name;
  return [
    {
      id: `claim/${namespace}/${name}`,
      tone: 'bad',
      cause: `${claim.spec.type} for ${claim.spec.workloads.join(', ')} could not be provisioned in ${claim.spec.environment}.`,
      impact: claim.status.message ?? 'The service cannot start without it.',
      since: claim.metadata.creationTimestamp,
      action: { label: 'Open the service', path: `/services/${namespace}/${service}` },
      cli: `roadbed get resourceclaim ${name} --namespace ${namespace}`,
    },
  ];
}

function promotionItem(rollout: RolloutObject, input: InboxInput): InboxItem[] {
  const environment = input.environments.find((candidate) => candidate.metadata.name === rollout.spec.environment);
  if (environment?.spec.promotesFrom === undefined || environment.spec.autoPromote || isMoving(rollout)) return [];
  const { namespace = '' } = rollout.metadata;
  const { service } = rollout.spec;
  const present = input.releases.find(namespace, presentRelease(rollout));
  const candidate = present === undefined ? undefined : promotionCandidate(environment, present, input.releases.ofService(namespace, service));
  if (present === undefined || candidate === undefined || candidate.sequence <= present.sequence) return [];
  const target = environment.metadata.name;
  return [
    {
      id: `promotion/${namespace}/${service}/${target}`,
      tone: 'idle',
      cause: `${service}: a verified release waits for ${target}.`,
      impact: `"${candidate.subject}" by ${candidate.author} is healthy in ${environment.spec.promotesFrom}.`,
      since: candidate.verified.find((entry) => entry.environment === environment.spec.promotesFrom)?.at ?? candidate.createdAt,
      action: { label: 'Promote', path: `/services/${namespace}/${service}` },
      cli: `roadbed promote ${service} --to ${target} --namespace ${namespace}`,
    },
  ];
}

function firstSentence(message: string | undefined): string | undefined {
  const line = message?.split('\n')[0]?.trim();
  return line === undefined || line === '' ? undefined : line;
}
