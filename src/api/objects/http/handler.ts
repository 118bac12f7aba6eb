/**
 * The object API over HTTP, as a plain function over Node's request and response.
 *
 * It serves two listeners: the TLS one, where a bearer token says who asks, and the console's, which
 * gives the identity of its session. The order for every request: who, may they, what form, do it; any
 * error leaves as a Kubernetes Status.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { PlatformError } from '../../../domain/error.ts';
import type { Identity } from '../../../ports/identity.ts';
import { ObjectApiError, asObjectApiError, badRequest, internalError, methodNotAllowed, unauthorized, unknownPath } from '../failure.ts';
import type { ObjectService, Target } from '../service.ts';
import { createDiscovery } from './discovery.ts';
import { isWatch, serveEvents } from './events-view.ts';
import { sendJson, sendText } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import { createOpenApi } from './openapi.ts';
import { serveGet, serveList } from './read.ts';
import { isReview, serveReview } from './reviews.ts';
import { resourceRoute } from './route.ts';
import type { ResourceRoute } from './route.ts';
import { serveScale, serveScaleWrite, type ScaleThrough } from './scale.ts';
import { serveWatch } from './watch.ts';
import { serveCreate, serveDelete, serveDeleteCollection, servePatch, serveReplace } from './write.ts';

export interface ObjectApiOptions {
  service: ObjectService;
  /** Of Roadbed, e.g. `1.2.3`. */
  version: string;
  /** Whether the platform is ready to serve; the health paths ask. */
  ready?: () => boolean;
  /** By kind name, where more than the object decides how many replicas there are. */
  scaleThrough?: Readonly<Record<string, ScaleThrough>>;
  /** Internal errors with the id that the client was told. */
  onError: (error: unknown, id: string) => void;
}

/** Answers false, untouched, when the path is none of the object API's. `identity`: established by the caller. */
export type ObjectApi = (request: IncomingMessage, response: ServerResponse, identity?: Identity) => Promise<boolean>;

const ANONYMOUS: Identity = { issuer: 'roadbed', subject: 'anonymous' };
const OWN_PATH = /^\/(apis?|openapi|version|healthz|readyz|livez)(\/|$)/;
const HEALTH = new Set(['/healthz', '/readyz', '/livez']);
const MAX_URL = 16 * 1024;
/** The Kubernetes minor whose conventions are followed; clients compare it with their own. */
const KUBERNETES_MINOR = '34';
const IMMUTABLE = 'public, immutable, max-age=31536000';

