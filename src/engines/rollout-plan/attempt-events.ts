/**
 * Events of an attempt, with the bodies that CDEvents, the receipt and the delivery metrics read.
 *
 * Every body carries the same identifying fields, so that a reader never has to guess which attempt, commit
 * and artifact a row is about. Events are written in one transaction with the status that they tell of,
 * hence each exactly once.
 */
import { createHash } from 'node:crypto';
import type { NewEvent } from '../../domain/event.ts';
import type { Attempt } from '../../domain/kinds/rollout.ts';
import { serviceReference } from '../../domain/reference.ts';
import type { RolloutView } from './view.ts';

export const ROLLOUT_CONTROLLER = { issuer: 'roadbed', subject: 'service:rollout-controller' } as const;

/** A stable UUID for a chain that no change began, e.g. a rollout of a release that was made by hand. */
export function derivedChain(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Identity of the incident that a failed attempt is; the same in detected, resolved and rolledback. */
export function incidentId(view: RolloutView, attempt: Attempt): string {
  return `${view.namespace}/${view.name}#${attempt.number}`;
}

/** Package URL with digest: joins deployments with SBOMs and vulnerability data. */
export function artifactPackageUrl(namespace: string, service: string, digest: string): string {
  return `pkg:generic/${namespace}/${service}@${digest}`;
}

export function attemptEvent(view: RolloutView, attempt: Attempt, kind: string, body: Record<string, unknown> = {}): NewEvent {
  const { service, environment } = view.spec;
  const release = view.releases[attempt.release]?.spec;
  return {
    chain: attempt.chain,
    namespace: view.namespace,
    actor: ROLLOUT_CONTROLLER,
    subject: serviceReference(service, environment),
    occurredAt: new Date(view.now).toISOString(),
    kind,
    schemaVersion: 1,
    body: {
      namespace: view.namespace,
      service,
      environment,
      production: view.environment?.production ?? false,
      rollout: view.name,
      attempt: attempt.number,
      release: attempt.release,
      ...(attempt.from === undefined ? {} : { from: attempt.from }),
      ...(release === undefined
        ? {}
        : {
            hash: release.hash,
            artifact: release.artifact.digest,
            artifactId: artifactPackageUrl(view.namespace, service, release.artifact.digest),
            repository: release.source.repository,
            commit: release.source.commit,
            committedAt: release.source.committedAt,
            sequence: release.source.sequence,
            author: release.source.author.name,
            pipelineRun: release.source.pipelineRun,
          }),
      ...body,
    },
  };
}
