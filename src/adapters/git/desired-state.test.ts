import { execFileSync, fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DesiredEntry } from '../../ports/source.ts';
import { openDesiredState } from './desired-state.ts';
import { openGitSource } from './source.ts';

const clock = { now: () => Date.UTC(2026, 0, 2), monotonic: () => 0 };
const BY = { name: 'Roadbed', email: 'roadbed@invalid' };
let root: string;
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'roadbed-desired-'))));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function entry(service: string, release: string, environment = 'prod'): DesiredEntry {
  return { namespace: 'payments', service, environment, release, hash: `sha256:${release}`, replicas: 2 };
}

test('an entry is written, read, listed, and its history names every release', async () => {
  const state = await openDesiredState(openGitSource({ folder: join(root, 'one'), clock }), clock);
  expect(await state.read('prod', 'payments', 'checkout')).toBeUndefined();
  const first = await state.write(entry('checkout', 'checkout-1'), 'Deploy checkout-1', BY);
  expect(await state.write(entry('checkout', 'checkout-1'), 'Deploy checkout-1 again', BY)).toBe(first);
  const second = await state.write(entry('checkout', 'checkout-2'), 'Deploy checkout-2\n\nBecause.', { name: 'Alice', email: 'a@x' });
  await state.write(entry('cart', 'cart-1', 'dev'), 'Deploy cart-1', BY);
  expect(await state.read('prod', 'payments', 'checkout')).toEqual(entry('checkout', 'checkout-2'));
  expect(await state.list()).toEqual([entry('cart', 'cart-1', 'dev'), entry('checkout', 'checkout-2')]);
  expect(await state.history('prod', 'payments', 'checkout', 10)).toEqual([
    { commit: second, at: '2026-01-02T00:00:00.000Z', author: 'Alice', message: 'Deploy checkout-2\n\nBecause.', release: 'checkout-2' },
    { commit: first, at: '2026-01-02T00:00:00.000Z', author: 'Roadbed', message: 'Deploy checkout-1', release: 'checkout-1' },
  ]);
  await state.remove('prod', 'payments', 'checkout', 'Remove', BY);
  await state.remove('prod', 'payments', 'checkout', 'Remove', BY);
  expect(await state.read('prod', 'payments', 'checkout')).toBeUndefined();
  expect((await state.history('prod', 'payments', 'checkout', 1))[0]).toMatchObject({ message: 'Remove' });
});

test.each(['..', '../x', 'a/b', '', 'A', 'x\n'])('%j cannot name a service', async (service) => {
  const state = await openDesiredState(openGitSource({ folder: join(root, 'names'), clock }), clock);
  await expect(state.write({ ...entry('x', 'y'), service }, 'x', BY)).rejects.toMatchObject({ code: 'ROADBED-2004' });
});

test('writers at the same time lose nothing, also from another process', async () => {
  const one = await openDesiredState(openGitSource({ folder: join(root, 'many'), clock }), clock);
  const other = await openDesiredState(openGitSource({ folder: join(root, 'many'), clock }), clock);
  await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? one : other).write(entry(`service-${n}`, `r-${n}`), `Deploy ${n}`, BY)));
  expect((await one.list()).map((found) => found.service)).toEqual(Array.from({ length: 10 }, (_, n) => `service-${n}`));
});

test('killed at any moment, the repository is valid and holds every acknowledged entry', async () => {
  const folder = join(root, 'killed');
  const script = join(root, 'writer.ts');
  writeFileSync(
    script,
    `import { openDesiredState } from ${JSON.stringify(resolve(import.meta.dirname, 'desired-state.ts'))};
import { openGitSource } from ${JSON.stringify(resolve(import.meta.dirname, 'source.ts'))};
const clock = { now: () => 0, monotonic: () => 0 };
const state = await openDesiredState(openGitSource({ folder: ${JSON.stringify(folder)}, clock }), clock);
for (let n = Number(process.argv[2]); ; n++) {
  await state.write({ namespace: 'team', service: 'web', environment: 'prod', release: 'r-' + n, hash: 'h', replicas: 1 }, 'Deploy ' + n, { name: 'x', email: 'x' });
  process.send(n);
}`,
  );
  let acknowledged = -1;
  const source = openGitSource({ folder, clock });
  for (let round = 0; round < 6; round++) {
    const child = fork(script, [String(acknowledged + 1)], { execArgv: [], detached: true });
    await new Promise<void>((done) => {
      let seen = 0;
      child.on('message', (n: number) => {
        acknowledged = n;
        seen += 1;
        if (seen === 2) setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), round * 7);
      });
      child.once('close', () => done());
    });
    execFileSync('git', ['fsck', '--strict'], { env: { ...process.env, GIT_DIR: source.gitDir('roadbed-system', 'desired-state') }, stdio: 'pipe' });
    const state = await openDesiredState(source, clock);
    const found = await state.read('prod', 'team', 'web');
    expect(Number(found?.release.slice(2))).toBeGreaterThanOrEqual(acknowledged);
  }
}, 60_000);
