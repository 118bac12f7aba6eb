import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cellMembers } from './cell.ts';
import { cgroupMembers, createCgroup, detectCgroups, joinCgroup, removeCgroup } from './cgroup.ts';
import { diskUsage } from './disk-usage.ts';
import { DEFAULT_RANGE, findFreePort, portEnvironment } from './port-allocator.ts';
import { type ProcessRow, bootId, environmentHolds, readProcess, readProcesses } from './process-table.ts';
import { exitReason } from './shim.ts';
import { taskUser, userOffset, workloadUser } from './users.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-kernel-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the process table', () => {
  test('knows this process, its parent and its start time, and no zombie', async () => {
    const own = readProcess(process.pid);
    expect(own).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(own?.startTime).not.toBe('');
    expect(own?.residentBytes).toBeGreaterThan(10 << 20);
    expect(readProcesses().some((row) => row.pid === process.pid)).toBe(true);
    const child = spawn('sleep', ['1000'], { env: { MARK: 'here', PATH: process.env['PATH'] } });
    await new Promise((resolve) => child.once('spawn', resolve));
    expect([environmentHolds(child.pid ?? 0, 'MARK=here'), environmentHolds(child.pid ?? 0, 'ARK=here'), environmentHolds(child.pid ?? 0, 'MARK=her')]).toEqual([true, false, false]);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(readProcess(child.pid ?? 0)).toBeUndefined();
  });

  test('members of a cell are found by group, session and descent; a number used again is a stranger', () => {
    const row = (pid: number, parent: number, group: number, session: number, startTime = '1'): ProcessRow => ({ pid, parent, group, session, startTime, name: 'x', cpuSeconds: 0, residentBytes: 0 });
    const record = { cell: 'c', pid: 10, startTime: '1', boot: bootId(), wrapped: false };
    const rows = [row(10, 1, 10, 10), row(11, 10, 10, 10), row(12, 1, 10, 10), row(13, 1, 13, 10), row(14, 13, 14, 14), row(20, 1, 20, 20)];
    expect(cellMembers(record, rows).map(({ pid }) => pid)).toEqual([10, 11, 12, 13, 14]);
    expect(cellMembers(record, [...rows, row(15, 11, 15, 15)]).map(({ pid }) => pid)).toContain(15);
    expect(cellMembers(record, [row(10, 1, 10, 10, '2'), row(11, 10, 10, 10)])).toEqual([]);
    expect(cellMembers({ ...record, boot: 'another' }, rows)).toEqual([]);
  });
});

describe('control groups', () => {
  test('version 2: controllers are handed on, limits are written in its words', () => {
    const own = join(folder, 'system.slice/roadbed.service');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory pids');
    writeFileSync(join(own, 'cgroup.subtree_control'), 'memory pids');
    writeFileSync(join(own, 'cgroup.procs'), '');
    const cgroups = detectCgroups('tag', folder, '0::/system.slice/roadbed.service\n');
    expect(cgroups).toMatchObject({ version: 2, folders: { memory: own, pids: own } });
    const handle = cgroups && createCgroup(cgroups, 'abc', { memoryBytes: 1 << 20, processes: 5, cpu: 0.5 });
    const group = join(own, 'roadbed-tag-abc');
    expect(['memory.max', 'pids.max', 'memory.oom.group', 'cpu.max'].map((name) => readFileSync(join(group, name), 'utf8'))).toEqual(['1048576', '60', '1', '50000 100000']);
    expect(handle && joinCgroup(handle, 1)).toBe(true);
  });

  test('version 2 under systemd: from the subgroup of the unit, groups are made in the unit', () => {
    const unit = join(folder, 'system.slice/roadbed.service');
    mkdirSync(join(unit, 'supervisor'), { recursive: true });
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory pids');
    writeFileSync(join(unit, 'cgroup.subtree_control'), 'memory pids');
    expect(detectCgroups('tag', folder, '0::/system.slice/roadbed.service/supervisor\n')?.folders.memory).toBe(unit);
  });

  test('where nothing is writable there are none', () => {
    expect(detectCgroups('tag', join(folder, 'nothing'), '0::/\n')).toBeUndefined();
    expect(detectCgroups('tag', folder, '3:memory:/x\n')).toBeUndefined();
  });

  test('the real ones, where they are: a process is a member, and the group goes when it is empty', async () => {
    const cgroups = detectCgroups(`test${process.pid}`);
    if (cgroups === undefined) {
      console.log('control groups are not tested: none is writable here (run as root, or under systemd with delegated groups)');
      return;
    }
    const handle = createCgroup(cgroups, 'cell', { processes: 10, memoryBytes: 64 << 20 });
    if (handle === undefined) throw new Error('not made');
    const child = spawn('sleep', ['1000']);
    await new Promise((resolve) => child.once('spawn', resolve));
    expect(joinCgroup(handle, child.pid ?? 0)).toBe(true);
    expect(cgroupMembers(handle)).toEqual([child.pid]);
    expect(removeCgroup(handle)).toBe(false);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    const deadline = performance.now() + 5_000;
    while (!removeCgroup(handle) && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Object.values(handle.folders).some((path) => existsSync(path))).toBe(false);
  });
});

test('exit codes are told in words', () => {
  expect([0, 1, 127, 137, 143, 200].map(exitReason)).toEqual(['exit code 0', 'exit code 1', 'exit code 127 (command not found)', 'killed by SIGKILL (exit code 137)', 'killed by SIGTERM (exit code 143)', 'exit code 200']);
});

test('ports are told under their names', () => {
  expect(portEnvironment({ http: 1, 'admin-api': 2 })).toEqual({ PORT: '1', PORT_HTTP: '1', PORT_ADMIN_API: '2' });
  expect(portEnvironment({})).toEqual({});
});

test('a free port is in the range and not taken, and a full range has none', async () => {
  const port = (await findFreePort(DEFAULT_RANGE, new Set())) ?? 0;
  expect(port >= DEFAULT_RANGE.first && port <= DEFAULT_RANGE.last).toBe(true);
  expect(await findFreePort({ first: port, last: port }, new Set([port]))).toBeUndefined();
});

test('tasks that share a folder share the user, others do not', () => {
  const running = [{ user: 64_001, folders: ['/w/a', '/cache'] }];
  expect(taskUser(running, ['/w/b', '/cache/npm'], 0, [])).toBe(64_001);
  expect(taskUser(running, ['/w/ab'], 1, [])).toBe(64_002);
  expect(taskUser([], ['/w'], 0, [64_000, 64_001])).toBe(64_002);
});

test('a service keeps its user, and two have different ones', () => {
  const offset = userOffset('/some/folder');
  const first = workloadUser({}, 'a.dev', offset) ?? 0;
  expect(workloadUser({ 'a.dev': first }, 'a.dev', offset + 7)).toBe(first);
  expect(workloadUser({ 'a.dev': first }, 'b.dev', offset)).not.toBe(first);
});

test('disk usage counts what is allocated, hard links once, and stops when it is enough', async () => {
  mkdirSync(join(folder, 'deep/er'), { recursive: true });
  writeFileSync(join(folder, 'deep/er/file'), Buffer.alloc(1 << 20, 1));
  const { linkSync } = await import('node:fs');
  linkSync(join(folder, 'deep/er/file'), join(folder, 'link'));
  const used = await diskUsage([folder], Infinity);
  expect(used).toBeGreaterThanOrEqual(1 << 20);
  expect(used).toBeLessThan(1.5 * (1 << 20));
  expect(await diskUsage([join(folder, 'nothing')], Infinity)).toBe(0);
});
