/** What people do with pipelines: start one, stop one, repeat one from where it failed. Each is one write in their own name. */
import { randomUUID } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { PipelineRunSpec } from '../../domain/kinds/pipeline-run.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Source } from '../../ports/source.ts';
import { newRun, nextName, nextOrder, queuedEvents, runsOf } from '../repository/moves.ts';
import { changeFacts, type PipelineRunObject, type RepositoryObject } from '../repository/names.ts';
import { isFinished } from './clean-up.ts';

export interface PipelineOperations {
  /** Objects as the person may write them. */
  objectsOf(identity: Identity): Objects;
  source: Pick<Source, 'head' | 'commit'>;
}

export interface OperationOutcome {
  message: string;
  object: { kind: 'PipelineRun'; namespace: string; name: string };
  chain: string;
}

const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/** Runs the pipeline of a branch's head or of a commit; by default of the branch that counts. */
export async function runPipeline(deps: PipelineOperations, identity: Identity, args: { namespace: string; repository: string; ref?: string | undefined }): Promise<OperationOutcome> {
  const objects = deps.objectsOf(identity);
  const repository = await objects.get<RepositoryObject>('roadbed.dev/Repository', args.namespace, args.repository);
  if (repository === undefined) throw missing(`repository ${args.namespace}/${args.repository}`, `roadbed get repositories -n ${args.namespace}`);
  const asked = args.ref?.replace(/^refs\/heads\//, '') ?? repository.spec.branch;
  const isCommit = COMMIT.test(asked);
  const commit = isCommit ? asked : await deps.source.head(args.namespace, args.repository, asked);
  if (commit === undefined) throw missing(`branch ${asked} in ${args.namespace}/${args.repository}`, 'push it first, or name another with --ref');
  return await startRun(deps, identity, repository, { ref: `refs/heads/${isCommit ? repository.spec.branch : asked}`, commit, trigger: { kind: 'manual', by: identity.subject } });
}

/** Repeats a finished run: what succeeded is taken over when its workspace was kept. */
export async function rerunPipeline(deps: PipelineOperations, identity: Identity, args: { namespace: string; run: string; fromStep?: string | undefined }): Promise<OperationOutcome> {
  const objects = deps.objectsOf(identity);
  const run = await findRun(objects, args.namespace, args.run);
  if (!isFinished(run.status?.phase)) throw new PlatformError({ code: 'ROADBED-2110', class: 'refused', message: `${args.run} is not over yet`, next: `cancel it first: roadbed pipeline cancel ${args.run}` });
  const steps = run.status?.steps?.map((step) => step.name) ?? [];
  if (args.fromStep !== undefined && !steps.includes(args.fromStep)) throw new PlatformError({ code: 'ROADBED-2111', class: 'invalid', message: `${args.run} has no step "${args.fromStep}"`, why: `its steps: ${steps.join(', ')}` });
  const repository = await objects.get<RepositoryObject>('roadbed.dev/Repository', args.namespace, run.spec.repository);
  if (repository === undefined) throw missing(`repository ${args.namespace}/${run.spec.repository}`, `roadbed get repositories -n ${args.namespace}`);
  const rerunOf = { run: args.run, ...(args.fromStep === undefined ? {} : { fromStep: args.fromStep }) };
  return await startRun(deps, identity, repository, { ref: run.spec.ref, commit: run.spec.commit, trigger: { kind: 'rerun', by: identity.subject } }, { rerunOf, chain: run.spec.chain });
}

export async function cancelPipeline(deps: PipelineOperations, identity: Identity, args: { namespace: string; run: string; reason: string }): Promise<OperationOutcome> {
  const objects = deps.objectsOf(identity);
  const run = await findRun(objects, args.namespace, args.run);
  if (isFinished(run.status?.phase)) throw new PlatformError({ code: 'ROADBED-2110', class: 'refused', message: `${args.run} is over already: ${run.status?.phase ?? ''}` });
  await objects.patch('roadbed.dev/PipelineRun', args.namespace, args.run, { spec: { cancel: { by: identity.subject, reason: args.reason } } }, { reason: args.reason, chain: run.spec.chain });
  return { message: `${args.run} is being stopped`, object: { kind: 'PipelineRun', namespace: args.namespace, name: args.run }, chain: run.spec.chain };
}

async function startRun(
  deps: PipelineOperations,
  identity: Identity,
  repository: RepositoryObject,
  what: Pick<PipelineRunSpec, 'ref' | 'commit' | 'trigger'>,
  again?: { rerunOf: NonNullable<PipelineRunSpec['rerunOf']>; chain: string },
): Promise<OperationOutcome> {
  const namespace = repository.metadata.namespace ?? '';
  const commit = await deps.source.commit(namespace, repository.metadata.name, what.commit);
  if (commit === undefined) throw missing(`commit ${what.commit} in ${namespace}/${repository.metadata.name}`, 'push it first');
  const objects = deps.objectsOf(identity);
  const runs = await runsOf(objects, namespace, repository.metadata.name);
  const name = nextName(repository.metadata.name, what.commit, runs.filter((run) => run.spec.commit === what.commit));
  const chain = again?.chain ?? randomUUID();
  const run = newRun(repository, commit, what, { chain, name, order: nextOrder(runs) }, again?.rerunOf);
  const actor = { issuer: identity.issuer, subject: identity.subject };
  const events = queuedEvents({ chain, namespace, actor, schemaVersion: 1 }, namespace, name, changeFacts(namespace, repository.metadata.name, what.ref, commit));
  await objects.transact([{ action: 'create', object: run }], events, { chain, reason: again === undefined ? 'asked for by a person' : `run ${again.rerunOf.run} again` });
  return { message: `${name} is queued`, object: { kind: 'PipelineRun', namespace, name }, chain };
}

async function findRun(objects: Objects, namespace: string, name: string): Promise<PipelineRunObject> {
  const run = await objects.get<PipelineRunObject>('roadbed.dev/PipelineRun', namespace, name);
  if (run === undefined) throw missing(`pipeline run ${namespace}/${name}`, `roadbed pipeline list -n ${namespace}`);
  return run;
}

function missing(what: string, next: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-2112', class: 'not-found', message: `there is no ${what}`, next });
}
