/**
 * Claims of a workload's resources in an environment: made before the first replica starts, shared by identity.
 *
 * A claim's parameters may use outputs of other claims; it is made once those are bound. Only outputs that are
 * not secret can be used there, because parameters stand in an object that many may read.
 *
 * A claim belongs to its services in the environment. It outlives the release that asked for it (going back must
 * find its database again), and, when there may be data behind it, the rollout too: a rollout is a record of
 * delivery that any member of the team may delete, and is made again from the desired state. Data goes only with
 * the claim itself, which a platform-admin deletes.
 */
import { createHash } from 'node:crypto';
import { PlatformError } from '../../domain/error.ts';
import type { ApiObject } from '../../domain/object.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import { mayHoldData, type ResourceClaimSpec, type ResourceClaimStatus } from '../../domain/kinds/resource-claim.ts';
import type { ScoreDocument, ScoreResource } from '../../domain/kinds/workload.ts';
import { resourceUid } from '../../engines/placeholders/resource-uid.ts';
import { substituteDeep, workloadLookup } from '../../engines/placeholders/substitute.ts';
import type { Resources } from '../../engines/rollout-plan/view.ts';
import type { Objects } from '../../ports/objects.ts';

export type ClaimObject = ApiObject<ResourceClaimSpec, ResourceClaimStatus>;

export interface ClaimPlace {
  namespace: string;
  environment: string;
}

const KIND = 'roadbed.dev/ResourceClaim';

/** `<environment>.<type>.<12 hex digits of the uid's hash>`: one identity in one environment is one claim. */
export function claimName(environment: string, type: string, uid: string): string {
  const hash = createHash('sha256').update(uid).digest('hex').slice(0, 12);
  return `${environment}.${type.toLowerCase().replace(/[^a-z0-9-]/g, '-')}.${hash}`;
}

/** Claims everything that the workload names, as far as it can be claimed yet, and says where that stands. */
export async function claimResources(objects: Objects, place: ClaimPlace, workload: ScoreDocument): Promise<{ resources: Resources; claims: Record<string, ClaimObject> }> {
  const wanted = Object.entries(workload.resources ?? {});
  const claims: Record<string, ClaimObject> = {};
  const waiting: string[] = [];
  let progress = true;
  while (progress) {
    progress = false;
    waiting.length = 0;
    for (const [name, resource] of wanted) {
      if (claims[name] !== undefined) continue;
      const params = resolvedParams(workload, resource, claims);
      if (params === undefined) {
        waiting.push(`${name} (${resource.type}) needs other resources first`);
        continue;
      }
      const claim = await ensureClaim(objects, place, workload, name, resource, params);
      if (isRefused(claim)) return { resources: { state: 'failed', message: `${name} (${resource.type}): ${claim.status?.message ?? 'provisioning failed'}` }, claims };
      if (claim.status?.phase !== 'Bound') {
        const { phase = 'Pending', message } = claim.status?.phase === 'Failed' ? {} : (claim.status ?? {});
        waiting.push(`${name} (${resource.type}) is ${phase}${message === undefined ? '' : `: ${message}`}`);
        continue;
      }
      claims[name] = claim;
      progress = true;
    }
  }
  return { resources: waiting.length === 0 ? { state: 'bound' } : { state: 'waiting', message: waiting.join('; ') }, claims };
}

/** A refusal of what is asked for now; one of earlier parameters says nothing about these. */
function isRefused({ metadata, status }: ClaimObject): boolean {
  return status?.phase === 'Failed' && (status.observedGeneration ?? metadata.generation) >= metadata.generation;
}

/**
 * Takes a service off the claims of an environment. A claim that nobody uses any more is deleted when there can be
 * no data behind it, and else stands without a user: the same service, or another that asks for it, finds it again.
 */
export async function releaseClaims(objects: Objects, place: ClaimPlace, service: string): Promise<void> {
  const claims = await objects.list<ClaimObject>(KIND, { namespace: place.namespace });
  for (const claim of claims.filter((one) => one.spec.environment === place.environment && one.spec.workloads.includes(service) && one.metadata.deletionTimestamp === undefined)) {
    const workloads = claim.spec.workloads.filter((name) => name !== service);
    const reason = `${service} left ${place.environment}`;
    if (workloads.length === 0 && !keepsData(claim)) await objects.delete(KIND, place.namespace, claim.metadata.name, { reason });
    else await objects.patch(KIND, place.namespace, claim.metadata.name, { spec: { workloads } }, { reason });
  }
}

/** Without a finalizer nothing was ever made for it. */
function keepsData({ metadata, spec }: ClaimObject): boolean {
  return mayHoldData(spec) && (metadata.finalizers ?? []).length > 0;
}

/** Undefined while a parameter refers to what is not bound. */
function resolvedParams(workload: ScoreDocument, resource: ScoreResource, claims: Readonly<Record<string, ClaimObject>>): Record<string, unknown> | undefined {
  const outputs = Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, claim.status?.outputs ?? {}]));
  const { value, problems } = substituteDeep(resource.params ?? {}, 'params', workloadLookup({ metadata: workload.metadata, resources: outputs }));
  return problems.length > 0 ? undefined : (value as Record<string, unknown>);
}

async function ensureClaim(objects: Objects, place: ClaimPlace, workload: ScoreDocument, name: string, resource: ScoreResource, params: Record<string, unknown>): Promise<ClaimObject> {
  const service = workload.metadata.name;
  const uid = resourceUid(service, name, resource);
  const claimed = claimName(place.environment, resource.type, uid);
  const known = await objects.get<ClaimObject>(KIND, place.namespace, claimed);
  if (known !== undefined) return joinClaim(objects, known, service, params);
  const spec: ResourceClaimSpec = { type: resource.type, class: resource.class ?? 'default', uid, environment: place.environment, params, workloads: [service] };
  try {
    return await objects.create<ClaimObject>({ apiVersion: API_VERSION, kind: 'ResourceClaim', metadata: { name: claimed, namespace: place.namespace, labels: { 'roadbed.dev/environment': place.environment } }, spec }, { reason: `${service} needs ${name}` });
  } catch (error) {
    const other = error instanceof PlatformError && error.class === 'already-exists' ? await objects.get<ClaimObject>(KIND, place.namespace, claimed) : undefined;
    if (other === undefined) throw error;
    return joinClaim(objects, other, service, params);
  }
}

/** Another workload uses the same resource; of parameters that differ the newest wish counts. */
async function joinClaim(objects: Objects, claim: ClaimObject, service: string, params: Record<string, unknown>): Promise<ClaimObject> {
  const joined = claim.spec.workloads.includes(service);
  const alone = claim.spec.workloads.every((name) => name === service);
  const differs = alone && JSON.stringify(claim.spec.params) !== JSON.stringify(params);
  if (joined && !differs) return claim;
  const spec = { ...claim.spec, workloads: joined ? claim.spec.workloads : [...claim.spec.workloads, service], ...(differs ? { params } : {}) };
  return objects.update<ClaimObject>({ ...claim, spec }, { reason: `${service} uses it` });
}
