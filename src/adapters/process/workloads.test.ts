import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ContainerSpec, RevisionSpec } from '../../ports/runtime.ts';
import { portIsFree } from './port-allocator.ts';
import { readProcess } from './process-table.ts';
import { AS_ROOT, type TestBed, eventually, get, makeTestBed, processesMarked, ready } from './testing/supervised.ts';

const ID = 'web.dev.0123456789ab';
let bed: TestBed;

beforeAll(async () => {
  bed = await makeTestBed();
});

afterEach(async () => {
  for (const revision of await bed.handle.runtime.observe()) await bed.handle.runtime.remove(revision.id);
  await eventually(async () => (await bed.handle.runtime.observe()).length === 0, 'all revisions to be gone');
  expect(processesMarked(`ROADBED_TEST=${bed.base}`)).toEqual([]);
});

afterAll(() => bed.end());

const container = (name: string, command: string[], overrides: Partial<ContainerSpec> = {}): ContainerSpec => ({
  name, command, workingDirectory: join(bed.base, 'app'), environment: { ROADBED_TEST: bed.base }, files: [], volumes: [], limits: {}, after: [], ...overrides,
});

const messages = async (id = ID): Promise<string[]> => (await bed.handle.runtime.logs({ id, tail: 1_000 })).lines.map((line) => line.text);

