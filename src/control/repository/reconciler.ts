/**
 * The reconciler of Repository: the bare repository is there, an external one is followed, and no move is missed.
 *
 * It compares the branch's head with the one in the status; a difference is a move that nobody told of (a push
 * while the control plane was down, a poll, a commit of a golden path). The catalog is imported from the head
 * whenever the status does not say that this commit was.
 */
import { PlatformError } from '../../domain/error.ts';
import { withCondition } from '../../domain/object.ts';
import type { PipelineRunSpec } from '../../domain/kinds/pipeline-run.ts';
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Reconciler, ReconcileResult } from '../loop/reconciler.ts';
import { recordMove, type MoveDependencies } from './moves.ts';
import { REPOSITORY_FINALIZER, type RepositoryObject } from './names.ts';

export interface RepositoryDependencies extends MoveDependencies {
  clock: Clock;
  /** Address of a built-in repository, for people to clone. */
  cloneUrl(namespace: string, name: string): string;
  /** Where a forge announces pushes to a repository that follows it. */
  webhookUrl(namespace: string, name: string): string;
  /** Imports descriptors and the workload of a commit; answers what the repository's condition is to say. */
  importCatalog(repository: RepositoryObject, commit: string): Promise<{ ok: boolean; message: string }>;
  /** Removes everything that was imported from a repository that is gone. */
  removeImported(namespace: string, name: string): Promise<void>;
}

const POLL_SECONDS = 60;
export const IMPORTED = 'CatalogImported';
const READY = 'Ready';

/** Named `repository` in the loop. A webhook or a commit of the platform wakes it by `enqueue('repository', key)`. */
export function repositoryReconciler(deps: RepositoryDependencies): Reconciler {
  return {
    name: 'repository',
    kind: 'roadbed.dev/Repository',
    reconcile: async (key) => {
      const repository = await deps.objects.get<RepositoryObject>('roadbed.dev/Repository', key.namespace ?? '', key.name);
      // An object that merely is not there (yet) proves nothing; its data goes with the finalizer.
      if (repository === undefined) return;
      if (repository.metadata.deletionTimestamp !== undefined) return await dismantle(deps, repository);
      if (await claim(deps, repository)) return { requeueAfterMs: 1 };
      return await follow(deps, repository);
    },
  };
}

/** The finalizer comes before any data. Answers whether it was missing. */
async function claim(deps: RepositoryDependencies, repository: RepositoryObject): Promise<boolean> {
  const finalizers = repository.metadata.finalizers ?? [];
  if (finalizers.includes(REPOSITORY_FINALIZER)) return false;
  await deps.objects.update({ ...repository, metadata: { ...repository.metadata, finalizers: [...finalizers, REPOSITORY_FINALIZER] } }, { reason: 'its data is to be removed with it' });
  return true;
}

async function dismantle(deps: RepositoryDependencies, repository: RepositoryObject): Promise<void> {
  const { name, namespace = '', finalizers = [] } = repository.metadata;
  if (!finalizers.includes(REPOSITORY_FINALIZER)) return;
  if (namespace !== SYSTEM_NAMESPACE) {
    await deps.removeImported(namespace, name);
    await deps.source.remove(namespace, name);
  }
  await deps.objects.update({ ...repository, metadata: { ...repository.metadata, finalizers: finalizers.filter((one) => one !== REPOSITORY_FINALIZER) } }, { reason: 'its data is removed' });
}

