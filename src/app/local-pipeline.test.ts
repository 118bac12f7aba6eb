/** A repository in a language that no shipped detector knows, run on a laptop with the platform team's own detector. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runLocalPipeline } from './local-pipeline.ts';

const DETECTOR = [{ name: 'shell', description: 'A shell program.', when: { file: 'program.sh' }, steps: [{ name: 'check', needs: [], commands: [['sh', '-n', 'program.sh']], timeoutSeconds: 60 }], artifact: { path: '.', exclude: [] }, start: { kind: 'package-json' } }];
let place: string;
let lines: string[];

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'roadbed-laptop-'));
  lines = [];
  mkdirSync(join(place, 'repository'));
  writeFileSync(join(place, 'repository', 'program.sh'), 'echo one\n');
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const run = (extensions?: string) =>
  runLocalPipeline({ folder: join(place, 'repository'), dataDir: join(place, 'data'), extensions, onLine: (line) => lines.push(line), signal: new AbortController().signal });

function writeDetector(folder: string, text = JSON.stringify(DETECTOR)): void {
  mkdirSync(join(folder, 'detectors'), { recursive: true });
  writeFileSync(join(folder, 'detectors', 'shell.json'), text);
}

test('without it no pipeline is found; with it the same pipeline runs as on the platform', async () => {
  expect((await run()).ok).toBe(false);
  writeDetector(join(place, 'team'));
  expect(await run(join(place, 'team'))).toMatchObject({ ok: true });
  expect(lines.join('\n')).toContain('shell');
  expect(lines.join('\n')).toContain('check: Succeeded');
});

test('where the platform runs, the detectors of its data directory are read', async () => {
  writeDetector(join(place, 'data', 'extensions'));
  expect(await run()).toMatchObject({ ok: true });
});

test('a faulty detector and a folder that is not there are refused by name', async () => {
  writeDetector(join(place, 'team'), '{}');
  await expect(run(join(place, 'team'))).rejects.toMatchObject({ code: 'ROADBED-2104' });
  await expect(run(join(place, 'nowhere'))).rejects.toMatchObject({ code: 'ROADBED-7012' });
});