describe('a revision', () => {
  test('runs as many replicas as wished, each on ports of its own, told by PORT and PORT_<NAME>', async () => {
    await bed.handle.runtime.apply(bed.revision({ replicas: 3, ports: [{ name: 'http' }] }));
    const replicas = await bed.until(ID, ready(3));
    const ports = replicas.map((replica) => replica.ports['http'] ?? 0);
    expect(new Set(ports).size).toBe(3);
    const answer = await get(ports[1] ?? 0);
    expect(answer.environment).toMatchObject({ PORT: String(ports[1]), PORT_HTTP: String(ports[1]), ROADBED_REPLICA: '1', ROADBED_SERVICE: 'web' });
    if (AS_ROOT) expect(answer.user).toBeGreaterThanOrEqual(64_500);
    else expect(answer.user).toBe(process.getuid?.());
  });

  test('passes on nothing of the environment of who started the supervisor', async () => {
    await bed.handle.runtime.apply(bed.revision());
    const [replica] = await bed.until(ID, ready(1));
    const { environment } = await get(replica?.ports['http'] ?? 0);
    const allowed = /^(PORT(_HTTP)?|ROADBED_(TEST|SERVICE|ENVIRONMENT|RELEASE|REPLICA|CELL)|HOME|TMPDIR|PATH|LANG|LC_ALL|TZ|PWD|OLDPWD|SHLVL|_)$/;
    expect(Object.keys(environment).filter((name) => !allowed.test(name))).toEqual([]);
  });

  test('scales up and down, the highest index goes first, and its ports become free', async () => {
    await bed.handle.runtime.apply(bed.revision({ replicas: 1 }));
    const [first] = await bed.until(ID, ready(1));
    await bed.handle.runtime.apply(bed.revision({ replicas: 3 }));
    const three = await bed.until(ID, ready(3));
    await bed.handle.runtime.apply(bed.revision({ replicas: 1 }));
    const [kept] = await bed.until(ID, ready(1));
    expect(kept?.ports).toEqual(first?.ports);
    expect(kept?.restarts).toBe(0);
    for (const replica of three.slice(1)) expect(await portIsFree(replica.ports['http'] ?? 0)).toBe(true);
  });

  test('is applied twice with one effect', async () => {
    await bed.handle.runtime.apply(bed.revision());
    const [first] = await bed.until(ID, ready(1));
    await bed.handle.runtime.apply(bed.revision());
    await sleep(300);
    const [second] = await bed.replicas(ID);
    expect(second?.startedAt).toBe(first?.startedAt);
  });

  test('that never gets ready stays "starting" and keeps its logs', async () => {
    await bed.handle.runtime.apply(bed.revision({}, { command: ['sh', '-c', 'echo thinking; sleep 1000'] }));
    await eventually(async () => (await messages()).includes('thinking'), 'its output');
    await sleep(500);
    const [replica] = await bed.replicas(ID);
    expect(replica).toMatchObject({ state: 'starting', restarts: 0 });
  });

  test('that exits at once is started again with growing delays and says why', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['sh', '-c', 'echo no database >&2; exit 3'] }));
    const [replica] = await bed.until(ID, ([one]) => (one?.restarts ?? 0) >= 3);
    expect(replica?.lastExit).toMatchObject({ reason: 'exit code 3', logTail: expect.arrayContaining(['no database']) });
    const delays = (await messages()).flatMap((text) => /starts again in ([\d.]+) s/.exec(text)?.[1] ?? []);
    expect(delays.slice(0, 3)).toEqual(['0.5', '1', '2']);
  });

  test('whose program does not exist says so', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['no-such-program'] }));
    const [replica] = await bed.until(ID, ([one]) => one?.lastExit !== undefined);
    expect(replica?.lastExit?.reason).toBe('exit code 127 (command not found)');
    expect(replica?.state).toBe('backing-off');
  });

  test('that ignores SIGTERM is killed when its drain time is over', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [], drainSeconds: 1 }, { command: ['node', '-e', 'process.on("SIGTERM", () => console.log("never")); setInterval(() => {}, 1000); console.log("up")'] }));
    await eventually(async () => (await messages()).includes('up'), 'its start');
    const began = performance.now();
    await bed.handle.runtime.remove(ID);
    await eventually(async () => (await bed.replicas(ID)).length === 0, 'its end');
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  test('that stops by itself is not waited for longer than needed', async () => {
    await bed.handle.runtime.apply(bed.revision({ drainSeconds: 60 }));
    await bed.until(ID, ready(1));
    await bed.handle.runtime.remove(ID);
    await eventually(async () => (await bed.replicas(ID)).length === 0, 'its end', 5_000);
  });

  test('that leaves daemons behind leaves none after its removal', async () => {
    const script = 'setsid sh -c "setsid sleep 1001 & setsid env -u NOTHING sleep 1002 &" & (sleep 1003 &) ; echo spawned; exec sleep 1004';
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['sh', '-c', script] }));
    await eventually(() => processesMarked(`ROADBED_TEST=${bed.base}`).length >= 5, 'all of its processes');
    await bed.handle.runtime.remove(ID);
    await eventually(async () => (await bed.handle.runtime.observe()).length === 0, 'its removal');
    expect(processesMarked(`ROADBED_TEST=${bed.base}`)).toEqual([]);
  });

  test('that eats memory is ended with the limit as the reason', async () => {
    const eater = 'const kept = []; setInterval(() => kept.push(Buffer.alloc(8 << 20, 1)), 20)';
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['node', '-e', eater], limits: { memoryBytes: 128 << 20 } }));
    const [replica] = await bed.until(ID, ([one]) => one?.lastExit !== undefined);
    expect(replica?.lastExit?.reason).toMatch(/^memory limit 128 MiB exceeded: used \d+ MiB$/);
  });

  test('that forks without end is ended with the limit as the reason, also when it asked for none', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['sh', '-c', 'while :; do sleep 100 & done'] }));
    const [replica] = await bed.until(ID, ([one]) => (one?.restarts ?? 0) >= 1, 30_000);
    expect(replica?.lastExit?.reason).toMatch(/^process limit 512 exceeded: \d+ processes$/);
    await bed.handle.runtime.remove(ID);
    await eventually(async () => (await bed.handle.runtime.observe()).length === 0, 'the end of it', 30_000);
  }, 60_000);

  test('that floods its log fills neither disk nor journal, and is told what was dropped', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['sh', '-c', 'exec yes "a line that says nothing at all"'] }));
    await eventually(async () => (await messages()).some((text) => text.startsWith('roadbed: dropped')), 'the report of dropped output');
    await sleep(1_500);
    const raw = join(bed.base, 'supervisor/revisions', ID, '0/main/out');
    expect(readFileSync(raw).length).toBeLessThan(600 * 1024 * 1024);
    const [replica] = await bed.replicas(ID);
    expect(replica).toMatchObject({ state: 'ready', restarts: 0 });
  });

  test('samples its processor time and memory', async () => {
    await bed.handle.runtime.apply(bed.revision());
    const [replica] = await bed.until(ID, ([one]) => (one?.memoryBytes ?? 0) > 0 && (one?.cpuSeconds ?? 0) > 0);
    expect(replica?.memoryBytes).toBeGreaterThan(10 << 20);
    expect(replica?.pids.length).toBeGreaterThanOrEqual(2);
  });
});