async function follow(deps: RepositoryDependencies, repository: RepositoryObject): Promise<ReconcileResult | void> {
  const namespace = repository.metadata.namespace ?? '';
  const { name } = repository.metadata;
  let head: string | undefined;
  try {
    head = await headOf(deps, repository);
  } catch (error) {
    await writeStatus(deps, repository, { type: READY, ok: false, reason: 'Unreachable', message: said(error) });
    throw error;
  }
  if (head !== undefined && head !== repository.status?.head) await recordMove(deps, namespace, name, moveTo(repository, head));
  let imported: Awaited<ReturnType<RepositoryDependencies['importCatalog']>> | undefined;
  if (head !== undefined && importedCommit(repository) !== head) imported = await deps.importCatalog(repository, head);
  const current = await deps.objects.get<RepositoryObject>('roadbed.dev/Repository', namespace, name);
  if (current === undefined) return;
  await writeStatus(
    deps,
    current,
    { type: READY, ok: true, reason: head === undefined ? 'Empty' : 'Followed', message: head === undefined ? `nothing was pushed to ${repository.spec.branch} yet` : `${repository.spec.branch} is followed` },
    ...(imported === undefined || head === undefined ? [] : [{ type: IMPORTED, ok: imported.ok, reason: imported.ok ? 'Imported' : 'Problems', message: `${head.slice(0, 12)}: ${imported.message}`, commit: head }]),
  );
  if (repository.spec.url !== undefined) return { requeueAfterMs: (repository.spec.pollSeconds ?? POLL_SECONDS) * 1000 };
}

async function headOf(deps: RepositoryDependencies, repository: RepositoryObject): Promise<string | undefined> {
  const namespace = repository.metadata.namespace ?? '';
  const { name } = repository.metadata;
  const { url, branch } = repository.spec;
  if (url !== undefined) return await deps.source.fetch(namespace, name, url, branch);
  await deps.source.create(namespace, name);
  return await deps.source.head(namespace, name, branch);
}

function moveTo(repository: RepositoryObject, head: string): Parameters<typeof recordMove>[3] {
  const kind: PipelineRunSpec['trigger']['kind'] = repository.spec.url === undefined ? 'push' : 'poll';
  const old = repository.status?.head;
  return {
    ref: `refs/heads/${repository.spec.branch}`,
    commit: head,
    ...(old === undefined ? {} : { old }),
    trigger: { kind, by: 'service:repository-controller' },
    actor: { issuer: 'roadbed', subject: 'service:repository-controller' },
  };
}

/** The commit that the condition speaks of: its message begins with it. */
function importedCommit(repository: RepositoryObject): string | undefined {
  const condition = repository.status?.conditions?.find((one) => one.type === IMPORTED);
  const short = condition?.message.slice(0, 12);
  const head = repository.status?.head;
  return short !== undefined && head?.startsWith(short) === true ? head : undefined;
}

interface Finding {
  type: string;
  ok: boolean;
  reason: string;
  message: string;
  commit?: string;
}

const MESSAGE_LENGTH = 4000;

async function writeStatus(deps: RepositoryDependencies, repository: RepositoryObject, ...findings: Finding[]): Promise<void> {
  const now = new Date(deps.clock.now()).toISOString();
  const generation = repository.metadata.generation;
  let conditions = repository.status?.conditions ?? [];
  for (const finding of findings) {
    conditions = withCondition(conditions, { type: finding.type, status: finding.ok ? 'True' : 'False', reason: finding.reason, message: finding.message.slice(0, MESSAGE_LENGTH), observedGeneration: generation }, now);
  }
  const cloneUrl = repository.spec.url ?? deps.cloneUrl(repository.metadata.namespace ?? '', repository.metadata.name);
  const { webhookUrl: _earlier, ...before } = repository.status ?? {};
  const webhook = repository.spec.webhook === undefined ? {} : { webhookUrl: deps.webhookUrl(repository.metadata.namespace ?? '', repository.metadata.name) };
  const status = { ...before, observedGeneration: generation, cloneUrl, ...webhook, conditions };
  if (JSON.stringify(status) === JSON.stringify(repository.status)) return;
  await deps.objects.updateStatus({ ...repository, status });
}

function said(error: unknown): string {
  if (!(error instanceof PlatformError)) return 'the repository could not be read; see the log';
  return `${error.message}${error.why === undefined ? '' : `: ${error.why}`}`;
}
