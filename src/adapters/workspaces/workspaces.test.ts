import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WorkspaceRequest } from '../../ports/workspaces.ts';
import { openWorkspaces } from './workspaces.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'roadbed-workspaces-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function request(extra: Partial<WorkspaceRequest> = {}): WorkspaceRequest {
  return {
    namespace: 'team', repository: 'web', run: 'web-1', caches: [],
    unpack: async (folder) => {
      await mkdir(folder);
      await writeFile(join(folder, 'a.txt'), 'a');
    },
    ...extra,
  };
}

test('a workspace is made once, and caches are linked into workspace and home', async () => {
  const workspaces = openWorkspaces(root);
  const caches = [{ name: 'npm', path: '~/.npm' }, { name: 'build', path: 'out/.cache' }];
  const workspace = await workspaces.prepare(request({ caches }));
  expect(readFileSync(join(workspace.folder, 'a.txt'), 'utf8')).toBe('a');
  expect(lstatSync(join(workspace.home, '.npm')).isSymbolicLink()).toBe(true);
  writeFileSync(join(workspace.folder, 'out/.cache/kept'), 'x');
  expect(workspace.writable).toEqual([workspace.home, join(root, 'caches/team/web/npm'), join(root, 'caches/team/web/build')]);
  const again = await workspaces.prepare(request({ caches, unpack: async () => { throw new Error('unpacked twice'); } }));
  expect(again).toEqual(workspace);
  const other = await workspaces.prepare(request({ caches, run: 'web-2' }));
  expect(existsSync(join(other.folder, 'out/.cache/kept'))).toBe(true);
});

test('a kill while unpacking leaves nothing that looks finished', async () => {
  const workspaces = openWorkspaces(root);
  await expect(workspaces.prepare(request({ unpack: async (folder) => { await mkdir(folder); throw new Error('killed'); } }))).rejects.toThrow('killed');
  expect(await workspaces.exists('team', 'web-1')).toBe(false);
  expect(existsSync((await workspaces.prepare(request())).folder)).toBe(true);
});

test('a restart point is taken over as it was, whatever was done to the workspace after it', async () => {
  const workspaces = openWorkspaces(root);
  const first = await workspaces.prepare(request());
  writeFileSync(join(first.folder, 'made'), 'before');
  writeFileSync(join(first.home, 'settings'), 'before');
  expect(await workspaces.pointOf('team', 'web-1')).toBeUndefined();
  expect(await workspaces.keepPoint('team', 'web-1', ['install', 'build'])).toBe(true);
  writeFileSync(join(first.folder, 'made'), 'after');
  writeFileSync(join(first.folder, 'dirt'), 'x');
  rmSync(join(first.home, 'settings'));
  await workspaces.reduceToPoint('team', 'web-1');
  expect(existsSync(first.folder)).toBe(false);
  expect([await workspaces.exists('team', 'web-1'), await workspaces.pointOf('team', 'web-1')]).toEqual([true, ['install', 'build']]);
  const second = await workspaces.prepare(request({ run: 'web-2', takeOver: 'web-1', unpack: async () => { throw new Error('unpacked'); } }));
  expect([readFileSync(join(second.folder, 'made'), 'utf8'), readFileSync(join(second.home, 'settings'), 'utf8'), existsSync(join(second.folder, 'dirt'))]).toEqual(['before', 'before', false]);
  expect([await workspaces.exists('team', 'web-1'), await workspaces.pointOf('team', 'web-2')]).toEqual([false, undefined]);
});

test('a newer restart point takes the place of the older one, and what cannot be kept leaves none', async () => {
  const workspaces = openWorkspaces(root);
  const { folder } = await workspaces.prepare(request());
  await workspaces.keepPoint('team', 'web-1', ['a']);
  writeFileSync(join(folder, 'later'), 'x');
  await workspaces.keepPoint('team', 'web-1', ['a', 'b']);
  expect(await workspaces.pointOf('team', 'web-1')).toEqual(['a', 'b']);
  mkdirSync(join(folder, ...Array.from({ length: 210 }, () => 'd')), { recursive: true });
  expect(await workspaces.keepPoint('team', 'web-1', ['a', 'b', 'c'])).toBe(false);
  expect(await workspaces.pointOf('team', 'web-1')).toBeUndefined();
});

test('a link that a step left is neither followed nor written through', async () => {
  const workspaces = openWorkspaces(root);
  const { folder } = await workspaces.prepare(request());
  mkdirSync(join(root, 'outside'));
  symlinkSync(join(root, 'outside'), join(folder, 'dist'));
  symlinkSync(join(root, 'outside'), join(folder, '.roadbed'));
  await expect(workspaces.inside('team', 'web-1', 'dist')).rejects.toMatchObject({ code: 'ROADBED-2107' });
  await expect(workspaces.inside('team', 'web-1', 'nowhere')).rejects.toMatchObject({ code: 'ROADBED-2107' });
  await expect(workspaces.write(folder, '.roadbed/start.json', 'x')).rejects.toMatchObject({ code: 'ROADBED-2107' });
  expect(existsSync(join(root, 'outside/start.json'))).toBe(false);
  symlinkSync(join(root, 'outside/target'), join(folder, 'leaf'));
  await workspaces.write(folder, 'leaf', 'mine');
  expect(lstatSync(join(folder, 'leaf')).isFile()).toBe(true);
  expect(existsSync(join(root, 'outside/target'))).toBe(false);
  await workspaces.prepare(request({ caches: [{ name: 'c', path: 'dist/cache' }] }));
  expect(existsSync(join(root, 'outside/cache'))).toBe(false);
  expect(await workspaces.inside('team', 'web-1', '.')).toBe(folder);
});

test('the least recently used caches go first, and only as many as needed', async () => {
  const workspaces = openWorkspaces(root);
  for (const [index, name] of ['old', 'middle', 'new'].entries()) {
    const folder = join(root, 'caches/team/web', name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'data'), Buffer.alloc(100_000));
    utimesSync(folder, index + 1, index + 1);
  }
  const left = await workspaces.boundCaches('team', 'web', 220_000);
  expect(left).toBeLessThanOrEqual(220_000);
  expect(['old', 'middle', 'new'].map((name) => existsSync(join(root, 'caches/team/web', name)))).toEqual([false, true, true]);
  expect(await workspaces.boundCaches('team', 'nothing', 1)).toBe(0);
  await workspaces.removeCaches('team', 'web');
  expect(existsSync(join(root, 'caches/team/web'))).toBe(false);
});

test.each(['..', 'A', 'a/b', '', 'a..b'])('%j names no workspace', async (run) => {
  await expect(openWorkspaces(root).prepare(request({ run }))).rejects.toMatchObject({ code: 'ROADBED-2108' });
});
