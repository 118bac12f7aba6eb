/** Routes of findings and states: what a reader may see of them is decided by his teams, as for everything else. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { findingsFileQuerySchema, findingsQuerySchema, type FindingFileFormat } from '../contract/findings-page.ts';
import { findingsFileRoute, reads } from '../contract/routes.ts';
import { stateQuerySchema } from '../contract/state-page.ts';
import type { AskedBy, OperationsApiDependencies } from './dependencies.ts';
import { findingsFile, findingsPage, type FindingReads } from './pages/findings.ts';
import { overlayOf, rootStates } from './pages/state.ts';
import { notFound } from './problems.ts';
import { valid } from './request-body.ts';
import { takeSnapshot } from './snapshot.ts';

type Asked = Context<AskedBy>;

const FILES: Readonly<Record<FindingFileFormat, string>> = { csv: 'text/csv', json: 'application/json', sarif: 'application/sarif+json' };
/** As the intake keeps them; told on the page. */
const KEPT_SERIALS = 30;

export function findingRoutes(deps: OperationsApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const known = (): NonNullable<OperationsApiDependencies['findings']> => {
    if (deps.findings === undefined) throw notFound('findings on this server');
    return deps.findings;
  };
  const readsOf = async (context: Asked): Promise<FindingReads> => {
    const { identity } = context.env;
    const { store, states, mayAccept } = known();
    return { store, states, readable: await deps.readable(identity), mayAccept: (namespace) => mayAccept(identity, namespace), now: deps.clock.now() };
  };
  /** Whoever may read the repository may read the states of its roots. */
  const repository = async (context: Asked): Promise<{ namespace: string; name: string }> => {
    const [namespace, name] = [context.req.param('namespace') ?? '', context.req.param('repository') ?? ''];
    const snapshot = takeSnapshot(deps.objects(context.env.identity), await deps.readable(context.env.identity), deps.clock.now());
    if (!(await snapshot.repositories()).some(({ metadata }) => metadata.namespace === namespace && metadata.name === name)) throw notFound(`infrastructure of ${namespace}/${name}`, 'roadbed get repositories');
    return { namespace, name };
  };

  app.get(reads.findings.path, async (context) => context.json(await findingsPage(await readsOf(context), valid(context.req.query(), findingsQuerySchema))));
  app.get(findingsFileRoute.path, async (context) => {
    const { format, ...query } = valid(context.req.query(), findingsFileQuerySchema);
    const text = await findingsFile(await readsOf(context), query, format, deps.about.version);
    return context.body(text, 200, { 'content-type': `${FILES[format]}; charset=utf-8`, 'content-disposition': `attachment; filename="findings.${format}"` });
  });
  app.get(reads.infrastructureState.path, async (context) => {
    const { root } = valid(context.req.query(), stateQuerySchema);
    const place = await repository(context);
    return context.json(await rootStates(deps.findings, place, root, { keptSerials: KEPT_SERIALS }));
  });
  app.get(reads.infrastructureOverlay.path, async (context) => {
    const { root, workspace } = valid(context.req.query(), stateQuerySchema);
    const place = await repository(context);
    const overlay = deps.findings === undefined ? undefined : await overlayOf(deps.findings, place, root, workspace);
    return context.json(overlay === undefined ? {} : { overlay });
  });
  return app;
}
