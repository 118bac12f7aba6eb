import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { httpWorld } from '../testing/http.ts';
import type { HttpWorld } from '../testing/http.ts';
import { memoryStore } from '../testing/memory-store.ts';
import { PLATFORM, claim, testWorld } from '../testing/world.ts';
import type { World } from '../testing/world.ts';
import { age } from './table.ts';

const CLAIMS = '/apis/roadbed.dev/v1alpha1/namespaces/payments/resourceclaims';
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

let world: World;
let http: HttpWorld;

beforeEach(async () => {
  world = await testWorld({ store: memoryStore() });
  http = await httpWorld(world.service, PLATFORM);
});
afterEach(async () => {
  await http.stop();
  world.service.stop();
});

const make = async (...names: string[]): Promise<void> => {
  for (const name of names) await world.platform.create(claim(name));
};
const names = (items: unknown[] | undefined): string[] => (items ?? []).map((item) => (item as { metadata: { name: string } }).metadata.name);

describe('discovery', () => {
  const both = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

  test('answers the exact version that was asked for, with an ETag', async () => {
    const newest = await http.send('GET', '/apis', undefined, { accept: both });
    expect(newest.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    const older = await http.send('GET', '/apis', undefined, { accept: 'application/json;as=APIGroupDiscoveryList;v=v2beta1;g=apidiscovery.k8s.io,application/json' });
    expect(older.headers['content-type']).toContain('v=v2beta1');
    expect(older.json).toMatchObject({ apiVersion: 'apidiscovery.k8s.io/v2beta1' });
    const again = await http.send('GET', '/apis', undefined, { accept: both, 'if-none-match': newest.headers.etag as string });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  test('answers in the legacy form otherwise, and 406 to what it cannot make', async () => {
    expect((await http.send('GET', '/api')).json).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await http.send('GET', '/apis/roadbed.dev/v1alpha1')).json).toMatchObject({ kind: 'APIResourceList', groupVersion: 'roadbed.dev/v1alpha1' });
    expect(await http.send('GET', CLAIMS, undefined, { accept: 'text/html' })).toMatchObject({ status: 406, json: { reason: 'NotAcceptable' } });
  });

  test('serves OpenAPI documents below 200 kB by hash', async () => {
    const { paths } = (await http.send('GET', '/openapi/v3')).json as unknown as { paths: Record<string, { serverRelativeURL: string }> };
    expect(Object.keys(paths)).toEqual(['api/v1', 'apis/roadbed.dev/v1alpha1', 'apis/backstage.io/v1alpha1']);
    for (const { serverRelativeURL } of Object.values(paths)) {
      const document = await http.send('GET', serverRelativeURL);
      expect(document.headers['cache-control']).toContain('immutable');
      expect(document.text.length).toBeLessThan(200_000);
    }
  });
});

describe('lists', () => {
  test('come in pages of one state, and a watch from there sees the rest', async () => {
    await make('a', 'b', 'c', 'd', 'e');
    const first = await http.send('GET', `${CLAIMS}?limit=2`);
    expect(first.json).toMatchObject({ metadata: { remainingItemCount: 3 } });
    await make('bb');
    await world.platform.delete('roadbed.dev/ResourceClaim', 'payments', 'a');
    const known = new Map(names(first.json.items).map((name) => [name, true]));
    let token = first.json.metadata?.continue;
    while (token !== undefined) {
      const page = await http.send('GET', `${CLAIMS}?limit=2&continue=${token}`);
      expect(page.json.metadata?.resourceVersion).toBe(first.json.metadata?.resourceVersion);
      for (const name of names(page.json.items)) known.set(name, true);
      token = page.json.metadata?.continue;
    }
    const watch = http.watch(`${CLAIMS}?watch=true&resourceVersion=${first.json.metadata?.resourceVersion ?? ''}`);
    await expect.poll(() => watch.events.length).toBe(2);
    for (const { type, object } of watch.events) known.set(object.metadata.name, type !== 'DELETED');
    watch.stop();
    expect([...known].filter(([, present]) => present).map(([name]) => name).sort()).toEqual(names((await http.send('GET', CLAIMS)).json.items));
  });

  test('refuse a continue token that is old or no token', async () => {
    await make('a', 'b');
    const token = (await http.send('GET', `${CLAIMS}?limit=1`)).json.metadata?.continue ?? '';
    world.time.now += 6 * 60_000;
    expect(await http.send('GET', `${CLAIMS}?limit=1&continue=${token}`)).toMatchObject({ status: 410, json: { reason: 'Expired' } });
    for (const bad of ['nonsense', 'e30', Buffer.from('{"v":1}').toString('base64url')]) expect(await http.send('GET', `${CLAIMS}?limit=1&continue=${bad}`)).toMatchObject({ status: 400 });
  });

  test('wait for a version that is to come, and give up in three seconds', async () => {
    expect(await http.send('GET', `${CLAIMS}?resourceVersion=x`)).toMatchObject({ status: 400 });
    const answer = http.send('GET', `${CLAIMS}?resourceVersion=${world.store.position() + 1n}`);
    await make('a');
    expect((await answer).status).toBe(200);
    expect(await http.send('GET', `${CLAIMS}?resourceVersion=999999`)).toMatchObject({ status: 504, headers: { 'retry-after': '1' }, json: { details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } } });
  });

  test('are tables of cells when asked, with the metadata that kubectl needs', async () => {
    await make('a');
    const table = (await http.send('GET', CLAIMS, undefined, { accept: TABLE })).json as unknown as { kind: string; columnDefinitions: { name: string; format: string }[]; rows: { cells: unknown[]; object: { kind: string } }[] };
    expect(table.columnDefinitions[0]).toMatchObject({ name: 'Name', format: 'name' });
    expect(table.rows[0]).toMatchObject({ cells: ['a', 'postgres', 'dev', null, null, '0s'], object: { kind: 'PartialObjectMetadata' } });
    expect((await http.send('GET', `${CLAIMS}?includeObject=None`, undefined, { accept: TABLE })).json).toMatchObject({ rows: [{ object: null }] });
  });

  test.each([[5_000, '5s'], [119_000, '119s'], [150_000, '2m30s'], [3_600_000, '60m'], [11_000_000, '3h3m'], [36_000_000, '10h'], [172_800_000, '2d'], [864_000_000, '10d'], [-5, '0s']])('age %d ms is %s', (milliseconds, text) => {
    expect(age(milliseconds)).toBe(text);
  });
});

