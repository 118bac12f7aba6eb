import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DesiredStateFile } from './desired-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roadbed-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what was saved is read again', async () => {
  const file = await DesiredStateFile.open(folder);
  file.state.users['web.dev'] = 64_500;
  await file.save();
  expect((await DesiredStateFile.open(folder)).state).toEqual(file.state);
  expect(statSync(join(folder, 'desired-state')).mode & 0o077).toBe(0);
});

test('saves that come at the same time are all on disk when they return', async () => {
  const file = await DesiredStateFile.open(folder);
  await Promise.all(
    Array.from({ length: 50 }, async (_, index) => {
      file.state.users[`service-${index}`] = index;
      await file.save();
      const onDisk = (await DesiredStateFile.open(folder)).state.users;
      expect(onDisk[`service-${index}`]).toBe(index);
    }),
  );
});

test('a save that failed is told, and the next one works', async () => {
  const file = await DesiredStateFile.open(folder);
  await file.save();
  const gone = `${folder}-gone`;
  const { renameSync } = await import('node:fs');
  renameSync(folder, gone);
  await expect(file.save()).rejects.toThrow();
  renameSync(gone, folder);
  file.state.users['later.dev'] = 1;
  await file.save();
  expect((await DesiredStateFile.open(folder)).state.users).toEqual({ 'later.dev': 1 });
});

test('a changed byte, a foreign key and a short key are found out', async () => {
  const file = await DesiredStateFile.open(folder);
  await file.save();
  const path = join(folder, 'desired-state');
  const whole = readFileSync(path);
  const changed = Buffer.from(whole);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  writeFileSync(path, changed);
  await expect(DesiredStateFile.open(folder)).rejects.toMatchObject({ code: 'ROADBED-1313' });
  writeFileSync(path, whole);
  await expect(DesiredStateFile.open(folder, join(folder, 'other.key'))).rejects.toMatchObject({ code: 'ROADBED-1313' });
  writeFileSync(join(folder, 'short.key'), 'abc');
  await expect(DesiredStateFile.open(folder, join(folder, 'short.key'))).rejects.toMatchObject({ code: 'ROADBED-1313' });
});
