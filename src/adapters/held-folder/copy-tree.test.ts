import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyTree } from './copy-tree.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'roadbed-copy-'));
  mkdirSync(join(place, 'from', 'inner'), { recursive: true });
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test('files keep mode and time, links stay links and are not followed, special files are left out', async () => {
  writeFileSync(join(place, 'secret'), 'PLANTED');
  writeFileSync(join(place, 'from', 'run.sh'), 'echo', { mode: 0o750 });
  utimesSync(join(place, 'from', 'run.sh'), 1_700_000_000, 1_700_000_000);
  writeFileSync(join(place, 'from', 'inner', 'a'), 'one');
  symlinkSync(join(place, 'secret'), join(place, 'from', 'link'));
  symlinkSync(place, join(place, 'from', 'folder-link'));
  execFileSync('mkfifo', [join(place, 'from', 'pipe')]);
  await copyTree(join(place, 'from'), join(place, 'to'));
  expect(readdirSync(join(place, 'to')).sort()).toEqual(['folder-link', 'inner', 'link', 'run.sh']);
  expect(lstatSync(join(place, 'to', 'run.sh'))).toMatchObject({ mode: 0o100750, mtimeMs: 1_700_000_000_000 });
  expect(readFileSync(join(place, 'to', 'inner', 'a'), 'utf8')).toBe('one');
  expect(readlinkSync(join(place, 'to', 'link'))).toBe(join(place, 'secret'));
  expect(lstatSync(join(place, 'to', 'folder-link')).isSymbolicLink()).toBe(true);
});

test('a copy does not change with its original, not even through hard links', async () => {
  writeFileSync(join(place, 'from', 'a'), 'before');
  linkSync(join(place, 'from', 'a'), join(place, 'from', 'b'));
  await copyTree(join(place, 'from'), join(place, 'to'));
  writeFileSync(join(place, 'from', 'a'), 'after');
  writeFileSync(join(place, 'to', 'b'), 'mine');
  expect(['to/a', 'to/b', 'from/b'].map((path) => readFileSync(join(place, path), 'utf8'))).toEqual(['before', 'mine', 'after']);
});

test('names that are no text are copied, and a link in place of the folder is not entered', async () => {
  const name = Buffer.from([0x66, 0xff, 0xfe]);
  writeFileSync(Buffer.concat([Buffer.from(`${place}/from/`), name]), 'odd');
  await copyTree(join(place, 'from'), join(place, 'to'));
  expect(readdirSync(join(place, 'to'), { encoding: 'buffer' }).some((entry) => entry.equals(name))).toBe(true);
  symlinkSync(join(place, 'from'), join(place, 'entrance'));
  await copyTree(join(place, 'entrance'), join(place, 'nothing'));
  expect(existsSync(join(place, 'nothing'))).toBe(false);
});
