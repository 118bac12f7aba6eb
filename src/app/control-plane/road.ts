/**
 * The road from a push to serving traffic: Git, pipelines, catalog, releases, rollouts, traffic samples.
 *
 * `openRoad` builds it without starting anything; `lead` starts the reconcilers, in one replica at a time.
 */
import { join } from 'node:path';
import type { Logger } from 'pino';
import { openDesiredState } from '../../adapters/git/desired-state.ts';
import { openGitSource, type GitSource } from '../../adapters/git/source.ts';
import { TrafficSamples } from '../../adapters/postgres/traffic-samples.ts';
import { fileJournal } from '../../adapters/traffic-collector/collector-journal.ts';
import { createTrafficCollector, type TrafficCollector } from '../../adapters/traffic-collector/traffic-collector.ts';
import { openWorkspaces } from '../../adapters/workspaces/workspaces.ts';
import { importCatalog, removeImported } from '../../control/catalog/import.ts';
import { relationsReconciler } from '../../control/catalog/relations.ts';
import { startLoop, type Loop } from '../../control/loop/loop.ts';
import type { Reconciler } from '../../control/loop/reconciler.ts';
import { refreshClaims } from '../../control/resource-claim/refresh.ts';
import { pipelineReconciler } from '../../control/pipeline/reconciler.ts';
import { runOfTask } from '../../control/pipeline/steps.ts';
import { DEFAULT_SETTINGS, type PipelineWorld } from '../../control/pipeline/world.ts';
import { makeRelease } from '../../control/release/make-release.ts';
import { startRetention } from '../../control/release/retention.ts';
import { received } from '../../control/repository/received.ts';
import { repositoryReconciler } from '../../control/repository/reconciler.ts';
import { createDelivery, type Delivery } from '../../control/rollout/delivery.ts';
import { createWorkloads, type WorkloadsDeps } from '../../control/rollout/workloads.ts';
import type { EnvironmentObject } from '../../control/rollout/world.ts';
import type { ArtifactFiles, Artifacts } from '../../ports/artifacts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identity } from '../../ports/identity.ts';
import type { RunningCost } from '../../ports/running-cost.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { DesiredState } from '../../ports/source.ts';
import type { Folders } from '../folders.ts';
import type { PlatformDatabase } from './database.ts';
import { allDetectors, extensionsOf, repositoryHosts } from './extensions.ts';
import type { ObjectCore } from './object-core.ts';
import type { Programs } from './programs.ts';
import { repositoryCredentials } from './repository-secrets.ts';
import { openRunningCost } from './running-cost.ts';

export interface RoadParts {
  folders: Folders;
  storage: PlatformDatabase;
  core: ObjectCore;
  programs: Programs;
  artifacts: Artifacts & ArtifactFiles;
  secrets: Secrets;
  claimOutputs: WorkloadsDeps['claimOutputs'];
  claims: Reconciler;
  recordArtifact: PipelineWorld['recordArtifact'];
  /** Path of the file server, readable for every user that a service runs as. */
  staticServer: string;
  clock: Clock;
  log: Logger;
  addresses: { git: string; console: string; edgePort: number };
  stepEnvironment: Record<string, string>;
}

export interface Road {
  source: GitSource;
  desiredState: DesiredState;
  metrics: TrafficCollector;
  delivery: Delivery;
  /** What environments cost, recorded while this replica leads. */
  runningCost: RunningCost;
  /** What a push leads to; the lines go to the person who pushes. */
  received(namespace: string, repository: string, updates: readonly { ref: string; old?: string; new?: string }[], pusher: Identity): Promise<readonly string[]>;
  /** Has a repository looked at because its branch may have moved. */
  wake(namespace: string, repository: string): void;
  /** Starts the reconcilers. */
  lead(): Promise<void>;
  /** Stops them; `lead` may come again. */
  follow(): Promise<void>;
  stop(): Promise<void>;
}

