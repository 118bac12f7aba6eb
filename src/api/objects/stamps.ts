/**
 * Fields that say which person did something are filled by the server: a person cannot sign for another.
 *
 * Lifting a hold, letting a release past it, and instructing a rollout name who did it; the same for starting a run and asking it to stop. The
 * platform's own parts write these fields on behalf of people and are trusted with them; a service account is not.
 */
import type { ApiObject } from '../../domain/object.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import { isPlatformService } from '../../engines/access/services.ts';
import type { WriteContext } from './context.ts';

const SIGNED: Record<string, readonly string[]> = { Hold: ['lifted', 'passed'], Rollout: ['instruction'], PipelineRun: ['cancel', 'trigger'] };

export function stampPerson(object: ApiObject, old: ApiObject | undefined, context: WriteContext): ApiObject {
  if (isPlatformService(context.identity)) return object;
  const fields = object.apiVersion.startsWith(`${GROUP}/`) ? SIGNED[object.kind] : undefined;
  if (fields === undefined || object.spec === old?.spec) return object;
  const spec = object.spec as Record<string, unknown> | undefined;
  const before = old?.spec as Record<string, unknown> | undefined;
  const signed = fields.flatMap((field) => {
    const value = spec?.[field];
    if (typeof value !== 'object' || value === null || JSON.stringify(value) === JSON.stringify(before?.[field])) return [];
    return [[field, { ...value, by: context.identity.subject }] as const];
  });
  return signed.length === 0 ? object : { ...object, spec: { ...spec, ...Object.fromEntries(signed) } };
}
