import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { detectCgroups } from './cgroup.ts';
import { createProcessRuntime } from './client.ts';
import { supervisorArguments } from './launch.ts';
import { portIsFree } from './port-allocator.ts';
import { readProcess } from './process-table.ts';
import { type TestBed, eventually, get, makeTestBed, processesMarked, ready } from './testing/supervised.ts';

const ID = 'web.dev.0123456789ab';
let bed: TestBed;

beforeEach(async () => {
  bed = await makeTestBed();
});

afterEach(() => bed.end());

/** Kills the supervisor and keeps the launcher from starting another one. */
async function killSupervisor(): Promise<void> {
  bed.handle.release();
  const { pid } = bed.handle;
  process.kill(pid, 'SIGKILL');
  await eventually(() => readProcess(pid) === undefined, 'the death of the supervisor');
}

test('SIGKILL of the supervisor: it is back by itself and adopts what runs, on the same ports, with the logs going on', async () => {
  await bed.handle.runtime.apply(bed.revision({ replicas: 2 }));
  const before = await bed.until(ID, ready(2));
  const first = bed.handle.pid;
  const pids = await Promise.all(before.map(async (replica) => (await get(replica.ports['http'] ?? 0)).pid));
  process.kill(first, 'SIGKILL');
  await eventually(async () => ((await bed.handle.runtime.hello().catch(() => undefined))?.pid ?? first) !== first, 'the next supervisor');
  const after = await bed.until(ID, ready(2));
  expect(await Promise.all(after.map(async (replica) => (await get(replica.ports['http'] ?? 0)).pid))).toEqual(pids);
  expect(after.map((replica) => [replica.ports, replica.restarts])).toEqual(before.map((replica) => [replica.ports, 0]));
  const lines = (await bed.handle.runtime.logs({ id: ID })).lines.map((line) => line.text);
  expect(lines.filter((line) => line.startsWith('listening on'))).toHaveLength(2);
  expect(lines.filter((line) => line.includes('adopted'))).toHaveLength(2);
});

test('a program that died while no supervisor lived is started again, with its exit code', async () => {
  await bed.handle.runtime.apply(bed.revision());
  const [replica] = await bed.until(ID, ready(1));
  const port = replica?.ports['http'] ?? 0;
  await killSupervisor();
  await get(port, '/exit').catch(() => undefined);
  await eventually(() => portIsFree(port), 'the end of the program');
  await bed.restart();
  const [again] = await bed.until(ID, ready(1));
  expect(again).toMatchObject({ restarts: 1, ports: { http: port }, lastExit: { reason: 'exit code 7' } });
});

test('a crash while no client is there is repaired by the supervisor alone', async () => {
  await bed.handle.runtime.apply(bed.revision());
  const [replica] = await bed.until(ID, ready(1));
  bed.handle.release();
  const port = replica?.ports['http'] ?? 0;
  const { pid } = await get(port);
  process.kill(pid, 'SIGKILL');
  const answer = await eventually(async () => get(port).catch(() => undefined), 'the service to answer again');
  expect(answer.pid).not.toBe(pid);
  await bed.restart();
});

test('what a program writes while no supervisor lives is in its log afterwards', async () => {
  await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['sh', '-c', 'i=0; while true; do echo line $i; i=$((i+1)); sleep 0.05; done'] }));
  await eventually(async () => (await bed.handle.runtime.logs({ id: ID })).lines.some((line) => line.text === 'line 5'), 'its output');
  await killSupervisor();
  await sleep(600);
  await bed.restart();
  const numbers = await eventually(async () => {
    const { lines } = await bed.handle.runtime.logs({ id: ID, tail: 1_000 });
    const found = lines.flatMap((line) => /^line (\d+)$/.exec(line.text)?.[1] ?? []).map(Number);
    return found.length > 25 ? found : undefined;
  }, 'more output');
  expect(numbers).toEqual(numbers.map((_, index) => index));
});

