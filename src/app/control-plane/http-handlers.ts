/** What answers on which listener: object API and `/roadbed/v1` with a bearer token; console, Git and webhooks on the other. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { createConsole } from '../../api/console/console.ts';
import type { ConsoleDependencies } from '../../api/console/dependencies.ts';
import { createOperationsApi } from '../../api/console/operations-api.ts';
import { hostRefusal } from '../../api/console/request-guard.ts';
import type { Operations } from '../../api/contract/operations.ts';
import { createObjectApi } from '../../api/objects/http/handler.ts';
import type { ScaleThrough } from '../../api/objects/http/scale.ts';
import { createBillApi, type BillApiDependencies } from '../../api/platform/bills.ts';
import type { PlatformApiDependencies } from '../../api/platform/dependencies.ts';
import { createPlatformApi } from '../../api/platform/platform-api.ts';
import { createStatePush, type StatePushDependencies } from '../../api/platform/state-push.ts';
import { PREFIX } from '../../api/contract/routes.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { RolloutSpec } from '../../domain/kinds/rollout.ts';
import { requestReference } from '../../domain/reference.ts';
import type { Identity } from '../../ports/identity.ts';
import type { ObjectCore } from './object-core.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<boolean>;

const GIT_PREFIX = '/git';
const HOOKS_PREFIX = '/hooks/';

export interface HandlerParts {
  core: ObjectCore;
  version: string;
  console: Omit<ConsoleDependencies, 'objectApi' | 'identities'>;
  platform: PlatformApiDependencies;
  statePush: StatePushDependencies;
  bills: BillApiDependencies;
  git: Handler;
  webhooks: Handler;
  ready: () => boolean;
  log: Logger;
}

export interface Handlers {
  /** For the TLS listener. */
  api: Handler;
  /** For the plain HTTP listener. */
  console: (request: IncomingMessage, response: ServerResponse) => void;
}

async function bearer(core: ObjectCore, request: IncomingMessage): Promise<Identity | undefined> {
  const [, token] = /^Bearer\s+(\S{1,512})$/i.exec(request.headers.authorization ?? '') ?? [];
  return token === undefined ? undefined : core.identities.authenticate(token);
}

function refuse(response: ServerResponse): void {
  response.writeHead(401, { 'content-type': 'application/problem+json', 'www-authenticate': 'Bearer realm="roadbed"' });
  response.end(JSON.stringify({ code: 'ROADBED-5001', class: 'unauthenticated', message: 'You are not signed in.', why: 'There is no token, or it is unknown or expired.', next: 'roadbed login <api url> --token-file FILE' }));
}

/** `kubectl scale` is `roadbed scale`: a commit to the desired state with the person as its author. */
function scaleRollout(operations: Pick<Operations, 'scale'>): ScaleThrough {
  return async (identity, object, replicas, reason) => {
    const { service, environment, release } = object.spec as RolloutSpec;
    // Where nothing is wanted there is no entry yet; the number waits in the object.
    if (release === undefined) return;
    await operations.scale(identity, { namespace: object.metadata.namespace ?? '', service, environment, replicas, ...(reason === undefined ? {} : { reason }) });
  };
}

export function createHandlers(parts: HandlerParts): Handlers {
  const { core, log } = parts;
  const say = (line: string): void => log.error({}, line);
  const objectApi = createObjectApi({ service: core.service, version: parts.version, ready: parts.ready, scaleThrough: { [`${GROUP}/Rollout`]: scaleRollout(parts.console.operations) }, onError: (error, id) => log.error({ id, error: String(error) }, 'the object API failed') });
  const platformApi = createPlatformApi(parts.platform, say);
  const statePush = createStatePush(parts.statePush, say);
  const billApi = createBillApi(parts.bills, say);
  const operationsApi = createOperationsApi(parts.console, say);
  // The pages' API and the scripts' share a prefix: whoever knows the path takes the request.
  const withIdentity = async (request: IncomingMessage, response: ServerResponse, identity: Identity): Promise<boolean> => (await statePush(request, response, identity)) || (await billApi(request, response, identity)) || (await platformApi(request, response, identity)) || operationsApi(request, response, identity);
  const consoleHandler = createConsole({ ...parts.console, identities: core.identities, objectApi: (request, response, identity) => objectApi(request, response, identity) }, say);
  const auditRefusal = async (request: IncomingMessage): Promise<void> => {
    const path = (request.url ?? '').split('?')[0]?.slice(0, 200) ?? '';
    await core.service.foundation.events.append([{ actor: { issuer: 'roadbed', subject: 'anonymous' }, subject: requestReference(request.method ?? 'GET', path), kind: 'request.refused', schemaVersion: 1, body: { code: 401, reason: 'Unauthorized' } }]);
  };

  return {
    api: async (request, response) => {
      if (!(request.url ?? '').startsWith(`${PREFIX}/`)) return objectApi(request, response);
      const identity = await bearer(core, request);
      if (identity !== undefined) return withIdentity(request, response, identity);
      await auditRefusal(request);
      refuse(response);
      return true;
    },
    console: (request, response) => {
      const url = request.url ?? '/';
      const fail = (error: unknown): void => {
        log.error({ error: String(error) }, 'a request failed');
        response.destroy();
      };
      const program = url.startsWith(`${GIT_PREFIX}/`) || url.startsWith(HOOKS_PREFIX);
      const foreign = program ? hostRefusal(request.headers.host, parts.console.publicOrigins ?? []) : undefined;
      if (foreign !== undefined) {
        response.writeHead(403, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${foreign}\n`);
        return;
      }
      if (url.startsWith(`${GIT_PREFIX}/`)) {
        request.url = url.slice(GIT_PREFIX.length);
        parts.git(request, response).then((taken) => {
          if (!taken) response.writeHead(404, { 'content-type': 'text/plain' }).end('there is no repository at this address\n');
        }, fail);
        return;
      }
      if (url.startsWith(HOOKS_PREFIX)) {
        parts.webhooks(request, response).then((taken) => {
          if (!taken) response.writeHead(404).end();
        }, fail);
        return;
      }
      consoleHandler.handle(request, response);
    },
  };
}
