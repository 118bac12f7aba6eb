/**
 * Secrets over HTTP: a value goes in and never comes out.
 *
 * The right to change a service's rollouts is the right to change its secrets, the right to read them the
 * right to see their names. Every change leaves an event without the value.
 */
import { Hono } from 'hono';
import { z } from 'zod';
import { PlatformError } from '../../domain/error.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { RolloutSpec, RolloutStatus } from '../../domain/kinds/rollout.ts';
import type { ApiObject } from '../../domain/object.ts';
import { serviceReference } from '../../domain/reference.ts';
import type { Identity } from '../../ports/identity.ts';
import type { SecretScope } from '../../ports/secrets.ts';
import type { AskedBy, PlatformApiDependencies } from './dependencies.ts';

type Rollout = ApiObject<RolloutSpec, RolloutStatus>;
type Release = ApiObject<ReleaseSpec>;

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const PLACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const bodySchema = z.object({ value: z.string().min(1).max(65_536), reason: z.string().trim().min(3).max(500).optional() });

async function require(deps: PlatformApiDependencies, identity: Identity, verb: 'update' | 'list', namespace: string): Promise<void> {
  const decision = await deps.authorise(identity, { verb, group: GROUP, resource: 'rollouts', namespace });
  if (!decision.allowed) throw new PlatformError({ code: 'ROADBED-5201', class: 'forbidden', message: `${identity.subject} may not ${verb === 'update' ? 'change' : 'list'} the secrets of ${namespace}`, why: decision.reason });
}

function scopeOf(parameters: { namespace?: string; service?: string; environment?: string }): SecretScope {
  const { namespace = '', service = '', environment = '' } = parameters;
  for (const word of [namespace, service, environment]) {
    if (!PLACE.test(word)) throw new PlatformError({ code: 'ROADBED-5202', class: 'invalid', message: `"${word.slice(0, 80)}" is not a name`, next: 'lower-case letters, digits and "-"' });
  }
  return { namespace, service, environment };
}

function nameOf(name: string): string {
  if (!NAME.test(name)) throw new PlatformError({ code: 'ROADBED-5203', class: 'invalid', message: `"${name.slice(0, 80)}" is not the name of a secret`, next: 'letters, digits and "_", as an environment variable' });
  return name;
}

/** What runs, or is on its way, could not be started again without the versions that it pins. */
async function refuseWhilePinned(deps: PlatformApiDependencies, identity: Identity, { namespace, service, environment }: SecretScope, name: string): Promise<void> {
  const objects = deps.objects(identity);
  const rollout = await objects.get<Rollout>('roadbed.dev/Rollout', namespace, `${service}.${environment}`);
  const { stable, attempt } = rollout?.status ?? {};
  const live = new Set([stable?.release, attempt?.finishedAt === undefined ? attempt?.release : undefined, rollout?.spec.release].filter((release) => release !== undefined));
  for (const release of live) {
    const version = (await objects.get<Release>('roadbed.dev/Release', namespace, release))?.spec.secrets[environment]?.[name];
    if (version === undefined) continue;
    throw new PlatformError({
      code: 'ROADBED-5205', class: 'refused', message: `${name} is in use: release ${release} of ${service} in ${environment} pins version ${version} of it`,
      why: 'without it, the release could not be started again', next: `deploy a release that does not need it, or: roadbed secret remove ${name} --service ${service} -e ${environment} -n ${namespace} --force`,
    });
  }
}

export function secretRoutes(deps: PlatformApiDependencies): Hono<AskedBy> {
  const app = new Hono<AskedBy>();
  const place = '/namespaces/:namespace/services/:service/environments/:environment/secrets/:name';

  const record = async (identity: Identity, scope: SecretScope, name: string, kind: string, version?: number): Promise<void> => {
    await deps.events.append([
      { namespace: scope.namespace, actor: { issuer: identity.issuer, subject: identity.subject }, subject: serviceReference(scope.service, scope.environment), kind, schemaVersion: 1, body: { secret: name, ...(version === undefined ? {} : { version }) } },
    ]);
  };

  app.put(place, async (context) => {
    const { identity } = context.env;
    const scope = scopeOf(context.req.param());
    const name = nameOf(context.req.param('name'));
    await require(deps, identity, 'update', scope.namespace);
    const body = bodySchema.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success) throw new PlatformError({ code: 'ROADBED-5204', class: 'invalid', message: 'the body is {"value": "..."} of 1 byte to 64 KiB, and a reason, if any, of 3 to 500 characters' });
    const info = await deps.secrets.set(scope, name, body.data.value, identity.subject);
    await record(identity, scope, name, 'secret.set', info.version);
    return context.json({ ...info, ...(await deps.releaseWithNewSecrets(identity, { ...scope, ...(body.data.reason === undefined ? {} : { reason: body.data.reason }) })) });
  });

  app.delete(place, async (context) => {
    const { identity } = context.env;
    const scope = scopeOf(context.req.param());
    const name = nameOf(context.req.param('name'));
    await require(deps, identity, 'update', scope.namespace);
    if (context.req.query('force') !== 'true') await refuseWhilePinned(deps, identity, scope, name);
    await deps.secrets.remove(scope, name);
    await record(identity, scope, name, 'secret.removed');
    return context.json({ removed: name });
  });

  app.get('/namespaces/:namespace/secrets', async (context) => {
    const { namespace } = context.req.param();
    await require(deps, context.env.identity, 'list', namespace);
    const { service, environment } = context.req.query();
    const items = await deps.secrets.list({ namespace, ...(service === undefined ? {} : { service }), ...(environment === undefined ? {} : { environment }) });
    return context.json({ items });
  });
  return app;
}
