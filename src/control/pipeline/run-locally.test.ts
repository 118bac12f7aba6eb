import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyFolder, folderTree } from '../../adapters/workspaces/folder-tree.ts';
import { localTasks } from '../../adapters/workspaces/local-tasks.ts';
import { SHIPPED_DETECTORS } from '../../engines/pipeline-detection/shipped.ts';
import { runLocally, type LocalVerdict } from './run-locally.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'roadbed-laptop-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(lines: string[] = [], signal?: AbortSignal): Promise<LocalVerdict> {
  const place = mkdtempSync(join(tmpdir(), 'roadbed-copy-'));
  const workspace = join(place, 'workspace');
  const tasks = localTasks({ onLine: (line) => lines.push(line) });
  try {
    await copyFolder(folder, workspace);
    return await runLocally({
      tree: folderTree(workspace), workspace, home: place, tasks, detectors: SHIPPED_DETECTORS, environment: {}, onLine: (line) => lines.push(line), now: () => Date.now(),
      wait: (ms) => tasks.wait(ms),
      ...(signal === undefined ? {} : { signal }),
    });
  } finally {
    await tasks.stop();
    rmSync(place, { recursive: true, force: true });
  }
}

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

test('the pipeline of a folder runs here, in a copy, and its lines are seen', async () => {
  write({ 'package.json': JSON.stringify({ scripts: { start: 'node server.js', test: 'node check.js' } }), 'server.js': '', 'check.js': 'require("fs").writeFileSync("made.txt", "x"); console.log("checked in " + process.env.CI)' });
  const lines: string[] = [];
  const verdict = await run(lines);
  expect(verdict).toMatchObject({ ok: true, message: '1 step succeeded' });
  expect(lines).toContain('test | checked in true');
  expect(lines).toContain('test: Succeeded');
  expect(existsSync(join(folder, 'made.txt'))).toBe(false);
});

test('a failure and a fault say what and where', async () => {
  write({ 'roadbed.yaml': 'version: 1\npipeline:\n  steps:\n    - name: no\n      run: [[node, -e, "console.log(42); process.exit(4)"]]\n' });
  expect(await run()).toMatchObject({ ok: false, message: 'step "no" failed: node: exit code 4; last lines: 42' });
  write({ 'roadbed.yaml': 'version: 1\npipelin: {}\n' });
  expect((await run()).message).toContain('roadbed.yaml:2:1');
});

test('what git ignores is not there, as on the platform; what is not committed yet is', async () => {
  write({ '.gitignore': 'secret.txt\n', 'secret.txt': 'x', 'new.txt': 'x', 'roadbed.yaml': 'version: 1\npipeline:\n  steps:\n    - name: look\n      run: [[node, -e, "const fs = require(\'fs\'); process.exit(fs.existsSync(\'new.txt\') && !fs.existsSync(\'secret.txt\') ? 0 : 1)"]]\n' });
  execFileSync('git', ['init', '-q'], { cwd: folder });
  expect(await run()).toMatchObject({ ok: true });
});

test('an interrupted run stops its processes', async () => {
  write({ 'roadbed.yaml': 'version: 1\npipeline:\n  steps:\n    - name: wait\n      run: [[node, -e, "setTimeout(() => {}, 60000)"]]\n' });
  const abort = new AbortController();
  const lines: string[] = [];
  setTimeout(() => abort.abort(), 300);
  expect(await run(lines, abort.signal)).toMatchObject({ ok: false, message: 'interrupted' });
});

test('a link is refused by name', async () => {
  write({ 'index.html': '' });
  symlinkSync('/etc/passwd', join(folder, 'passwd'));
  await expect(run()).rejects.toThrow('"passwd" is a symbolic link');
});
