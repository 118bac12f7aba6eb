/**
 * Fields that say which person did something are filled by the server: a person cannot sign for another.
 *
 * Lifting a hold and instructing a rollout name who did it; the same for asking a run to stop. Service
 * identities write these fields on behalf of people and are trusted with them.
 */
import type { ApiObject } from '../../domain/object.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { WriteContext } from './context.ts';

const SIGNED: Record<string, string> = { Hold: 'lifted', Rollout: 'instruction', PipelineRun: 'cancel' };

export function stampPerson(object: ApiObject, old: ApiObject | undefined, context: WriteContext): ApiObject {
  if (context.identity.subject.startsWith('service:')) return object;
  const field = object.apiVersion.startsWith(`${GROUP}/`) ? SIGNED[object.kind] : undefined;
  if (field === undefined || object.spec === old?.spec) return object;
  const spec = object.spec as Record<string, unknown> | undefined;
  const before = (old?.spec as Record<string, unknown> | undefined)?.[field];
  const signed = spec?.[field];
  if (typeof signed !== 'object' || signed === null || JSON.stringify(signed) === JSON.stringify(before)) return object;
  return { ...object, spec: { ...spec, [field]: { ...signed, by: context.identity.subject } } };
}
