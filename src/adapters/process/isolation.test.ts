/**
 * A step that tries to break out, in every kind of isolation that this machine can give.
 */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Isolation } from './isolation.ts';
import { detectIsolation } from './isolation.ts';
import { AS_ROOT, type TestBed, eventually, get, makeTestBed, ready } from './testing/supervised.ts';

const here = await detectIsolation();
const kinds: Isolation['kind'][] = here.kind === 'bubblewrap' ? ['bubblewrap', ...(AS_ROOT ? (['user'] as const) : [])] : here.kind === 'user' ? ['user'] : [];
if (!kinds.includes('bubblewrap')) console.log('isolation by bubblewrap is not tested: install bubblewrap (bwrap) on a machine that allows namespaces');
if (!kinds.includes('user')) console.log('isolation by user is not tested: run the tests as root');

/** Tries everything in argv and prints, as JSON, what it got. */
const HOSTILE = `
const fs = require('node:fs'), net = require('node:net'), { spawnSync } = require('node:child_process');
const { secrets, sockets, pids } = JSON.parse(process.argv[2]);
const won = [];
const attempt = (name, act) => { try { if (act() !== false) won.push(name); } catch {} };
for (const path of secrets) {
  attempt('read ' + path, () => fs.readFileSync(path));
  attempt('list ' + path, () => fs.readdirSync(path));
  attempt('write ' + path, () => fs.writeSync(fs.openSync(path, 'r+'), 'x'));
  attempt('link ' + path, () => { fs.linkSync(path, 'stolen-' + Math.random()); });
  attempt('delete ' + path, () => fs.unlinkSync(path));
}
for (const pid of pids) {
  attempt('environment of ' + pid, () => fs.readFileSync('/proc/' + pid + '/environ').length > 0);
  attempt('memory of ' + pid, () => fs.openSync('/proc/' + pid + '/mem'));
  attempt('root of ' + pid, () => fs.readdirSync('/proc/' + pid + '/root/'));
  attempt('working folder of ' + pid, () => fs.readdirSync('/proc/' + pid + '/cwd/'));
  attempt('signal ' + pid, () => process.kill(pid, 0));
}
attempt('become root', () => process.setuid(0));
attempt('setuid program', () => spawnSync('su', ['-c', 'id'], { input: '' }).status === 0);
attempt('mount', () => spawnSync('mount', ['-t', 'tmpfs', 'none', '/mnt']).status === 0);
attempt('write to the system', () => fs.writeFileSync('/usr/roadbed-was-here', 'x'));
attempt('write to the control groups', () => fs.mkdirSync('/sys/fs/cgroup/pids/roadbed-was-here'));
attempt('environment', () => Object.keys(process.env).some((name) => /SECRET|TOKEN|DATABASE/.test(name)));
let open = sockets.length;
const done = () => { console.log(JSON.stringify(won)); process.exit(0); };
if (open === 0) done();
for (const path of sockets) {
  const socket = net.connect(path);
  socket.on('connect', () => { won.push('connect ' + path); socket.destroy(); if (--open === 0) done(); });
  socket.on('error', () => { if (--open === 0) done(); });
}
`;

