/**
 * Automation's hand: brings releases to environments by writing the desired state, and says why it does not.
 *
 * It looks at a whole service whenever one of its releases, a hold or an environment changes. What it
 * decides is engines/promotion; it only reads, and writes entries.
 */
import type { ApiObject } from '../../domain/object.ts';
import { withCondition, type Condition } from '../../domain/object.ts';
import type { HoldSpec } from '../../domain/kinds/hold.ts';
import { heldBy, releaseFacts, type NamedHold } from '../../engines/holds/holds.ts';
import { decidePromotions, type Candidate, type PromotionView } from '../../engines/promotion/promotion.ts';
import { hashIn } from '../../engines/release/identity.ts';
import { claimantOf, ownerOf } from '../../engines/rollout-plan/ownership.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects, ObjectEvent } from '../../ports/objects.ts';
import type { DesiredState } from '../../ports/source.ts';
import type { ReconcileKey, Reconciler } from '../loop/reconciler.ts';
import { PLATFORM_AUTHOR } from '../rollout/act.ts';
import { SEQUENCE_ANNOTATION, type EnvironmentObject, type HoldObject, type ReleaseObject, type RolloutObject } from '../rollout/world.ts';

const REMEMBERED_MS = 1_000;

export interface PromotionDeps {
  objects: Objects;
  desiredState: DesiredState;
  clock: Clock;
  /** Called after an entry was written. */
  onDesiredChange?: () => void;
  /** Replicas of a service that comes to an environment for the first time; default 1. */
  firstReplicas?: number;
}

export function promotionReconciler(deps: PromotionDeps): Reconciler {
  // The newest release of each service stands for it; the keys of holds and environments come from what was seen.
  const newest = new Map<string, ReconcileKey>();
  const remembering = { ...deps, desiredState: rememberingReads(deps.desiredState, deps.clock) };
  return {
    name: 'promotion',
    kind: 'roadbed.dev/Release',
    concurrency: 1,
    also: [
      { kind: 'roadbed.dev/Hold', keys: ({ object }: ObjectEvent) => [newest.get(serviceKey(object.metadata.namespace, (object as ApiObject<HoldSpec>).spec.service))].filter((key) => key !== undefined) },
      { kind: 'roadbed.dev/Environment', keys: () => [...newest.values()] },
    ],
    reconcile: async (key) => {
      const release = await deps.objects.get<ReleaseObject>('roadbed.dev/Release', key.namespace, key.name);
      if (release === undefined) return;
      newest.set(serviceKey(key.namespace, release.spec.service), key);
      await promoteService(remembering, key.namespace ?? '', release.spec.service);
      await explain(remembering, key);
    },
  };
}

/** A pass over many releases asks for the same entries again and again; one listing serves all reads of a second. */
function rememberingReads(desiredState: DesiredState, clock: Clock): DesiredState {
  let listing: { at: number; entries: ReturnType<DesiredState['list']> } | undefined;
  const list = (): ReturnType<DesiredState['list']> => {
    if (listing === undefined || clock.monotonic() - listing.at >= REMEMBERED_MS) listing = { at: clock.monotonic(), entries: desiredState.list() };
    return listing.entries;
  };
  return {
    ...desiredState,
    read: async (environment, namespace, service) => (await list()).find((entry) => entry.environment === environment && entry.namespace === namespace && entry.service === service),
    write: async (entry, message, by) => {
      listing = undefined;
      const present = await desiredState.read(entry.environment, entry.namespace, entry.service);
      return desiredState.write({ ...entry, replicas: present?.replicas ?? entry.replicas }, message, by);
    },
  };
}

/** One pass over one service: writes the entries that automation owes it. Answers the environments written. */
export async function promoteService(deps: PromotionDeps, namespace: string, service: string): Promise<string[]> {
  const view = await promotionView(deps, namespace, service);
  const promotions = decidePromotions(view);
  for (const promotion of promotions) {
    const before = await deps.desiredState.read(promotion.environment, namespace, service);
    const entry = { namespace, service, environment: promotion.environment, release: promotion.release, hash: promotion.hash, replicas: before?.replicas ?? deps.firstReplicas ?? 1 };
    await deps.desiredState.write(entry, `Promote ${service} to ${promotion.release} in ${promotion.environment}\n\n${promotion.why}\n`, PLATFORM_AUTHOR);
  }
  if (promotions.length > 0) deps.onDesiredChange?.();
  return promotions.map((promotion) => promotion.environment);
}

