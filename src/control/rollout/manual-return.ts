/** The event of a return that a person began: the deployment needed somebody to step in, which is an incident. */
import type { NewEvent } from '../../domain/event.ts';
import { serviceReference } from '../../domain/reference.ts';
import { artifactPackageUrl } from '../../engines/rollout-plan/attempt-events.ts';
import type { Identity } from '../../ports/identity.ts';
import type { ReleaseObject, RolloutObject } from './world.ts';

export interface ManualReturn {
  rollout: RolloutObject;
  production: boolean;
  /** The release that is left. */
  release: ReleaseObject;
  /** Name of its hold; the incident's identity too. */
  hold: string;
  to: string;
  reason: string;
  chain: string;
  identity: Identity;
  at: string;
}

export function manualReturnEvent({ rollout, production, release, hold, to, reason, chain, identity, at }: ManualReturn): NewEvent {
  const { service, environment } = rollout.spec;
  const namespace = rollout.metadata.namespace ?? '';
  const { artifact, source, hash } = release.spec;
  return {
    chain,
    namespace,
    actor: { issuer: identity.issuer, subject: identity.subject },
    subject: serviceReference(service, environment),
    occurredAt: at,
    kind: 'incident.detected',
    schemaVersion: 1,
    body: {
      namespace, service, environment, rollout: rollout.metadata.name, production, attempt: rollout.status?.stable?.attempt ?? rollout.status?.attempt?.number ?? 0,
      release: release.metadata.name, hash, artifact: artifact.digest, artifactId: artifactPackageUrl(namespace, service, artifact.digest),
      repository: source.repository, commit: source.commit, committedAt: source.committedAt, sequence: source.sequence, author: source.author.name, pipelineRun: source.pipelineRun,
      incident: hold, hold, to, automatic: false, by: identity.subject, sentence: `${release.metadata.name} is rolled back by ${identity.subject}: ${reason}`,
    },
  };
}
