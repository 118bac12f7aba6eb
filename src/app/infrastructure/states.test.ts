/** States end to end: pushed over HTTP, kept without their secrets, analysed, shown to whoever may read them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingsPageSchema } from '../../api/contract/findings-page.ts';
import { overlaysSchema, rootStatesSchema } from '../../api/contract/state-page.ts';
import { exampleFiles } from './testing/infrastructure-world.ts';
import { openStateWorld, type StateWorld } from './testing/state-world.ts';

const PUSH = 'shop/terraform-states?root=aws-shop';
let all: StateWorld;
let serials: string[];

beforeAll(async () => {
  all = await openStateWorld();
  await all.world.register('shop', 'infrastructure', exampleFiles());
  serials = await all.example('aws-shop');
}, 60_000);
afterAll(async () => all.stop());

const state = (serial: number, resources: object[], more: object = {}): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial, lineage: 'aaaaaaaa-0000-4000-8000-000000000001', outputs: {}, resources, ...more });
const volume = (name: string, attributes: object = {}): object => ({ mode: 'managed', type: 'aws_ebs_volume', name, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 0, attributes: { id: `vol-0${Buffer.from(name).toString('hex').padEnd(16, '0').slice(0, 16)}`, size: 100, type: 'gp3', availability_zone: 'eu-west-1a', ...attributes } }] });
const ask = async (path: string): Promise<unknown> => (await all.world.ask(path)).json();
const rulesOf = async (source: string, area: string): Promise<string[]> => (await all.findings.list({ source, areas: [area as 'waste'], limit: 500 })).map(({ finding }) => `${finding.rule} ${finding.subject.name}`);

describe('a state that belongs to code', { timeout: 60_000 }, () => {
  test('three serials become a history, findings with places in the code, and a cost each', async () => {
    for (const [index, text] of serials.entries()) {
      const answer = await all.send(PUSH, text);
      expect(await answer.json()).toMatchObject({ schemaVersion: 1, outcome: 'stored', number: index + 1, serial: index + 1, surgery: [], name: { repository: 'infrastructure', root: 'aws-shop', workspace: 'default' } });
      await all.analysis.pass();
    }
    const page = rootStatesSchema.parse(await ask('/infrastructure/shop/infrastructure/state?root=aws-shop'));
    expect(page.states).toHaveLength(1);
    const [shown] = page.states;
    expect(shown).toMatchObject({ workspace: 'default', source: 'infrastructure/aws-shop', pending: false });
    expect(shown?.serials.map(({ serial, changes, pushedBy }) => [serial, changes?.added.count, changes?.changed.count, changes?.removed.count, pushedBy])).toEqual([[3, 2, 3, 0, 'user:ada'], [2, 7, 0, 0, 'user:ada'], [1, undefined, undefined, undefined, 'user:ada']]);
    const costs = shown?.serials.map(({ cost }) => Number(cost?.monthly)) ?? [];
    expect(costs[0]).toBeGreaterThan(costs[1] ?? 0);
    expect(shown?.serials[0]?.cost).toMatchObject({ currency: 'USD', resources: 84 });
    expect(await rulesOf('infrastructure/aws-shop', 'drift')).toEqual(expect.arrayContaining(['drift.attribute aws_db_instance.orders', 'drift.not-in-code aws_ebs_volume.migration']));
    expect(await rulesOf('infrastructure/aws-shop', 'waste')).toEqual(expect.arrayContaining(['waste.aws.volume-unattached aws_ebs_volume.migration', 'waste.aws.elastic-ip-unassociated aws_eip.old_vpn']));
  });

  test('the same bytes again are nothing to do, also when they are an older serial', async () => {
    for (const text of [serials[2], serials[0]]) expect(await (await all.send(PUSH, text ?? '')).json()).toMatchObject({ outcome: 'known' });
    expect((await all.states.list())[0]?.serials).toBe(3);
  });

  test('a settled platform is not analysed again', async () => {
    const before = await all.database.pool.query('select xmin, * from roadbed.finding order by fingerprint');
    await all.analysis.pass();
    expect((await all.database.pool.query('select xmin, * from roadbed.finding order by fingerprint')).rows).toEqual(before.rows);
  });

  test('a commit that takes the drift away resolves it', async () => {
    const code = exampleFiles()['aws-shop/data.tf'] ?? '';
    await all.world.push('shop', 'infrastructure', { 'aws-shop/data.tf': code.replace('"db.r6g.xlarge"', '"db.r6g.2xlarge"'), 'aws-shop/left.tf': 'resource "aws_eip" "old_vpn" {\n  domain = "vpc"\n}\n' }, 'Take over what was done by hand');
    await all.analysis.pass();
    const now = await rulesOf('infrastructure/aws-shop', 'drift');
    expect(now).not.toContain('drift.not-in-code aws_eip.old_vpn');
    const resolved = await all.events.query({ kinds: ['finding.resolved'] });
    expect(resolved.map(({ body }) => body['subject'])).toContain('aws_eip.old_vpn');
  });

  test('findings are shown with filters, accepted until a day, and saved as files', async () => {
    const page = findingsPageSchema.parse(await ask('/findings?area=waste&order=saving'));
    expect(page.findings[0]).toMatchObject({ area: 'waste', subject: { name: 'aws_ebs_volume.migration' }, saving: { known: true }, state: 'open' });
    expect(page.open.count).toBe((page.open.byArea['waste'] ?? 0) + (page.open.byArea['drift'] ?? 0));
    expect(page.sources).toEqual(['infrastructure/aws-shop']);
    const located = page.findings.find((finding) => finding.location !== undefined);
    expect(located).toMatchObject({ code: { repository: 'infrastructure', root: 'aws-shop' } });
    expect(page.findings.find(({ rule }) => rule === 'waste.aws.bucket-without-lifecycle')?.fix.patch).toContain('+resource "aws_s3_bucket_lifecycle_configuration" "media" {');
    expect(page.findings[0]?.fix.withoutPatch).toBe('it is not in the code');
    const { fingerprint = '' } = page.findings[0] ?? {};
    await all.findings.waive('shop', fingerprint, { reason: 'until the migration is over', until: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10) }, { issuer: 'roadbed', subject: 'user:ada' });
    expect(findingsPageSchema.parse(await ask('/findings?area=waste')).findings.map((finding) => finding.fingerprint)).not.toContain(fingerprint);
    expect(findingsPageSchema.parse(await ask('/findings?state=accepted')).findings).toMatchObject([{ fingerprint, waiver: { reason: 'until the migration is over' } }]);
    expect(await (await all.world.ask('/findings/file?format=csv')).text()).toMatch(/^rule,severity/);
    expect(await (await all.world.ask('/findings/file?format=sarif&state=open,accepted')).json()).toMatchObject({ version: '2.1.0' });
    expect(await (await all.world.ask('/findings/file?format=json')).json()).toMatchObject({ schemaVersion: 1, kind: 'Findings' });
    expect((await all.world.ask('/findings?area=nonsense')).status).toBe(422);
  });

  test('an overlay names drift and cost by address', async () => {
    const { overlay } = overlaysSchema.parse(await ask('/infrastructure/shop/infrastructure/overlay?root=aws-shop'));
    expect(overlay?.drift.map(({ address }) => address)).toContain('aws_elasticache_replication_group.sessions');
    expect(overlay?.cost?.priced.find(({ address }) => address === 'aws_db_instance.orders')).toMatchObject({ monthly: expect.stringMatching(/^\d+\.\d\d$/) });
    expect(overlaysSchema.parse(await ask('/infrastructure/shop/infrastructure/overlay?root=google-events'))).toEqual({});
  });

  test('a refresh plan and an inventory are compared and not kept', async () => {
    const plan = { format_version: '1.2', terraform_version: '1.9.8', resource_drift: [{ address: 'aws_db_instance.orders', mode: 'managed', type: 'aws_db_instance', name: 'orders', provider_name: 'registry.terraform.io/hashicorp/aws', change: { actions: ['update'], before: { id: 'orders', instance_class: 'db.r6g.2xlarge', password: 'Sommer-2026-geheim' }, after: { id: 'orders', instance_class: 'db.t3.large', password: 'Winter-2026-geheim' } } }], resource_changes: [], planned_values: {} };
    expect(await (await all.send(PUSH.replace('states?', 'states/refresh?'), JSON.stringify(plan))).json()).toMatchObject({ kind: 'refresh', summary: { findings: 2 } });
    expect(await rulesOf('infrastructure/aws-shop', 'drift')).toContain('drift.refresh-attribute aws_db_instance.orders');
    const inventory = 'arn,resource_type,region,account\narn:aws:ec2:eu-west-1:111122223333:volume/vol-0123456789abcdef9,AWS::EC2::Volume,eu-west-1,111122223333\n';
    expect(await (await all.send(PUSH.replace('states?', 'states/inventory?'), inventory)).json()).toMatchObject({ kind: 'inventory', name: { root: 'aws-shop' } });
    const page = rootStatesSchema.parse(await ask('/infrastructure/shop/infrastructure/state?root=aws-shop'));
    expect(page.states[0]?.comparisons.map(({ kind }) => kind)).toEqual(['inventory', 'refresh']);
    expect(await (await all.send('shop/terraform-states/refresh?root=nothing', JSON.stringify(plan))).json()).toMatchObject({ code: 'ROADBED-8514' });
  });
});

describe('surgery', { timeout: 60_000 }, () => {
  const push = (text: string, more = ''): Promise<Response> => all.send(`shop/terraform-states?root=cut${more}`, text);

  test('serials that repeat or go back are stored and told, another lineage is refused until it is meant', async () => {
    expect(await (await push(state(4, [volume('a'), volume('b')]))).json()).toMatchObject({ outcome: 'stored', name: { repository: '' } });
    await all.analysis.pass();
    expect(await (await push(state(4, [volume('a', { size: 300 })]))).json()).toMatchObject({ outcome: 'stored', surgery: ['serial-repeated'] });
    await all.analysis.pass();
    expect(await (await push(state(2, [volume('a')]))).json()).toMatchObject({ outcome: 'stored', surgery: ['serial-went-back'] });
    await all.analysis.pass();
    expect((await rulesOf('cut', 'drift')).filter((rule) => rule.includes('serial'))).toEqual(['drift.serial-repeated cut', 'drift.serial-went-back cut']);
    const other = state(1, [volume('c')], { lineage: 'bbbbbbbb-0000-4000-8000-000000000002' });
    const refused = await push(other);
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'ROADBED-8510' }]);
    expect(await (await push(other, '&replaceLineage=true')).json()).toMatchObject({ outcome: 'stored', surgery: ['lineage-changed'] });
    await all.analysis.pass();
    expect(await rulesOf('cut', 'drift')).toContain('drift.lineage-changed cut');
  });

  test('a state that is removed goes with its history, and its findings are resolved', async () => {
    expect((await all.send('shop/terraform-states?root=cut', undefined, 'user:eve')).status).toBe(403);
    expect(await (await all.send('shop/terraform-states?root=cut', undefined)).json()).toMatchObject({ name: { root: 'cut' }, serials: 4 });
    expect(await rulesOf('cut', 'drift')).toEqual([]);
    expect((await all.states.list()).some(({ root }) => root === 'cut')).toBe(false);
    expect(await (await all.send('shop/terraform-states?root=cut', undefined)).json()).toMatchObject({ code: 'ROADBED-8514' });
    expect((await all.events.query({ kinds: ['state.removed'] })).map(({ actor }) => actor.subject)).toEqual(['user:ada']);
  });

  test('use in a state of another team is use', async () => {
    const address = { mode: 'managed', type: 'aws_eip', name: 'shared', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 0, attributes: { id: 'eipalloc-0feedbeef00000001', public_ip: '203.0.113.9' } }] };
    await all.send('shop/terraform-states?root=addresses', state(1, [address], { lineage: 'cccccccc-0000-4000-8000-000000000003' }));
    await all.analysis.pass();
    expect(await rulesOf('addresses', 'waste')).toEqual(['waste.aws.elastic-ip-unassociated aws_eip.shared']);
    // It stands in a script that is not kept: only the mark of the id tells.
    const machine = { mode: 'managed', type: 'aws_instance', name: 'm', provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ schema_version: 0, attributes: { id: 'i-0aaaaaaaaaaaaaaa1', instance_type: 't3.micro', user_data: '#!/bin/sh\naws ec2 associate-address --allocation-id eipalloc-0feedbeef00000001 --instance-id self\n' } }] };
    await all.send('bank/terraform-states?root=machines', state(1, [machine], { lineage: 'dddddddd-0000-4000-8000-000000000004' }));
    await all.analysis.pass();
    expect(await rulesOf('addresses', 'waste')).toEqual([]);
  });
});

describe('what is refused', { timeout: 60_000 }, () => {
  test.each([
    ['no JSON', '{"version": 4, ', 422, 'ROADBED-8050'],
    ['no state', '{"a": 1}', 422, 'ROADBED-8053'],
    ['a state of version 2', '{"version": 2, "serial": 1, "lineage": "x", "modules": []}', 422, 'ROADBED-8052'],
    ['an encrypted state', '{"encrypted_data": "x", "encryption_version": "v0", "meta": {}}', 422, 'ROADBED-8051'],
    ['show -json, which has no serial', '{"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": {}}}', 422, 'ROADBED-8511'],
    ['a serial below zero', state(-1, []), 422, 'ROADBED-8511'],
    ['a lineage that is none', state(1, [], { lineage: '../../x\n' }), 422, 'ROADBED-8511'],
    ['nothing', '', 422, 'ROADBED-8519'],
  ])('%s', async (_what, body, status, code) => {
    const answer = await all.send('shop/terraform-states?root=bad', body);
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
    expect((await all.states.list()).some(({ root }) => root === 'bad')).toBe(false);
  });

  test.each([['shop/terraform-states', 422, 'ROADBED-5009'], ['shop/terraform-states?root=a&workspace=a%00b', 422, 'ROADBED-5009'], ['shop/terraform-states?root=a&commit=main', 422, 'ROADBED-5009'], ['nobody/terraform-states?root=a', 404, 'ROADBED-8517']])('%s', async (path, status, code) => {
    const answer = await all.send(path, state(1, []));
    expect([answer.status, await answer.json()]).toMatchObject([status, { code }]);
  });

  test('who may not change code of the team pushes nothing, and one byte too many is not read', async () => {
    const answer = await all.send('shop/terraform-states?root=theirs', state(1, []), 'user:eve');
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'ROADBED-8516' }]);
    expect((await all.world.ask('/infrastructure/bank/machines/state?root=.')).status).toBe(404);
  });

  test('bytes that are not UTF-8', async () => {
    const answer = await all.send('shop/terraform-states?root=bad', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]));
    expect(await answer.json()).toMatchObject({ code: 'ROADBED-8512' });
  });
});
