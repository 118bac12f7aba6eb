/** Why something does not run: faults of repositories, runs that failed, releases that were refused. */
import { PlatformError } from '../domain/error.ts';
import type { PipelineRunSpec, PipelineRunStatus } from '../domain/kinds/pipeline-run.ts';
import type { ReleaseSpec } from '../domain/kinds/release.ts';
import type { ApiObject, Condition } from '../domain/object.ts';
import type { Connection } from './connection.ts';
import { listOwn } from './resources.ts';

type WithConditions<Spec> = ApiObject<Spec, { conditions?: Condition[] }>;

function refusals(object: WithConditions<unknown>): string[] {
  return (object.status?.conditions ?? []).filter((condition) => condition.status === 'False' && condition.message !== '').map((condition) => condition.message);
}

/** One line for each repository whose files have faults; file, line and column stand in it. */
export async function repositoryFaults(connection: Connection, service?: string, namespace?: string): Promise<string[]> {
  const repositories = await listOwn<WithConditions<unknown>>(connection, 'repositories', namespace);
  return repositories
    .filter(({ metadata }) => service === undefined || metadata.name === service)
    .flatMap((repository) => refusals(repository).map((message) => `repository ${repository.metadata.namespace ?? ''}/${repository.metadata.name}: ${message}`));
}

/** Throws `error` with what stands between the service and its first deployment, when that is known. */
export async function notYetDeployed(connection: Connection, service: string, namespace: string | undefined, error: unknown): Promise<never> {
  if (!(error instanceof PlatformError) || error.code !== 'ROADBED-6010') throw error;
  const releases = (await listOwn<WithConditions<ReleaseSpec>>(connection, 'releases', namespace, `spec.service=${service}`)).flatMap(refusals).slice(-1);
  const runs = await listOwn<ApiObject<PipelineRunSpec, PipelineRunStatus>>(connection, 'pipelineruns', namespace, `spec.repository=${service}`);
  const last = runs.sort((one, other) => (one.metadata.creationTimestamp < other.metadata.creationTimestamp ? -1 : 1)).at(-1);
  const run = last === undefined ? [] : [`pipeline run ${last.metadata.name} is ${last.status?.phase ?? 'Pending'}${last.status?.message === undefined ? '' : `: ${last.status.message}`}`];
  const [why] = [...releases, ...(await repositoryFaults(connection, service, namespace)), ...run];
  if (why === undefined) throw error;
  throw new PlatformError({ code: 'ROADBED-6010', class: 'not-found', message: `${service} was never deployed`, why, next: last === undefined ? 'correct it and push again' : `roadbed logs --run ${last.metadata.name} -n ${last.metadata.namespace ?? 'default'}` });
}
