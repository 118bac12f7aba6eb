/** Errors of provisioners: ROADBED-42xx, listed in docs/reference/errors/provisioning.md. */
import { PlatformError } from '../../domain/error.ts';
import type { ProvisionRequest } from '../../ports/provisioner.ts';

export function invalidParameter(request: ProvisionRequest, name: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4202', class: 'invalid', message: `The resource ${request.uid} cannot be provisioned: the parameter "${name}" ${why}.`, next: 'Correct resources.<name>.params in the Score file and push again.' });
}

/** A text parameter; `undefined` when it is absent. */
export function textParameter(request: ProvisionRequest, name: string): string | undefined {
  const value = Object.hasOwn(request.params, name) ? request.params[name] : undefined;
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw invalidParameter(request, name, 'must be a text');
}

export function requiredParameter(request: ProvisionRequest, name: string): string {
  const value = textParameter(request, name);
  if (value === undefined) throw invalidParameter(request, name, 'is missing');
  return value;
}

export function residue(request: ProvisionRequest, what: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-4203', class: 'incomplete', message: `The resource ${request.uid} could not be removed completely: ${what} is still there.`, next: 'It is tried again; look at what holds it.', retry: 'backoff' });
}
