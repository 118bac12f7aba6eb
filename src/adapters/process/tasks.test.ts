import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { readProcesses } from './process-table.ts';
import { type TestBed, eventually, makeTestBed, processesMarked } from './testing/supervised.ts';

/** Every suite runs twice: with what the machine offers, and with the watchdog alone. */
describe.each([
  ['with the best that is here', {}],
  ['with the watchdog and no bubblewrap', { cgroups: false, isolation: ['user', 'none'] as ('user' | 'none')[] }],
])('tasks %s', (_, options) => {
  let bed: TestBed;
  let number = 0;
  const next = (): string => `step-${(number += 1)}`;

  beforeAll(async () => {
    bed = await makeTestBed(options);
  });
  afterEach(() => {
    expect(processesMarked(`ROADBED_TEST=${bed.base}`)).toEqual([]);
  });
  afterAll(() => bed.end());

  test('run their commands one after the other in their folder', async () => {
    const id = next();
    const task = await bed.runTask(bed.task([['sh', '-c', 'echo one > file; echo wrote'], ['cat', 'file']], { id, environment: { GREETING: 'hello' } }));
    expect(task).toMatchObject({ state: 'succeeded', exitCode: 0 });
    expect(await bed.taskLog(id)).toBe('wrote\none');
  });

  test('end with the first command that fails, and say which', async () => {
    const id = next();
    const task = await bed.runTask(bed.task([['true'], ['sh', '-c', 'echo broken; exit 4'], ['echo', 'never']], { id }));
    expect(task).toMatchObject({ state: 'failed', exitCode: 4, reason: 'sh: exit code 4' });
    expect(task.logTail).toContain('broken');
    expect(await bed.taskLog(id)).not.toContain('never');
  });

  test('hand arguments on untouched', async () => {
    const id = next();
    const nasty = ['$(id)', '`id`', 'a b', '"', "'", '*', '', '-n', '; rm -rf x', 'line\nbreak'];
    await bed.runTask(bed.task([['node', '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...nasty]], { id }));
    expect(JSON.parse(await bed.taskLog(id))).toEqual(nasty);
  });

  test('are stopped when their time is over', async () => {
    const task = await bed.runTask(bed.task([['sleep', '1000']], { id: next(), timeoutSeconds: 1 }));
    expect(task).toMatchObject({ state: 'timed-out', reason: 'took longer than 1 s' });
  });

  test('are cancelled with all their daemons, also those that hide', async () => {
    const id = next();
    const hide = 'setsid sh -c "setsid sleep 1001 &" ; (sleep 1002 &); cp "$(which sleep)" ./bare-daemon; env -i setsid ./bare-daemon 1003 & sleep 0.2; echo hidden; sleep 1000';
    await bed.handle.runtime.startTask(bed.task([['sh', '-c', hide]], { id }));
    await eventually(async () => (await bed.taskLog(id)).includes('hidden'), 'the daemons');
    const bare = (): number => readProcesses().filter((row) => row.name === 'bare-daemon').length;
    expect(bare()).toBe(1);
    await bed.handle.runtime.cancelTask(id);
    expect(await bed.handle.runtime.observeTask(id)).toMatchObject({ state: 'cancelled' });
    expect(bare()).toBe(0);
  });

  test('leave no daemon behind after a normal end', async () => {
    const task = await bed.runTask(bed.task([['sh', '-c', 'setsid sleep 1001 & (setsid sleep 1002 &); echo done']], { id: next() }));
    expect(task.state).toBe('succeeded');
  });

  test('are ended above their memory, with what they used', async () => {
    const eater = 'const kept = []; for (;;) { kept.push(Buffer.alloc(8 << 20, 1)); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20); }';
    const task = await bed.runTask(bed.task([['node', '-e', eater]], { id: next(), limits: { memoryBytes: 160 << 20 } }));
    expect(task.state).toBe('failed');
    expect(task.reason).toMatch(/^memory limit 160 MiB exceeded: used \d+ MiB$/);
  });

  test('a fork bomb is ended and the machine lives on', async () => {
    const bomb = 'bomb() { bomb | bomb & }; bomb; sleep 1000';
    const task = await bed.runTask(bed.task([['bash', '-c', bomb]], { id: next(), limits: { processes: 60 } }), 40_000);
    expect(task).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^process limit 60 exceeded: \d+ processes or more$/) });
  }, 60_000);

  test('are ended above their disk', async () => {
    const filler = 'i=0; while true; do head -c 1000000 /dev/urandom > file-$i; i=$((i+1)); done';
    const task = await bed.runTask(bed.task([['sh', '-c', filler]], { id: next(), limits: { diskBytes: 20 << 20 } }));
    expect(task).toMatchObject({ state: 'failed', reason: expect.stringMatching(/^disk limit 20 MiB exceeded: used \d+ MiB or more$/) });
  });

  test('cannot write one file larger than their disk', async () => {
    const task = await bed.runTask(bed.task([['sh', '-c', 'head -c 500000000 /dev/zero > large']], { id: next(), limits: { diskBytes: 20 << 20 } }));
    expect(task.state).toBe('failed');
  });

  test('may write the caches they were given, and share them one after the other', async () => {
    const cache = join(bed.base, 'cache');
    mkdirSync(cache, { recursive: true });
    const first = await bed.runTask(bed.task([['sh', '-c', `echo cached > ${cache}/entry`]], { id: next(), writable: [cache] }));
    const id = next();
    const second = await bed.runTask(bed.task([['sh', '-c', `cat ${cache}/entry && echo again > ${cache}/entry`]], { id, writable: [cache] }));
    expect([first.state, second.state]).toEqual(['succeeded', 'succeeded']);
    expect(readFileSync(join(cache, 'entry'), 'utf8')).toBe('again\n');
  });

  test('have node and npm', async () => {
    const id = next();
    const task = await bed.runTask(bed.task([['node', '--version'], ['npm', '--version']], { id }));
    expect(task.state).toBe('succeeded');
    expect((await bed.taskLog(id)).split('\n')).toEqual([process.version, expect.stringMatching(/^\d+\.\d+/)]);
  });

  test('npm runs scripts and installs from a folder', async () => {
    const id = next();
    const spec = bed.task([['npm', 'install', '--no-audit', '--no-fund', './dep'], ['npm', 'run', 'build']], { id });
    bed.write(`workspaces/${id}/package.json`, JSON.stringify({ name: 'a', version: '1.0.0', scripts: { build: 'node -p "require(\'dep\')"' } }));
    bed.write(`workspaces/${id}/dep/package.json`, JSON.stringify({ name: 'dep', version: '1.0.0', main: 'index.js' }));
    bed.write(`workspaces/${id}/dep/index.js`, 'module.exports = "from dep"');
    const task = await bed.runTask(spec);
    expect([task.state, await bed.taskLog(id)]).toEqual(['succeeded', expect.stringContaining('from dep')]);
  });

  test('a hostile link in the workspace changes the owner of nothing else', async () => {
    const id = next();
    const spec = bed.task([['true']], { id });
    symlinkSync(bed.write('precious', 'mine'), join(spec.workingDirectory, 'link'));
    await bed.runTask(spec);
    const { uid } = await import('node:fs').then((files) => files.statSync(join(bed.base, 'precious')));
    expect(uid).toBe(process.getuid?.());
  });

  test('are forgotten with their log', async () => {
    const id = next();
    await bed.runTask(bed.task([['echo', 'x']], { id }));
    await bed.handle.runtime.forgetTask(id);
    expect(await bed.handle.runtime.observeTask(id)).toBeUndefined();
    await expect(bed.handle.runtime.logs({ id })).rejects.toMatchObject({ code: 'ROADBED-1310' });
  });

  test('of one id are one: the same again is nothing new, another one is refused', async () => {
    const id = next();
    const spec = bed.task([['echo', 'x']], { id });
    await bed.runTask(spec);
    await bed.handle.runtime.startTask(spec);
    await expect(bed.handle.runtime.startTask({ ...spec, commands: [['echo', 'y']] })).rejects.toMatchObject({ code: 'ROADBED-1311' });
  });

  test('ids that would leave the folder are refused', async () => {
    await expect(bed.handle.runtime.startTask(bed.task([['true']], { id: '../../x', workingDirectory: bed.base }))).rejects.toMatchObject({ code: 'ROADBED-1302' });
  });
});

test('an untrusted task is refused where nothing can confine it, a trusted one runs and says so', async () => {
  const bed = await makeTestBed({ isolation: ['none'] });
  try {
    expect(await bed.handle.runtime.capabilities()).toMatchObject({ isolation: 'none' });
    await expect(bed.handle.runtime.startTask(bed.task([['true']], { isolation: 'required' }))).rejects.toMatchObject({ code: 'ROADBED-1304' });
    expect(await bed.runTask(bed.task([['true']]))).toMatchObject({ state: 'succeeded', isolation: 'none' });
  } finally {
    await bed.end();
  }
});
