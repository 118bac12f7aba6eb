/** The pipeline on the real supervisor with a repository that nobody trusts, and the real artifact store. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createArtifactStore } from '../../adapters/artifacts/store.ts';
import { makeTestBed, type TestBed } from '../../adapters/process/testing/supervised.ts';
import { parseStart } from '../../formats/roadbed-yaml/start.ts';
import { openTestPlatform, type TestPlatform } from './testing/pipeline-world.ts';

let bed: TestBed;
let platform: TestPlatform;
beforeEach(async () => void (bed = await makeTestBed()));
afterEach(async () => {
  await platform.close();
  await bed.end();
});

test('steps of an untrusted repository run confined, keep their cache, and their files become the artifact', async (context) => {
  const { isolation, explanation } = await bed.handle.runtime.capabilities();
  const artifacts = createArtifactStore({ folder: join(bed.base, 'artifacts'), unpackFolder: join(bed.base, 'unpacked'), signer: { verify: async () => false }, clock: { now: () => Date.now(), monotonic: () => performance.now() } });
  platform = await openTestPlatform({}, false, { runtime: bed.handle.runtime, artifacts });
  if (isolation === 'none') {
    console.log(`skipped: ${explanation}`);
    context.skip();
  }
  const secret = join(platform.folder, 'master.key');
  writeFileSync(secret, 'PLANTED', { mode: 0o600 });
  const code = `
    const fs = require('fs');
    let read = 'nothing';
    try { read = fs.readFileSync(${JSON.stringify(secret)}, 'utf8'); } catch {}
    const kept = process.env.HOME + '/.cache/count';
    const count = fs.existsSync(kept) ? Number(fs.readFileSync(kept, 'utf8')) + 1 : 1;
    fs.writeFileSync(kept, String(count));
    fs.writeFileSync('seen.json', JSON.stringify({ read, user: process.getuid(), count }));`;
  const files = {
    'package.json': JSON.stringify({ scripts: { start: 'node server.js' } }),
    'server.js': '',
    'look.js': code,
    'roadbed.yaml': 'version: 1\npipeline:\n  steps:\n    - name: look\n      run: [node look.js]\n      caches: [{ name: kept, path: ~/.cache }]\n  artifact: { path: ., exclude: [look.js] }\n',
  };
  platform.start();
  for (const [index, extra] of ['one', 'two'].entries()) {
    const { commit } = await platform.push('web', { ...files, 'extra.txt': extra });
    const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
    expect(run.status).toMatchObject({ phase: 'Succeeded', isolation });
    const folder = await artifacts.unpack(run.status?.artifact?.digest ?? '');
    const seen = JSON.parse(readFileSync(join(folder, 'seen.json'), 'utf8')) as { read: string; user: number; count: number };
    expect(seen).toEqual({ read: 'nothing', user: expect.any(Number), count: index + 1 });
    if (process.getuid?.() === 0) expect(seen.user).not.toBe(0);
    expect(parseStart(readFileSync(join(folder, '.roadbed/start.json'), 'utf8'))).toEqual({ schemaVersion: 1, kind: 'command', command: ['node', 'server.js'] });
    expect(() => readFileSync(join(folder, 'look.js'))).toThrow();
  }
  await platform.objects.delete('roadbed.dev/Repository', 'team', 'web');
  await expect.poll(async () => await platform.source.head('team', 'web', 'main')).toBeUndefined();
}, 60_000);

test('a step that eats the disk is stopped at its limit and the run says so', async (context) => {
  const { isolation, explanation } = await bed.handle.runtime.capabilities();
  platform = await openTestPlatform({}, false, { runtime: bed.handle.runtime });
  if (isolation === 'none') {
    console.log(`skipped: ${explanation}`);
    context.skip();
  }
  platform.start();
  const { commit } = await platform.push('web', { 'roadbed.yaml': 'version: 1\npipeline:\n  steps:\n    - name: fill\n      run: [[node, -e, "for (let n = 0; ; n++) require(\'fs\').writeFileSync(\'f\' + n, Buffer.alloc(1e6, 1))"]]\n      limits: { disk: 20Mi }\n' });
  const run = await platform.finished(`web-${commit.slice(0, 7)}-1`);
  expect(run.status?.phase).toBe('Failed');
  expect(run.status?.message).toContain('disk limit 20 MiB exceeded');
}, 60_000);
