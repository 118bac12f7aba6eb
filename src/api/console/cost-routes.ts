/** The read of the Cost page: whoever may read a team's objects may see what they cost; a bill of all teams is seen by who may read all. */
import { Hono } from 'hono';
import { costQuerySchema } from '../contract/cost-page.ts';
import { reads } from '../contract/routes.ts';
import type { CostReads } from './cost-reads.ts';
import type { AskedBy, OperationsApiDependencies } from './dependencies.ts';
import { costPage } from './pages/cost.ts';
import { notFound } from './problems.ts';
import { valid } from './request-body.ts';

export function costRoutes(deps: OperationsApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const known = (): CostReads => {
    if (deps.cost === undefined) throw notFound('cost on this server');
    return deps.cost;
  };
  app.get(reads.costAnomalies.path, async (context) => context.json(await known().bills.anomalies(await deps.readable(context.env.identity))));
  app.get(reads.cost.path, async (context) => {
    return context.json(await costPage(known(), await deps.readable(context.env.identity), valid(context.req.query(), costQuerySchema), deps.clock.now()));
  });
  return app;
}
