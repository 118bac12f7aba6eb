import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SHIPPED_DETECTORS } from '../../engines/pipeline-detection/shipped.ts';
import { packageRoot } from '../package-root.ts';
import { allDetectors, allTemplates, extensionsOf, repositoryHosts } from './extensions.ts';

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

test('hosts of repositories are read from a list, and a faulty list is refused with its name', () => {
  expect(repositoryHosts(extensionsOf(dataDir)).names.size).toBe(0);
  mkdirSync(extensionsOf(dataDir), { recursive: true });
  const file = join(extensionsOf(dataDir), 'repository-hosts.json');
  writeFileSync(file, '["Git.Internal", "10.0.0.0/8"]');
  expect([...repositoryHosts(extensionsOf(dataDir)).names]).toEqual(['git.internal']);
  expect(repositoryHosts(extensionsOf(dataDir)).addresses.check('10.1.2.3')).toBe(true);
  for (const text of ['', '{}', '["/"]']) {
    writeFileSync(file, text);
    expect(() => repositoryHosts(extensionsOf(dataDir))).toThrow(/repository-hosts\.json/);
  }
});
