/**
 * Fields of otherwise ordinary objects that widen what code may do: only who may do everything in the
 * platform may set them.
 *
 * `Repository.spec.trusted` lets steps run without isolation; `spec.namespaces` lets a repository declare
 * objects of other teams. A team-member may create and change repositories, but not these.
 */
import type { ApiObject } from '../../domain/object.ts';
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import type { RepositorySpec } from '../../domain/kinds/repository.ts';
import { isPlatformService } from '../../engines/access/services.ts';
import type { AdmissionHook } from './context.ts';
import type { Grants } from './grants.ts';

export function guardPrivilegedFields(grants: () => Grants): AdmissionHook {
  return (object, old, { identity, operation, kind }) => {
    if (kind.kind !== 'Repository' || operation === 'delete' || isPlatformService(identity)) return undefined;
    const field = widened(object, old);
    if (field === undefined) return undefined;
    const isAdmin = grants()
      .of(identity.subject)
      .some((grant) => grant.role === 'platform-admin' && grant.namespace === SYSTEM_NAMESPACE);
    if (isAdmin) return undefined;
    return { rule: 'PrivilegedField', sentence: `${field} may be set by a platform-admin in ${SYSTEM_NAMESPACE} only` };
  };
}

function widened(object: Readonly<ApiObject>, old: Readonly<ApiObject> | undefined): string | undefined {
  const spec = object.spec as RepositorySpec;
  const before = old?.spec as RepositorySpec | undefined;
  if (spec.trusted && before?.trusted !== true) return 'spec.trusted';
  const known = new Set([...(before?.namespaces ?? []), object.metadata.namespace]);
  return (spec.namespaces ?? []).every((namespace) => known.has(namespace)) ? undefined : 'spec.namespaces';
}
