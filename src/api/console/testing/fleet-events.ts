/** The log behind the fleet: the chain of the returned release in full, and a week of deployments. */
import type { NewEvent } from '../../../domain/event.ts';
import { artifactReference, commitReference, objectReference, serviceReference } from '../../../domain/reference.ts';
import { at, CHAIN_RETURNED, commitOf, hash, HISTORY, NAMESPACE, releaseName, RETURNED_SENTENCE } from './fleet-objects.ts';

const CONTROLLER = { issuer: 'roadbed', subject: 'service:rollout-controller' };

export function fleetEvents(now: number): NewEvent[] {
  const services = Object.keys(HISTORY);
  const week = services.flatMap((service) =>
    (HISTORY[service] ?? []).flatMap((change, age) =>
      change.verified.map((environment): NewEvent => ({
        chain: `chain-${service}-${40 - age * 3}`, namespace: NAMESPACE, actor: CONTROLLER, subject: serviceReference(service, environment), occurredAt: at(now, Math.max(1, change.minutesAgo - (environment === 'prod' ? 6 : 3))),
        kind: 'service.upgraded', schemaVersion: 1, body: { service, environment, release: releaseName(service, age), sentence: `"${change.subject}" serves in ${environment}` },
      })),
    ),
  );
  return [...week, attemptBefore(now), ...returnedChain(now), ...audits(now)].toSorted((a, b) => (a.occurredAt ?? '').localeCompare(b.occurredAt ?? ''));
}

/** The attempt of payments in prod before the returned one. */
function attemptBefore(now: number): NewEvent {
  const release = releaseName('payments', 1);
  const [startedAt, finishedAt] = [at(now, 2_000), at(now, 1_998)];
  const verdict = { outcome: 'Promoted', at: finishedAt, sentence: `${release} serves all requests of payments in prod; 2 of 2 checks passed` };
  const steps = [{ setWeight: 5 }, { pause: { duration: '20s' } }, { setWeight: 100 }];
  return {
    chain: 'chain-payments-11', namespace: NAMESPACE, actor: CONTROLLER, subject: serviceReference('payments', 'prod'), occurredAt: finishedAt, kind: 'rollout.finished', schemaVersion: 1,
    body: { namespace: NAMESPACE, rollout: 'payments.prod', attempt: 11, release, from: releaseName('payments', 2), outcome: 'Promoted', verdict, checks: [], steps, step: 2, startedAt, finishedAt },
  };
}

function returnedChain(now: number): NewEvent[] {
  const release = releaseName('payments', 0);
  const commit = commitOf('payments', 0);
  const service = serviceReference('payments', 'prod');
  const row = (minutesAgo: number, kind: string, subject: string, actor: NewEvent['actor'], body: Record<string, unknown>): NewEvent => ({ chain: CHAIN_RETURNED, namespace: NAMESPACE, actor, subject, occurredAt: at(now, minutesAgo), kind, schemaVersion: 1, body });
  const person = { issuer: 'git', subject: 'user:daniel' };
  const pipeline = { issuer: 'roadbed', subject: 'service:pipeline-controller' };
  return [
    row(28, 'change.merged', commitReference(NAMESPACE, 'payments', commit), person, { subject: 'Charge through the new gateway' }),
    row(27.5, 'pipelinerun.started', objectReference('roadbed.dev', 'PipelineRun', NAMESPACE, 'payments-run-40'), pipeline, {}),
    row(26.6, 'artifact.packaged', artifactReference(`sha256:${hash('payments0')}`), pipeline, {}),
    row(26.5, 'pipelinerun.finished', objectReference('roadbed.dev', 'PipelineRun', NAMESPACE, 'payments-run-40'), pipeline, { outcome: 'success' }),
    row(19, 'rollout.started', service, CONTROLLER, { release, sentence: `${release} enters prod at 5 %` }),
    row(17.51, 'incident.detected', service, CONTROLLER, { release, sentence: 'success-rate failed twice, limit is one' }),
    row(17.5, 'object.created', objectReference('roadbed.dev', 'Hold', NAMESPACE, `payments.prod.${hash('payments', 6)}`), CONTROLLER, { reason: 'a failed check', after: { spec: { release, service: 'payments', environment: 'prod' } } }),
    row(17.49, 'service.rolledback', service, CONTROLLER, { release: releaseName('payments', 1), sentence: RETURNED_SENTENCE(release, commit) }),
  ];
}

function audits(now: number): NewEvent[] {
  const object = (name: string, kind: string): string => objectReference('roadbed.dev', kind, NAMESPACE, name);
  const user = (name: string): NewEvent['actor'] => ({ issuer: 'roadbed', subject: `user:${name}` });
  return [
    { namespace: NAMESPACE, actor: user('tomas'), subject: object('cart.prod', 'Rollout'), occurredAt: at(now, 160), kind: 'object.updated', schemaVersion: 1, body: { reason: 'scale to 2 replicas before the campaign', before: { spec: { replicas: 1 } }, after: { spec: { replicas: 2 } } } },
    { namespace: NAMESPACE, actor: user('lena'), subject: 'v1:request:DELETE /apis/roadbed.dev/v1alpha1/namespaces/billing/rollouts/ledger.prod', occurredAt: at(now, 96), kind: 'request.refused', schemaVersion: 1, body: { reason: 'forbidden', message: 'user:lena has no role in billing', count: 3 } },
    { namespace: NAMESPACE, actor: user('mara'), subject: object('storefront', 'Repository'), occurredAt: at(now, 61), kind: 'object.created', schemaVersion: 1, body: { after: { spec: { branch: 'main', trusted: false } } } },
  ];
}
