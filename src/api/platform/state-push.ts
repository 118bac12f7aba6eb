/**
 * Takes Terraform states, plans and inventories over the wire: `PUT /roadbed/v1/namespaces/:team/terraform-states`.
 *
 * Who may push code of a team may push its states. The right is looked at before a byte of the body is read; the body is
 * bounded and lives in memory only, and few are read at a time, since each is large.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { PlatformError } from '../../domain/error.ts';
import type { Actor } from '../../domain/event.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { Action, Decision } from '../../engines/access/decide.ts';
import type { Identity } from '../../ports/identity.ts';
import type { PushOutcome, StateComparison, StateName } from '../../ports/terraform-states.ts';
import { problemOf } from '../console/problems.ts';
import { valid } from '../console/request-body.ts';
import { PREFIX } from '../contract/routes.ts';
import { pacedBody } from './paced-body.ts';
import { Turns } from './turns.ts';

const PATH = new RegExp(`^${PREFIX}/namespaces/([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)/terraform-states(?:/(refresh|inventory))?$`);
export const LARGEST_PUSH = 256 * 1024 * 1024;
const AT_ONCE = 2;
const MOST_WAITING = 20;

const word = z.string().min(1).max(300).regex(/^[^\u0000-\u001f\u007f#%]+$/, 'no control characters, "#" or "%"');
const querySchema = z.object({
  root: word,
  workspace: word.default('default'),
  repository: word.optional(),
  commit: z.string().regex(/^[0-9a-f]{7,64}$/, 'a commit in hexadecimal digits').optional(),
  replaceLineage: z.literal('true').optional(),
});

type Asked = Omit<StateName, 'repository'> & { repository?: string };

export interface StatePushDependencies {
  authorise: (identity: Identity, action: Action) => Promise<Decision>;
  push(asked: Asked, raw: Uint8Array, options: { commit?: string; replaceLineage?: boolean }, by: Actor): Promise<PushOutcome & { name: StateName }>;
  compare(kind: StateComparison['kind'], asked: Asked, raw: Uint8Array, by: Actor): Promise<StateComparison & { name: StateName }>;
  remove(asked: Asked, by: Actor): Promise<{ name: StateName; serials: number }>;
  /** A team that nobody has made cannot own a state. */
  hasNamespace: (name: string) => boolean;
}

/** Answers false for other requests. */
export function createStatePush(deps: StatePushDependencies, log: (line: string) => void): (request: IncomingMessage, response: ServerResponse, identity: Identity) => Promise<boolean> {
  const turns = new Turns({ atOnce: AT_ONCE, mostWaiting: MOST_WAITING, full: () => new PlatformError({ code: 'ROADBED-8520', class: 'unavailable', message: 'Too many states are being pushed at once.', next: 'try again in a minute', retry: 'backoff' }) });
  return async (request, response, identity) => {
    const url = new URL(request.url ?? '/', 'https://roadbed');
    const [, namespace, , kind] = PATH.exec(url.pathname) ?? [];
    const removal = request.method === 'DELETE' && kind === undefined;
    if (namespace === undefined || (request.method !== 'PUT' && !removal)) return false;
    try {
      answer(response, 200, await take(deps, turns, request, identity, namespace, kind as StateComparison['kind'] | undefined, url.searchParams));
    } catch (error) {
      // The rest of the body is not read, so the connection cannot be used again.
      if (!request.complete) response.setHeader('connection', 'close');
      const { status, problem } = problemOf(error, log);
      answer(response, status, problem, 'application/problem+json');
    }
    return true;
  };
}

async function take(deps: StatePushDependencies, turns: Turns, request: IncomingMessage, identity: Identity, namespace: string, kind: StateComparison['kind'] | undefined, parameters: URLSearchParams): Promise<object> {
  const decision = await deps.authorise(identity, { verb: 'update', group: GROUP, resource: 'repositories', namespace });
  if (!decision.allowed) throw new PlatformError({ code: 'ROADBED-8516', class: 'forbidden', message: `${identity.subject} may not push states of ${namespace}`, why: decision.reason, next: 'who may push code of a team may push its states: roadbed token list, and RoleGrants of the team' });
  if (!deps.hasNamespace(namespace)) throw new PlatformError({ code: 'ROADBED-8517', class: 'not-found', message: `There is no team ${namespace}.`, next: 'roadbed get namespaces' });
  const { commit, replaceLineage, repository, ...rest } = valid(Object.fromEntries(parameters), querySchema);
  const asked: Asked = { namespace, ...rest, ...(repository === undefined ? {} : { repository }) };
  const by: Actor = { issuer: identity.issuer, subject: identity.subject };
  if (request.method === 'DELETE') return deps.remove(asked, by);
  return turns.take(async () => {
    const raw = await readBody(request);
    if (kind !== undefined) return deps.compare(kind, asked, raw, by);
    return deps.push(asked, raw, { ...(commit === undefined ? {} : { commit }), ...(replaceLineage === undefined ? {} : { replaceLineage: true }) }, by);
  });
}

/** Throws ROADBED-8518 beyond 256 MB, ROADBED-8519 for nothing, ROADBED-5029 for one that hardly comes. */
async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const tooLarge = (): PlatformError => new PlatformError({ code: 'ROADBED-8518', class: 'invalid', message: `What is pushed is larger than ${LARGEST_PUSH / 1024 / 1024} MB.`, next: 'split the root; roadbed state FILE analyses larger ones on your machine' });
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_PUSH) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of pacedBody(request as AsyncIterable<Buffer>)) {
    size += chunk.length;
    if (size > LARGEST_PUSH) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) throw new PlatformError({ code: 'ROADBED-8519', class: 'invalid', message: 'Nothing was pushed.', why: 'The body is empty.', next: 'terraform state pull > state.json, then: roadbed state push state.json --root NAME' });
  // A buffer of its own, which can be handed to the analysis without a copy.
  const raw = new Uint8Array(new ArrayBuffer(size));
  let at = 0;
  for (const chunk of chunks.splice(0)) {
    raw.set(chunk, at);
    at += chunk.length;
  }
  return raw;
}

function answer(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
  response.end(JSON.stringify('code' in body ? body : { schemaVersion: 1, ...body }));
}
