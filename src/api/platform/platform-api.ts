/**
 * `/roadbed/v1` for scripts: secrets, logs by polling, the event log, artifact verification.
 *
 * The pages' reads and the operations are `api/console`; both hang under the same prefix and get the
 * identity from the listener.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { PlatformError } from '../../domain/error.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { PipelineRunSpec, PipelineRunStatus } from '../../domain/kinds/pipeline-run.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { Identity } from '../../ports/identity.ts';
import { PREFIX } from '../contract/routes.ts';
import { problemOf } from '../console/problems.ts';
import { limitBody } from '../console/request-body.ts';
import type { AskedBy, PlatformApiDependencies } from './dependencies.ts';
import { secretRoutes } from './secrets.ts';

const BODY_LIMIT = 512 * 1024;
const MOST_ROWS = 1_000;
const MOST_LINES = 5_000;
const OURS = new RegExp(`^${PREFIX}/(namespaces|events|artifacts)(/|\\?|$)`);

type Rollout = ApiObject<RolloutSpec, RolloutStatus>;
type Run = ApiObject<PipelineRunSpec, PipelineRunStatus>;

function tailOf(text: string | undefined): number {
  const lines = Number(text ?? 200);
  return Number.isInteger(lines) && lines > 0 ? Math.min(lines, MOST_LINES) : 200;
}

/** A revision that was taken away has no logs; why it went, with its last lines, stands in the rollout. */
function withoutLogs(error: unknown, service: string, environment: string, rollout: Rollout): unknown {
  if (!(error instanceof PlatformError) || error.code !== 'ROADBED-1310') return error;
  const why = rollout.status?.attempt?.verdict?.sentence ?? rollout.status?.message;
  return new PlatformError({ code: 'ROADBED-5212', class: 'not-found', message: `nothing of ${service} runs in ${environment} now, so there are no logs`, ...(why === undefined ? {} : { why }), next: `roadbed status ${service}` });
}

function rowsOf(text: string | undefined): number {
  const rows = Number(text ?? 50);
  return Number.isInteger(rows) && rows > 0 ? Math.min(rows, MOST_ROWS) : 50;
}

function timeOf(name: string, text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new PlatformError({ code: 'ROADBED-5222', class: 'invalid', message: `"${name}" is not a time`, next: 'write it like 2026-01-31T12:00:00Z' });
  return new Date(time).toISOString();
}

function logRoutes(deps: PlatformApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const read = async (id: string, query: Record<string, string>): Promise<unknown> =>
    deps.runtime.logs({ id, ...(query['after'] === undefined ? { tail: tailOf(query['tail']) } : { after: query['after'] }) });

  app.get('/namespaces/:namespace/services/:service/environments/:environment/logs', async (context) => {
    const { namespace, service, environment } = context.req.param();
    const rollout = await deps.objects(context.env.identity).get<Rollout>('roadbed.dev/Rollout', namespace, `${service}.${environment}`);
    const release = context.req.query('release') ?? rollout?.status?.stable?.release ?? rollout?.status?.attempt?.release;
    const revision = release === undefined ? undefined : await deps.revisionOf(namespace, service, environment, release);
    if (rollout === undefined || revision === undefined) throw new PlatformError({ code: 'ROADBED-5210', class: 'not-found', message: `${service} does not run in ${environment}`, next: 'roadbed status' });
    return context.json((await read(revision, context.req.query()).catch((error: unknown) => Promise.reject(withoutLogs(error, service, environment, rollout)))) as object);
  });

  app.get('/namespaces/:namespace/pipelineruns/:run/logs', async (context) => {
    const { namespace, run: name } = context.req.param();
    const run = await deps.objects(context.env.identity).get<Run>('roadbed.dev/PipelineRun', namespace, name);
    if (run === undefined) throw new PlatformError({ code: 'ROADBED-5211', class: 'not-found', message: `there is no pipeline run ${name} in ${namespace}`, next: 'roadbed pipeline list' });
    const wanted = context.req.query('step');
    const steps = (run.status?.steps ?? []).filter((step) => step.task !== undefined && (wanted === undefined || step.name === wanted));
    // Several steps at once: each line carries its step as the replica; following is for one step.
    if (steps.length === 1 && steps[0]?.task !== undefined) return context.json((await read(steps[0].task, context.req.query())) as object);
    const parts = await Promise.all(steps.map(async (step) => (await deps.runtime.logs({ id: step.task ?? '', tail: tailOf(context.req.query('tail')) })).lines.map((line) => ({ ...line, replica: step.name }))));
    return context.json({ lines: parts.flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)), next: '' });
  });
  return app;
}