function pipelineWorld(parts: RoadParts, source: GitSource): PipelineWorld {
  const { core, programs, folders, artifacts, clock } = parts;
  const objects = core.as('pipeline-controller');
  return {
    objects,
    source,
    runtime: programs.runtime,
    workspaces: openWorkspaces(folders.workspaces),
    artifacts,
    clock,
    detectors: allDetectors(extensionsOf(folders.dataDir)),
    recordArtifact: parts.recordArtifact,
    makeRelease: async (order) => {
      const environments = await objects.list<EnvironmentObject>('roadbed.dev/Environment');
      const { run, repository, commit, artifact } = order;
      const { template } = repository.spec;
      const release = await makeRelease(
        { objects, secrets: parts.secrets },
        {
          namespace: run.metadata.namespace ?? '',
          chain: run.spec.chain,
          by: 'service:pipeline-controller',
          service: order.service,
          artifact,
          workload: order.workload,
          configuration: order.configuration,
          strategies: order.strategies,
          ...(template === undefined ? {} : { template: { name: template.name, version: template.version } }),
          source: {
            repository: repository.metadata.name,
            commit: commit.commit,
            branch: run.spec.ref.replace(/^refs\/heads\//, ''),
            sequence: commit.sequence,
            author: commit.author,
            subject: commit.subject,
            committedAt: commit.committedAt,
            pipelineRun: run.metadata.name,
          },
          environments: environments.map((environment) => environment.metadata.name),
        },
      );
      return release.metadata.name;
    },
    settings: { ...DEFAULT_SETTINGS, environment: parts.stepEnvironment, readable: Object.values(parts.stepEnvironment).filter((value) => value.startsWith(folders.shared)) },
  };
}

function deliveryOf(parts: RoadParts, desiredState: DesiredState, metrics: TrafficCollector): Delivery {
  const { core, programs, artifacts, secrets, clock, log, addresses } = parts;
  return createDelivery({
    objectsFor: core.of,
    runtime: programs.runtime,
    traffic: programs.traffic,
    desiredState,
    metrics,
    workloads: (objects) =>
      createWorkloads({
        objects,
        artifact: async (digest) => ({ folder: await artifacts.unpack(digest), tree: { read: (path) => artifacts.read(digest, path) } }),
        claimOutputs: parts.claimOutputs,
        secrets,
        programs: { node: 'node', staticServer: parts.staticServer },
      }),
    clock,
    log,
    urlOf: (host) => `http://${host}:${addresses.edgePort}`,
  });
}

export async function openRoad(parts: RoadParts): Promise<Road> {
  const { folders, storage, core, programs, clock, log, addresses } = parts;
  const source = openGitSource({ folder: folders.repositories, clock, allowedHosts: repositoryHosts(extensionsOf(folders.dataDir)), credentials: (namespace, name) => repositoryCredentials(core, parts.secrets, namespace, name) });
  const desiredState = await openDesiredState(source, clock);
  const samples = new TrafficSamples(storage.database);
  const metrics = await createTrafficCollector({ traffic: programs.traffic, store: samples, journal: fileJournal(join(folders.dataDir, 'traffic-collector.json')), clock, log });
  const delivery = deliveryOf(parts, desiredState, metrics);
  const runningCost = openRunningCost({ extensions: extensionsOf(folders.dataDir), storage, objects: core.as('cost-controller'), runtime: programs.runtime, clock, log });
  const pipelines = pipelineReconciler(pipelineWorld(parts, source));
  const importer = { objects: core.as('catalog-importer'), source };
  const repositories = repositoryReconciler({
    objects: core.as('repository-controller'),
    source,
    changedFiles: source.changedFiles,
    clock,
    cloneUrl: (namespace, name) => `${addresses.git}/${namespace}/${name}.git`,
    webhookUrl: (namespace, name) => `${addresses.console}/hooks/${namespace}/${name}`,
    importCatalog: (repository, commit) => importCatalog(importer, repository, commit),
    removeImported: (namespace, name) => removeImported(importer, namespace, name),
  });
  let loop: Loop | undefined;
  const stops: { stop(): unknown }[] = [];
  const wake = (namespace: string, name: string): void => loop?.enqueue('repository', { namespace, name });
  const follow = async (): Promise<void> => {
    for (const one of stops.splice(0)) await one.stop();
    await loop?.stop();
    await delivery.stop();
    await metrics.stop();
  };

  return {
    source,
    desiredState,
    metrics,
    delivery,
    runningCost: runningCost.store,
    wake,
    lead: async () => {
      await refreshClaims(core.as('platform'), parts.claims).catch((error: unknown) => log.warn({ error: String(error) }, 'the claims could not be refreshed'));
      const started = startLoop({ objects: core.as('platform'), clock, log, reconcilers: [repositories, pipelines, parts.claims, relationsReconciler(core.as('catalog-controller'), clock), ...delivery.reconcilers] });
      loop = started;
      metrics.start();
      delivery.start(started.enqueue);
      stops.push(
        startRetention({ objects: core.as('release-controller'), desiredState, artifacts: parts.artifacts, log }),
        runningCost.record(),
        source.onMoved(wake),
        programs.runtime.onChange((id) => {
          const run = runOfTask(id);
          if (run !== undefined) started.enqueue('pipeline-run', run);
        }),
      );
    },
    received: (namespace, repository, updates, pusher) =>
      received({ objects: core.as('git'), source, changedFiles: source.changedFiles, wake, runUrl: (team, run) => `${addresses.console}/pipelines/${team}/${run}` }, namespace, repository, updates, pusher),
    follow,
    stop: async () => {
      await follow();
      await samples.stop();
    },
  };
}
