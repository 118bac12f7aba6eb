/** The scale subresource: an `autoscaling/v1` Scale over the kind's replica count. */
import type { ApiObject } from '../../../domain/object.ts';
import { valueAt, withValueAt } from '../../../engines/selectors/path.ts';
import type { Identity } from '../../../ports/identity.ts';
import { badRequest, conflict, invalid } from '../failure.ts';
import type { ObjectService, Target } from '../service.ts';
import { readObject, sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { readPatch, writeContext } from './write.ts';

interface Scale {
  kind: 'Scale';
  apiVersion: 'autoscaling/v1';
  metadata: Record<string, unknown>;
  spec: { replicas?: number };
  status: { replicas: number; selector: string };
}

type ScaleTarget = Target & { kind: { definition: { scale?: { specReplicas: string; statusReplicas: string } } } };

function paths(target: ScaleTarget): { specReplicas: string; statusReplicas: string } {
  const { scale } = target.kind.definition;
  if (scale === undefined) throw badRequest('this kind has no scale');
  return scale;
}

function scaleOf(target: ScaleTarget, object: Readonly<ApiObject>): Scale {
  const { specReplicas, statusReplicas } = paths(target);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, specReplicas) as number | undefined;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: replicas === undefined ? {} : { replicas },
    status: { replicas: (valueAt(object, statusReplicas) as number | undefined) ?? 0, selector: '' },
  };
}

export function serveScale(service: ObjectService, exchange: Exchange, target: Target): void {
  sendJson(exchange.response, 200, JSON.stringify(scaleOf(target, service.get(target).object)));
}

/**
 * Makes a wish for replicas last where something else than the object decides: what runs follows the desired state,
 * so the number must stand there before it stands in the object. Throws a PlatformError; nothing is scaled then.
 */
export type ScaleThrough = (identity: Identity, object: Readonly<ApiObject>, replicas: number, reason: string | undefined) => Promise<void>;

/** PUT or PATCH of the Scale; writes the replica count of the object under it. `through`: see ScaleThrough. */
export async function serveScaleWrite(service: ObjectService, exchange: Exchange, target: Target, through?: ScaleThrough): Promise<void> {
  const verb = exchange.method === 'PUT' ? 'update' : 'patch';
  const next = verb === 'update' ? constant((await readObject(exchange.request)).value) : await readPatch(exchange);
  const context = writeContext(exchange);
  if (through !== undefined && !context.dryRun) {
    await service.authorise(context.identity, verb, target);
    const old = service.get(target).object;
    const { replicas, version } = wantedOf(target, old, next);
    if (version !== undefined && version !== old.metadata.resourceVersion) throw conflict(target.kind, target.name);
    if (replicas !== valueAt(old, paths(target).specReplicas)) await through(context.identity, old, replicas, context.reason);
  }
  const { stored } = await service.update(verb, target, context, through !== undefined || !next.hasPrecondition, (old) => {
    const { replicas, version } = wantedOf(target, old, next);
    const changed = withValueAt(old, paths(target).specReplicas, replicas) as unknown as ApiObject;
    // Going through something else has changed the object; its version was compared before.
    return { candidate: version === undefined || through !== undefined ? changed : { ...changed, metadata: { ...changed.metadata, resourceVersion: version } } };
  });
  sendJson(exchange.response, 200, JSON.stringify(scaleOf(target, stored.object)));
}

function wantedOf(target: Target, old: Readonly<ApiObject>, next: { change(old: unknown): unknown }): { replicas: number; version?: string } {
  const wanted = next.change(scaleOf(target, old)) as Partial<Scale> | null;
  const replicas = wanted?.spec?.replicas ?? 0;
  if (!Number.isInteger(replicas) || replicas < 0) {
    throw invalid(target.kind, target.name, [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(replicas)}: must be a number that is not negative` }]);
  }
  const version = wanted?.metadata?.['resourceVersion'];
  return { replicas, ...(typeof version === 'string' && version !== '' ? { version } : {}) };
}

function constant(value: unknown): { change(old: unknown): unknown; hasPrecondition: boolean } {
  return { change: () => value, hasPrecondition: true };
}
