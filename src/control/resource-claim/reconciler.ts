/**
 * ResourceClaims made real: claim -> provisioner -> outputs in the status, secret ones in the secret store.
 *
 * The finalizer is set before anything is made and removed after the provisioner has proved that nothing is
 * left: a claim that is gone has left nothing, and what was made always has a claim. Secrets are stored
 * before the status says Bound. A pass over a bound claim asks the provisioner again (it is idempotent) and
 * writes nothing when the answer is the same.
 */
import { PlatformError } from '../../domain/error.ts';
import type { NewEvent } from '../../domain/event.ts';
import type { ApiObject } from '../../domain/object.ts';
import { withCondition } from '../../domain/object.ts';
import { claimSecretScope } from '../../domain/claim-secrets.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { ResourceClaimSpec, ResourceClaimStatus } from '../../domain/kinds/resource-claim.ts';
import { objectReference } from '../../domain/reference.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Provisioned, Provisioner, ProvisionRequest } from '../../ports/provisioner.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { mayPass } from '../loop/back-off.ts';
import type { Reconciler, ReconcileResult } from '../loop/reconciler.ts';
import { unknownType } from './unknown-type.ts';

export type ResourceClaim = ApiObject<ResourceClaimSpec, ResourceClaimStatus>;

export const CLAIM_FINALIZER = 'roadbed.dev/resource';
const KIND = 'roadbed.dev/ResourceClaim';
const REFUSED_AGAIN_MS = 15_000;
const CONTROLLER = { issuer: 'roadbed', subject: 'service:resource-controller' } as const;

export interface ResourceClaimWorld {
  objects: Objects;
  secrets: Secrets;
  clock: Clock;
  /** Those that ship, one for each type. */
  provisioners: readonly Provisioner[];
}

export function resourceClaimReconciler(world: ResourceClaimWorld): Reconciler {
  return {
    name: 'resource-claim',
    kind: KIND,
    reconcile: async ({ namespace, name }) => {
      const claim = await world.objects.get<ResourceClaim>(KIND, namespace, name);
      if (claim === undefined) return;
      return claim.metadata.deletionTimestamp === undefined ? bind(world, claim) : release(world, claim);
    },
  };
}

/** All outputs of a bound claim, secret ones included; for the runtime and nowhere else. */
export function claimOutputs(secrets: Pick<Secrets, 'versions' | 'resolve'>): (claim: ResourceClaim) => Promise<Record<string, unknown>> {
  return async (claim) => {
    const scope = claimSecretScope(requestOf(claim));
    const versions = await secrets.versions(scope);
    const wanted = (claim.status?.secretOutputs ?? []).map((name) => [name, versions[name] ?? 0] as const);
    return { ...claim.status?.outputs, ...(await secrets.resolve(scope, Object.fromEntries(wanted))) };
  };
}

async function bind(world: ResourceClaimWorld, claim: ResourceClaim): Promise<ReconcileResult | void> {
  const provisioner = world.provisioners.find((one) => one.types.includes(claim.spec.type));
  if (provisioner === undefined) return writeStatus(world, claim, failed(unknownType(claim.spec, world.provisioners)));
  const held = claim.metadata.finalizers?.includes(CLAIM_FINALIZER) === true ? claim : await world.objects.update<ResourceClaim>({ ...claim, metadata: { ...claim.metadata, finalizers: [...(claim.metadata.finalizers ?? []), CLAIM_FINALIZER] } }, { reason: 'before anything is made for it' });
  const request = requestOf(held);
  let provisioned: Provisioned;
  try {
    provisioned = await provisioner.provision(request);
    await keepSecrets(world, request, provisioned.secrets);
  } catch (error) {
    return onFailure(world, held, error);
  }
  const bound: Wanted = { phase: 'Bound', outputs: provisioned.outputs, secretOutputs: Object.keys(provisioned.secrets).sort(), message: held.spec.workloads.length > 0 ? `${request.uid} is provisioned` : `${request.uid} is used by no service; its data is kept until a platform-admin deletes this claim` };
  await writeStatus(world, held, bound, held.status?.phase === 'Bound' ? [] : [event(held, 'resource.provisioned', { outputs: Object.keys(provisioned.outputs).sort(), secretOutputs: bound.secretOutputs ?? [] })]);
}