describe('collections', () => {
  test('are deleted by selector, whatever their number, and answered as a list', async () => {
    for (let index = 0; index < 230; index++) await world.platform.create({ ...claim(`c${index}`), metadata: { name: `c${index}`, namespace: 'payments', labels: { sweep: 'yes' } } as never });
    await make('kept');
    const dry = await http.send('DELETE', `${CLAIMS}?labelSelector=sweep%3Dyes&dryRun=All`);
    expect(dry.json.items).toHaveLength(230);
    const gone = await http.send('DELETE', `${CLAIMS}?labelSelector=sweep%3Dyes`);
    expect(gone.json).toMatchObject({ kind: 'ResourceClaimList' });
    expect(gone.json.items).toHaveLength(230);
    expect(names((await http.send('GET', CLAIMS)).json.items)).toEqual(['kept']);
  });
});

describe('watches', () => {
  test('from too long ago end with 410', async () => {
    await make('a', 'b');
    world.store.forget();
    const watch = http.watch(`${CLAIMS}?watch=true&resourceVersion=1`);
    await watch.ended;
    expect(watch.events).toMatchObject([{ type: 'ERROR', object: { kind: 'Status', code: 410 } }]);
  });

  test('begin with what is there and mark its end', async () => {
    await make('a', 'b');
    expect(await http.send('GET', `${CLAIMS}?watch=true&sendInitialEvents=true`)).toMatchObject({ status: 422 });
    const watch = http.watch(`${CLAIMS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`);
    await expect.poll(() => watch.events.length).toBe(3);
    await make('c');
    await expect.poll(() => watch.events.length).toBe(4);
    watch.stop();
    expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'BOOKMARK', 'ADDED']);
    expect(watch.events[2]?.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  });

  test('by a selector see objects come and go', async () => {
    await make('a');
    const position = world.store.position();
    const watch = http.watch(`${CLAIMS}?watch=true&resourceVersion=${position}&labelSelector=${encodeURIComponent('team=x')}`);
    const label = (value: string | null): Promise<unknown> => world.platform.patch('roadbed.dev/ResourceClaim', 'payments', 'a', { metadata: { labels: { team: value } } });
    await label('x');
    await world.platform.patch('roadbed.dev/ResourceClaim', 'payments', 'a', { spec: { environment: 'prod' } });
    await label('y');
    await label('x');
    await world.platform.delete('roadbed.dev/ResourceClaim', 'payments', 'a');
    await expect.poll(() => watch.events.length).toBe(5);
    watch.stop();
    expect(watch.events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'DELETED']);
  });

  test('end in time with a last bookmark', async () => {
    const watch = http.watch(`${CLAIMS}?watch=true&allowWatchBookmarks=true&timeoutSeconds=1`);
    await watch.ended;
    expect(watch.events).toMatchObject([{ type: 'BOOKMARK', object: { kind: 'ResourceClaim', metadata: { resourceVersion: String(world.store.position()) } } }]);
  });

  test('as tables give the columns once', async () => {
    const watch = http.watch(`${CLAIMS}?watch=true`, { accept: TABLE });
    await make('a', 'b');
    await expect.poll(() => watch.events.length).toBe(2);
    watch.stop();
    const tables = watch.events.map(({ object }) => object as unknown as { columnDefinitions: unknown[] | null });
    expect([tables[0]?.columnDefinitions?.length, tables[1]?.columnDefinitions]).toEqual([6, null]);
  });
});

