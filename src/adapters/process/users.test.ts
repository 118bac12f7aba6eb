import { lstatSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { giveFolder } from './users.ts';

const USER = 64_999;
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('giving folders to users is tested as root only');

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'roadbed-users-'));
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

test.skipIf(!isRoot)('a folder is given with all in it, links themselves but not what they lead to', async () => {
  mkdirSync(join(place, 'own/deep'), { recursive: true });
  writeFileSync(join(place, 'foreign'), '');
  writeFileSync(join(place, 'own/deep/file'), '');
  symlinkSync(join(place, 'foreign'), join(place, 'own/link'));
  await giveFolder(join(place, 'own'), USER);
  for (const name of ['own', 'own/deep', 'own/deep/file', 'own/link']) expect(lstatSync(join(place, name)).uid, name).toBe(USER);
  expect(lstatSync(join(place, 'foreign')).uid).toBe(0);
});

test.skipIf(!isRoot)('a folder that is exchanged for a link while it is given does not give away what the link leads to', async () => {
  const names = Array.from({ length: 40 }, (_, index) => `file-${index}`);
  mkdirSync(join(place, 'victim'));
  mkdirSync(join(place, 'own/sub'), { recursive: true });
  for (const name of names) for (const folder of ['victim', 'own/sub']) writeFileSync(join(place, folder, name), '');
  for (let round = 0; round < 20; round += 1) {
    let going = true;
    const giving = giveFolder(join(place, 'own'), USER + (round % 2)).finally(() => (going = false));
    while (going) {
      renameSync(join(place, 'own/sub'), join(place, 'aside'));
      symlinkSync(join(place, 'victim'), join(place, 'own/sub'));
      await new Promise((resolve) => setImmediate(resolve));
      rmSync(join(place, 'own/sub'));
      renameSync(join(place, 'aside'), join(place, 'own/sub'));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await giving;
  }
  for (const name of names) expect(lstatSync(join(place, 'victim', name)).uid, name).toBe(0);
});
