/**
 * Bills over HTTP, below `/roadbed/v1/bills`: import, list, remove; costs, anomalies, forecast, evidence, export; the rules.
 *
 * A bill of the organisation is read by who may read everywhere and written by a platform-admin. With `namespace` it is a
 * team's own bill; with `team` the answer is what the organisation's bill has of one team, for who may read that team.
 * The body of an import goes to a file before anything is looked at in it, and is bounded.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { z } from 'zod';
import { changesFromEvents, billAnomalies } from '../../control/bill/anomalies.ts';
import { costReport, ownedCosts, type BillView } from '../../control/bill/costs.ts';
import { anomalyDocument, costDocument, forecastDocument } from '../../control/bill/documents.ts';
import { billReference, importBill } from '../../control/bill/import-bill.ts';
import { monthForecasts } from '../../control/bill/month-forecast.ts';
import { rulesInForce } from '../../control/bill/rules.ts';
import { BILL_MEASURES } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';
import type { EventRow } from '../../domain/event.ts';
import { Decimal } from '../../domain/money.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import { requestReference } from '../../domain/reference.ts';
import type { Action, Decision } from '../../engines/access/decide.ts';
import { groupName, groupWord, UNALLOCATED, type GroupFilter } from '../../engines/bill-allocation/group.ts';
import { readRate } from '../../engines/bill-allocation/rates.ts';
import { unmanagedSpend } from '../../engines/bill-allocation/unmanaged.ts';
import { readAllocationRules } from '../../engines/bill-allocation/rules.ts';
import { exportColumns, focusHeaderLine, focusLine } from '../../formats/focus/print-csv.ts';
import type { Bills, BillRange, BillSpool, LoadBill } from '../../ports/bills.ts';
import type { Events } from '../../ports/events.ts';
import type { Identity } from '../../ports/identity.ts';
import { problemOf } from '../console/problems.ts';
import { limitBody, valid } from '../console/request-body.ts';
import { PREFIX } from '../contract/routes.ts';
import { allowSlowBody } from '../transport/body-time.ts';
import type { AskedBy } from './dependencies.ts';
import { pacedBody } from './paced-body.ts';
import { Turns } from './turns.ts';

const ROOT = `${PREFIX}/bills`;
const OURS = new RegExp(`^${ROOT}(/|\\?|$)`);
const LARGEST_BILL = 4 * 1024 ** 3;
const LARGEST_RULES = 512 * 1024;
const MOST_ROWS = 1_000;
/** Each is a file of its own on the disk, and a thread while it is read. */
const IMPORTS_AT_ONCE = 4;

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a day: 2026-09-30');
const team = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'a team\'s name');
const importSchema = z.object({
  file: z.string().min(1).max(200).regex(/^[^\u0000-\u001f\u007f/\\]+$/, 'a file name without folders'),
  overlap: z.enum(['refuse', 'replace', 'add']).default('refuse'),
  delivery: z.string().regex(/^[0-9a-zA-Z._-]{1,128}$/).optional(),
  provider: z.string().min(1).max(100).optional(),
  namespace: team.optional(),
});
const rangeSchema = z.object({ from: day.optional(), to: day.optional(), namespace: team.optional(), team: team.optional() });
const viewSchema = rangeSchema.extend({ currency: z.string().regex(/^[A-Za-z]{1,40}$/).optional(), measure: z.enum(BILL_MEASURES).optional() });

export interface BillApiDependencies {
  bills: Bills;
  spool: BillSpool;
  /** In a thread of its own, so that nobody waits for a bill. */
  load: LoadBill;
  events: Events;
  authorise: (identity: Identity, action: Action) => Promise<Decision>;
  mayReadRow: (identity: Identity, row: EventRow) => boolean;
  /** What states know of ids on the bill; absent where none are kept. */
  lookup?: () => Promise<BillView['lookup']>;
}

export function createBillApi(deps: BillApiDependencies, log: (line: string) => void): (request: IncomingMessage, response: ServerResponse, identity: Identity) => Promise<boolean> {
  const app = routes(deps, log);
  const turns = new Turns({ atOnce: IMPORTS_AT_ONCE, mostWaiting: 0, full: () => new PlatformError({ code: 'ROADBED-8725', class: 'unavailable', message: 'Too many bills are being sent at once.', next: 'nothing was imported; try again when they are in: roadbed bills list', retry: 'backoff' }) });
  return async (request, response, identity) => {
    const url = new URL(request.url ?? '/', 'https://roadbed');
    if (!OURS.test(request.url ?? '')) return false;
    if (request.method === 'PUT' && url.pathname === ROOT) await take(deps, turns, request, response, identity, url.searchParams, log);
    else await getRequestListener((web) => app.fetch(web, { identity }), { overrideGlobalObjects: false })(request, response);
    return true;
  };
}