test('after SIGKILL of everything a new supervisor restores all that ran', async () => {
  await bed.handle.runtime.apply(bed.revision({ replicas: 2 }));
  await bed.handle.runtime.apply(bed.revision({ id: 'shop.dev.ffff', service: 'shop', release: 'ffff' }));
  const before = await bed.until(ID, ready(2));
  await bed.until('shop.dev.ffff', ready(1));
  await killSupervisor();
  for (const pid of processesMarked(`ROADBED_TEST=${bed.base}`)) process.kill(pid, 'SIGKILL');
  await eventually(() => processesMarked(`ROADBED_TEST=${bed.base}`).length === 0, 'the death of all');
  await bed.restart();
  const after = await bed.until(ID, ready(2));
  await bed.until('shop.dev.ffff', ready(1));
  expect(after.map((replica) => replica.ports)).toEqual(before.map((replica) => replica.ports));
  expect(after[0]?.lastExit?.reason).toContain('killed from outside, or the machine was restarted');
});

test('a removal that was interrupted is finished by the next supervisor', async () => {
  await bed.handle.runtime.apply(bed.revision({ ports: [], drainSeconds: 3 }, { command: ['node', '-e', 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); console.log("deaf")'] }));
  await eventually(async () => (await bed.handle.runtime.logs({ id: ID })).lines.some((line) => line.text === 'deaf'), 'its start');
  await bed.handle.runtime.remove(ID);
  await bed.until(ID, ([one]) => one?.state === 'stopping');
  await killSupervisor();
  await bed.restart();
  await bed.until(ID, ([one]) => one?.state === 'stopping');
  await eventually(async () => (await bed.handle.runtime.observe()).length === 0, 'the end of the removal');
  expect(existsSync(join(bed.base, 'supervisor/revisions', ID))).toBe(false);
});

test('a task goes on under the next supervisor, and its remaining commands run', async () => {
  const spec = bed.task([['sh', '-c', 'sleep 1; echo first > first'], ['sh', '-c', 'cat first; echo second']]);
  await bed.handle.runtime.startTask(spec);
  await sleep(300);
  await killSupervisor();
  await sleep(1_200);
  await bed.restart();
  const task = await eventually(async () => {
    const seen = await bed.handle.runtime.observeTask('step');
    return seen?.state === 'running' ? undefined : seen;
  }, 'the end of the task');
  expect(task).toMatchObject({ state: 'succeeded', exitCode: 0 });
  expect(await bed.taskLog('step')).toBe('first\nsecond');
});

test('a second supervisor for the same folder is refused', async () => {
  const options = { folder: join(bed.base, 'supervisor'), sharedDir: join(bed.base, 'shared'), node: process.execPath, log: () => undefined };
  const second = promisify(execFile)(process.execPath, supervisorArguments(options));
  await expect(second).rejects.toMatchObject({ code: 3, stderr: expect.stringContaining('ROADBED-1308') });
  expect(await bed.handle.runtime.hello()).toMatchObject({ pid: bed.handle.pid });
});

test('stop without its workloads leaves them serving, to be adopted', async () => {
  await bed.handle.runtime.apply(bed.revision());
  const [replica] = await bed.until(ID, ready(1));
  const { pid } = await get(replica?.ports['http'] ?? 0);
  await bed.handle.stop({ keepWorkloads: true });
  expect((await get(replica?.ports['http'] ?? 0)).pid).toBe(pid);
  await bed.restart();
  expect((await bed.until(ID, ready(1)))[0]?.restarts).toBe(0);
});

test('stop with its workloads drains them, and the next start brings them back', async () => {
  await bed.handle.runtime.apply(bed.revision());
  await bed.until(ID, ready(1));
  await bed.handle.stop({ keepWorkloads: false });
  expect(processesMarked(`ROADBED_TEST=${bed.base}`)).toEqual([]);
  await bed.restart();
  expect((await bed.until(ID, ready(1)))[0]?.restarts).toBe(0);
});

test('a grace bounds the stop of programs that are deaf or drain slowly, also of one that was being stopped already', async () => {
  const deaf = { command: ['node', '-e', 'process.on("SIGTERM", () => undefined); setInterval(() => undefined, 1000); console.log("deaf")'] };
  await bed.handle.runtime.apply(bed.revision({ ports: [], drainSeconds: 600 }, deaf));
  await bed.handle.runtime.apply(bed.revision({ id: 'shop.dev.ffff', service: 'shop', release: 'ffff', ports: [], drainSeconds: 600 }, deaf));
  for (const id of [ID, 'shop.dev.ffff']) await eventually(async () => (await bed.handle.runtime.logs({ id })).lines.some((line) => line.text === 'deaf'), `the start of ${id}`);
  await bed.handle.runtime.remove('shop.dev.ffff');
  await bed.until('shop.dev.ffff', ([one]) => one?.state === 'stopping');
  await bed.handle.stop({ keepWorkloads: false, graceSeconds: 1 });
  expect(processesMarked(`ROADBED_TEST=${bed.base}`)).toEqual([]);
  await bed.restart();
  await bed.until(ID, ready(1));
  await bed.handle.stop({ keepWorkloads: false, graceSeconds: 0 });
  await bed.restart();
}, 20_000);

test('purge leaves no process, no port, no file and no control group', async () => {
  await bed.handle.runtime.apply(bed.revision({ replicas: 2 }));
  await bed.handle.runtime.startTask(bed.task([['sh', '-c', 'setsid sleep 1000 & sleep 1000']]));
  const replicas = await bed.until(ID, ready(2));
  const { pid } = bed.handle;
  const groups = (): string[] => {
    const tag = createHash('sha256').update(join(bed.base, 'supervisor')).digest('hex').slice(0, 12);
    const cgroups = detectCgroups(tag);
    return Object.values(cgroups?.folders ?? {}).flatMap((folder) => readdirSync(folder)).filter((name) => name.includes(tag));
  };
  if ((await bed.handle.runtime.capabilities()).limitsBy === 'cgroup') expect(groups().length).toBeGreaterThan(0);
  await bed.handle.purge();
  expect(groups()).toEqual([]);
  expect(processesMarked(`ROADBED_TEST=${bed.base}`)).toEqual([]);
  expect(readProcess(pid)).toBeUndefined();
  for (const replica of replicas) expect(await portIsFree(replica.ports['http'] ?? 0)).toBe(true);
  expect(existsSync(join(bed.base, 'supervisor'))).toBe(false);
  expect(readdirSync(join(bed.base, 'shared'))).toEqual([]);
  await bed.restart();
});

test('secrets in an environment are on the disk only in encrypted form', async () => {
  const secret = 'correct-horse-battery-staple';
  await bed.handle.runtime.apply(bed.revision({}, { environment: { PASSWORD: secret } }));
  const [replica] = await bed.until(ID, ready(1));
  expect((await get(replica?.ports['http'] ?? 0)).environment['PASSWORD']).toBe(secret);
  const files = readdirSync(bed.base, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile() && !entry.parentPath.includes('/tools'));
  expect(files.length).toBeGreaterThan(8);
  expect(files.filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(secret))).toEqual([]);
});

test('the socket and the state are closed to other users', () => {
  const folder = join(bed.base, 'supervisor');
  const modes = ['', 'control.sock', 'state.key', 'desired-state', 'supervisor.log'].map((name) => (statSync(join(folder, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077);
  expect(modes).toEqual([0, 0, 0, 0, 0]);
});

test('a client whose supervisor is gone says so, and that trying again may help', async () => {
  const client = createProcessRuntime(join(bed.base, 'nowhere'));
  await expect(client.observe()).rejects.toMatchObject({ code: 'ROADBED-1305', retry: 'backoff' });
});

test('a listener hears of changes, also from a supervisor that was started after it', async () => {
  const heard: string[] = [];
  const subscription = bed.handle.runtime.onChange((id) => heard.push(id));
  await bed.handle.runtime.apply(bed.revision());
  await eventually(() => heard.includes(ID), 'news of the revision');
  process.kill(bed.handle.pid, 'SIGKILL');
  await eventually(() => heard.filter((id) => id === '*').length >= 2, 'news of the next supervisor');
  subscription.stop();
});
