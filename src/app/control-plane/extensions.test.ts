import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SHIPPED_DETECTORS } from '../../engines/pipeline-detection/shipped.ts';
import { packageRoot } from '../package-root.ts';
import { allDetectors, allTemplates, extensionsOf } from './extensions.ts';

let dataDir: string;
const PYTHON = { name: 'python', description: 'A Python service.', when: { file: 'requirements.txt' }, steps: [], artifact: { path: '.', exclude: [] }, start: { kind: 'package-json' } };

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'roadbed-extensions-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('without own ones there are those that ship', () => {
  expect(allDetectors(extensionsOf(dataDir))).toEqual([...SHIPPED_DETECTORS]);
  expect(allTemplates(extensionsOf(dataDir)).map((one) => one.name)).toEqual(['node-service', 'static-site']);
});

test('own detectors are tried first, and a faulty file is named', () => {
  mkdirSync(join(dataDir, 'extensions', 'detectors'), { recursive: true });
  writeFileSync(join(dataDir, 'extensions', 'detectors', 'python.json'), JSON.stringify([PYTHON]));
  expect(allDetectors(extensionsOf(dataDir)).map((one) => one.name)).toEqual(['python', ...SHIPPED_DETECTORS.map((one) => one.name)]);
  writeFileSync(join(dataDir, 'extensions', 'detectors', 'zig.json'), '{}');
  expect(() => allDetectors(extensionsOf(dataDir))).toThrow(/zig\.json/);
});

test('an own golden path of a shipped name replaces it', () => {
  const own = join(dataDir, 'extensions', 'golden-paths', 'node-service');
  cpSync(join(packageRoot, 'examples', 'templates', 'node-service'), own, { recursive: true });
  writeFileSync(join(own, 'template.yaml'), readFileSync(join(own, 'template.yaml'), 'utf8').replace('title: Node service', 'title: Our way'));
  expect(allTemplates(extensionsOf(dataDir)).map((one) => one.title)).toEqual(['Our way', 'Static site']);
});