async function take(deps: BillApiDependencies, turns: Turns, request: IncomingMessage, response: ServerResponse, identity: Identity, parameters: URLSearchParams, log: (line: string) => void): Promise<void> {
  const answer = (status: number, body: object, type: string): void => void response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' }).end(JSON.stringify(body));
  try {
    const { overlap, file, delivery, provider, namespace } = valid(Object.fromEntries(parameters), importSchema);
    await must(deps, identity, 'update', namespace, request.method ?? 'PUT');
    const done = await turns.take(async () => {
      allowSlowBody(request);
      const received = await deps.spool.receive(pacedBody(request as AsyncIterable<Uint8Array>), LARGEST_BILL);
      try {
        return await importBill(deps, received, { file, overlap, ...(delivery === undefined ? {} : { delivery }), ...(provider === undefined ? {} : { provider }), ...(namespace === undefined ? {} : { namespace }) }, { issuer: identity.issuer, subject: identity.subject });
      } finally {
        await received.remove();
      }
    });
    answer(200, { schemaVersion: 1, ...done }, 'application/json');
  } catch (error) {
    // The rest of the body is not read, so the connection cannot be used again.
    if (!request.complete) response.setHeader('connection', 'close');
    const { status, problem } = problemOf(error, log);
    answer(status, problem, 'application/problem+json');
  }
}

/** Rights on a bill are rights on what runs: everywhere for the organisation's, in the team for a team's. */
async function must(deps: BillApiDependencies, identity: Identity, verb: 'list' | 'update', namespace: string | undefined, method: string): Promise<void> {
  const decision = await deps.authorise(identity, { verb, group: GROUP, resource: 'rollouts', ...(namespace === undefined ? {} : { namespace }) });
  if (decision.allowed) return;
  if (verb === 'update') await deps.events.append([{ ...(namespace === undefined ? {} : { namespace }), actor: { issuer: identity.issuer, subject: identity.subject }, subject: requestReference(method, ROOT), kind: 'request.refused', schemaVersion: 1, body: { code: 403, reason: decision.reason } }]);
  throw new PlatformError({ code: 'ROADBED-8722', class: 'forbidden', message: `${identity.subject} may not ${verb === 'update' ? 'change' : 'read'} the bills of ${namespace ?? 'the organisation'}`, why: decision.reason, next: namespace === undefined ? 'name your team with -n' : 'roadbed access grant' });
}

type Query = z.infer<typeof viewSchema>;