describe('ports', () => {
  test('a fixed port allows one replica, more are refused by name', async () => {
    const spec = bed.revision({ replicas: 2, ports: [{ name: 'http', fixed: 29_999 }] });
    await expect(bed.handle.runtime.apply(spec)).rejects.toMatchObject({ code: 'ROADBED-1301', message: expect.stringContaining('port 29999 (http)') });
  });

  test('a fixed port that a stranger holds is waited for', async () => {
    const stranger = createServer().listen(0, '127.0.0.1');
    await eventually(() => stranger.listening, 'the stranger');
    const { port } = stranger.address() as { port: number };
    await bed.handle.runtime.apply(bed.revision({ ports: [{ name: 'http', fixed: port }] }));
    await eventually(async () => (await messages()).some((text) => text.includes(`waits for port ${port}`)), 'the notice');
    await new Promise((resolve) => stranger.close(resolve));
    const [replica] = await bed.until(ID, ready(1));
    expect((await get(port)).environment['PORT']).toBe(String(port));
    expect(replica?.ports).toEqual({ http: port });
  });
});

describe('probes and order', () => {
  const http = (path: string) => ({ kind: 'http' as const, path, port: 8080, intervalMs: 100, timeoutMs: 1_000, failureThreshold: 2, headers: [{ name: 'X-Probe', value: 'yes' }] });

  test('a readiness probe that fails takes the replica out, without a restart', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [{ name: 'http', declared: 8080 }] }, { readiness: http('/health') }));
    const [replica] = await bed.until(ID, ready(1));
    await get(replica?.ports['http'] ?? 0, '/unhealthy');
    const [unready] = await bed.until(ID, ([one]) => one?.state === 'unready');
    expect(unready?.restarts).toBe(0);
  });

  test('a liveness probe that fails restarts the program, with the reason', async () => {
    await bed.handle.runtime.apply(bed.revision({ ports: [{ name: 'http', declared: 8080 }] }, { liveness: http('/health') }));
    const [replica] = await bed.until(ID, ready(1));
    await get(replica?.ports['http'] ?? 0, '/unhealthy');
    const [restarted] = await bed.until(ID, ([one]) => one?.state === 'ready' && one.restarts === 1);
    expect(restarted?.lastExit?.reason).toBe('liveness failed 2 times: HTTP status 500');
  });

  test('a command can be the probe, and runs as the program does', async () => {
    const probe = { kind: 'exec' as const, command: ['sh', '-c', 'test -f "$HOME/ready"'], intervalMs: 100, timeoutMs: 2_000, failureThreshold: 1 };
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['sh', '-c', 'sleep 0.5; touch "$HOME/ready"; sleep 1000'], readiness: probe }));
    await sleep(200);
    expect((await bed.replicas(ID))[0]?.state).toBe('starting');
    await bed.until(ID, ready(1));
  });

  test('containers start in their order: complete before healthy before started', async () => {
    const stamp = (name: string): string => `date +%s%N > ${JSON.stringify(join(bed.base, 'stamps', name))}`;
    mkdirSync(join(bed.base, 'stamps'), { mode: 0o777 });
    await import('node:fs').then((files) => files.chmodSync(join(bed.base, 'stamps'), 0o777));
    const probe = { kind: 'exec' as const, command: ['sh', '-c', 'test -f "$HOME/up"'], intervalMs: 50, timeoutMs: 2_000, failureThreshold: 1 };
    const containers = [
      container('app', ['sh', '-c', `${stamp('app')}; exec node server.js`], { after: [{ container: 'store', state: 'healthy' }, { container: 'migrate', state: 'complete' }] }),
      container('store', ['sh', '-c', `${stamp('store')}; sleep 0.4; touch "$HOME/up"; ${stamp('store-healthy')}; sleep 1000`], { readiness: probe, after: [{ container: 'migrate', state: 'complete' }] }),
      container('migrate', ['sh', '-c', `sleep 0.3; ${stamp('migrated')}`]),
    ];
    await bed.handle.runtime.apply(bed.revision({ containers }));
    await bed.until(ID, ready(1));
    const at = (name: string): bigint => BigInt(readFileSync(join(bed.base, 'stamps', name), 'utf8').trim());
    expect([at('migrated') < at('store'), at('store-healthy') < at('app')]).toEqual([true, true]);
  });

  test('a start order in a circle is refused', async () => {
    const containers = [container('a', ['true'], { after: [{ container: 'b', state: 'started' }] }), container('b', ['true'], { after: [{ container: 'a', state: 'started' }] })];
    await expect(bed.handle.runtime.apply(bed.revision({ containers }))).rejects.toMatchObject({ code: 'ROADBED-1302' });
  });
});

