import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeFolder, throughFolders } from './held-folder.ts';

let place: string;
beforeEach(() => void (place = mkdtempSync(join(tmpdir(), 'roadbed-held-'))));
afterEach(async () => {
  await removeFolder(place);
  expect(existsSync(place)).toBe(false);
});

/** Puts a link to `victim` where `folder` stands, and the folder back, until `work` is over. */
async function exchanging(folder: string, victim: string, work: Promise<unknown>): Promise<void> {
  let going = true;
  const ended = work.finally(() => (going = false));
  const aside = `${folder}-aside`;
  while (going) {
    try {
      renameSync(folder, aside);
      symlinkSync(victim, folder);
      await new Promise((resolve) => setImmediate(resolve));
      rmSync(folder, { force: true });
      renameSync(aside, folder);
    } catch {
      // Removed under its hands.
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
}

test('a folder goes with all in it, links themselves but not what they lead to', async () => {
  mkdirSync(join(place, 'victim'));
  writeFileSync(join(place, 'victim/kept'), '');
  mkdirSync(join(place, 'own/deep'), { recursive: true });
  writeFileSync(join(place, 'own/deep/file'), '');
  symlinkSync(join(place, 'victim'), join(place, 'own/link'));
  await removeFolder(join(place, 'own'));
  await removeFolder(join(place, 'own'));
  await removeFolder(join(place, 'nowhere/at/all'));
  symlinkSync(join(place, 'victim'), join(place, 'link'));
  await removeFolder(join(place, 'link'));
  expect(readdirSync(place)).toEqual(['victim']);
  expect(existsSync(join(place, 'victim/kept'))).toBe(true);
});

test('a folder that is exchanged for a link while it is removed does not lead the removal elsewhere', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `file-${index}`);
  mkdirSync(join(place, 'victim/inner'), { recursive: true });
  for (const name of names) writeFileSync(join(place, 'victim/inner', name), '');
  for (let round = 0; round < 10; round += 1) {
    mkdirSync(join(place, 'own/sub/inner'), { recursive: true });
    for (const name of names) writeFileSync(join(place, 'own/sub/inner', name), '');
    await exchanging(join(place, 'own/sub'), join(place, 'victim'), removeFolder(join(place, 'own')));
    expect(existsSync(join(place, 'own'))).toBe(false);
  }
  expect(readdirSync(join(place, 'victim/inner'))).toHaveLength(names.length);
});

test('what is nested deeper than a path may be long, and a name that is no text, are removed', async () => {
  const script = 'import os\nfor i in range(1000):\n  os.mkdir("d"*20); os.chdir("d"*20)\nopen(b"\\xff\\xfe","w").close()\nos.mkdir(b"\\xfe")\n';
  mkdirSync(join(place, 'own'));
  const made = spawnSync('python3', ['-c', script], { cwd: join(place, 'own') });
  if (made.error !== undefined) console.log('deep folders are not tested: python3 is missing (apt-get install python3)');
  writeFileSync(Buffer.concat([Buffer.from(`${place}/own/`), Buffer.from([0xff])]), '');
  await removeFolder(join(place, 'own'));
  expect(readdirSync(place)).toEqual([]);
});

test('a folder that its owner closed is removed', async () => {
  mkdirSync(join(place, 'own/closed/inner'), { recursive: true });
  writeFileSync(join(place, 'own/closed/inner/file'), '');
  chmodSync(join(place, 'own/closed/inner'), 0o500);
  chmodSync(join(place, 'own/closed'), 0o000);
  await removeFolder(join(place, 'own'));
  expect(readdirSync(place)).toEqual([]);
});

test('folders on the way are made, and a link on the way is refused', async () => {
  const blocked = (part: string): Error => new Error(`${part} is in the way`);
  const owner = process.getuid?.() === 0 ? 64_999 : process.getuid?.();
  mkdirSync(join(place, 'own'));
  await throughFolders(join(place, 'own'), ['a', 'b'], { user: owner, blocked }, async (folder) => writeFileSync(join(folder, 'file'), 'x'));
  expect(lstatSync(join(place, 'own/a/b')).uid).toBe(owner);
  expect(existsSync(join(place, 'own/a/b/file'))).toBe(true);
  symlinkSync(tmpdir(), join(place, 'own/link'));
  await expect(throughFolders(join(place, 'own'), ['link', 'b'], { blocked }, async () => undefined)).rejects.toThrow('link is in the way');
});
