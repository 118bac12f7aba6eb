/** States that one team pushes to learn of another, or to stop what all teams share. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStateWorld, type StateWorld } from '../../src/app/infrastructure/testing/state-world.ts';

const provider = 'provider["registry.terraform.io/hashicorp/aws"]';
let all: StateWorld;

beforeAll(async () => {
  all = await openStateWorld();
}, 60_000);
afterAll(async () => all.stop());

let lineages = 0;
const state = (resources: object[]): string => JSON.stringify({ version: 4, terraform_version: '1.9.0', serial: 1, lineage: `aaaaaaaa-0000-4000-8000-${String((lineages += 1)).padStart(12, '0')}`, outputs: {}, resources });
const volume = (id: string, more: object = {}, key?: string): object => ({ mode: 'managed', type: 'aws_ebs_volume', name: 'data', provider, instances: [{ ...(key === undefined ? {} : { index_key: key }), schema_version: 0, attributes: { id, arn: `arn:aws:ec2:eu-west-1:111122223333:volume/${id}`, size: 100, type: 'gp3', availability_zone: 'eu-west-1a', ...more } }] });
const inventory = (ids: string[]): string => `arn,resource_type,region,account\n${ids.map((id) => `arn:aws:ec2:eu-west-1:111122223333:volume/${id},AWS::EC2::Volume,eu-west-1,111122223333\n`).join('')}`;

test('an inventory says nothing of a state of another team, also where its root has the same name', { timeout: 60_000 }, async () => {
  const user = { mode: 'managed', type: 'aws_instance', name: 'their_secret_project', provider, instances: [{ schema_version: 0, attributes: { id: 'i-0aaaaaaaaaaaaaaa1', vpc_security_group_ids: ['sg-0cccccccccccccccc'] } }] };
  await all.send('bank/terraform-states?root=network', state([volume('vol-0bbbbbbbbbbbbbbbb'), user]));
  await all.send('shop/terraform-states?root=network', state([volume('vol-0aaaaaaaaaaaaaaaa')]));
  const answer = await (await all.send('shop/terraform-states/inventory?root=network', `${inventory(['vol-0aaaaaaaaaaaaaaaa'])}arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0cccccccccccccccc,AWS::EC2::SecurityGroup,eu-west-1,111122223333\n`)).json();
  expect(answer).toMatchObject({ summary: { findings: 1 } });
  const told = JSON.stringify(await all.findings.list({ namespaces: ['shop'], limit: 100 }));
  expect(told).toContain('sg-0cccccccccccccccc');
  expect(told).toContain('something in another state uses it');
  expect(told).not.toContain('vol-0bbbbbbbbbbbbbbbb');
  expect(told).not.toContain('their_secret_project');
});

test('texts that the database has no form for stop nobody', { timeout: 60_000 }, async () => {
  const odd = 'a\u0000b\ud800c';
  const resources = [volume('vol-0dddddddddddddddd', { tags: { Name: odd, [odd]: odd }, type: `io1${odd}` }, odd), { mode: 'managed', type: `aws_${odd}`, name: odd, provider, instances: [{ schema_version: 0, attributes: { id: odd, name: odd } }] }];
  expect(await (await all.send('shop/terraform-states?root=odd', state(resources))).json()).toMatchObject({ outcome: 'stored' });
  await all.analysis.pass();
  await all.send('shop/terraform-states?root=odd&replaceLineage=true', state([]));
  await all.analysis.pass();
  await all.send('shop/terraform-states?root=odd&replaceLineage=true', state(resources));
  await all.analysis.pass();
  await all.send('shop/terraform-states/inventory?root=odd', inventory(['vol-0eeeeeeeeeeeeeeee']));
  expect(all.log).toEqual([]);
  expect((await all.states.list()).map(({ analysed }) => analysed?.includes('failed'))).not.toContain(true);
  expect((await all.findings.list({ source: 'odd' })).length).toBeGreaterThan(0);
  expect((await all.findings.list({ source: 'odd', text: 'data' })).length).toBeGreaterThan(0);
  expect((await all.findings.totals({ namespaces: ['shop'] })).count).toBeGreaterThan(0);
});
