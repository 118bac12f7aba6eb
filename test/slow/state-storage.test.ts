/**
 * `roadbed state` against storages that answer as the clouds do, through the clouds' official clients: moto for S3,
 * fake-gcs-server for Google Cloud Storage, Azurite for Azure. The clients are installed as a user would.
 *
 * Every part that is missing skips its cases with one line. ROADBED_TEST_CLIENTS may name a folder that has the clients
 * and Azurite already.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', '.bin', 'node');
const MINUTE = 60_000;
/** Azurite's well-known development account. */
const AZURE_ACCOUNT = 'devstoreaccount1';
const AZURE_KEY = 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

let place = '';
const running: ChildProcess[] = [];
let clients = process.env['ROADBED_TEST_CLIENTS'] ?? '';

function onPath(name: string): string | undefined {
  return (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)).find((path) => existsSync(path));
}

const moto = onPath('moto_server');
if (moto === undefined) console.log("state storage: S3 is skipped, there is no moto_server; get it with: pip install 'moto[server]'");
const go = onPath('fake-gcs-server') === undefined ? onPath('go') : undefined;
let googleServer = onPath('fake-gcs-server');
if (googleServer === undefined && go === undefined) console.log('state storage: Google is skipped, there is no fake-gcs-server; get it with: go install github.com/fsouza/fake-gcs-server@v1.56.1');

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'roadbed-storages-'));
  if (clients === '') {
    clients = join(place, 'clients');
    mkdirSync(clients);
    writeFileSync(join(clients, 'package.json'), '{"private":true}');
    // Apart, so that one that cannot be had takes no other with it.
    for (const packages of [['@aws-sdk/client-s3@3'], ['@google-cloud/storage@8'], ['@azure/storage-blob@12', '@azure/identity@4', 'azurite@3.35.0']]) {
      const installed = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], { cwd: clients, timeout: 4 * MINUTE, encoding: 'utf8' });
      if (installed.status !== 0) console.log(`state storage: ${packages.join(' ')} could not be installed with npm, its cases are skipped`);
    }
  }
  if (googleServer === undefined && go !== undefined) {
    const built = spawnSync(go, ['install', 'github.com/fsouza/fake-gcs-server@v1.56.1'], { env: { ...process.env, GOBIN: place }, timeout: 8 * MINUTE });
    if (built.status === 0) googleServer = join(place, 'fake-gcs-server');
    else console.log('state storage: Google is skipped, fake-gcs-server could not be built');
  }
}, 17 * MINUTE);

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(place, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts it and waits until it answers anything at all. */
async function started(command: string, words: (port: number) => string[]): Promise<string> {
  const port = await freePort();
  running.push(spawn(command, words(port), { stdio: 'ignore', cwd: place }));
  for (let tries = 0; tries < 300; tries += 1) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(() => true, () => false);
    if (answered) return `http://127.0.0.1:${port}`;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error(`${command} does not answer`);
}

const client = <Module>(name: string): Module => createRequire(join(clients, 'test.js'))(name) as Module;
const hasClient = (name: string): boolean => existsSync(join(clients, 'node_modules', name));

const SECRET = 'pl4nted-s3cret-of-the-state';
function stateText(name: string, serial = 1): string {
  return JSON.stringify({ version: 4, terraform_version: '1.9.0', serial, lineage: name, outputs: {}, resources: [{ mode: 'managed', type: 'aws_eip', name, provider: 'provider["registry.terraform.io/hashicorp/aws"]', instances: [{ attributes: { id: `eipalloc-${name}`, public_ip: '203.0.113.7', customer_owned_ip: SECRET, tags: { serial: String(serial) } } }] }] });
}

interface Run {
  code: number;
  err: string;
  references: string[];
  rules: string[];
}

function roadbed(words: string[], environment: Record<string, string> = {}): Promise<Run> {
  const { PATH = '' } = process.env;
  return new Promise((done) => {
    execFile(NODE, [join(ROOT, 'src/app/main.ts'), 'state', ...words, '--format', 'json'], { cwd: place, encoding: 'utf8', env: { PATH, HOME: place, ROADBED_CLIENTS: clients, AWS_EC2_METADATA_DISABLED: 'true', NODE_DISABLE_COMPILE_CACHE: '1', ...environment } }, (error, out, err) => {
      expect(out + err).not.toContain(SECRET);
      const { findings } = out === '' ? { findings: [] } : (JSON.parse(out) as { findings: { rule: string; subject: { reference: string } }[] });
      done({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : 1, err, references: findings.map((one) => one.subject.reference.replace('v1:terraform:', '')).sort(), rules: findings.map((one) => one.rule).sort() });
    });
  });
}

describe('S3', () => {
  interface S3Module {
    S3Client: new (settings: object) => { send(command: object): Promise<unknown> };
    CreateBucketCommand: new (input: object) => object;
    PutBucketVersioningCommand: new (input: object) => object;
    PutObjectCommand: new (input: object) => object;
  }
  const credentials = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'hunter2-secret-key' };
  let endpoint = '';
  const at = (path: string): string => `s3://acme-states/${path}?endpoint=${endpoint}`;

  beforeAll(async () => {
    if (moto === undefined || !hasClient('@aws-sdk/client-s3')) return;
    endpoint = await started(moto, (port) => ['-H', '127.0.0.1', '-p', String(port)]);
    const s3 = client<S3Module>('@aws-sdk/client-s3');
    const owner = new s3.S3Client({ endpoint, forcePathStyle: true, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
    await owner.send(new s3.CreateBucketCommand({ Bucket: 'acme-states' }));
    await owner.send(new s3.PutBucketVersioningCommand({ Bucket: 'acme-states', VersioningConfiguration: { Status: 'Enabled' } }));
    const objects: [string, string][] = [['net/terraform.tfstate', stateText('net', 1)], ['net/terraform.tfstate', stateText('net', 2)], ['env:/prod/net/terraform.tfstate', stateText('net-prod')], ['app', stateText('app')], ['notes.txt', 'nothing']];
    // More than a page of the listing.
    for (let number = 0; number < 1_010; number += 1) objects.push([`many/${String(number).padStart(4, '0')}.tfstate`, stateText(`m${number}`)]);
    for (const [Key, Body] of objects) await owner.send(new s3.PutObjectCommand({ Bucket: 'acme-states', Key, Body }));
  }, 5 * MINUTE);

  test('a key is read with its workspaces, and its older versions are a history', async ({ skip }) => {
    if (endpoint === '') skip();
    const both = await roadbed([at('net/terraform.tfstate')], credentials);
    expect(both).toMatchObject({ code: 0, references: ['acme-states/net/terraform.tfstate#default#aws_eip.net', 'acme-states/net/terraform.tfstate#prod#aws_eip.net-prod'] });
    expect(both.err).toContain('s3://acme-states/net/terraform.tfstate: 2 states, workspaces');
    expect((await roadbed([at('net/terraform.tfstate'), '--workspace', 'prod'], credentials)).references).toEqual(['acme-states/net/terraform.tfstate#prod#aws_eip.net-prod']);
    const history = await roadbed([at('net/terraform.tfstate'), '--workspace', 'default', '--history', at('net/terraform.tfstate')], credentials);
    expect(history.rules).toContain('drift.history-attribute');
  }, MINUTE);

  test('a prefix of more than a thousand states is read whole, page after page', async ({ skip }) => {
    if (endpoint === '') skip();
    expect((await roadbed([at('many/')], credentials)).references).toHaveLength(1_010);
  }, 3 * MINUTE);

  test('nothing there, no bucket, no credentials and no server are told apart, and no key is printed', async ({ skip }) => {
    if (endpoint === '') skip();
    const runs = await Promise.all([
      roadbed([at('absent')], credentials),
      roadbed([`s3://no-such-bucket/a?endpoint=${endpoint}`], credentials),
      roadbed([at('app')]),
      roadbed(['s3://acme-states/app?endpoint=http://127.0.0.1:9'], credentials),
      roadbed([at('app')], { ...credentials, ROADBED_CLIENTS: '', XDG_CONFIG_HOME: join(place, 'none') }),
    ]);
    expect(runs.map(({ err }) => /ROADBED-\d+/.exec(err)?.[0])).toEqual(['ROADBED-8810', 'ROADBED-8806', 'ROADBED-8805', 'ROADBED-8803', 'ROADBED-8802']);
    expect(runs.map(({ code }) => code)).toEqual([4, 4, 3, 1, 1]);
    expect(runs.some(({ err }) => /hunter2|AKIA/.test(err))).toBe(false);
  }, MINUTE);

  test('the backend of a folder leads there, and nothing of the state is left on the disk', async ({ skip }) => {
    if (endpoint === '') skip();
    mkdirSync(join(place, 'infra'), { recursive: true });
    writeFileSync(join(place, 'infra', 'main.tf'), 'terraform {\n  backend "s3" {\n    bucket = "acme-states"\n    key    = "app"\n  }\n}\n');
    const run = await roadbed(['infra'], { ...credentials, AWS_ENDPOINT_URL_S3: endpoint });
    expect(run.references).toEqual(['acme-states/app#default#aws_eip.app']);
    expect(run.err).toContain('the backend "s3" (main.tf:2) says s3://acme-states/app');
    const left = spawnSync('grep', ['-rl', '--exclude-dir=node_modules', SECRET, place], { encoding: 'utf8' });
    expect(left.stdout).toBe('');
  }, MINUTE);

  // The last of S3: from here on the server asks for permissions.
  test('who may read a key and not list is served, told that workspaces were not seen, and refused everything else by the permission\'s name', async ({ skip }) => {
    if (endpoint === '') skip();
    const reader = await readerOf(endpoint);
    const one = await roadbed([at('app')], reader);
    expect([one.code, one.references]).toEqual([8, ['acme-states/app#default#aws_eip.app']]);
    expect(one.err).toContain('its bucket may not be listed (s3:ListBucket)');
    const all = await roadbed([at('')], reader);
    expect(all.code).toBe(3);
    expect(all.err).toContain('ROADBED-8805');
    expect(all.err).toContain('s3:ListBucket on the bucket');
    expect((await roadbed([at('app')], { ...reader, AWS_ACCESS_KEY_ID: 'AKIANOBODY' })).code).toBe(3);
  }, MINUTE);

  /** A user with s3:GetObject alone; moto checks permissions once it is told to. */
  async function readerOf(server: string): Promise<{ AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string }> {
    const checkAfter = async (requests: number): Promise<void> => expect((await fetch(`${server}/moto-api/reset-auth`, { method: 'POST', body: String(requests) })).status).toBe(200);
    const user = randomUUID();
    await checkAfter(1_000_000);
    const iam = async (fields: Record<string, string>): Promise<string> => {
      const answer = await fetch(server, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=x' }, body: new URLSearchParams({ Version: '2010-05-08', UserName: user, ...fields }) });
      expect(answer.status).toBe(200);
      return await answer.text();
    };
    await iam({ Action: 'CreateUser' });
    await iam({ Action: 'PutUserPolicy', PolicyName: 'read', PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme-states/*' }] }) });
    const key = await iam({ Action: 'CreateAccessKey' });
    await checkAfter(0);
    return { AWS_ACCESS_KEY_ID: /<AccessKeyId>(.*?)</.exec(key)?.[1] ?? '', AWS_SECRET_ACCESS_KEY: /<SecretAccessKey>(.*?)</.exec(key)?.[1] ?? '' };
  }
});

describe('Google Cloud Storage', () => {
  interface GoogleModule {
    Storage: new (settings: object) => { createBucket(name: string, settings: object): Promise<unknown>; bucket(name: string): { file(name: string): { save(text: string, settings: object): Promise<void> } } };
  }
  let endpoint = '';
  const at = (path: string): string => `gs://acme-states/${path}?endpoint=${endpoint}`;

  beforeAll(async () => {
    if (googleServer === undefined || !hasClient('@google-cloud/storage')) return;
    endpoint = await started(googleServer, (port) => ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1', '-port', String(port), '-public-host', `127.0.0.1:${port}`]);
    const storage = new (client<GoogleModule>('@google-cloud/storage').Storage)({ apiEndpoint: endpoint, projectId: 'test' });
    await storage.createBucket('acme-states', { versioning: { enabled: true } });
    for (const [name, text] of [['net/default.tfstate', stateText('net', 1)], ['net/default.tfstate', stateText('net', 2)], ['net/prod.tfstate', stateText('net-prod')], ['net/deep/default.tfstate', stateText('deep')], ['net/notes.txt', 'nothing']] as const) await storage.bucket('acme-states').file(name).save(text, { resumable: false });
  }, 2 * MINUTE);

  test('a prefix is read with all workspaces and folders, one object alone, and its generations as a history', async ({ skip }) => {
    if (endpoint === '') skip();
    expect((await roadbed([at('net')])).references).toEqual(['acme-states/net#default#aws_eip.net', 'acme-states/net#prod#aws_eip.net-prod', 'acme-states/net/deep#default#aws_eip.deep']);
    expect((await roadbed([at('net/prod.tfstate')])).references).toEqual(['acme-states/net#prod#aws_eip.net-prod']);
    expect((await roadbed([at('net/default.tfstate'), '--history', at('net/default.tfstate')])).rules).toContain('drift.history-attribute');
  }, MINUTE);

  test('nothing there, no bucket and no server are told apart', async ({ skip }) => {
    if (endpoint === '') skip();
    const runs = await Promise.all([roadbed([at('absent')]), roadbed([`gs://no-such-bucket/a?endpoint=${endpoint}`]), roadbed(['gs://acme-states/net?endpoint=http://127.0.0.1:9', '--timeout', '5s'])]);
    expect(runs.map(({ err }) => /ROADBED-\d+/.exec(err)?.[0])).toEqual(['ROADBED-8810', 'ROADBED-8806', 'ROADBED-8803']);
  }, MINUTE);
});

describe('Azure Blob Storage', () => {
  interface BlobModule {
    BlobServiceClient: { fromConnectionString(text: string): { getContainerClient(name: string): { create(): Promise<unknown>; getBlockBlobClient(name: string): { upload(text: string, length: number): Promise<unknown> } } } };
  }
  let endpoint = '';
  const at = (path: string): string => `azurerm://${AZURE_ACCOUNT}/tfstate/${path}?endpoint=${endpoint}/${AZURE_ACCOUNT}`;

  beforeAll(async () => {
    if (!hasClient('azurite') || !hasClient('@azure/storage-blob')) return;
    endpoint = await started(NODE, (port) => [join(clients, 'node_modules', '.bin', 'azurite-blob'), '--inMemoryPersistence', '--silent', '--skipApiVersionCheck', '--blobHost', '127.0.0.1', '--blobPort', String(port)]);
    const container = client<BlobModule>('@azure/storage-blob').BlobServiceClient.fromConnectionString(connection(endpoint)).getContainerClient('tfstate');
    await container.create();
    for (const [name, text] of [['net.tfstate', stateText('net')], ['net.tfstateenv:prod', stateText('net-prod')], ['notes.txt', 'nothing']] as const) await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
  }, 2 * MINUTE);

  const connection = (url: string): string => `DefaultEndpointsProtocol=http;AccountName=${AZURE_ACCOUNT};AccountKey=${AZURE_KEY};BlobEndpoint=${url}/${AZURE_ACCOUNT};`;

  test('a key is read with its workspaces, by access key or connection string', async ({ skip }) => {
    if (endpoint === '') skip();
    const both = [`${AZURE_ACCOUNT}/tfstate/net.tfstate#default#aws_eip.net`, `${AZURE_ACCOUNT}/tfstate/net.tfstate#prod#aws_eip.net-prod`];
    expect((await roadbed([at('net.tfstate')], { ARM_ACCESS_KEY: AZURE_KEY })).references).toEqual(both);
    expect((await roadbed([`azurerm://${AZURE_ACCOUNT}/tfstate`], { AZURE_STORAGE_CONNECTION_STRING: connection(endpoint) })).references).toEqual(both);
    expect((await roadbed([at('net.tfstate'), '--workspace', 'prod'], { ARM_ACCESS_KEY: AZURE_KEY })).references).toEqual(both.slice(1));
  }, MINUTE);

  test('a wrong key, nothing there and a history that is not kept are told apart, and no key is printed', async ({ skip }) => {
    if (endpoint === '') skip();
    const wrong = Buffer.alloc(64, 7).toString('base64');
    const runs = await Promise.all([roadbed([at('net.tfstate')], { ARM_ACCESS_KEY: wrong }), roadbed([at('absent')], { ARM_ACCESS_KEY: AZURE_KEY }), roadbed([at('net.tfstate'), '--history', at('net.tfstate')], { ARM_ACCESS_KEY: AZURE_KEY })]);
    expect(runs.map(({ err }) => /ROADBED-\d+/.exec(err)?.[0])).toEqual(['ROADBED-8805', 'ROADBED-8810', 'ROADBED-8256']);
    expect(runs.some(({ err }) => err.includes(wrong) || err.includes(AZURE_KEY))).toBe(false);
  }, MINUTE);
});
