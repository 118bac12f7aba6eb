/**
 * The fixed table of service identities: what each part of the platform itself may write.
 *
 * All of them read everything but tokens. A name that is not in the table has no rights at all, unless
 * a RoleGrant names it (a service account of a team).
 */
import type { Action, Decision } from './action.ts';

/** `group/plural` -> verbs; `group/plural/status` covers the subresource. `*` is every verb. */
type Rights = Record<string, readonly string[] | '*'>;

const CATALOG: Rights = Object.fromEntries(
  ['apis', 'components', 'domains', 'groups', 'locations', 'resources', 'systems', 'users'].flatMap((plural) => [
    [`backstage.io/${plural}`, '*'],
    [`backstage.io/${plural}/status`, '*'],
  ]),
);

function owns(...plurals: string[]): Rights {
  return Object.fromEntries(plurals.flatMap((plural) => [[`roadbed.dev/${plural}`, '*'], [`roadbed.dev/${plural}/status`, '*']]));
}

function writesStatus(...plurals: string[]): Rights {
  return Object.fromEntries(plurals.map((plural) => [`roadbed.dev/${plural}/status`, ['update', 'patch']]));
}

const EVERYTHING = 'everything';

const SERVICES: Record<string, Rights | typeof EVERYTHING> = {
  /** Start-up: the system namespace, the first grant, the environments, the demo. */
  'service:platform': EVERYTHING,
  /** Removes what belongs to vanished owners and namespaces. */
  'service:garbage-collector': EVERYTHING,
  'service:catalog-importer': { ...CATALOG, ...owns('workloads'), ...writesStatus('repositories') },
  'service:catalog-controller': CATALOG,
  'service:git': { ...owns('pipelineruns'), ...writesStatus('repositories') },
  'service:repository-controller': { ...owns('pipelineruns'), 'roadbed.dev/repositories': ['update', 'patch'], ...writesStatus('repositories') },
  'service:pipeline-controller': { ...owns('pipelineruns', 'releases'), ...writesStatus('repositories') },
  'service:release-controller': { ...owns('releases', 'rollouts') },
  'service:promotion-controller': { ...owns('rollouts'), ...writesStatus('releases', 'environments') },
  'service:desired-state': { ...owns('rollouts') },
  'service:resource-controller': { ...owns('resourceclaims') },
  /** Looks for the code of states, and writes no object. */
  'service:state-analysis': {},
  /** Looks at what runs, and writes no object. */
  'service:cost-controller': {},
  'service:rollout-controller': {
    ...owns('rollouts', 'holds', 'resourceclaims'),
    ...writesStatus('releases', 'environments', 'repositories'),
  },
};

/** Whether this is a part of the platform itself; a service account that a RoleGrant names is not. */
export function isPlatformService({ issuer, subject }: { issuer: string; subject: string }): boolean {
  return issuer === 'roadbed' && Object.hasOwn(SERVICES, subject);
}

/** Undefined: the table does not know the name. */
export function serviceMay(subject: string, action: Action): Decision | undefined {
  const rights = Object.hasOwn(SERVICES, subject) ? SERVICES[subject] : undefined;
  if (rights === undefined) return undefined;
  const resource = `${action.group}/${action.resource}`;
  const reads = action.verb === 'get' || action.verb === 'list' || action.verb === 'watch';
  if (rights === EVERYTHING) return { allowed: true, reason: `${subject} is the platform itself` };
  if (reads && resource !== 'roadbed.dev/accesstokens') return { allowed: true, reason: `${subject} reads everything but tokens` };
  const verbs = rights[action.subresource === undefined ? resource : `${resource}/${action.subresource}`];
  const allowed = verbs === '*' || (verbs?.includes(action.verb) ?? false);
  return { allowed, reason: allowed ? `${subject} writes ${resource}` : `${subject} has no right to ${action.verb} ${resource}` };
}
