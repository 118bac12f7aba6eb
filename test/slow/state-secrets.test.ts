/**
 * No secret of a pushed state is anywhere afterwards: not in a table, an event, a log line, an answer or an error.
 *
 * Secrets of several looks, also words that look like nothing, stand in every position that a state has: each attribute of a
 * wide range of types at any depth, keys of maps, outputs, private data, sensitive marks, ids of state. Where an attribute
 * must be kept to be of use (a name, a size) only secrets that can be told by their looks are planted.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openStateWorld, type StateWorld } from '../../src/app/infrastructure/testing/state-world.ts';

const RANDOM = 'wJalrXUtnFEMIK7MDENGbPxRfiCYzz9Kq3Tn';
const KEY_ID = 'AKIAQ7ZLMNOPQRSTUVWX';
const WORDS = 'correct-horse-battery-staple';
const PASSWORD = 'Sommer2026!';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAplantedplanted\n-----END RSA PRIVATE KEY-----';
const TOKEN = 'ghp_plantedplantedplantedplanted123456';
const URL_SECRET = 'postgres://app:Hunter2Planted@db.internal/app';
const PLANTED = [RANDOM, KEY_ID, WORDS, PASSWORD, 'MIIEowIBAAKCAQEAplantedplanted', TOKEN, 'Hunter2Planted'];

const anywhere = { password: PASSWORD, master_password: WORDS, secret: WORDS, token: PASSWORD, private_key: PEM, user_data: `#!/bin/sh\nexport DB=${PASSWORD}\n`, value: WORDS, content: PASSWORD, body: `{"k":"${WORDS}"}`, description: PASSWORD, some_new_attribute: WORDS, environment: [{ variables: { DB: PASSWORD, URL: URL_SECRET } }], nested: [{ deep: [{ deeper: { note: WORDS } }] }], list: [WORDS, PASSWORD], policy: JSON.stringify({ Statement: [{ Condition: { StringEquals: { 'aws:x': WORDS } } }] }), metadata: { startup: PASSWORD }, connection_string: URL_SECRET, settings: [{ database_flags: [{ value: PASSWORD }] }], certificate: PEM, url_of_something: URL_SECRET };
const byLooks = { id: `x-${RANDOM}`, arn: `arn:aws:x:eu-west-1:1:${RANDOM}`, name: TOKEN, tags: { Owner: RANDOM, [KEY_ID]: 'x', Password: PASSWORD }, instance_type: KEY_ID, engine_version: TOKEN, domain_name: URL_SECRET, availability_zone: RANDOM };
const provider = 'provider["registry.terraform.io/hashicorp/aws"]';
const TYPES = ['aws_instance', 'aws_db_instance', 'aws_lambda_function', 'aws_ebs_volume', 'aws_eip', 'aws_brand_new', 'google_sql_database_instance', 'google_compute_disk', 'azurerm_managed_disk', 'azurerm_key_vault_secret', 'kubernetes_secret', 'random_password', 'helm_release', 'null_resource'];

function stateWith(serial: number, mark: string): string {
  const resources = TYPES.map((type, at) => ({
    ...(at % 3 === 0 ? { module: `module.m["${RANDOM}"]` } : {}), mode: at % 5 === 4 ? 'data' : 'managed', type, name: `planted_${at}`, provider,
    instances: [
      { index_key: TOKEN, schema_version: 0, attributes: { ...anywhere, ...byLooks, note: `${mark}${WORDS}` }, sensitive_attributes: [[{ type: 'get_attr', value: 'some_new_attribute' }]], private: Buffer.from(PASSWORD).toString('base64'), dependencies: [`aws_x.y["${RANDOM}"]`] },
      { schema_version: 0, deposed: 'abcd1234', status: 'tainted', attributes: { ...anywhere } },
    ],
  }));
  return JSON.stringify({ version: 4, terraform_version: '1.9.0', serial, lineage: 'aaaaaaaa-0000-4000-8000-00000000000a', outputs: { db: { value: PASSWORD, type: 'string', sensitive: true }, plain: { value: WORDS, type: 'string' }, [TOKEN]: { value: { a: [URL_SECRET] }, type: 'string' } }, resources });
}

let all: StateWorld;
const answers: string[] = [];

beforeAll(async () => {
  all = await openStateWorld();
  await all.world.register('shop', 'infrastructure', { 'main.tf': 'resource "aws_db_instance" "planted_1" {\n  password = "Sommer2026?"\n  note = "other"\n}\nresource "aws_instance" "left" {\n  user_data = "x"\n}\n' });
  const send = async (path: string, body: string): Promise<void> => void answers.push(await (await all.send(path, body)).text());
  for (const [serial, mark] of [[1, ''], [2, 'changed '], [2, 'again '], [1, 'back ']] as const) {
    await send('shop/terraform-states?root=.', stateWith(serial, mark));
    await all.analysis.pass();
  }
  const change = { before: anywhere, after: { ...anywhere, password: WORDS, some_new_attribute: PASSWORD, tags: { Password: TOKEN } }, actions: ['update'] };
  await send('shop/terraform-states/refresh?root=.', JSON.stringify({ format_version: '1.2', terraform_version: '1.9.0', resource_changes: [], planned_values: {}, resource_drift: TYPES.map((type) => ({ address: `${type}.planted`, mode: 'managed', type, name: 'planted', provider_name: 'registry.terraform.io/hashicorp/aws', change })) }));
  await send('shop/terraform-states/inventory?root=.', `arn,resource_type,region,account\narn:aws:ec2:eu-west-1:1:volume/${RANDOM},AWS::EC2::Volume,eu-west-1,1\n`);
  // What is refused must not be quoted.
  for (const bad of [stateWith(3, '').slice(0, -40), stateWith(3, '').replace('"version":4', '"version":9'), `{"version":4,"serial":1,"lineage":"${PASSWORD} ${WORDS}\\n","resources":[]}`, stateWith(3, '').replace('"mode":"managed"', `"mode":"${WORDS}"`), stateWith(3, '').replace('"serial":3', `"serial":"${PASSWORD}"`), `{"version":4,"serial":5,"lineage":"x","resources":[{"mode":"managed","type":"aws_x","name":"y","instances":"${PASSWORD}"}]}`, `${PASSWORD} ${WORDS}`, JSON.stringify(PASSWORD)]) await send('shop/terraform-states?root=bad', bad);
}, 90_000);
afterAll(async () => all.stop());

function leaks(text: string): string[] {
  const decoded = [text, text.replaceAll('\\n', '\n')];
  return PLANTED.filter((secret) => decoded.some((one) => one.includes(secret) || one.includes(Buffer.from(secret).toString('hex')) || one.includes(Buffer.from(secret).toString('base64').replace(/=+$/, ''))));
}

describe('after states with secrets everywhere were pushed', { timeout: 60_000 }, () => {
  test('no table of the database has one, compressed records unpacked', async () => {
    const { gunzipSync } = await import('node:zlib');
    const tables = await all.database.pool.query<{ name: string }>("select table_schema || '.' || table_name as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')");
    let rows = 0;
    for (const { name } of tables.rows) {
      const found = await all.database.pool.query<Record<string, unknown>>(`select * from ${name}`);
      for (const row of found.rows) {
        rows += 1;
        const text = Object.values(row).map((value) => (Buffer.isBuffer(value) ? (value[0] === 0x1f && value[1] === 0x8b ? gunzipSync(value).toString('utf8') : value.toString('latin1')) : JSON.stringify(value))).join('\n');
        expect({ table: name, leaks: leaks(text) }).toEqual({ table: name, leaks: [] });
      }
    }
    expect(rows).toBeGreaterThan(40);
    expect((await all.states.list()).find(({ root }) => root === '.')?.serials).toBe(4);
  });

  test('no answer has one: pushes, refusals, pages, files, events', async () => {
    const paths = ['/findings?state=open,accepted,resolved&limit=1000', '/findings/file?format=json', '/findings/file?format=csv', '/findings/file?format=sarif', '/infrastructure/shop/infrastructure/state?root=.', '/infrastructure/shop/infrastructure/overlay?root=.', '/audit'];
    for (const path of paths) answers.push(await (await all.world.ask(path)).text());
    answers.push(JSON.stringify(await all.events.query({ limit: 1_000 })));
    for (const answer of answers) expect(leaks(answer)).toEqual([]);
    expect(answers.join('').length).toBeGreaterThan(20_000);
    expect(await all.findings.list({ areas: ['drift'], limit: 1_000 })).not.toEqual([]);
  });

  test('no log line has one', () => {
    expect(leaks(all.log.join('\n'))).toEqual([]);
  });

  test('a difference in a hidden value is seen, and its values are not', async () => {
    const drift = await all.findings.list({ areas: ['drift'], text: 'planted_1', limit: 1_000 });
    expect(drift.map(({ finding }) => finding.rule)).toContain('drift.not-in-code');
  });
});
