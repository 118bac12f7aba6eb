import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoryTree } from './directory-tree.ts';

let place: string;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'roadbed-tree-'));
  mkdirSync(join(place, 'root/modules/a'), { recursive: true });
  writeFileSync(join(place, 'root/main.tf'), 'locals {}');
  writeFileSync(join(place, 'root/modules/a/main.tf'), 'inner');
  writeFileSync(join(place, 'secret'), 'outside');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const text = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : new TextDecoder().decode(bytes));

test('files are listed with their paths, without version control, packages and programs of providers', async () => {
  for (const folder of ['.git', 'node_modules/x', '.terraform/providers/p', '.terraform/modules/m']) {
    mkdirSync(join(place, 'root', folder), { recursive: true });
    writeFileSync(join(place, 'root', folder, 'file'), '');
  }
  const tree = await directoryTree(join(place, 'root'));
  expect(await tree.list()).toEqual(['.terraform/modules/m/file', 'main.tf', 'modules/a/main.tf']);
  expect(text(await tree.read('modules/a/main.tf'))).toBe('inner');
  expect(await tree.read('absent.tf')).toBeUndefined();
});

test('links within the folder are followed; those that lead out, in a circle or to nothing are not, and say why', async () => {
  const root = join(place, 'root');
  symlinkSync('../main.tf', join(root, 'modules/shared.tf'));
  symlinkSync('modules/a', join(root, 'alias'));
  symlinkSync('../secret', join(root, 'out.tf'));
  symlinkSync(place, join(root, 'up'));
  symlinkSync('..', join(root, 'modules/loop'));
  symlinkSync('nowhere', join(root, 'dangling.tf'));
  symlinkSync('self', join(root, 'self'));
  const tree = await directoryTree(root);
  expect(await tree.list()).toEqual(['alias/main.tf', 'main.tf', 'modules/a/main.tf', 'modules/shared.tf']);
  expect(text(await tree.read('modules/shared.tf'))).toBe('locals {}');
  expect(['out.tf', 'up', 'modules/loop', 'dangling.tf', 'self'].map((path) => tree.refusal?.(path))).toEqual([
    'it is a link that leads out of the folder',
    'it is a link that leads out of the folder',
    'it is a link to a folder above it',
    'it is a link to nothing, or a loop of links',
    'it is a link to nothing, or a loop of links',
  ]);
  for (const path of ['out.tf', 'up/secret', '../secret', '/etc/passwd', 'modules/../../secret']) expect(await tree.read(path)).toBeUndefined();
});

test('a file over the limit is refused with its size, a folder with too many files with their number', async () => {
  writeFileSync(join(place, 'root/big.tfvars'), 'x'.repeat(3000));
  const tree = await directoryTree(join(place, 'root'), { fileBytes: 1024 });
  expect(await tree.read('big.tfvars')).toBeUndefined();
  expect(tree.refusal?.('big.tfvars')).toBe('it has 3000 bytes; a file may have 1024 bytes');
  const crowded = await directoryTree(join(place, 'root'), { files: 2 });
  await expect(crowded.list()).rejects.toMatchObject({ code: 'ROADBED-8005' });
});

test('what is no folder is refused', async () => {
  await expect(directoryTree(join(place, 'absent'))).rejects.toMatchObject({ code: 'ROADBED-8004' });
  await expect(directoryTree(join(place, 'secret'))).rejects.toMatchObject({ code: 'ROADBED-8004' });
});
