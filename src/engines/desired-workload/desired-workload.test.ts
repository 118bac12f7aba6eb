import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ScoreContainer, ScoreDocument } from '../../domain/kinds/workload.ts';
import { desiredWorkload, wantedFiles, workloadError, workloadPorts, type WorkloadInput } from './desired-workload.ts';
import { unrunnableParts } from './unrunnable.ts';
import { parseCpu, parseMemory } from './quantity.ts';

const HASH = `sha256:${'1a2b3c4d5e6f'.padEnd(64, '0')}`;
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const decoded = (content: string | undefined): string => Buffer.from(content ?? '', 'base64').toString();

function score(container: Partial<ScoreContainer> = {}, more: Partial<ScoreDocument> = {}): ScoreDocument {
  return { apiVersion: 'score.dev/v1b1', metadata: { name: 'checkout' }, containers: { web: { image: '.', command: ['node', 'server.js'], ...container } }, ...more };
}

function input(workload: ScoreDocument, more: Partial<WorkloadInput> = {}): WorkloadInput {
  return {
    release: { service: 'checkout', workload, configuration: {}, hash: HASH }, releaseName: 'checkout-1a2b3c4d5e6f', environment: 'prod', replicas: 2, artifactFolder: '/data/artifacts/aa',
    sources: new Map(), resources: {}, secrets: {}, ...more,
  };
}

function revision(workload: ScoreDocument, more: Partial<WorkloadInput> = {}): ReturnType<typeof web> {
  return web(input(workload, more));
}

function web(given: WorkloadInput) {
  const desired = desiredWorkload(given);
  if (!desired.ok) throw new Error(JSON.stringify(desired.problems));
  const [container] = desired.revision.containers;
  if (container === undefined) throw new Error('no container');
  return { ...desired.revision, container };
}

function problems(workload: ScoreDocument, more: Partial<WorkloadInput> = {}): string[] {
  const desired = desiredWorkload(input(workload, more));
  return desired.ok ? [] : desired.problems.map((problem) => `${problem.rule} ${problem.path}: ${problem.message}`);
}

test('a release becomes a revision', () => {
  const desired = revision(score({ args: ['--fast'] }, { service: { ports: { web: { port: 8080 } } } }));
  expect(desired).toMatchObject({ id: 'checkout.prod.1a2b3c4d5e6f', service: 'checkout', environment: 'prod', release: 'checkout-1a2b3c4d5e6f', replicas: 2, ports: [{ name: 'web', declared: 8080 }], drainSeconds: 30 });
  expect(desired.container).toEqual({ name: 'web', command: ['node', 'server.js', '--fast'], workingDirectory: '/data/artifacts/aa', environment: {}, files: [], volumes: [], limits: {}, after: [] });
});

test('a container image is refused by name, saying which runtime would take it', () => {
  expect(problems(score({ image: 'redis:7' }))).toEqual(['image containers.web.image: container image "redis:7" needs the kubernetes runtime, which is not part of this version; the process runtime takes "." (what the pipeline built)']);
  const desired = desiredWorkload(input(score({ image: 'redis:7' })));
  expect(desired.ok ? undefined : workloadError('checkout', desired.problems)).toMatchObject({ code: 'ROADBED-3002', class: 'refused' });
});

describe('variables', () => {
  const workload = score({ variables: { URL: 'postgres://${resources.db.username}:${resources.db.password}@h/${metadata.name}', LEVEL: 'info', KEEP: '$${X}' } }, { resources: { db: { type: 'postgres' } } });
  const resources = { db: { username: 'u', password: 'p$$w' } };

  test('placeholders are expanded once, over outputs that are not expanded again', () => {
    expect(revision(workload, { resources }).container.environment).toEqual({ URL: 'postgres://u:p$$w@h/checkout', LEVEL: 'info', KEEP: '${X}' });
  });

  test('configuration of the environment lies over variables, secrets over both', () => {
    const given = input(workload, { resources, secrets: { API_KEY: 's3cret ${metadata.name}', LEVEL: 'secret' } });
    const configured = { ...given, release: { ...given.release, configuration: { prod: { LEVEL: 'debug', EXTRA: '${metadata.name}' }, dev: { LEVEL: 'trace' } } } };
    expect(web(configured).container.environment).toMatchObject({ LEVEL: 'secret', EXTRA: 'checkout', API_KEY: 's3cret ${metadata.name}' });
  });

  test('every placeholder that cannot be resolved is named with its place', () => {
    expect(problems(workload)).toEqual([
      "placeholder containers.web.variables.URL: ${resources.db.username}: invalid ref 'resources.db.username': no known resource 'db'",
      "placeholder containers.web.variables.URL: ${resources.db.password}: invalid ref 'resources.db.password': no known resource 'db'",
    ]);
  });

  test('command and args are never expanded', () => {
    expect(revision(score({ args: ['${metadata.name}', '$$'] })).container.command.slice(2)).toEqual(['${metadata.name}', '$$']);
  });
});

