/** The scale subresource: an `autoscaling/v1` Scale over the kind's replica count. */
import type { ApiObject } from '../../../domain/object.ts';
import { valueAt, withValueAt } from '../../../engines/selectors/path.ts';
import { badRequest, invalid } from '../failure.ts';
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

/** PUT or PATCH of the Scale; writes the replica count of the object under it. */
export async function serveScaleWrite(service: ObjectService, exchange: Exchange, target: Target): Promise<void> {
  const isPut = exchange.method === 'PUT';
  const next = isPut ? constant((await readObject(exchange.request)).value) : await readPatch(exchange);
  const { stored } = await service.update(isPut ? 'update' : 'patch', target, writeContext(exchange), !next.hasPrecondition, (old) => {
    const wanted = next.change(scaleOf(target, old)) as Partial<Scale> | null;
    const replicas = wanted?.spec?.replicas ?? 0;
    if (!Number.isInteger(replicas) || replicas < 0) {
      throw invalid(target.kind, target.name, [{ field: 'spec.replicas', reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(replicas)}: must be a number that is not negative` }]);
    }
    const changed = withValueAt(old, paths(target).specReplicas, replicas) as unknown as ApiObject;
    const version = wanted?.metadata?.['resourceVersion'];
    const metadata = typeof version === 'string' && version !== '' ? { ...changed.metadata, resourceVersion: version } : changed.metadata;
    return { candidate: { ...changed, metadata } };
  });
  sendJson(exchange.response, 200, JSON.stringify(scaleOf(target, stored.object)));
}

function constant(value: unknown): { change(old: unknown): unknown; hasPrecondition: boolean } {
  return { change: () => value, hasPrecondition: true };
}
