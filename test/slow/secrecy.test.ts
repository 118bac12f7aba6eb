/**
 * A secret is planted, used by a running service, by a file of it and by a start that fails; then everything that
 * the platform keeps or answers is searched for it, in clear and in the usual disguises.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../../src/adapters/postgres/embedded.ts';
import { DeliveredService, NAMESPACE, serverSource } from '../testing/delivered-service.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

const MINUTE = 60_000;
const SECRET = `planted-${randomBytes(18).toString('base64url')}/+ü"`;
const ROTATED = `planted-${randomBytes(18).toString('base64url')}/+ü"`;
const IN_FILE = 'config/key.txt';
const SCORE = `apiVersion: score.dev/v1b1
metadata:
  name: vault
service:
  ports:
    web: { port: 8080 }
containers:
  main:
    image: .
    variables:
      ALSO: \${resources.env.API_KEY}
    files:
      ${IN_FILE}:
        content: "key = \${resources.env.API_KEY}"
    readinessProbe:
      httpGet: { path: /healthz, port: 8080 }
resources:
  env:
    type: environment
`;

/** Writings of a secret: clear, JSON, URL, base64 at each of its three offsets, hexadecimal. */
function disguises(secret: string): Buffer[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64').slice(offset === 0 ? 0 : 4, -4));
  const texts = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), secret.slice(0, 24), ...base64, bytes.toString('hex')];
  return [...new Set(texts)].map((text) => Buffer.from(text));
}

const WANTED = [...disguises(SECRET), ...disguises(ROTATED)];

function holdsSecret(bytes: Buffer): boolean {
  return WANTED.some((wanted) => bytes.includes(wanted));
}

let dataDir: string;
let platform: Platform;
let vault: DeliveredService;

beforeAll(async () => {
  dataDir = temporaryFolder();
  platform = await startPlatform(dataDir);
  vault = new DeliveredService(platform, 'vault');
  await vault.create();
  const setSecret = (value: string): Promise<unknown> => platform.connection.call('PUT', `/roadbed/v1/namespaces/${NAMESPACE}/services/vault/environments/dev/secrets/API_KEY`, { body: { value } });
  await setSecret(SECRET);
  const reader = `import { readFileSync } from 'node:fs';\nimport { createHash } from 'node:crypto';\nconst key = process.env.API_KEY ?? '';\nconst same = process.env.ALSO === key && readFileSync('${IN_FILE}', 'utf8') === 'key = ' + key;\nconsole.log('has a key of', key.length, 'characters, the same everywhere:', same);\nconst hash = createHash('sha256').update(key).digest('hex');`;
  await vault.push({ 'score.yaml': SCORE, 'server.js': serverSource({ version: 'reader', atStart: reader }).replace('"reader"', 'same + " " + hash') }, 'Read the key');
  await eventually('the reader serves in dev', 2 * MINUTE, async () => ((await ask(platform.ready.edgeUrl, vault.host('dev'), '/'))?.body.startsWith('true ') === true ? true : undefined));
  await vault.until('dev', ({ status }) => status?.attempt?.phase === 'Promoted', 'the reader is promoted in dev');
  const failing = await vault.attemptNumber('dev');
  await vault.push({ 'server.js': 'if (process.env.API_KEY === undefined) process.exit(0);\nconsole.error("cannot reach the bank");\nprocess.exit(4);\n' }, 'Fail at start with the key at hand');
  await vault.ended('dev', failing, 'RolledBack');
}, 8 * MINUTE);

afterAll(async () => {
  await platform.stop();
  purge(dataDir);
}, 2 * MINUTE);

test('the service has the secret, in its environment and in its file', async () => {
  const { createHash } = await import('node:crypto');
  const answer = await eventually('the reader answers', MINUTE, async () => {
    const got = await ask(platform.ready.edgeUrl, vault.host('dev'), '/');
    return got?.status === 200 ? got : undefined;
  });
  expect(answer.body).toBe(`true ${createHash('sha256').update(SECRET).digest('hex')}`);
});

