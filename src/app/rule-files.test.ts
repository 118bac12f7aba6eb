import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from './package-root.ts';
import { loadRules, withoutCases } from './rule-files.ts';

const own = mkdtempSync(join(tmpdir(), 'roadbed-rules-'));
afterAll(() => rmSync(own, { recursive: true, force: true }));

test('leaving the cases out changes nothing else', () => {
  const folder = join(packageRoot, 'rules/waste');
  for (const name of readdirSync(folder)) {
    const text = readFileSync(join(folder, name), 'utf8');
    const whole = parse(text) as { rules: { cases?: unknown }[] };
    for (const rule of whole.rules) delete rule.cases;
    expect(parse(withoutCases(text))).toEqual(whole);
  }
});

test('only the files of the providers at hand are read', () => {
  expect(loadRules('waste', 'all').files.length).toBeGreaterThan(4);
  expect(loadRules('waste', ['google_compute_disk']).files.flatMap((file) => file.rules).every((rule) => rule.id.startsWith('waste.google.'))).toBe(true);
  expect(loadRules('waste', ['random_pet']).files).toEqual([]);
});

test('own rules come on top; a faulty file and an id that is in use are told and left out', () => {
  const rule = (id: string): string => `schemaVersion: 1\narea: waste\nrules:\n  - {id: ${id}, title: t, severity: low, confidence: likely, basis: proven, types: [aws_eip], when: "used()", sentence: s, fix: f, cases: [{name: a, states: [{}], finds: [aws_eip.a]}, {name: b, states: [{}], finds: []}]}\n`;
  writeFileSync(join(own, 'good.yaml'), rule('waste.ours.one'));
  writeFileSync(join(own, 'in-use.yaml'), rule('waste.aws.volume-gp2'));
  writeFileSync(join(own, 'faulty.yaml'), 'schemaVersion: 1\narea: nonsense\nrules: [{id: X}]\n');
  writeFileSync(join(own, 'no.yaml'), '{');
  const { files, problems } = loadRules('waste', ['aws_eip'], own);
  expect(files.flatMap((file) => file.rules).map((one) => one.id).filter((id) => id.startsWith('waste.ours'))).toEqual(['waste.ours.one']);
  expect(problems.join('\n')).toMatch(/in-use.yaml: ids that are in use: waste.aws.volume-gp2/);
  expect(problems.join('\n')).toMatch(/faulty.yaml: area must be one of/);
  expect(() => loadRules('waste', [], join(own, 'missing'))).toThrow(/cannot be read/);
});
