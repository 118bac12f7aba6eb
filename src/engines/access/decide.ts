/**
 * Who may do what: one pure function, deny by default.
 *
 * People hold roles through RoleGrants: in a team's namespace the role holds there, in roadbed-system it
 * holds everywhere. Reconcilers are service identities with a fixed table of what each writes. Every
 * decision carries the sentence that `kubectl auth can-i` and a 403 show.
 */
import type { Role } from '../../domain/kinds/access.ts';
import { GROUP, SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import type { Action, Decision } from './action.ts';
import { serviceMay } from './services.ts';

export type { Action, Decision } from './action.ts';

export interface Grant {
  /** Where the RoleGrant stands. */
  namespace: string;
  name: string;
  role: Role;
}

export interface Subject {
  issuer: string;
  subject: string;
}

const READ = new Set(['get', 'list', 'watch']);
const WRITE = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

/** Kinds without a namespace that everybody with any role may read: they are the map of the platform. */
const PUBLIC_CLUSTER_KINDS = new Set([`${GROUP}/environments`, '/namespaces']);

/** What a team-member may change in the team's namespace; `patch` covers instructions to a running thing. */
const MEMBER_WRITES: Record<string, readonly string[]> = {
  'roadbed.dev/rollouts': ['create', 'update', 'patch', 'delete', 'deletecollection'],
  'roadbed.dev/pipelineruns': ['create', 'update', 'patch', 'delete', 'deletecollection'],
  'roadbed.dev/repositories': ['create', 'update', 'patch', 'delete', 'deletecollection'],
  'roadbed.dev/workloads': ['create', 'update', 'patch', 'delete', 'deletecollection'],
  'roadbed.dev/holds': ['create', 'update', 'patch'],
};

function deny(reason: string): Decision {
  return { allowed: false, reason };
}

function allow(reason: string): Decision {
  return { allowed: true, reason };
}

/** Decides `action` for `subject`, who holds `grants` (only those of this subject). */
export function can(subject: Subject, grants: readonly Grant[], action: Action): Decision {
  if (subject.subject === 'anonymous') return deny('nobody is logged in');
  if (!READ.has(action.verb) && !WRITE.has(action.verb)) return deny(`there is no verb "${action.verb}"`);
  if (subject.subject.startsWith('service:') && subject.issuer === 'roadbed') {
    const service = serviceMay(subject.subject, action);
    if (service !== undefined) return service;
  }
  if (grants.length === 0) return deny(`no role is granted to ${subject.subject}; a platform-admin creates a RoleGrant`);
  for (const grant of grants) {
    const decision = throughGrant(grant, action);
    if (decision !== undefined) return decision;
  }
  return deny(refusal(grants, action));
}

function throughGrant(grant: Grant, action: Action): Decision | undefined {
  const everywhere = grant.namespace === SYSTEM_NAMESPACE;
  const here = everywhere || (action.namespace !== undefined && action.namespace === grant.namespace);
  const by = `role ${grant.role} by RoleGrant ${grant.namespace}/${grant.name}`;
  if (READ.has(action.verb)) {
    if (action.namespace === undefined && PUBLIC_CLUSTER_KINDS.has(`${action.group}/${action.resource}`)) return allow(by);
    if (!here) return undefined;
    if (`${action.group}/${action.resource}` === `${GROUP}/accesstokens` && grant.role !== 'platform-admin') return undefined;
    return allow(by);
  }
  if (!here) return undefined;
  if (grant.role === 'platform-admin') return allow(by);
  return grant.role === 'team-member' && memberMay(action) ? allow(by) : undefined;
}

function memberMay(action: Action): boolean {
  if (action.namespace === undefined || action.namespace === SYSTEM_NAMESPACE) return false;
  if (action.subresource !== undefined && action.subresource !== 'scale') return false;
  if (action.group === 'backstage.io') return true;
  return MEMBER_WRITES[`${action.group}/${action.resource}`]?.includes(action.verb) ?? false;
}

function refusal(grants: readonly Grant[], action: Action): string {
  const held = grants.map((grant) => `${grant.role} in ${grant.namespace}`).join(', ');
  const needed = READ.has(action.verb) ? 'viewer' : action.namespace !== undefined && memberMay({ ...action }) ? 'team-member' : 'platform-admin';
  const where = action.namespace ?? SYSTEM_NAMESPACE;
  return `needs ${needed} in ${where}; granted: ${held}`;
}

export interface ResourceRule {
  verbs: string[];
  apiGroups: string[];
  resources: string[];
}

const ALL_VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** What `subject` may do in `namespace`, one rule a resource: found by asking `can`, so that it cannot differ from it. */
export function rulesIn(
  subject: Subject,
  grants: readonly Grant[],
  namespace: string,
  resources: readonly { group: string; resource: string; namespaced: boolean; subresource?: string }[],
): ResourceRule[] {
  return resources.flatMap(({ group, resource, namespaced, subresource }) => {
    const verbs = ALL_VERBS.filter(
      (verb) => can(subject, grants, { verb, group, resource, ...(subresource === undefined ? {} : { subresource }), ...(namespaced ? { namespace } : {}) }).allowed,
    );
    return verbs.length === 0 ? [] : [{ verbs, apiGroups: [group], resources: [subresource === undefined ? resource : `${resource}/${subresource}`] }];
  });
}