function eventRoutes(deps: PlatformApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  app.get('/events', async (context) => {
    const { namespace, chain, subject, kinds, since, until, limit } = context.req.query();
    const decision = await deps.authorise(context.env.identity, { verb: 'list', group: GROUP, resource: 'rollouts', ...(namespace === undefined ? {} : { namespace }) });
    if (!decision.allowed) throw new PlatformError({ code: 'ROADBED-5220', class: 'forbidden', message: `${context.env.identity.subject} may not read the event log${namespace === undefined ? ' of all teams' : ` of ${namespace}`}`, why: decision.reason, next: 'name a team with -n' });
    const items = await deps.events.query({
      order: 'descending',
      limit: rowsOf(limit),
      ...(namespace === undefined ? {} : { namespace }),
      ...(chain === undefined ? {} : { chain }),
      ...(subject === undefined ? {} : { subject }),
      ...(kinds === undefined ? {} : { kinds: kinds.split(',').slice(0, 20) }),
      ...(since === undefined ? {} : { since: timeOf('since', since) }),
      ...(until === undefined ? {} : { until: timeOf('until', until) }),
    });
    return context.json({ items: items.filter((row) => deps.mayReadRow(context.env.identity, row)) });
  });
  app.use('/artifacts/:digest/*', async (context, next) => {
    if (deps.mayReadArtifact(context.env.identity, context.req.param('digest'))) return next();
    throw new PlatformError({ code: 'ROADBED-5223', class: 'not-found', message: 'There is no such artifact.', why: 'It does not exist, or no release that you may read is made of it.' });
  });
  app.get('/artifacts/:digest/verification', async (context) => context.json(await deps.artifacts.verify(context.req.param('digest'))));
  app.get('/artifacts/:digest/:document{sbom|provenance}', async (context) => {
    const document = await deps.artifacts.attachment(context.req.param('digest'), context.req.param('document') as 'sbom' | 'provenance');
    if (document === undefined) throw new PlatformError({ code: 'ROADBED-5221', class: 'not-found', message: 'the artifact has no such document' });
    return context.body(document, 200, { 'content-type': 'application/json' });
  });
  return app;
}

/** Takes requests for secrets, logs, events and artifacts; answers false for others. */
export function createPlatformApi(deps: PlatformApiDependencies, log: (line: string) => void): (request: IncomingMessage, response: ServerResponse, identity: Identity) => Promise<boolean> {
  const app = new Hono<AskedBy>();
  app.onError((error, context) => {
    const { status, problem } = problemOf(error, log);
    return context.json(problem, status as ContentfulStatusCode, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  });
  app.notFound(() => {
    throw new PlatformError({ code: 'ROADBED-5005', class: 'not-found', message: 'There is no such endpoint.', next: 'Check that client and server are of the same version: roadbed doctor' });
  });
  app.use(limitBody(BODY_LIMIT));
  for (const routes of [secretRoutes(deps), logRoutes(deps), eventRoutes(deps)]) app.route(PREFIX, routes);
  return async (request, response, identity) => {
    if (!OURS.test(request.url ?? '')) return false;
    await getRequestListener((web) => app.fetch(web, { identity }), { overrideGlobalObjects: false })(request, response);
    return true;
  };
}