/**
 * A refusal stands until somebody corrects what is asked for, or what stood in its way (a route of another team, a
 * server's rights), which no event tells: so it is asked again now and then.
 *
 * A fault that may pass leaves what is bound as it is: a restart of the database is no reason to take a service down.
 */
async function onFailure(world: ResourceClaimWorld, claim: ResourceClaim, error: unknown): Promise<ReconcileResult> {
  const passing = mayPass(error);
  const message = sentenceOf(error);
  if (passing && claim.status?.phase === 'Bound') throw error;
  await writeStatus(world, claim, passing ? { phase: 'Pending', message } : failed(message), passing || claim.status?.phase === 'Failed' ? [] : [event(claim, 'resource.refused', { message })]);
  if (passing) throw error;
  return { requeueAfterMs: REFUSED_AGAIN_MS };
}

async function release(world: ResourceClaimWorld, claim: ResourceClaim): Promise<void> {
  if (claim.metadata.finalizers?.includes(CLAIM_FINALIZER) !== true) return;
  const request = requestOf(claim);
  const provisioner = world.provisioners.find((one) => one.types.includes(claim.spec.type));
  try {
    await provisioner?.release(request);
    const scope = claimSecretScope(request);
    for (const { name } of await world.secrets.list(scope)) await world.secrets.remove(scope, name);
  } catch (error) {
    await writeStatus(world, claim, { ...kept(claim), phase: 'Releasing', message: sentenceOf(error) });
    throw error;
  }
  const finalizers = claim.metadata.finalizers.filter((one) => one !== CLAIM_FINALIZER);
  await world.objects.transact([{ action: 'update', object: { ...claim, metadata: { ...claim.metadata, finalizers } } }], [event(claim, 'resource.released', { proof: 'the provisioner found nothing left of it' })], { reason: 'nothing is left of it' });
}

async function keepSecrets(world: ResourceClaimWorld, request: ProvisionRequest, values: Readonly<Record<string, string>>): Promise<void> {
  const scope = claimSecretScope(request);
  for (const [name, value] of Object.entries(values)) await world.secrets.set(scope, name, value, CONTROLLER.subject);
}

function requestOf(claim: ResourceClaim): ProvisionRequest {
  const { type, class: kind, uid, environment, params, workloads } = claim.spec;
  return { namespace: claim.metadata.namespace ?? '', environment, type, class: kind, uid, params, workload: workloads[0] ?? '' };
}

type Wanted = Pick<ResourceClaimStatus, 'phase' | 'outputs' | 'secretOutputs' | 'message'>;

function failed(message: string): Wanted {
  return { phase: 'Failed', message };
}

function kept(claim: ResourceClaim): Partial<Wanted> {
  const { outputs, secretOutputs } = claim.status ?? {};
  return { ...(outputs === undefined ? {} : { outputs }), ...(secretOutputs === undefined ? {} : { secretOutputs }) };
}

async function writeStatus(world: ResourceClaimWorld, claim: ResourceClaim, wanted: Wanted, events: readonly NewEvent[] = []): Promise<void> {
  const now = new Date(world.clock.now()).toISOString();
  const bound = wanted.phase === 'Bound';
  const generation = claim.metadata.generation;
  const conditions = withCondition(claim.status?.conditions, { type: 'Ready', status: bound ? 'True' : 'False', reason: wanted.phase, message: wanted.message ?? '', observedGeneration: generation }, now);
  const status: ResourceClaimStatus = { observedGeneration: generation, ...wanted, conditions };
  if (same(claim.status, status)) return;
  await world.objects.transact([{ action: 'updateStatus', object: { ...claim, status } }], events);
}

function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

/** The store may give keys back in another order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner)) ?? '';
}

function event(claim: ResourceClaim, kind: string, body: Record<string, unknown>): NewEvent {
  const namespace = claim.metadata.namespace ?? '';
  const { type, uid, environment, workloads } = claim.spec;
  return { namespace, actor: CONTROLLER, subject: objectReference(GROUP, 'ResourceClaim', namespace, claim.metadata.name), kind, schemaVersion: 1, body: { namespace, type, uid, environment, workloads, ...body } };
}

/** Only what is meant for people: another error's text may quote what was asked of a server. */
function sentenceOf(error: unknown): string {
  if (!(error instanceof PlatformError)) return 'provisioning failed for a reason that stands in the log of the control plane';
  return [error.message, error.why, error.next].filter((part) => part !== undefined).join(' ');
}
