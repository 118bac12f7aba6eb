/** A backup restored elsewhere: services, secrets, history, a tenant's rows and a volume come back, and serve. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, describe, expect, test } from 'vitest';
import { DeliveredService, NAMESPACE } from '../testing/delivered-service.ts';
import { ask, eventually, purge, startPlatform, temporaryFolder, type Platform } from '../testing/platform.ts';

const ROADBED = join(resolve(import.meta.dirname, '..', '..'), 'bin', 'roadbed');
const MINUTE = 60_000;

const SCORE = `apiVersion: score.dev/v1b1
metadata:
  name: ledger
service:
  ports:
    web: { port: 8080 }
containers:
  main:
    image: .
    variables:
      DATABASE: \${resources.db.host}:\${resources.db.port}/\${resources.db.database}
    volumes:
      /data: { source: '\${resources.files}' }
    readinessProbe:
      httpGet: { path: /healthz, port: 8080 }
resources:
  db: { type: postgres }
  files: { type: volume }
`;

const SERVER = `import { createServer } from 'node:http';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
const server = createServer((request, response) => {
  if (request.url === '/write') appendFileSync('/data/lines', 'kept\\n');
  const lines = existsSync('/data/lines') ? readFileSync('/data/lines', 'utf8').trim().split('\\n').length : 0;
  response.end(JSON.stringify({ lines, database: process.env.DATABASE }));
});
server.listen(Number(process.env.PORT));
process.once('SIGTERM', () => server.close(() => process.exit(0)));
`;

interface Shown {
  lines: number;
  database: string;
}

describe('backup and restore', { timeout: 8 * MINUTE }, () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const archive = join(first, 'saved.tgz');
  let platform: Platform | undefined;

  afterAll(async () => {
    await platform?.stop();
    for (const folder of [first, second]) {
      purge(join(folder, 'data'));
      rmSync(folder, { recursive: true, force: true });
    }
  });

  const roadbed = (dataDir: string, ...args: string[]): string => execFileSync(process.execPath, [ROADBED, '--data-dir', dataDir, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 2 * MINUTE });

  /** Speaks to the tenant's database as the administrator of the server, as `name` in `database` has host, port and database. */
  async function inDatabase(dataDir: string, { database }: Shown, sql: string): Promise<unknown[]> {
    const [, host = '', port = '', name = ''] = /^([^:]+):(\d+)\/(.+)$/.exec(database) ?? [];
    const client = new pg.Client({ host, port: Number(port), database: name, user: 'roadbed', password: readFileSync(join(dataDir, 'postgres', 'superuser-password'), 'utf8').trim() });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  const shown = (running: Platform, path: string): Promise<Shown> =>
    eventually('ledger answers', 2 * MINUTE, async () => {
      const answer = await ask(running.ready.edgeUrl, 'ledger.dev.localhost', path);
      const text = answer?.status === 200 ? answer.body : '';
      return text.startsWith('{"lines"') ? (JSON.parse(text) as Shown) : undefined;
    });

  test('what was saved serves again in another data directory', async () => {
    const [from, to] = [join(first, 'data'), join(second, 'data')];
    platform = await startPlatform(first, ['--empty', '--data-dir', from]);
    const service = new DeliveredService(platform, 'ledger');
    await service.create();
    await service.push({ 'score.yaml': SCORE, 'server.js': SERVER }, 'Keep lines and rows');
    const before = await shown(platform, '/write');
    await inDatabase(from, before, "create table entry (what text); insert into entry values ('kept')");
    expect(() => roadbed(from, 'backup', archive)).toThrow(/ROADBED-7042/);
    const commit = (await service.rollout('dev')).status?.stable?.release;
    await platform.stop();
    platform = undefined;

    const saved = roadbed(from, 'backup', archive);
    expect(saved).toMatch(/keys, repositories, artifacts, service ports, database, volumes|keys, repositories, artifacts, database, volumes/);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    console.log(`backup: ${saved.trim()}`);
    expect(roadbed(from, 'down', '--purge', '--yes')).toContain('nothing is left');

    roadbed(to, 'restore', archive);
    expect(() => roadbed(to, 'restore', archive)).toThrow(/ROADBED-7046/);
    platform = await startPlatform(second, ['--empty', '--data-dir', to]);
    const after = await shown(platform, '/');
    expect(after.lines).toBe(1);
    expect(await inDatabase(to, after, 'select what from entry')).toEqual([{ what: 'kept' }]);
    const restored = new DeliveredService(platform, 'ledger');
    expect((await restored.rollout('dev')).status?.stable?.release).toBe(commit);
    expect(roadbed(to, 'audit', 'verify')).toMatch(/is whole/);
    expect(readdirSync(join(to, 'repositories', NAMESPACE))).toContain('ledger.git');
    await restored.release({ version: 'after the restore' });
    await eventually('the next push is delivered', 2 * MINUTE, async () => ((await ask(platform?.ready.edgeUrl ?? '', 'ledger.dev.localhost', '/'))?.body === 'after the restore' ? true : undefined));
  });

  test('an archive that is none is refused and leaves nothing', () => {
    const place = join(second, 'not-made');
    expect(() => roadbed(place, 'restore', join(import.meta.dirname, 'backup.test.ts'))).toThrow(/ROADBED-7041/);
    expect(readdirSync(second)).not.toContain('not-made');
  });
});
