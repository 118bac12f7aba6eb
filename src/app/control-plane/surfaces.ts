/** What the console, the scripts' endpoints and the Git server are given of the platform. */
import type { ConsoleDependencies } from '../../api/console/dependencies.ts';
import type { CostReads } from '../../api/console/cost-reads.ts';
import type { InfrastructureReads } from '../../api/console/infrastructure-reads.ts';
import type { Operations } from '../../api/contract/operations.ts';
import type { PlatformApiDependencies } from '../../api/platform/dependencies.ts';
import { goldenPaths } from '../../control/service-template/new-service.ts';
import type { ServiceTemplate } from '../../control/service-template/template.ts';
import { releaseWithNewSecrets } from '../../control/release/make-release.ts';
import type { ReleaseObject, RolloutObject } from '../../control/rollout/world.ts';
import { PlatformError } from '../../domain/error.ts';
import type { NewEvent } from '../../domain/event.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import { REPOSITORY_SECRETS } from '../../domain/kinds/repository.ts';
import { requestReference } from '../../domain/reference.ts';
import type { Decision } from '../../engines/access/action.ts';
import { revisionId } from '../../engines/release/identity.ts';
import { toCdEvent } from '../../formats/cdevents/from-row.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { packageRoot } from '../package-root.ts';
import type { PlatformDatabase } from './database.ts';
import { deliveryReports } from './delivery-reports.ts';
import type { ObjectCore } from './object-core.ts';
import type { Programs } from './programs.ts';
import { mayReadRow } from '../../api/objects/http/events-view.ts';
import { readableBy } from './readable.ts';
import type { Road } from './road.ts';
import type { PlatformStates } from './terraform-states.ts';

export interface SurfaceParts {
  core: ObjectCore;
  storage: PlatformDatabase;
  road: Road;
  programs: Programs;
  operations: Operations;
  templates: readonly ServiceTemplate[];
  secrets: Secrets;
  artifacts: Pick<Artifacts, 'verify' | 'has' | 'attachment'>;
  infrastructure: InfrastructureReads;
  platformStates: PlatformStates;
  cost: CostReads;
  clock: Clock;
  version: string;
  apiUrl: string;
  consoleUrl: string;
  gitUrl: string;
  publicOrigins: readonly string[];
}

export function consoleParts(parts: SurfaceParts): Omit<ConsoleDependencies, 'objectApi' | 'identities'> {
  const { core, storage, road, programs, clock } = parts;
  return {
    objects: core.of,
    readable: readableBy(core),
    signedIn: (identity) => core.identities.isLive(identity),
    events: storage.store.events,
    metrics: road.metrics,
    runtime: programs.runtime,
    operations: parts.operations,
    infrastructure: parts.infrastructure,
    findings: parts.platformStates.reads,
    cost: parts.cost,
    clock,
    deliveryMetrics: deliveryReports(storage.store.events, clock),
    cdEvents: (rows) => rows.map((row) => toCdEvent(row)).filter((event) => event !== undefined),
    goldenPaths: goldenPaths(parts.templates),
    issueLoginCode: (subject) => core.identities.issueLoginCode(subject),
    about: { version: parts.version, apiUrl: parts.apiUrl, consoleUrl: parts.consoleUrl, gitUrl: parts.gitUrl },
    publicOrigins: parts.publicOrigins,
    webRoot: join(packageRoot, 'web', 'dist'),
  };
}

/** A refusal is told by the caller; `decide` leaves no audit row, so reads of lists stay quiet. */
function decide(core: ObjectCore, identity: Identity, verb: string, resource: string, namespace: string | undefined): Decision {
  const kind = core.service.kinds.byName(resource === 'repositories' ? `${GROUP}/Repository` : `${GROUP}/Rollout`);
  if (kind === undefined) return { allowed: false, reason: `${resource} is not served` };
  return core.service.decide(identity, verb, { kind, namespace, name: '' });
}

function mayReadArtifact(core: ObjectCore, identity: Identity, digest: string): boolean {
  const kind = core.service.kinds.byName(`${GROUP}/Release`);
  if (kind === undefined) return false;
  const may = (namespace: string | undefined): boolean => core.service.decide(identity, 'get', { kind, namespace, name: '' }).allowed;
  return may(undefined) || core.service.select(kind, undefined).some(({ key, object }) => (object.spec as ReleaseObject['spec']).artifact.digest === digest && may(key.namespace));
}

export function platformParts(parts: SurfaceParts): PlatformApiDependencies {
  const { core, storage, programs, secrets, artifacts } = parts;
  return {
    objects: core.of,
    authorise: async (identity, action) => decide(core, identity, action.verb, action.resource, action.namespace),
    events: storage.store.events,
    runtime: programs.runtime,
    secrets,
    artifacts,
    mayReadRow: (identity, row) => mayReadRow(core.service, identity, row),
    mayReadArtifact: (identity, digest) => mayReadArtifact(core, identity, digest),
    releaseWithNewSecrets: async (identity, { namespace, service, environment, reason }) => {
      if (environment === REPOSITORY_SECRETS.credentials) parts.road.wake(namespace, service);
      const rollout = await core.of(identity).get<RolloutObject>('roadbed.dev/Rollout', namespace, `${service}.${environment}`);
      // What is wanted, so that a rollout on its way goes on with the new value instead of being undone.
      const wanted = rollout?.spec.release ?? rollout?.status?.stable?.release;
      if (wanted === undefined) return undefined;
      const made = await releaseWithNewSecrets({ objects: core.as('release-controller'), secrets }, { namespace, release: wanted, environment, chain: randomUUID(), by: identity.subject });
      const release = made.metadata.name;
      try {
        await parts.operations.promote(identity, { namespace, service, environment, release, ...(reason === undefined ? {} : { reason }) });
        return { release };
      } catch (error) {
        // The value is stored and the release is there: what keeps it back is told, and is no failure of storing.
        if (!(error instanceof PlatformError) || error.class !== 'refused') throw error;
        return { release, waits: [error.message, error.why].filter((part) => part !== undefined).join(' '), ...(error.next === undefined ? {} : { next: error.next }) };
      }
    },
    revisionOf: async (namespace, service, environment, release) => {
      const found = await core.as('release-controller').get<ReleaseObject>('roadbed.dev/Release', namespace, release);
      return found === undefined ? undefined : revisionId(service, environment, found.spec.hash);
    },
  };
}

export function gitAccess(core: ObjectCore): { authenticate(token: string): Promise<Identity | undefined>; authorise(identity: Identity, namespace: string, repository: string, access: 'read' | 'write'): Promise<boolean> } {
  return {
    authenticate: (token) => core.identities.authenticate(token),
    authorise: async (identity, namespace, _repository, access) => decide(core, identity, access === 'read' ? 'get' : 'update', 'repositories', namespace).allowed,
  };
}

export function webhookRefusal(namespace: string, repository: string, reason: string): NewEvent {
  return { namespace, actor: { issuer: 'roadbed', subject: 'anonymous' }, subject: requestReference('POST', `/hooks/${namespace}/${repository}`), kind: 'request.refused', schemaVersion: 1, body: { code: 401, reason } };
}
