import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lockInstance, runningInstance } from './instance-lock.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'roadbed-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a data directory has one control plane, until it gives it up', () => {
  const lock = lockInstance(folder);
  expect(runningInstance(folder)).toBe(process.pid);
  expect(() => lockInstance(folder)).toThrow(expect.objectContaining({ code: 'ROADBED-7001' }) as Error);
  lock.release();
  expect(runningInstance(folder)).toBeUndefined();
});

test('a process with the same id and start time after another boot is a stranger', () => {
  lockInstance(folder);
  const path = join(folder, 'control-plane.json');
  const holder = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; started: string };
  const [, tick = ''] = holder.started.split('/');
  expect(tick).toMatch(/^\d+$/);
  for (const started of [tick, `00000000-0000-4000-8000-000000000000/${tick}`]) {
    writeFileSync(path, JSON.stringify({ ...holder, started }));
    expect(runningInstance(folder)).toBeUndefined();
  }
  lockInstance(folder).release();
});
