/**
 * From a release to something that runs: resources claimed, artifact unpacked, placeholders and secrets resolved.
 *
 * A workload that can never run (an image, a placeholder, a volume that is refused) is found while it is
 * prepared and fails the attempt with its own sentence, instead of being tried until a deadline.
 */
import { PlatformError } from '../../domain/error.ts';
import { desiredWorkload, wantedFiles, workloadError } from '../../engines/desired-workload/desired-workload.ts';
import { parseStart, START_FILE, startArguments } from '../../formats/roadbed-yaml/start.ts';
import type { Objects } from '../../ports/objects.ts';
import type { RevisionSpec } from '../../ports/runtime.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { SourceTree } from '../../ports/source.ts';
import { mayPass } from '../loop/back-off.ts';
import { fixedPortConflict } from './fixed-ports.ts';
import { claimResources, releaseClaims, type ClaimObject } from './resource-claims.ts';
import type { WorkloadRequest, Workloads } from './world.ts';

export interface WorkloadsDeps {
  objects: Objects;
  /** Unpacked artifact: its folder on the machine that runs it, and its files. */
  artifact(digest: string): Promise<{ folder: string; tree: Pick<SourceTree, 'read'> }>;
  /** All outputs of a bound claim, secret ones too; they go to the runtime and nowhere else. */
  claimOutputs(claim: ClaimObject): Promise<Record<string, unknown>>;
  secrets: Pick<Secrets, 'resolve'>;
  /** Programs of this installation: Node, and the file server for artifacts that are a site. */
  programs: { node: string; staticServer: string };
}

/** What the pipeline wrote into the artifact; undefined: only a command in the Score file can say it. */
function entrypointOf(sources: ReadonlyMap<string, Uint8Array>, programs: WorkloadsDeps['programs']): readonly string[] | undefined {
  const written = sources.get(START_FILE);
  const start = written === undefined ? undefined : parseStart(new TextDecoder().decode(written));
  return start === undefined ? undefined : startArguments(start, programs);
}

export function createWorkloads(deps: WorkloadsDeps): Workloads {
  const build = async (request: WorkloadRequest, replicas: number, claims: Readonly<Record<string, ClaimObject>>): Promise<RevisionSpec> => {
    const { spec, metadata } = request.release;
    const { folder, tree } = await deps.artifact(spec.artifact.digest);
    const sources = new Map<string, Uint8Array>();
    for (const path of [START_FILE, ...wantedFiles(spec.workload)]) {
      const bytes = await tree.read(path);
      if (bytes !== undefined) sources.set(path, bytes);
    }
    const pinned = spec.secrets[request.environment] ?? {};
    const secrets = Object.keys(pinned).length === 0 ? {} : await deps.secrets.resolve({ namespace: request.namespace, environment: request.environment, service: spec.service }, pinned);
    // A claim outlives releases, so an environment's secrets are the release's business: its pinned versions.
    const outputs = await Promise.all(Object.entries(claims).map(async ([name, claim]) => [name, { ...(await deps.claimOutputs(claim)), ...(claim.spec.type === 'environment' ? secrets : {}) }] as const));
    const entrypoint = entrypointOf(sources, deps.programs);
    const wanted = desiredWorkload({
      release: spec, releaseName: metadata.name, environment: request.environment, replicas, artifactFolder: folder, sources, secrets,
      resources: Object.fromEntries(outputs) as Record<string, Record<string, unknown>>,
      ...(entrypoint === undefined ? {} : { entrypoint }),
    });
    if (!wanted.ok) throw workloadError(spec.service, wanted.problems);
    return wanted.revision;
  };

  return {
    resources: async (request) => {
      const { resources, claims } = await claimResources(deps.objects, request, request.release.spec.workload);
      if (resources.state !== 'bound') return resources;
      try {
        await build(request, 1, claims);
        const conflict = await fixedPortConflict(deps.objects, request);
        return conflict === undefined ? resources : { state: 'failed', message: conflict, refused: true };
      } catch (error) {
        if (!(error instanceof PlatformError) || mayPass(error)) throw error;
        return { state: 'failed', message: [error.message, error.why].filter((part) => part !== undefined).join(' ') };
      }
    },
    revision: async (request, replicas) => {
      const { resources, claims } = await claimResources(deps.objects, request, request.release.spec.workload);
      if (resources.state !== 'bound') {
        throw new PlatformError({ code: 'ROADBED-3302', class: 'unavailable', message: `${request.release.spec.service} cannot start in ${request.environment} yet.`, why: resources.message, retry: 'backoff' });
      }
      return build(request, replicas, claims);
    },
    release: (place, service) => releaseClaims(deps.objects, place, service),
  };
}