describe.each(kinds)('a step confined by %s', (kind) => {
  let bed: TestBed;

  beforeAll(async () => {
    process.env['ROADBED_TEST_SECRET'] = 'inherited';
    bed = await makeTestBed({ isolation: [kind] });
    bed.write('platform/master.key', 'key');
    chmodSync(join(bed.base, 'platform/master.key'), 0o600);
    chmodSync(join(bed.base, 'platform'), 0o700);
  });
  afterAll(async () => {
    delete process.env['ROADBED_TEST_SECRET'];
    await bed.end();
  });

  test('is told so by the observation and by the capabilities', async () => {
    expect((await bed.runTask(bed.task([['true']], { id: 'told', isolation: 'required' }))).isolation).toBe(kind);
    expect((await bed.handle.runtime.capabilities()).isolation).toBe(kind);
  });

  test('gets at nothing of the platform, of other steps and of workloads', async () => {
    const neighbour = bed.task([['sh', '-c', 'echo mine > private; chmod 600 private; echo up; sleep 1000']], { id: 'neighbour', environment: { NEIGHBOUR_TOKEN: 'x' } });
    chmodSync(neighbour.workingDirectory, 0o700);
    await bed.handle.runtime.startTask(neighbour);
    await eventually(async () => (await bed.taskLog('neighbour')).includes('up'), 'the neighbour');
    await bed.handle.runtime.apply(bed.revision({}, { environment: { DATABASE_URL: 'postgres://secret' } }));
    const [replica] = await bed.until('web.dev.0123456789ab', ready(1));
    const workload = (await get(replica?.ports['http'] ?? 0)).pid;
    await eventually(async () => ((await bed.replicas('web.dev.0123456789ab'))[0]?.pids.length ?? 0) > 0, 'the first sample');

    const secrets = ['platform', 'platform/master.key', 'supervisor', 'supervisor/state.key', 'supervisor/desired-state', 'workspaces/neighbour', 'workspaces/neighbour/private', `shared/replicas/web.dev.0123456789ab/0/main/home`];
    const attack = { secrets: [...secrets.map((path) => join(bed.base, path)), '/etc/shadow', '/root'], sockets: [join(bed.base, 'supervisor/control.sock')], pids: AS_ROOT || kind === 'bubblewrap' ? [bed.handle.pid, process.pid, workload] : [] };
    const spec = bed.task([['node', 'hostile.js', JSON.stringify(attack)]], { id: 'hostile', isolation: 'required' });
    writeFileSync(join(spec.workingDirectory, 'hostile.js'), HOSTILE);
    const task = await bed.runTask(spec);
    expect(task).toMatchObject({ state: 'succeeded', isolation: kind });
    expect(JSON.parse((await bed.taskLog('hostile')).split('\n').at(-1) ?? '')).toEqual([]);
    await bed.handle.runtime.cancelTask('neighbour');
  });

  test('the same attack on what it may reach succeeds, so the attack is a real one', async () => {
    const spec = bed.task([['node', 'hostile.js', JSON.stringify({ secrets: ['./target'], sockets: [], pids: [] })]], { id: 'control' });
    writeFileSync(join(spec.workingDirectory, 'hostile.js'), HOSTILE);
    writeFileSync(join(spec.workingDirectory, 'target'), 'x');
    await bed.runTask(spec);
    expect(JSON.parse(await bed.taskLog('control'))).toEqual(expect.arrayContaining(['read ./target', 'write ./target', 'link ./target', 'delete ./target']));
  });

  test('reaches the network only when it may, where the network can be cut off', async () => {
    await bed.handle.runtime.apply(bed.revision({ id: 'net.dev.aa', service: 'net' }));
    const [replica] = await bed.until('net.dev.aa', ready(1));
    const ask = (network: boolean, id: string) => bed.runTask(bed.task([['node', '-e', `fetch('http://127.0.0.1:${replica?.ports['http']}').then(() => console.log('reached'), () => console.log('cut off'))`]], { id, network }));
    await ask(true, 'with-network');
    await ask(false, 'without-network');
    expect(await bed.taskLog('with-network')).toBe('reached');
    expect(await bed.taskLog('without-network')).toBe(kind === 'bubblewrap' ? 'cut off' : 'reached');
  });

  test('two services have different users, so neither reads the other\'s home', async () => {
    if (!AS_ROOT) return;
    await bed.handle.runtime.apply(bed.revision({ id: 'one.dev.aa', service: 'one' }));
    await bed.handle.runtime.apply(bed.revision({ id: 'two.dev.aa', service: 'two' }));
    const users = await Promise.all(['one.dev.aa', 'two.dev.aa'].map(async (id) => (await get((await bed.until(id, ready(1)))[0]?.ports['http'] ?? 0)).user));
    expect(new Set(users).size).toBe(2);
    expect(users).not.toContain(0);
  });
});

test('a private node is copied to where other users can run it', async () => {
  if (!AS_ROOT) return;
  const { copyFileSync, mkdtempSync, rmSync } = await import('node:fs');
  const { prepareToolchain } = await import('./toolchain.ts');
  const { openToOthers } = await import('./users.ts');
  const { tmpdir } = await import('node:os');
  const base = mkdtempSync(join(tmpdir(), 'roadbed-tools-'));
  try {
    chmodSync(base, 0o755);
    mkdirSync(join(base, 'private'), { mode: 0o700 });
    copyFileSync(process.execPath, join(base, 'private/node'));
    const tools = await prepareToolchain(join(base, 'shared'), join(base, 'private/node'), true);
    expect(await openToOthers(join(tools.folder, 'node'))).toBe(true);
    expect(await openToOthers(join(tools.folder, 'npm'))).toBe(true);
    const kept = await prepareToolchain(join(base, 'shared'), join(base, 'private/node'), false);
    expect(kept.mounts).toContain(join(base, 'private'));
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});
