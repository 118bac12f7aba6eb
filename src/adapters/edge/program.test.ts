/** The edge as a program, with real processes: started, adopted, killed, replaced, under load. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callEdge, EdgeTraffic } from './client.ts';
import type { EdgeOptions, EdgeWatch, RunningEdge } from './launch.ts';
import { ensureEdge, watchEdge } from './launch.ts';
import { isSameProcess, startTimeOf } from './process-identity.ts';
import { answers, talk } from './testing/raw-client.ts';
import { startSteadyLoad } from './testing/steady-load.ts';
import { HOST, revision, table } from './testing/tables.ts';

const GET = `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
const wait = async (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function startWorkload(name: string): Promise<{ port: number; server: Server }> {
  const server = createServer((_request, response) => response.end(name));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

describe('the edge program', () => {
  let folder: string;
  let options: EdgeOptions;
  let traffic: EdgeTraffic;
  let edge: RunningEdge | undefined;
  let watch: EdgeWatch | undefined;
  const servers: Server[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roadbed edge '));
    options = { folder, port: 0 };
    traffic = new EdgeTraffic(folder);
  });
  afterEach(async () => {
    watch?.stop();
    watch = undefined;
    await (await ensureEdgeIfAny(folder))?.stop(500);
    edge = undefined;
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const workload = async (name: string): Promise<number> => {
    const { port, server } = await startWorkload(name);
    servers.push(server);
    return port;
  };
  const answer = async (port: number): Promise<string> => (await talk(port, [GET], { until: answers(1) })).text;
  const untilServed = async (port: number): Promise<number> => {
    const start = Date.now();
    while (!(await answer(port)).startsWith('HTTP/1.1 200')) await wait(10);
    return Date.now() - start;
  };

  test('starts, serves the table it is given, refuses an older one, and reads back what is in force', async () => {
    const port = await workload('one');
    edge = await ensureEdge(options);
    expect(edge.adopted).toBe(false);
    await traffic.apply(table(5, [revision('r1', 1, port)]));
    expect(await answer(edge.port)).toMatch(/^HTTP\/1\.1 200[^]*one$/);
    expect(await traffic.table()).toEqual(table(5, [revision('r1', 1, port)]));
    await traffic.apply(table(5, [revision('r1', 1, port)]));
    await expect(traffic.apply(table(4, []))).rejects.toMatchObject({ code: 'ROADBED-1204' });
    await expect(traffic.apply(table(5, []))).rejects.toMatchObject({ code: 'ROADBED-1204' });
    await expect(traffic.apply(table(6, [revision('a b', 1, port)]))).rejects.toMatchObject({ code: 'ROADBED-1202' });
    const counters = await traffic.counters();
    expect(counters.tableVersion).toBe(5);
    expect(counters.revisions).toMatchObject([{ service: 'a', environment: 'dev', revision: 'r1', requests: 1, classes: [0, 1, 0, 0, 0], inFlight: 0 }]);
    expect(await traffic.inFlight('r1')).toBe(0);
    expect(await traffic.inFlight('unknown')).toBe(0);
  });

  test('keeps its socket and files to its owner, and its environment free of what the parent has', async () => {
    edge = await ensureEdge(options);
    const record: unknown = JSON.parse(readFileSync(join(folder, 'edge.json'), 'utf8'));
    expect(record).toMatchObject({ pid: edge.pid, startTime: startTimeOf(edge.pid), host: '127.0.0.1', port: edge.port });
    expect(statSync(join(folder, 'edge.sock')).mode & 0o777).toBe(0o600);
    if (process.platform === 'linux') expect(readFileSync(`/proc/${edge.pid}/environ`, 'utf8')).not.toContain('VITEST');
  });

  test('is adopted by the next control plane, and refuses a second one on its folder', async () => {
    edge = await ensureEdge(options);
    const adopted = await ensureEdge(options);
    expect(adopted).toMatchObject({ adopted: true, pid: edge.pid, port: edge.port });
    const second: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--folder', folder], { stdio: 'ignore' });
    expect(await new Promise((resolve) => second.on('exit', resolve))).toBe(3);
    expect(readFileSync(join(folder, 'edge.log'), 'utf8')).toContain('already runs in this folder');
    expect(isSameProcess(JSON.parse(readFileSync(join(folder, 'edge.json'), 'utf8')))).toBe(true);
  });

  test('goes on serving when the control plane that started it is killed', async () => {
    const script = `const { ensureEdge } = await import(process.argv[1]); const edge = await ensureEdge({ folder: process.argv[2], port: 0 }); console.log(edge.port); setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script, join(import.meta.dirname, 'launch.ts'), folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    const port = Number(String(await new Promise((resolve) => parent.stdout.once('data', resolve))));
    const gone = new Promise((resolve) => parent.once('exit', resolve));
    parent.kill('SIGKILL');
    await gone;
    await traffic.apply(table(1, [revision('r1', 1, await workload('one'))]));
    expect(await answer(port)).toMatch(/^HTTP\/1\.1 200/);
    edge = await ensureEdge(options);
    expect(edge).toMatchObject({ adopted: true, port });
  });

  test('says why when it cannot have its port', async () => {
    const port = await workload('holder');
    await expect(ensureEdge({ ...options, port })).rejects.toMatchObject({ code: 'ROADBED-1205', why: expect.stringContaining(`cannot listen on 127.0.0.1:${port}`) });
  }, 20_000);

  test('refuses commands of another version, unknown ones and nonsense', async () => {
    edge = await ensureEdge(options);
    const { connect } = await import('node:net');
    const ask = async (line: string): Promise<string> =>
      new Promise((resolve) => {
        const socket = connect(join(folder, 'edge.sock'));
        socket.on('data', (bytes) => {
          resolve(bytes.toString());
          socket.destroy();
        });
        socket.write(line);
      });
    for (const line of ['{"v":99,"id":1,"op":"health","params":{}}\n', '{"v":1,"id":1,"op":"toString","params":{}}\n', 'nonsense\n', '[]\n']) expect(await ask(line)).toContain('ROADBED-1203');
  });

  test('after SIGKILL of all of it: back within two seconds, same port, same weights, without the control plane telling it', async () => {
    const [one, two] = [await workload('one'), await workload('two')];
    edge = await ensureEdge(options);
    await traffic.apply(table(7, [revision('stable', 3, one), revision('canary', 1, two)]));
    const epoch = (await traffic.counters()).epoch;
    watch = watchEdge(options, edge);
    process.kill(edge.pid, 'SIGKILL');
    while (isSameProcess({ pid: edge.pid, startTime: startTimeOf(edge.pid) ?? '' })) await wait(5);
    await wait(50);
    const took = await untilServed(edge.port);
    expect(took).toBeLessThan(2_000);
    expect((await callEdge(folder, 'health', {})).tableVersion).toBe(7);
    expect((await traffic.counters()).epoch).not.toBe(epoch);
    const { text } = await talk(edge.port, Array.from({ length: 8 }, () => GET), { until: answers(8), pause: 5 });
    expect(text.match(/X-Roadbed-Revision: canary/g)).toHaveLength(2);
    expect(watch.edge.pid).not.toBe(edge.pid);
  }, 20_000);

  test('a killed worker is replaced at once; counts and port stay', async () => {
    const port = await workload('one');
    edge = await ensureEdge(options);
    await traffic.apply(table(1, [revision('r1', 1, port)]));
    await answer(edge.port);
    expect((await traffic.counters()).revisions[0]?.requests).toBe(1);
    const [worker] = (await callEdge(folder, 'health', {})).workers;
    process.kill(worker?.pid ?? 0, 'SIGKILL');
    await wait(20);
    expect(await untilServed(edge.port)).toBeLessThan(2_000);
    expect((await traffic.counters()).revisions[0]?.requests).toBe(2);
    expect((await callEdge(folder, 'health', {})).workers[0]?.pid).not.toBe(worker?.pid);
  });

  test('no request is lost while weights change, endpoints are swapped and workers are replaced', async () => {
    const first = await startWorkload('one');
    const two = await workload('two');
    const three = await workload('three');
    edge = await ensureEdge(options);
    let version = 1;
    await traffic.apply(table(version, [revision('stable', 1, first.port)]));
    const load = startSteadyLoad(edge.port, HOST);
    await wait(300);
    for (const weight of [5, 25, 50, 0, 100]) {
      version += 1;
      await traffic.apply(table(version, [revision('stable', 100 - weight, first.port), revision('canary', weight, two)]));
      await wait(150);
    }
    expect(await traffic.inFlight('stable')).toBe(0);
    await new Promise<void>((resolve) => {
      first.server.close(() => resolve());
      first.server.closeIdleConnections();
    });
    version += 1;
    await traffic.apply(table(version, [revision('canary', 1, two, three)]));
    await wait(200);
    const before = (await callEdge(folder, 'health', {})).workers.map(({ pid }) => pid);
    for (let round = 0; round < 2; round += 1) {
      expect(await traffic.replaceWorkers()).toBe(1);
      await wait(400);
    }
    const after = (await callEdge(folder, 'health', {})).workers.filter(({ draining }) => !draining).map(({ pid }) => pid);
    expect(after).not.toEqual(before);
    const { answered, lost, revisions } = await load.stop();
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(500);
    expect([...revisions.keys()].sort()).toEqual(['canary', 'stable']);
    const counters = await traffic.counters();
    expect(counters.revisions.reduce((sum, one) => sum + one.requests, 0)).toBe(answered);
  }, 30_000);

  test('a table that cannot be written is in force all the same, and is written as soon as that is possible', async () => {
    const port = await workload('one');
    edge = await ensureEdge(options);
    mkdirSync(join(folder, 'table.json'));
    await traffic.apply(table(1, [revision('r1', 1, port)]));
    expect(await answer(edge.port)).toMatch(/^HTTP\/1\.1 200/);
    expect((await callEdge(folder, 'health', {})).persisted).toBe(false);
    rmdirSync(join(folder, 'table.json'));
    for (const deadline = Date.now() + 5_000; !existsSync(join(folder, 'table.json')) && Date.now() < deadline; ) await wait(20);
    expect(JSON.parse(readFileSync(join(folder, 'table.json'), 'utf8'))).toEqual(table(1, [revision('r1', 1, port)]));
  });

  test('a stored table that is broken is not used, and the log says so', async () => {
    const port = await workload('one');
    edge = await ensureEdge(options);
    await traffic.apply(table(1, [revision('r1', 1, port)]));
    await edge.stop();
    expect(isSameProcess({ pid: edge.pid, startTime: startTimeOf(edge.pid) ?? '' })).toBe(false);
    writeFileSync(join(folder, 'table.json'), '{"version": 3, "routes": "nonsense"}');
    edge = await ensureEdge(options);
    expect((await traffic.table()).version).toBe(0);
    expect(await answer(edge.port)).toMatch(/^HTTP\/1\.1 404 [^]*No service is routed here yet/);
    expect(readFileSync(join(folder, 'edge.log'), 'utf8')).toContain('the stored table is not used');
  });

  test('stops cleanly: no process, no socket, no lock left, and a long path has its socket elsewhere', async () => {
    const long = join(folder, 'x'.repeat(100));
    edge = await ensureEdge({ folder: long, port: 0 });
    const { control } = JSON.parse(readFileSync(join(long, 'edge.json'), 'utf8')) as { control: string };
    expect(Buffer.byteLength(control)).toBeLessThan(104);
    expect(statSync(join(control, '..')).mode & 0o777).toBe(0o700);
    const { workers } = await callEdge(long, 'health', {});
    await edge.stop();
    expect(existsSync(control)).toBe(false);
    expect(existsSync(join(long, 'edge.lock'))).toBe(false);
    for (const { pid } of workers) expect(startTimeOf(pid)).toBeUndefined();
    rmSync(join(control, '..'), { recursive: true, force: true });
    await expect(new EdgeTraffic(long, { patience: 100 }).table()).rejects.toMatchObject({ code: 'ROADBED-1201' });
  });
});

async function ensureEdgeIfAny(folder: string): Promise<RunningEdge | undefined> {
  try {
    await callEdge(folder, 'health', {}, { patience: 0 });
    return await ensureEdge({ folder, port: 0 });
  } catch {
    return undefined;
  }
}
