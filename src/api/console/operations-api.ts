/**
 * `/roadbed/v1`: what the console shows and what people do, for browsers (with a session) and for the
 * CLI (with a bearer token on the TLS listener). Who asks is decided before; here only what he may see.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { PlatformError } from '../../domain/error.ts';
import type { Identity } from '../../ports/identity.ts';
import { PREFIX } from '../contract/routes.ts';
import type { AskedBy, IdentifiedHandler, OperationsApiDependencies } from './dependencies.ts';
import { problemOf } from './problems.ts';
import { costRoutes } from './cost-routes.ts';
import { findingRoutes } from './finding-routes.ts';
import { infrastructureRoutes } from './infrastructure-routes.ts';
import { operationRoutes } from './operation-routes.ts';
import { createPulses } from './pulses.ts';
import { limitBody } from './request-body.ts';
import { readRoutes } from './read-routes.ts';
import { streamRoutes } from './stream-routes.ts';

const BODY_LIMIT = 64 * 1024;

function createOperationsRouter(deps: OperationsApiDependencies, log: (line: string) => void): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const pulses = createPulses(deps.metrics, deps.clock);
  app.onError((error, context) => {
    const { status, problem } = problemOf(error, log);
    return context.json(problem, status as ContentfulStatusCode, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  });
  app.notFound(() => {
    throw new PlatformError({ code: 'ROADBED-5005', class: 'not-found', message: 'There is no such endpoint.', why: `The paths under ${PREFIX} are listed in the reference.`, next: 'Check that client and server are of the same version: roadbed doctor' });
  });
  app.use(limitBody(BODY_LIMIT));
  app.use(async (context, next) => {
    await next();
    if (!context.res.headers.has('cache-control')) context.res.headers.set('cache-control', 'no-store');
  });
  app.route(PREFIX, readRoutes(deps, pulses));
  app.route(PREFIX, findingRoutes(deps));
  app.route(PREFIX, infrastructureRoutes(deps));
  app.route(PREFIX, costRoutes(deps));
  app.route(PREFIX, streamRoutes(deps));
  app.route(PREFIX, operationRoutes(deps));
  return app;
}

/** Takes every request below `/roadbed/v1`; answers false for others. `log` gets one line per unexpected error. */
export function createOperationsApi(deps: OperationsApiDependencies, log: (line: string) => void): IdentifiedHandler {
  const app = createOperationsRouter(deps, log);
  return async (request: IncomingMessage, response: ServerResponse, identity: Identity) => {
    if (!(request.url ?? '').startsWith(`${PREFIX}/`)) return false;
    await getRequestListener((web) => app.fetch(web, { identity }), { overrideGlobalObjects: false })(request, response);
    return true;
  };
}