function routes(deps: BillApiDependencies, log: (line: string) => void): Hono<AskedBy> {
  const { bills } = deps;
  const app = new Hono<AskedBy>().basePath(ROOT);
  app.onError((error, context) => {
    const { status, problem } = problemOf(error, log);
    return context.json(problem, status as ContentfulStatusCode, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  });
  app.notFound(() => {
    throw new PlatformError({ code: 'ROADBED-5005', class: 'not-found', message: 'There is no such endpoint.', next: 'Check that client and server are of the same version: roadbed doctor' });
  });
  app.use(limitBody(LARGEST_RULES));

  /** The reader's rights on what the query asks of, and what answers it: days, rules, filters. */
  const asked = async (identity: Identity, parameters: URLSearchParams): Promise<{ query: Query; range: BillRange; view: BillView; filters: GroupFilter[] }> => {
    const query = valid(Object.fromEntries([...parameters].filter(([name]) => name !== 'filter' && name !== 'rate')), viewSchema.loose()) as Query;
    await must(deps, identity, 'list', query.namespace ?? query.team, 'GET');
    if (query.namespace !== undefined && query.team !== undefined) await must(deps, identity, 'list', query.team, 'GET');
    const { lastDay = '1970-01-01' } = await bills.coverage(query.namespace);
    const to = query.to ?? lastDay;
    const range = { from: query.from ?? `${to.slice(0, 7)}-01`, to, ...(query.namespace === undefined ? {} : { namespace: query.namespace }) };
    if (range.from > range.to) throw new PlatformError({ code: 'ROADBED-8744', class: 'usage', message: `the first day, ${range.from}, lies behind the last, ${range.to}` });
    const rules = await bills.allocation();
    const lookup = await deps.lookup?.();
    const rates = parameters.getAll('rate').slice(0, 50).map(readRate);
    const view = { rules: rulesInForce(rules), ...(lookup === undefined ? {} : { lookup }), ...(query.currency === undefined ? {} : { currency: { to: query.currency, rates } }) };
    const filters = parameters.getAll('filter').slice(0, 20).map(filterOf);
    return { query, range, view, filters: query.team === undefined ? filters : [...filters, { word: 'team', name: query.team }] };
  };

  app.get('/', async (context) => {
    const { namespace } = valid(context.req.query(), rangeSchema.loose());
    await must(deps, context.env.identity, 'list', namespace, 'GET');
    const sha256 = context.req.query('sha256');
    const found = sha256 === undefined ? await bills.imports(namespace) : [await bills.findByHash(sha256, namespace)].filter((each) => each !== undefined);
    return context.json({ schemaVersion: 1, items: found });
  });
  app.get('/costs', async (context) => {
    const { range, view, filters } = await asked(context.env.identity, new URL(context.req.url).searchParams);
    const report = await costReport(bills, range, view, { by: groupWord(context.req.query('by') ?? 'team'), byDay: context.req.query('days') === 'true', ...(filters.length === 0 ? {} : { filters }) });
    return context.json({ schemaVersion: 1, ...costDocument(report) });
  });
  app.get('/anomalies', async (context) => {
    const { identity } = context.env;
    const { query, view } = await asked(identity, new URL(context.req.url).searchParams);
    const days = Number(context.req.query('judge') ?? 14);
    const minimum = Number(context.req.query('minimum') ?? 10);
    if (!(days >= 1 && days <= 366 && minimum >= 0)) throw new PlatformError({ code: 'ROADBED-8744', class: 'usage', message: 'judge is 1 to 366 days, minimum an amount' });
    const report = await billAnomalies(bills, view, { days, minimum, ...(query.measure === undefined ? {} : { measure: query.measure }), ...(query.namespace === undefined ? {} : { namespace: query.namespace }) }, changesFromEvents(deps.events, (row) => deps.mayReadRow(identity, row)));
    const anomalies = query.team === undefined ? report.anomalies : report.anomalies.filter((anomaly) => anomaly.team === query.team);
    return context.json({ schemaVersion: 1, ...anomalyDocument({ ...report, anomalies }) });
  });
  app.get('/forecast', async (context) => {
    const { query, view } = await asked(context.env.identity, new URL(context.req.url).searchParams);
    const by = context.req.query('by') ?? (query.team === undefined ? undefined : 'team');
    if (query.team !== undefined && by !== 'team') throw new PlatformError({ code: 'ROADBED-8744', class: 'usage', message: 'the forecast of one team is by team' });
    const forecasts = await monthForecasts(bills, view, { ...(by === undefined ? {} : { by: groupWord(by) }), ...(query.measure === undefined ? {} : { measure: query.measure }), ...(query.namespace === undefined ? {} : { namespace: query.namespace }) });
    return context.json({ schemaVersion: 1, ...forecastDocument(query.team === undefined ? forecasts : forecasts.filter((one) => one.name === query.team)) });
  });
  app.get('/unmanaged', async (context) => {
    const { query, range, view } = await asked(context.env.identity, new URL(context.req.url).searchParams);
    const minimum = Decimal.parse(context.req.query('minimum') ?? '1');
    if (minimum === undefined) throw new PlatformError({ code: 'ROADBED-8744', class: 'usage', message: 'minimum is an amount' });
    const { buckets, costs } = await ownedCosts(bills, range, view, ['team', 'resource', 'address']);
    const own = query.team === undefined ? costs : costs.filter((cost) => cost.team === query.team);
    return context.json({ schemaVersion: 1, findings: unmanagedSpend(own, buckets, { ...range, measure: query.measure ?? 'effective', atLeast: minimum }) });
  });
  app.get('/charges', async (context) => {
    const { range, view, filters } = await asked(context.env.identity, new URL(context.req.url).searchParams);
    const { buckets, costs } = await ownedCosts(bills, range, view, ['team', ...filters.map((filter) => filter.word)]);
    // A charge that teams share is the organisation's: one of them has a part of it, and no row.
    const under = new Set(costs.filter((cost) => { const bucket = buckets[cost.bucket]; return bucket !== undefined && (filters.length === 0 || bucket.owner.shared === undefined) && filters.every((filter) => groupName(filter.word, cost, bucket) === filter.name); }).map((cost) => cost.bucket));
    const limit = Math.min(MOST_ROWS, Math.max(1, Number(context.req.query('limit') ?? 100) || 100));
    const [, after, row] = /^(\d{1,9}):(\d{1,10})$/.exec(context.req.query('after') ?? '') ?? [];
    const items = await bills.charges(range, { subjects: [...under].flatMap((index) => buckets[index]?.subjectKeys ?? []), limit, ...(after === undefined ? {} : { after: { import: after, row: Number(row) } }) });
    const last = items.at(-1);
    return context.json({ schemaVersion: 1, items, ...(items.length < limit || last === undefined ? {} : { next: `${last.import}:${last.row}` }) });
  });
  app.get('/export', async (context) => {
    const { query, range } = await asked(context.env.identity, new URL(context.req.url).searchParams);
    if (query.team !== undefined) throw new PlatformError({ code: 'ROADBED-8744', class: 'usage', message: 'rows are exported of whole bills, not of a team\'s part of one', next: 'roadbed bills export, with the right to read everywhere' });
    return context.body(ReadableStream.from(exported(bills, range)) as ReadableStream<Uint8Array>, 200, { 'content-type': 'text/csv; charset=utf-8', 'cache-control': 'no-store' });
  });
  app.get('/months', async (context) => {
    const { query } = await asked(context.env.identity, new URL(context.req.url).searchParams);
    if (query.team !== undefined) throw new PlatformError({ code: 'ROADBED-8744', class: 'usage', message: 'months are told of whole bills' });
    return context.json({ schemaVersion: 1, items: await bills.months(query.namespace) });
  });
  app.get('/allocation', async (context) => {
    await must(deps, context.env.identity, 'list', undefined, 'GET');
    return context.json({ schemaVersion: 1, ...((await bills.allocation()) ?? {}) });
  });
  app.put('/allocation', async (context) => {
    const { identity } = context.env;
    await must(deps, identity, 'update', undefined, 'PUT');
    const text = await context.req.text();
    readAllocationRules(text, 'the file');
    await bills.setAllocation(text, identity.subject);
    await deps.events.append([{ actor: { issuer: identity.issuer, subject: identity.subject }, subject: 'v1:bill:allocation', kind: 'bill.allocated', schemaVersion: 1, body: { bytes: text.length } }]);
    return context.json({ schemaVersion: 1, set: true });
  });
  app.get('/:id{\\d+}', async (context) => context.json({ schemaVersion: 1, import: await one(context.env.identity, context.req.param('id'), 'list') }));
  app.delete('/:id{\\d+}', async (context) => {
    const { identity } = context.env;
    const found = await one(identity, context.req.param('id'), 'update');
    await bills.remove(found.id);
    await deps.events.append([{ ...(found.namespace === undefined ? {} : { namespace: found.namespace }), actor: { issuer: identity.issuer, subject: identity.subject }, subject: billReference(found.id), kind: 'bill.removed', schemaVersion: 1, body: { file: found.file, rows: found.rows } }]);
    return context.json({ schemaVersion: 1, removed: found.id });
  });

  const one = async (identity: Identity, id: string, verb: 'list' | 'update'): Promise<NonNullable<Awaited<ReturnType<Bills['get']>>>> => {
    const found = await bills.get(id);
    await must(deps, identity, verb, found?.namespace, verb === 'list' ? 'GET' : 'DELETE');
    if (found === undefined) throw new PlatformError({ code: 'ROADBED-8723', class: 'not-found', message: `there is no import ${id}`, next: 'roadbed bills list' });
    return found;
  };
  return app;
}

/** `team=payments`, `tag:stage=prod`. */
function filterOf(text: string): GroupFilter {
  const at = text.indexOf('=');
  const word = groupWord(at < 0 ? text : text.slice(0, at));
  const name = at < 0 ? '' : text.slice(at + 1);
  return { word, name: word === 'team' && name === '' ? UNALLOCATED : name };
}

async function* exported(bills: Bills, range: BillRange): AsyncGenerator<Uint8Array> {
  const columns = exportColumns(await bills.columns(range));
  const encoder = new TextEncoder();
  yield encoder.encode(focusHeaderLine(columns));
  for await (const batch of bills.stream(range)) yield encoder.encode(batch.map((charge) => focusLine(columns, charge)).join(''));
}