export function createObjectApi(options: ObjectApiOptions): ObjectApi {
  const { service } = options;
  const discovery = createDiscovery(service.kinds);
  const openApi = createOpenApi(service.kinds, options.version);
  const version = versionText(options.version);

  async function serve(request: IncomingMessage, response: ServerResponse, path: string, query: URLSearchParams, given: Identity | undefined): Promise<void> {
    const method = request.method ?? 'GET';
    if (HEALTH.has(path)) {
      const ready = options.ready?.() ?? true;
      sendText(response, ready || path === '/livez' ? 200 : 503, ready || path === '/livez' ? 'ok' : 'not ready');
      return;
    }
    const identity = given ?? (await authenticate(request, method, path));
    const exchange: Exchange = { request, response, method, path, query, identity };
    if (path === '/version') {
      sendJson(response, 200, version);
    } else if (isReview(path)) {
      if (method !== 'POST') throw methodNotAllowed(method);
      await serveReview(service, exchange, path);
    } else if (path.startsWith('/openapi')) {
      serveOpenApi(exchange);
    } else if (!serveDiscovery(exchange)) {
      const route = resourceRoute(service.kinds, path);
      if (route === undefined) throw unknownPath();
      await serveResource(exchange, route);
    }
  }

  async function authenticate(request: IncomingMessage, method: string, path: string): Promise<Identity> {
    const { authorization } = request.headers;
    const token = authorization !== undefined && /^bearer /i.test(authorization) ? authorization.slice(7).trim() : '';
    const identity = token === '' ? undefined : await service.foundation.identities.authenticate(token);
    if (identity !== undefined) return identity;
    return service.audited({ identity: ANONYMOUS, verb: method.toLowerCase(), method, path: path.slice(0, 200) }, async () => {
      throw unauthorized();
    });
  }

  function serveOpenApi({ request, response, path, query }: Exchange): void {
    if (request.method !== 'GET') throw methodNotAllowed(request.method ?? '');
    const document = path === '/openapi/v3' || path === '/openapi/v3/' ? openApi.index : openApi.documents.get(path.replace(/^\/openapi\/v3\//, ''));
    if (document === undefined) throw unknownPath();
    sendJson(response, 200, document, query.has('hash') ? { 'cache-control': IMMUTABLE, vary: 'Accept' } : {});
  }

  function serveDiscovery({ request, response, path }: Exchange): boolean {
    const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
    if (request.method !== 'GET') return false;
    const isRoot = trimmed === '/api' || trimmed === '/apis';
    if (!isRoot && trimmed.split('/').length > 4) return false;
    const document = discovery.find(trimmed, negotiate(request.headers.accept, isRoot ? 'discovery' : 'json'));
    if (document === undefined) return false;
    const headers = { etag: document.etag, vary: 'Accept', 'cache-control': 'public' };
    if (request.headers['if-none-match'] === document.etag) {
      response.writeHead(304, headers);
      response.end();
    } else {
      sendJson(response, 200, document.body, { ...headers, 'content-type': document.contentType });
    }
    return true;
  }

  async function serveResource(exchange: Exchange, route: ResourceRoute): Promise<void> {
    const { kind, namespace, name, subresource } = route;
    const { method, query, identity } = exchange;
    if (kind.isView) {
      if (method !== 'GET') throw methodNotAllowed(method);
      await service.authorise(identity, name === undefined ? (isWatch(query) ? 'watch' : 'list') : 'get', { kind, namespace, name: name ?? '' });
      await serveEvents(service, exchange, kind, namespace, name);
      return;
    }
    if (name === undefined) {
      await serveCollection(exchange, { kind, namespace, name: '' });
      return;
    }
    if (subresource === 'finalize') throw unknownPath();
    const target: Target = { kind, namespace, name, subresource };
    const through = options.scaleThrough?.[`${kind.definition.group}/${kind.definition.kind}`];
    switch (method) {
      case 'GET':
        await service.authorise(identity, 'get', target);
        return subresource === 'scale' ? serveScale(service, exchange, target) : serveGet(service, exchange, target);
      case 'PUT':
        return subresource === 'scale' ? serveScaleWrite(service, exchange, target, through) : serveReplace(service, exchange, target);
      case 'PATCH':
        return subresource === 'scale' ? serveScaleWrite(service, exchange, target, through) : servePatch(service, exchange, target);
      case 'DELETE':
        if (subresource !== undefined) throw methodNotAllowed(method);
        return serveDelete(service, exchange, target);
      default:
        throw methodNotAllowed(method);
    }
  }

  async function serveCollection(exchange: Exchange, target: Target): Promise<void> {
    const { method, query, identity } = exchange;
    const { kind, namespace } = target;
    if (method === 'GET') {
      const watches = isWatch(query);
      await service.authorise(identity, watches ? 'watch' : 'list', target);
      return watches ? serveWatch(service, exchange, kind, namespace) : serveList(service, exchange, kind, namespace);
    }
    if (kind.namespaced && namespace === undefined) throw methodNotAllowed(method);
    if (method === 'POST') return serveCreate(service, exchange, target);
    if (method === 'DELETE') return serveDeleteCollection(service, exchange, kind, namespace);
    throw methodNotAllowed(method);
  }

  function fail(response: ServerResponse, error: unknown): void {
    const failure = error instanceof PlatformError ? asObjectApiError(error) : unexpected(error);
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const seconds = failure.status.details?.retryAfterSeconds;
    const headers: Record<string, string> = {
      ...(seconds === undefined ? {} : { 'retry-after': String(seconds) }),
      ...(failure.http === 401 ? { 'www-authenticate': 'Bearer realm="roadbed"' } : {}),
      ...(failure.http === 413 ? { connection: 'close' } : {}),
    };
    sendJson(response, failure.http, JSON.stringify(failure.status), headers);
  }

  function unexpected(error: unknown): ObjectApiError {
    const id = randomUUID();
    options.onError(error, id);
    return internalError(id);
  }

  return async (request, response, identity) => {
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const raw = mark < 0 ? url : url.slice(0, mark);
    if (!OWN_PATH.test(raw)) return false;
    try {
      if (url.length > MAX_URL) throw badRequest('the URL is too long');
      await serve(request, response, decodedPath(raw), new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1)), identity);
    } catch (error) {
      fail(response, error);
    }
    return true;
  };
}

function decodedPath(raw: string): string {
  if (!raw.includes('%')) return raw;
  const segments = raw.split('/').map((segment) => {
    try {
      return decodeURIComponent(segment);
    } catch {
      throw badRequest('the path is not well encoded');
    }
  });
  if (segments.some((segment) => segment.includes('/'))) throw badRequest('a name may not contain a slash');
  return segments.join('/');
}

function versionText(version: string): string {
  return JSON.stringify({
    major: '1',
    minor: KUBERNETES_MINOR,
    gitVersion: `v1.${KUBERNETES_MINOR}.0+roadbed.${version}`,
    gitCommit: version,
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: `node ${process.version}`,
    compiler: 'node',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  });
}
