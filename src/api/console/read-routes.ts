/** The reads: one answer a page. Every route looks through the reader's own rights first. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { z } from 'zod';
import { receiptOf } from '../../control/receipt/receipt.ts';
import type { EventQuery } from '../../ports/events.ts';
import { serviceReference } from '../../domain/reference.ts';
import { auditQuerySchema } from '../contract/audit-page.ts';
import { previewRequestSchema } from '../contract/golden-path.ts';
import type { Session } from '../contract/pages.ts';
import { previewRoute, reads } from '../contract/routes.ts';
import { auditRows } from './audit.ts';
import type { AskedBy, OperationsApiDependencies } from './dependencies.ts';
import type { Readable } from './readable.ts';
import { catalogPage, entityPage } from './pages/catalog.ts';
import { deploysPage } from './pages/deploys.ts';
import { environmentsPage } from './pages/environments.ts';
import { homePage } from './pages/home.ts';
import { newServiceProgress } from './pages/new-service.ts';
import { pipelineRunPage, pipelinesPage } from './pages/pipelines.ts';
import { asOfAttempt, findRollout, receipt, rolloutPage } from './pages/rollout.ts';
import { servicePage } from './pages/service.ts';
import { DEPLOY_KINDS } from './pages/summaries.ts';
import type { PulseReader } from './pulses.ts';
import { checked, valid } from './request-body.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { trafficAnswer } from './traffic.ts';

const WEEK_MS = 7 * 86_400_000;
const MONTH_MS = 30 * 86_400_000;

type Asked = Context<AskedBy>;

export function readRoutes(deps: OperationsApiDependencies, pulses: PulseReader): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const snapshot = async (context: Asked): Promise<Snapshot> => takeSnapshot(deps.objects(context.env.identity), await deps.readable(context.env.identity), deps.clock.now());
  const ago = (milliseconds: number): string => new Date(deps.clock.now() - milliseconds).toISOString();
  const parameter = (context: Asked, name: string): string => context.req.param(name) ?? '';

  app.get(reads.session.path, async (context) => context.json(session(deps, context.env.identity.subject, context.env.identity.expiresAt, await deps.readable(context.env.identity))));
  app.get(reads.home.path, async (context) => {
    const { identity } = context.env;
    const readable = await deps.readable(identity);
    const rows = await deps.events.query({ kinds: DEPLOY_KINDS, since: ago(WEEK_MS), limit: 5_000 });
    return context.json(await homePage({ snapshot: await snapshot(context), demo: await deps.operations.demoStatus(identity), deployRows: rows.filter((row) => sees(readable, row.namespace)), pulse: pulses }));
  });
  app.get(reads.catalog.path, async (context) => context.json(await catalogPage(await snapshot(context))));
  app.get(reads.entity.path, async (context) => context.json(await entityPage(await snapshot(context), parameter(context, 'kind'), parameter(context, 'namespace'), parameter(context, 'name'))));
  app.get(reads.service.path, async (context) => {
    const [namespace, service] = [parameter(context, 'namespace'), parameter(context, 'service')];
    const taken = await snapshot(context);
    const environments = await taken.environments();
    const query = (environment: string): EventQuery => ({ subject: serviceReference(service, environment), kinds: DEPLOY_KINDS, since: ago(MONTH_MS), limit: 200, order: 'descending' });
    const rows = (await Promise.all(environments.map((environment) => deps.events.query(query(environment.metadata.name))))).flat().filter((row) => row.namespace === undefined || row.namespace === namespace);
    return context.json(await servicePage({ snapshot: taken, namespace, service, deployRows: rows, pulse: pulses }));
  });
  app.get(reads.traffic.path, async (context) => context.json(await trafficAnswer(deps, await snapshot(context), parameter(context, 'namespace'), parameter(context, 'service'), parameter(context, 'environment'), context.req.query())));
  app.get(reads.pipelines.path, async (context) => context.json(await pipelinesPage(await snapshot(context))));
  app.get(reads.pipelineRun.path, async (context) => context.json(await pipelineRunPage(await snapshot(context), parameter(context, 'namespace'), parameter(context, 'name'))));
  app.get(reads.rollout.path, async (context) => context.json(await rolloutPage(deps, await snapshot(context), parameter(context, 'namespace'), parameter(context, 'name'), attemptNumber(context))));
  app.get(reads.receipt.path, async (context) => {
    const present = await findRollout(await snapshot(context), parameter(context, 'namespace'), parameter(context, 'name'));
    const rollout = await asOfAttempt(deps, present, attemptNumber(context));
    const evidence = await receiptOf({ objects: deps.objects(context.env.identity), events: deps.events, metrics: deps.metrics, clock: deps.clock }, rollout.metadata.namespace ?? '', rollout.metadata.name, attemptNumber(context));
    const { service, environment } = rollout.spec;
    const metrics = await deps.deliveryMetrics({ ...(rollout.metadata.namespace === undefined ? {} : { namespace: rollout.metadata.namespace }), service, environment, since: ago(MONTH_MS) });
    return context.json(receipt({ rollout, evidence, cdEvents: deps.cdEvents(evidence.audit), metrics }));
  });
  app.get(reads.environments.path, async (context) => context.json(await environmentsPage(await snapshot(context), pulses)));
  app.get(reads.metrics.path, async (context) => {
    const readable = await deps.readable(context.env.identity);
    const { namespace, service, environment } = context.req.query();
    const own = namespace ?? (readable.all ? undefined : readable.namespaces[0]);
    if (!readable.all && !sees(readable, own)) return context.json(await deps.deliveryMetrics({ namespace: '-' }));
    return context.json(await deps.deliveryMetrics({ ...(own === undefined ? {} : { namespace: own }), ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }), since: ago(MONTH_MS) }));
  });
  app.get(reads.deploys.path, async (context) => {
    const readable = await deps.readable(context.env.identity);
    const since = ago(WEEK_MS);
    const rows = await deps.events.query({ kinds: DEPLOY_KINDS, since, limit: 5_000 });
    return context.json(deploysPage(rows.filter((row) => sees(readable, row.namespace)), since, ago(0)));
  });
  app.get(reads.audit.path, async (context) => context.json(await auditRows(deps.events, await deps.readable(context.env.identity), valid(context.req.query(), auditQuerySchema))));
  app.get(reads.auditVerification.path, async (context) => context.json({ ...(await deps.events.verify()), checkedAt: new Date(deps.clock.now()).toISOString() }));
  app.get(reads.goldenPaths.path, async (context) => context.json({ paths: deps.goldenPaths.list(), namespaces: (await deps.readable(context.env.identity)).namespaces }));
  app.post(previewRoute.path, async (context) => context.json({ files: deps.goldenPaths.preview(await checked(context.req.raw, previewRequestSchema)) }));
  app.get(reads.newService.path, async (context) => context.json(await newServiceProgress(await snapshot(context), parameter(context, 'namespace'), parameter(context, 'name'))));
  app.get(reads.demo.path, async (context) => context.json(await deps.operations.demoStatus(context.env.identity)));
  return app;
}

/** `?attempt=3`: an earlier attempt than the newest. */
function attemptNumber(context: Asked): number | undefined {
  return valid(context.req.query(), z.object({ attempt: z.coerce.number().int().min(1).optional() })).attempt;
}

export function sees(readable: Readable, namespace: string | undefined): boolean {
  return readable.all || (namespace !== undefined && readable.namespaces.includes(namespace));
}

function session(deps: OperationsApiDependencies, subject: string, expiresAt: string | undefined, readable: Readable): Session {
  return { subject, ...(expiresAt === undefined ? {} : { expiresAt }), namespaces: readable.namespaces, ...deps.about };
}