test('no file below the data directory holds it, but the one that the workload asked for, which nobody else can reach', () => {
  const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found = files.filter((path) => {
    try {
      return holdsSecret(readFileSync(path));
    } catch {
      return false;
    }
  });
  console.log(`searched ${files.length} files`);
  expect(files.length).toBeGreaterThan(500);
  expect(found.length).toBeGreaterThan(0);
  expect(found.filter((path) => !(path.includes('/replicas/vault.dev.') && path.endsWith(`/work/${IN_FILE}`)))).toEqual([]);
  for (const path of found) {
    const work = path.slice(0, -IN_FILE.length - 1);
    expect(statSync(work).mode & 0o077).toBe(0);
    expect(dirname(path)).toContain('/work/');
  }
});

test('no table of any database holds it', async () => {
  const server = await startEmbeddedPostgres({ dataDir: join(dataDir, 'postgres'), sharedDir: join(dataDir, 'shared'), log: { info: () => undefined, warn: () => undefined, error: () => undefined } });
  let rows = 0;
  try {
    expect(server.adopted).toBe(true);
    const databases = await query(server.connection, 'select datname as name from pg_database where datallowconn and not datistemplate');
    expect(databases.map((row) => row['name'])).toContain('roadbed');
    for (const { name } of databases) {
      const connection = { ...server.connection, database: String(name) };
      const tables = await query(connection, "select format('%I.%I', table_schema, table_name) as name from information_schema.tables where table_type = 'BASE TABLE'");
      for (const table of tables) {
        const content = await query(connection, `select t::text as row from ${String(table['name'])} t`);
        rows += content.length;
        expect({ table: table['name'], holds: content.some((row) => holdsSecret(Buffer.from(String(row['row'])))) }).toEqual({ table: table['name'], holds: false });
      }
    }
  } finally {
    server.detach();
  }
  console.log(`searched ${rows} rows`);
  expect(rows).toBeGreaterThan(100);
}, MINUTE);

async function query(connection: pg.ClientConfig, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

test('no object, event, log or error message that is answered holds it', async () => {
  interface Discovery { resources: { name: string }[] }
  const { resources } = await platform.connection.call<Discovery>('GET', '/apis/roadbed.dev/v1alpha1');
  const paths = [
    ...resources.filter(({ name }) => !name.includes('/')).map(({ name }) => `/apis/roadbed.dev/v1alpha1/${name}`),
    '/api/v1/events', '/apis/backstage.io/v1alpha1/components',
    `/roadbed/v1/namespaces/${NAMESPACE}/secrets`,
    `/roadbed/v1/rollouts/${NAMESPACE}/vault.dev/receipt`, `/roadbed/v1/rollouts/${NAMESPACE}/vault.prod/receipt`,
    '/roadbed/v1/audit',
  ];
  const answers = await Promise.all(paths.map(async (path) => {
    const text = await platform.connection.call('GET', path).then((body) => JSON.stringify(body), (error: unknown) => `error: ${String(error)}`);
    return { path, text };
  }));
  const readable = answers.filter(({ text }) => !text.startsWith('error: '));
  console.log(`searched ${readable.length} of ${answers.length} answers, ${readable.reduce((sum, { text }) => sum + text.length, 0)} characters`);
  expect(readable.length).toBeGreaterThan(12);
  expect(answers.filter(({ text }) => holdsSecret(Buffer.from(text))).map(({ path }) => path)).toEqual([]);
  expect(answers.find(({ path }) => path.endsWith('/secrets'))?.text).toContain('API_KEY');
});

test('a new version of it that is refused or accepted is in no answer either', async () => {
  const place = `/roadbed/v1/namespaces/${NAMESPACE}/services/vault/environments/dev/secrets`;
  const accepted = await platform.connection.call('PUT', `${place}/API_KEY`, { body: { value: ROTATED } });
  const refusals = await Promise.all([
    platform.connection.call('PUT', `${place}/not-a-name`, { body: { value: ROTATED } }).catch((error: unknown) => error),
    platform.connection.call('PUT', `${place}/API_KEY`, { body: { value: 7, note: ROTATED } }).catch((error: unknown) => error),
    platform.connection.call('PUT', `${place}/API_KEY`, { body: `{"value": "${ROTATED}` }).catch((error: unknown) => error),
  ]);
  for (const answer of [accepted, ...refusals]) expect(holdsSecret(Buffer.from(`${JSON.stringify(answer)} ${String(answer)}`))).toBe(false);
  expect(refusals.every((answer) => answer instanceof Error)).toBe(true);
});
