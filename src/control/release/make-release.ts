/**
 * Makes Release objects: immutable, named by the hash of their content.
 *
 * The same content is the same release whoever pushed it and how often, so making it twice is no error.
 * When a later commit builds content that is there already (a revert does), the release is not made again;
 * it only learns its newer position on the branch, or automation would take it for an old one.
 */
import { PlatformError } from '../../domain/error.ts';
import type { NewEvent } from '../../domain/event.ts';
import { objectReference } from '../../domain/reference.ts';
import { API_VERSION, GROUP } from '../../domain/kinds/group.ts';
import type { ReleaseSource, ReleaseSpec } from '../../domain/kinds/release.ts';
import { releaseHash, releaseName, type ReleaseContent } from '../../engines/release/identity.ts';
import { artifactPackageUrl } from '../../engines/rollout-plan/attempt-events.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { CHAIN_ANNOTATION, SEQUENCE_ANNOTATION, type ReleaseObject } from '../rollout/world.ts';

export interface ReleaseDeps {
  objects: Objects;
  secrets: Secrets;
}

export interface ReleaseRequest {
  namespace: string;
  /** Chain id of the change. */
  chain: string;
  /** Who makes it: `service:pipeline-controller`, `user:ada`. */
  by: string;
  service: string;
  artifact: ReleaseSpec['artifact'];
  workload: ReleaseSpec['workload'];
  /** By environment; `{}` when there is none. */
  configuration: ReleaseSpec['configuration'];
  template?: ReleaseSpec['template'];
  /** By environment, from roadbed.yaml. */
  strategies?: NonNullable<ReleaseSpec['strategies']>;
  source: ReleaseSource;
  /** Environments whose secrets are pinned. */
  environments: readonly string[];
}

/** Creates the release with its `release.created` event, or answers the one that is there. */
export async function makeRelease(deps: ReleaseDeps, request: ReleaseRequest): Promise<ReleaseObject> {
  const secrets = await pinnedSecrets(deps.secrets, request.namespace, request.service, request.environments);
  const { service, artifact, workload, configuration, template, strategies = {} } = request;
  const content: ReleaseContent = { service, artifact, workload, configuration, secrets, ...(template === undefined ? {} : { template }), ...(Object.keys(strategies).length === 0 ? {} : { strategies }) };
  return create(deps.objects, request.namespace, content, request.source, request.chain, request.by);
}

/**
 * A release of the same artifact with the newest secret versions of one environment; what `roadbed secret set`
 * and `rotate` lead to. Answers the same release when nothing changed. Throws ROADBED-3310 when the release is gone.
 */
export async function releaseWithNewSecrets(deps: ReleaseDeps, request: { namespace: string; release: string; environment: string; chain: string; by: string }): Promise<ReleaseObject> {
  const release = await deps.objects.get<ReleaseObject>('roadbed.dev/Release', request.namespace, request.release);
  if (release === undefined) throw new PlatformError({ code: 'ROADBED-3310', class: 'not-found', message: `There is no release ${request.release} in ${request.namespace}.`, next: `roadbed get releases -n ${request.namespace}` });
  const { hash: _hash, source, ...content } = release.spec;
  const pinned = await pinnedSecrets(deps.secrets, request.namespace, content.service, [request.environment]);
  const secrets = withoutEmpty({ ...content.secrets, [request.environment]: pinned[request.environment] ?? {} });
  return create(deps.objects, request.namespace, { ...content, secrets }, source, request.chain, request.by);
}

async function create(objects: Objects, namespace: string, content: ReleaseContent, source: ReleaseSource, chain: string, by: string): Promise<ReleaseObject> {
  const hash = releaseHash(content);
  const name = releaseName(content.service, hash);
  const known = await objects.get<ReleaseObject>('roadbed.dev/Release', namespace, name);
  if (known !== undefined) return rebuilt(objects, known, source, chain);
  const spec: ReleaseSpec = { ...content, source, hash };
  const metadata = { name, namespace, labels: { 'roadbed.dev/service': content.service }, annotations: { [CHAIN_ANNOTATION]: chain } };
  try {
    const [made] = await objects.transact([{ action: 'create', object: { apiVersion: API_VERSION, kind: 'Release', metadata, spec } }], [createdEvent(namespace, name, spec, chain, by)], { chain, reason: `built from commit ${source.commit}` });
    return made as ReleaseObject;
  } catch (error) {
    if (!(error instanceof PlatformError) || error.class !== 'already-exists') throw error;
    const other = await objects.get<ReleaseObject>('roadbed.dev/Release', namespace, name);
    if (other === undefined) throw error;
    return rebuilt(objects, other, source, chain);
  }
}

/** Moves the release's newest position forward; never back. */
async function rebuilt(objects: Objects, release: ReleaseObject, source: ReleaseSource, chain: string): Promise<ReleaseObject> {
  const newest = Math.max(release.spec.source.sequence, Number(release.metadata.annotations?.[SEQUENCE_ANNOTATION] ?? 0));
  if (source.sequence <= newest) return release;
  const annotations = { [SEQUENCE_ANNOTATION]: String(source.sequence), [CHAIN_ANNOTATION]: chain };
  return objects.patch<ReleaseObject>('roadbed.dev/Release', release.metadata.namespace, release.metadata.name, { metadata: { annotations } }, { chain, reason: `commit ${source.commit} built the same content` });
}

async function pinnedSecrets(secrets: Secrets, namespace: string, service: string, environments: readonly string[]): Promise<ReleaseSpec['secrets']> {
  const pinned = await Promise.all(environments.map(async (environment) => [environment, await secrets.versions({ namespace, environment, service })] as const));
  return withoutEmpty(Object.fromEntries(pinned));
}

/** An environment without secrets is not named, so that a new environment does not change hashes. */
function withoutEmpty(secrets: ReleaseSpec['secrets']): ReleaseSpec['secrets'] {
  return Object.fromEntries(Object.entries(secrets).filter(([, versions]) => Object.keys(versions).length > 0));
}

function createdEvent(namespace: string, name: string, spec: ReleaseSpec, chain: string, by: string): NewEvent {
  return {
    chain,
    namespace,
    actor: { issuer: 'roadbed', subject: by },
    subject: objectReference(GROUP, 'Release', namespace, name),
    kind: 'release.created',
    schemaVersion: 1,
    body: {
      namespace, release: name, service: spec.service, hash: spec.hash, artifact: spec.artifact.digest,
      artifactId: artifactPackageUrl(namespace, spec.service, spec.artifact.digest),
      repository: spec.source.repository, commit: spec.source.commit, committedAt: spec.source.committedAt, author: spec.source.author.name, sequence: spec.source.sequence, pipelineRun: spec.source.pipelineRun,
    },
  };
}
