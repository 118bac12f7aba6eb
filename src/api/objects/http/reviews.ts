/** Who am I and what may I do: the three review calls of `kubectl auth`. */
import { can, rulesIn } from '../../../engines/access/decide.ts';
import type { Decision } from '../../../engines/access/decide.ts';
import { badRequest } from '../failure.ts';
import type { ObjectService } from '../service.ts';
import { readObject, sendJson } from './exchange.ts';
import type { Exchange } from './exchange.ts';

const PATHS = {
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews': reviewAccess,
  '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews': reviewRules,
  '/apis/authentication.k8s.io/v1/selfsubjectreviews': reviewSelf,
  '/apis/authentication.k8s.io/v1beta1/selfsubjectreviews': reviewSelf,
} as const;

const NON_RESOURCE_URLS = ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/openapi', '/openapi/*', '/readyz', '/version'];

type Review = Record<string, unknown>;

/** True when the path is a review; only POST is. */
export function isReview(path: string): path is keyof typeof PATHS {
  return Object.hasOwn(PATHS, path);
}

export async function serveReview(service: ObjectService, exchange: Exchange, path: keyof typeof PATHS): Promise<void> {
  const { value } = await readObject(exchange.request);
  if (typeof value !== 'object' || value === null) throw badRequest('the body of the request is not a review');
  const review = value as Review;
  const spec = (review['spec'] ?? {}) as Record<string, unknown>;
  const status = PATHS[path](service, exchange, spec);
  sendJson(exchange.response, 201, JSON.stringify({ ...review, metadata: review['metadata'] ?? {}, spec, status }));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function reviewAccess(service: ObjectService, { identity }: Exchange, spec: Record<string, unknown>): Decision & { denied: boolean } {
  const paths = spec['nonResourceAttributes'] as Record<string, unknown> | undefined;
  if (paths !== undefined) {
    const path = text(paths['path']);
    const allowed = text(paths['verb']) === 'get' && NON_RESOURCE_URLS.some((url) => (url.endsWith('/*') ? path.startsWith(url.slice(0, -1)) : path === url));
    return { allowed, denied: !allowed, reason: allowed ? 'everybody who is logged in may read it' : 'there is nothing to do at this path' };
  }
  const asked = spec['resourceAttributes'] as Record<string, unknown> | undefined;
  if (asked === undefined) throw badRequest('a SelfSubjectAccessReview needs resourceAttributes or nonResourceAttributes');
  const [subresource, namespace, name] = [text(asked['subresource']), text(asked['namespace']), text(asked['name'])];
  const group = text(asked['group']);
  const resource = text(asked['resource']);
  const isClusterScoped = service.kinds.all.some((kind) => !kind.namespaced && kind.definition.group === group && kind.definition.plural === resource);
  const decide = (verb: string): Decision =>
    can(identity, service.foundation.grants.of(identity.subject), {
      verb,
      group,
      resource,
      ...(subresource === '' ? {} : { subresource }),
      ...(namespace === '' || isClusterScoped ? {} : { namespace }),
      ...(name === '' ? {} : { name }),
    });
  const verb = text(asked['verb']);
  const decision = verb === '*' ? (['get', 'create', 'update', 'patch', 'delete'].map(decide).find((entry) => !entry.allowed) ?? decide('get')) : decide(verb);
  return { ...decision, denied: !decision.allowed };
}

function reviewRules(service: ObjectService, { identity }: Exchange, spec: Record<string, unknown>): unknown {
  const namespace = text(spec['namespace']);
  if (namespace === '') throw badRequest('no namespace on request');
  const resources = service.kinds.all.flatMap((kind) => {
    const { group, plural: resource } = kind.definition;
    const entry = { group, resource, namespaced: kind.namespaced };
    return [entry, ...(kind.hasStatus ? [{ ...entry, subresource: 'status' }] : []), ...(kind.definition.scale === undefined ? [] : [{ ...entry, subresource: 'scale' }])];
  });
  const reviews = [
    { verbs: ['create'], apiGroups: ['authorization.k8s.io'], resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'] },
    { verbs: ['create'], apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'] },
  ];
  return {
    resourceRules: [...rulesIn(identity, service.foundation.grants.of(identity.subject), namespace, resources), ...reviews],
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: NON_RESOURCE_URLS }],
    incomplete: false,
  };
}

function reviewSelf(service: ObjectService, { identity }: Exchange): unknown {
  const grants = service.foundation.grants.of(identity.subject);
  const extra: Record<string, string[]> = {
    'roadbed.dev/issuer': [identity.issuer],
    ...(identity.tokenId === undefined ? {} : { 'roadbed.dev/token-id': [identity.tokenId] }),
    ...(identity.expiresAt === undefined ? {} : { 'roadbed.dev/expires-at': [identity.expiresAt] }),
  };
  const groups = ['system:authenticated', ...new Set(grants.map((grant) => `${grant.role}:${grant.namespace}`))];
  return { userInfo: { username: identity.subject, uid: `${identity.issuer}/${identity.subject}`, groups, extra } };
}