describe('files', () => {
  test('content is expanded, unless it says otherwise; binary content never is', () => {
    const { files } = revision(score({ files: { 'a.txt': { content: 'I am ${metadata.name}', mode: '0600' }, 'b.txt': { content: '${metadata.name}', noExpand: true }, 'c.bin': { binaryContent: Buffer.from('${x}').toString('base64') } } })).container;
    expect(files.map((file) => [file.target, file.mode, decoded(file.content)])).toEqual([['a.txt', '0600', 'I am checkout'], ['b.txt', '0644', '${metadata.name}'], ['c.bin', '0644', '${x}']]);
  });

  test('a source is a file of the artifact; text in it is expanded, other bytes are kept', () => {
    const workload = score({ files: [{ target: 'x', source: './conf/app.ini' }, { target: 'y', source: 'logo.png' }] });
    expect(wantedFiles(workload)).toEqual(['conf/app.ini', 'logo.png']);
    const { files } = revision(workload, { sources: new Map([['conf/app.ini', bytes('name=${metadata.name}')], ['logo.png', Uint8Array.of(0xff, 0x24, 0x7b, 0x7d)]]) }).container;
    expect(decoded(files[0]?.content)).toBe('name=checkout');
    expect(Buffer.from(files[1]?.content ?? '', 'base64')).toEqual(Buffer.of(0xff, 0x24, 0x7b, 0x7d));
  });

  test.each(['/etc/passwd', '../secret', 'a/../../b', 'missing.txt', 'a\\b'])('the source %s is refused', (source) => {
    expect(problems(score({ files: { x: { source } } }), { sources: new Map([['etc/passwd', bytes('x')], ['secret', bytes('x')]]) })).toEqual([`file containers.web.files["x"].source: ${JSON.stringify(source)} is not a file of the artifact`]);
  });

  test('bad base64 is refused', () => {
    expect(problems(score({ files: { x: { binaryContent: 'a===' } } }))).toEqual(['file containers.web.files["x"].binaryContent: is not standard base64']);
  });
});

describe('volumes', () => {
  const withVolume = (source: string, path?: string): ScoreDocument => score({ volumes: { '/data': { source, ...(path === undefined ? {} : { path }), readOnly: true } } }, { resources: { data: { type: 'volume' }, env: { type: 'environment' } } });
  const resources = { data: { type: 'volume', source: '/volumes/x' }, env: { source: '/etc' } };

  test.each([['${resources.data}', undefined, '/volumes/x'], ['${resources.data.source}', '/sub/path', '/volumes/x/sub/path']])('%s is the folder of the volume', (source, path, expected) => {
    expect(revision(withVolume(source, path), { resources }).container.volumes).toEqual([{ target: '/data', source: expected, readOnly: true }]);
  });

  test.each(['/etc', 'name', '${resources.env}', '${resources.env.source}', '${resources.data}/..', '${resources.other}', '${metadata.name}'])('%s is no volume', (source) => {
    expect(problems(withVolume(source), { resources })).toEqual([expect.stringContaining('must name a resource of type volume')]);
  });

  test('a path may not lead out of the volume', () => {
    expect(problems(withVolume('${resources.data}', '../other'), { resources })).toEqual(['volume containers.web.volumes["/data"].path: "../other" leads out of the volume']);
  });
});

describe('probes, order, limits', () => {
  test('probes keep the port that the document names', () => {
    const { readiness, liveness } = revision(score({ readinessProbe: { httpGet: { path: '/ready', port: 8080, host: 'h', httpHeaders: [{ name: 'a', value: 'b' }] } }, livenessProbe: { exec: { command: ['check'] } } })).container;
    expect(readiness).toMatchObject({ kind: 'http', path: '/ready', port: 8080, host: 'h', headers: [{ name: 'a', value: 'b' }] });
    expect(liveness).toMatchObject({ kind: 'exec', command: ['check'] });
  });

  test('what runs before another is what the other waits for', () => {
    const workload: ScoreDocument = { ...score(), containers: { migrate: { image: '.', command: ['m'], before: { web: { ready: 'complete' } } }, web: { image: '.', command: ['w'] } } };
    const desired = desiredWorkload(input(workload));
    expect(desired.ok && desired.revision.containers.map((container) => container.after)).toEqual([[], [{ container: 'migrate', state: 'complete' }]]);
  });

  test('limits are bytes and cores', () => {
    expect(revision(score({ resources: { limits: { cpu: '250m', memory: '128M' }, requests: { cpu: '1' } } })).container.limits).toEqual({ memoryBytes: 128_000_000, cpu: 0.25 });
    expect(problems(score({ resources: { limits: { cpu: '0' } } }))).toHaveLength(1);
  });

  test.each([['1Gi', 1_073_741_824], ['1.5Gi', 1_610_612_736], ['0.5K', 500], ['42', 42], ['2Ei', undefined], ['0', undefined], ['1g', undefined], ['0.1', undefined]])('%s of memory is %s', (text, expected) => {
    expect(parseMemory(text)).toBe(expected);
  });

  test.each([['1000m', 1], ['0.24', 0.24], ['2', 2], ['0m', undefined], ['1.', undefined], ['1.5m', undefined]])('%s of CPU is %s', (text, expected) => {
    expect(parseCpu(text)).toBe(expected);
  });
});