export async function promotionView(deps: Pick<PromotionDeps, 'objects' | 'desiredState'>, namespace: string, service: string): Promise<PromotionView> {
  const [environments, releases, holds, rollouts] = await Promise.all([
    deps.objects.list<EnvironmentObject>('roadbed.dev/Environment'),
    deps.objects.list<ReleaseObject>('roadbed.dev/Release', { namespace }),
    deps.objects.list<HoldObject>('roadbed.dev/Hold', { namespace }),
    deps.objects.list<RolloutObject>('roadbed.dev/Rollout'),
  ]);
  const claimants = rollouts.map(claimantOf);
  const named = environments.map((environment) => ({ name: environment.metadata.name, spec: environment.spec }));
  const desired = await Promise.all(named.map(async ({ name }) => [name, (await deps.desiredState.read(name, namespace, service))?.release] as const));
  const owners = named.map(({ name }) => [name, ownerOf(service, name, claimants)] as const);
  return {
    service,
    environments: named,
    releases: candidates(releases.filter((release) => release.spec.service === service)),
    desired: Object.fromEntries(desired),
    holds: holds.filter((hold) => hold.spec.service === service).map(namedHold),
    ownedBy: Object.fromEntries(owners.filter(([, owner]) => owner !== namespace)),
  };
}

/** Each with where it has proved itself, also through a release that is the same thing there. */
function candidates(releases: readonly ReleaseObject[]): Candidate[] {
  const proof = new Set(releases.flatMap(({ spec, status }) => (status?.verified ?? []).map(({ environment }) => `${environment} ${hashIn(spec, environment)}`)));
  const places = new Set([...proof].map((entry) => entry.slice(0, entry.indexOf(' '))));
  return releases.map((release) => ({ ...candidate(release), proven: [...places].filter((place) => proof.has(`${place} ${hashIn(release.spec, place)}`)) }));
}

export function candidate(release: ReleaseObject): Candidate {
  const rebuilt = Number(release.metadata.annotations?.[SEQUENCE_ANNOTATION] ?? 0);
  return { ...releaseFacts(release.metadata.name, release.spec, release.status?.verified, Number.isSafeInteger(rebuilt) ? rebuilt : 0), createdAt: release.metadata.creationTimestamp };
}

export function namedHold(hold: HoldObject): NamedHold {
  return { name: hold.metadata.name, spec: hold.spec };
}

/** Shows on the release itself why it is not coming to an environment. */
async function explain(deps: PromotionDeps, key: ReconcileKey): Promise<void> {
  const release = await deps.objects.get<ReleaseObject>('roadbed.dev/Release', key.namespace, key.name);
  if (release === undefined) return;
  const view = await promotionView(deps, key.namespace ?? '', release.spec.service);
  const refusals = view.environments.flatMap(({ name }) => {
    const owner = view.ownedBy[name];
    if (owner !== undefined) return [`the name ${view.service} is taken in ${name} by team ${owner}`];
    const held = heldBy(candidate(release), name, view.holds);
    return held === undefined ? [] : [held.sentence];
  });
  const before = release.status?.conditions;
  if (refusals.length === 0 && before?.some((condition) => condition.type === 'Admitted') !== true) return;
  const next = withCondition(before, { type: 'Admitted', status: refusals.length === 0 ? 'True' : 'False', reason: refusals.length === 0 ? 'NotRefused' : 'Refused', message: refusals.join('; ') }, new Date(deps.clock.now()).toISOString());
  if (sameConditions(before, next)) return;
  await deps.objects.updateStatus({ ...release, status: { ...release.status, conditions: next } }, { reason: 'promotion' });
}

function sameConditions(one: readonly Condition[] | undefined, other: readonly Condition[]): boolean {
  const plain = (list: readonly Condition[] | undefined): string => JSON.stringify((list ?? []).map(({ type, status, reason, message }) => [type, status, reason, message]).sort());
  return plain(one) === plain(other);
}

function serviceKey(namespace: string | undefined, service: string): string {
  return `${namespace ?? ''}/${service}`;
}