describe('files and volumes', () => {
  const content = Buffer.from('colour: green\n').toString('base64');
  const read = (path: string): string[] => ['sh', '-c', `cat ${JSON.stringify(path)} && echo end-of-file; sleep 1000`];

  test('a relative target lands in a private copy of the working folder, never in the artifact', async () => {
    const spec = bed.revision({ ports: [] }, { command: read('conf/app.yaml'), files: [{ target: 'conf/app.yaml', content, mode: '0640' }] });
    await bed.handle.runtime.apply(spec);
    await eventually(async () => (await messages()).join('\n').includes('colour: green\nend-of-file'), 'the content');
    expect(existsSync(join(bed.base, 'app/conf'))).toBe(false);
  });

  test('an absolute target is where the program expects it when bubblewrap works, else it is refused', async () => {
    const spec = bed.revision({}, { files: [{ target: '/etc/shop/app.yaml', content, mode: '0644' }], command: ['sh', '-c', 'cat /etc/shop/app.yaml; exec node server.js'] });
    const { isolation } = await bed.handle.runtime.capabilities();
    if (isolation !== 'bubblewrap') {
      await expect(bed.handle.runtime.apply(spec)).rejects.toMatchObject({ code: 'ROADBED-1303' });
      return;
    }
    await bed.handle.runtime.apply(spec);
    const [replica] = await bed.until(ID, ready(1));
    expect((await messages())).toContain('colour: green');
    expect((await get(replica?.ports['http'] ?? 0)).pid).toBeLessThan(20);
    expect(existsSync('/etc/shop')).toBe(false);
    await bed.handle.runtime.remove(ID);
    await eventually(async () => (await bed.replicas(ID)).length === 0, 'its end', 5_000);
  });

  test('a wrapped program is asked to stop, not cut off', async () => {
    const { isolation } = await bed.handle.runtime.capabilities();
    if (isolation !== 'bubblewrap') return;
    const volume = join(bed.base, 'volume');
    mkdirSync(volume, { recursive: true });
    const program = `process.on('SIGTERM', () => { require('fs').writeFileSync('/data/farewell', 'bye'); process.exit(0); }); setInterval(() => {}, 1000); console.log('up')`;
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { command: ['node', '-e', program], volumes: [{ source: volume, target: '/data', readOnly: false }] }));
    await eventually(async () => (await messages()).includes('up'), 'its start');
    await bed.handle.runtime.remove(ID);
    await eventually(async () => (await bed.replicas(ID)).length === 0, 'its end');
    expect(readFileSync(join(volume, 'farewell'), 'utf8')).toBe('bye');
  });

  test.each(['../outside', '/etc/../../x', '/proc/self/x', '.'])('the target %s is refused', async (target) => {
    const spec: RevisionSpec = bed.revision({}, { files: [{ target, content, mode: '0644' }] });
    await expect(bed.handle.runtime.apply(spec)).rejects.toMatchObject({ code: 'ROADBED-1302' });
  });

  test('a symbolic link in the artifact leads no file astray', async () => {
    const { symlinkSync } = await import('node:fs');
    bed.write('linked/server.js', '');
    mkdirSync(join(bed.base, 'elsewhere'));
    symlinkSync(join(bed.base, 'elsewhere'), join(bed.base, 'linked/conf'));
    await bed.handle.runtime.apply(bed.revision({ ports: [] }, { workingDirectory: join(bed.base, 'linked'), files: [{ target: 'conf/app.yaml', content, mode: '0644' }] }));
    const [replica] = await bed.until(ID, ([one]) => one?.lastExit !== undefined);
    expect(replica?.lastExit?.reason).toContain('leads through conf');
    expect(existsSync(join(bed.base, 'elsewhere/app.yaml'))).toBe(false);
  });
});

test('a crash is noticed within moments and the program comes back on the same port', async () => {
  await bed.handle.runtime.apply(bed.revision());
  const [replica] = await bed.until(ID, ready(1));
  const port = replica?.ports['http'] ?? 0;
  const { pid } = await get(port);
  process.kill(pid, 'SIGKILL');
  const [again] = await bed.until(ID, ([one]) => one?.state === 'ready' && one.restarts === 1);
  expect(again?.ports).toEqual(replica?.ports);
  expect(again?.lastExit?.reason).toBe('killed by SIGKILL (exit code 137)');
  expect(readProcess(pid)).toBeUndefined();
});