describe('hostile requests', () => {
  test.each([
    ['a body that is no JSON', 'POST', CLAIMS, '{', 400],
    ['a body of another kind', 'POST', CLAIMS, { apiVersion: 'v1', kind: 'Pod' }, 400],
    ['a list as a body', 'POST', CLAIMS, [], 400],
    ['a body for another namespace', 'POST', CLAIMS, { ...claim('a'), metadata: { name: 'a', namespace: 'orders' } }, 400],
    ['a name that is none', 'POST', CLAIMS, { ...claim('A B') }, 422],
    ['a prototype in disguise', 'POST', CLAIMS, '{"\\u005f_proto__":{"a":1}}', 400],
    ['an encoded slash', 'GET', `${CLAIMS}/a%2Fb`, undefined, 400],
    ['a broken encoding', 'GET', `${CLAIMS}/%zz`, undefined, 400],
    ['an unknown kind', 'GET', '/apis/roadbed.dev/v1alpha1/nothings', undefined, 404],
    ['an unknown method', 'PUT', CLAIMS, {}, 405],
    ['metadata that is a list', 'POST', CLAIMS, { metadata: [] }, 400],
    ['labels that are numbers', 'POST', CLAIMS, { ...claim('a'), metadata: { name: 'a', labels: { x: 1 } } }, 422],
  ])('%s is refused', async (_name, method, path, body, status) => {
    expect(await http.send(method, path, body)).toMatchObject({ status, json: { kind: 'Status', code: status } });
  });

  test('a body above the limit is refused without being read', async () => {
    expect(await http.send('POST', CLAIMS, `{"a":"${'x'.repeat(3 * 1024 * 1024)}"}`)).toMatchObject({ status: 413 });
  });

  test('a YAML bomb is refused', async () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]', ...'bcdefghi'.split('').map((letter, index) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)].join('\n');
    expect(await http.send('PATCH', `${CLAIMS}/a?fieldManager=x`, bomb, { 'content-type': 'application/apply-patch+yaml' })).toMatchObject({ status: 400 });
  });

  test('nobody without a token gets anything but the health paths, and the refusal is on record', async () => {
    const outside = await httpWorld(world.service);
    for (const path of ['/apis', CLAIMS, '/version', '/openapi/v3']) expect(await outside.send('GET', path)).toMatchObject({ status: 401, json: { reason: 'Unauthorized' } });
    expect(await outside.send('GET', '/readyz')).toMatchObject({ status: 200, text: 'ok' });
    expect(world.rows.at(-1)).toMatchObject({ kind: 'request.refused', actor: { subject: 'anonymous' }, subject: 'v1:request:GET /openapi/v3', body: { code: 401 } });
    expect((await outside.send('GET', '/something/else')).status).toBe(404);
    await outside.stop();
  });

  test('a patch form that is not known says which are', async () => {
    await make('a');
    const refused = await http.send('PATCH', `${CLAIMS}/a`, '{}', { 'content-type': 'application/strategic-merge-patch+json' });
    expect(refused.json).toMatchObject({ code: 415, message: 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml' });
  });
});

test('a body in YAML is bounded more tightly than one in JSON: its reader would hold everybody up', async () => {
  const answer = await http.send('POST', CLAIMS, `a: [${'1,'.repeat(100_000)}1]`, { 'content-type': 'application/yaml' });
  expect(answer).toMatchObject({ status: 400, json: { message: expect.stringContaining('larger ones are sent as JSON') as string } });
});
