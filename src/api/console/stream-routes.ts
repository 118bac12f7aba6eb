/** The live routes: changes, a service's log, a pipeline step's log. Rights are looked at when the stream opens, and then every second. */
import { Hono } from 'hono';
import type { Identity } from '../../ports/identity.ts';
import { changeStream } from './change-stream.ts';
import type { AskedBy, OperationsApiDependencies } from './dependencies.ts';
import type { Readable } from './readable.ts';
import { logStream } from './log-stream.ts';
import { findRollout } from './pages/rollout.ts';
import { pipelineRunPage } from './pages/pipelines.ts';
import { notFound } from './problems.ts';
import { sees } from './read-routes.ts';
import { takeSnapshot } from './snapshot.ts';
import type { Snapshot } from './snapshot.ts';
import { revisionOfRelease } from './traffic-series.ts';

export function streamRoutes(deps: OperationsApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const snapshot = async (identity: Identity): Promise<Snapshot> => takeSnapshot(deps.objects(identity), await deps.readable(identity), deps.clock.now());

  const stillReads = (identity: Identity, namespace: string) => async (): Promise<boolean> => deps.signedIn(identity) && sees(await deps.readable(identity), namespace);

  app.get('/stream', async (context) => {
    const { identity } = context.env;
    const readable = await deps.readable(identity);
    // With other rights the page connects again and asks anew what it shows.
    const same = async (): Promise<boolean> => deps.signedIn(identity) && rightsOf(await deps.readable(identity)) === rightsOf(readable);
    return changeStream(deps.objects(identity), deps.events, readable, same);
  });

  app.get('/logs/services/:namespace/:service/:environment', async (context) => {
    const { namespace, service, environment } = context.req.param();
    const taken = await snapshot(context.env.identity);
    const rollout = (await taken.rollouts()).find((candidate) => candidate.metadata.namespace === namespace && candidate.spec.service === service && candidate.spec.environment === environment);
    if (rollout === undefined) throw notFound(`service ${service} of ${namespace} in ${environment}`, 'roadbed status');
    const own = [rollout.status?.stable?.release, rollout.status?.attempt?.release];
    const release = context.req.query('release') ?? own.find((name) => name !== undefined);
    // Revisions are named without their team: only a release that stands in this namespace says that the log is the team's own.
    const known = (await taken.releases()).some((candidate) => candidate.metadata.namespace === namespace && candidate.metadata.name === release && candidate.spec.service === service);
    if (release === undefined || !known) throw notFound(`running release of ${service} in ${environment}`);
    return logStream(deps.runtime, revisionOfRelease(service, environment, release), stillReads(context.env.identity, namespace));
  });

  app.get('/logs/pipelines/:namespace/:name/:step', async (context) => {
    const { namespace, name, step } = context.req.param();
    const { run } = await pipelineRunPage(await snapshot(context.env.identity), namespace, name);
    const task = run.status?.steps?.find((candidate) => candidate.name === step)?.task;
    if (task === undefined) throw notFound(`log of step "${step.slice(0, 60)}": it has not started`);
    return logStream(deps.runtime, task, stillReads(context.env.identity, namespace));
  });

  app.get('/logs/rollouts/:namespace/:name', async (context) => {
    const rollout = await findRollout(await snapshot(context.env.identity), context.req.param('namespace'), context.req.param('name'));
    const release = rollout.status?.attempt?.release;
    if (release === undefined) throw notFound(`attempt of ${rollout.metadata.name}`);
    return logStream(deps.runtime, revisionOfRelease(rollout.spec.service, rollout.spec.environment, release), stillReads(context.env.identity, context.req.param('namespace')));
  });
  return app;
}

function rightsOf(readable: Readable): string {
  return readable.all ? '*' : readable.namespaces.join(' ');
}