describe('ports', () => {
  const ports = (declared: NonNullable<NonNullable<ScoreDocument['service']>['ports']>, mode?: string): unknown =>
    workloadPorts(score({}, { service: { ports: declared }, metadata: { name: 'x1', ...(mode === undefined ? {} : { annotations: { 'roadbed.dev/ports': mode } }) } }));

  test('a port is injected; a different targetPort is insisted on', () => {
    expect(ports({ web: { port: 80 }, same: { port: 81, targetPort: 81 }, admin: { port: 82, targetPort: 9000 } })).toEqual([{ name: 'web', declared: 80 }, { name: 'same', declared: 81 }, { name: 'admin', declared: 9000, fixed: 9000 }]);
  });

  test('the annotation decides for all', () => {
    expect(ports({ admin: { port: 82, targetPort: 9000 } }, 'injected')).toEqual([{ name: 'admin', declared: 9000 }]);
    expect(ports({ web: { port: 3000 } }, 'fixed')).toEqual([{ name: 'web', declared: 3000, fixed: 3000 }]);
    expect(problems(score({}, { metadata: { name: 'x1', annotations: { 'roadbed.dev/ports': 'sometimes' } } }))).toEqual([expect.stringContaining('neither "injected" nor "fixed"')]);
  });

  test('UDP is refused', () => {
    expect(problems(score({}, { service: { ports: { dns: { port: 53, protocol: 'UDP' } } } }))).toEqual([expect.stringContaining('UDP needs the kubernetes runtime')]);
  });
});

describe('what starts an artifact', () => {
  test('without a command and an entry point the container is refused', () => {
    const workload = score();
    delete (workload.containers['web'] as ScoreContainer).command;
    expect(problems(workload)).toEqual(['command containers.web.command: nothing says how to start this: give a command, or "start" in roadbed.yaml, or a package.json with a start script']);
    expect(revision(workload, { entrypoint: ['node', 'x.js'] }).container.command).toEqual(['node', 'x.js']);
  });
});

test('secret values appear in the environment and nowhere else', () => {
  fc.assert(fc.property(fc.string({ minLength: 12 }).map((text) => `S-${text}`), (secret) => {
    const desired = revision(score({ variables: { A: 'x' }, files: { f: { content: 'y' } } }), { secrets: { API_KEY: secret } });
    const { environment, ...rest } = desired.container;
    expect(environment['API_KEY']).toBe(secret);
    expect(JSON.stringify([rest, desired.id, desired.ports]).includes(JSON.stringify(secret).slice(1, -1))).toBe(false);
  }));
});

test('what no runtime here runs is told from the document alone, at its place', () => {
  const workload = score({ image: 'redis:7' }, { service: { ports: { web: { port: 80, targetPort: 9000 }, admin: { port: 81, targetPort: 9000 }, dns: { port: 53, protocol: 'UDP' } } } });
  expect(unrunnableParts(workload).map(({ at, message }) => `${at.join('.')}: ${message.slice(0, 40)}`)).toEqual([
    'containers.web.image: container image "redis:7" needs the kube',
    'service.ports.admin: port 9000 is taken by "web" already; a p',
    'service.ports.dns.protocol: UDP needs the kubernetes runtime, which ',
  ]);
  expect(unrunnableParts(score())).toEqual([]);
});

test('a type of resource that nothing here provides is told at its place, with what would provide it', () => {
  const workload = score({}, { resources: { db: { type: 'postgres' }, cache: { type: 'redis' }, odd: { type: 'toString' } } });
  expect(unrunnableParts(workload).map(({ at, message }) => `${at.join('.')}: ${message}`)).toEqual([
    'resources.cache.type: no provisioner makes resources of type "redis": a Redis server needs the kubernetes runtime or an OpenTofu module, which are not part of this version. Provided here: dns, environment, postgres, route, service-port, volume',
    expect.stringMatching(/^resources\.odd\.type: no provisioner makes resources of type "toString": it needs the kubernetes runtime/),
  ]);
});
