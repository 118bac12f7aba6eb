/** All forms of one report: valid by their standards, and harmless whatever stands in the findings. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Finding } from '../../domain/finding.ts';
import { CONFIDENCES, fingerprintOf, SEVERITIES, terraformReference } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { unifiedDiff } from '../../engines/fix-patch/unified-diff.ts';
import { sarifDocument } from '../sarif/sarif.ts';
import { findingsCsv } from './findings-csv.ts';
import { findingsHtml } from './findings-html.ts';
import { findingsDocument } from './findings-json.ts';
import { findingsMarkdown } from './findings-markdown.ts';

const data = process.env['ROADBED_CONFORMANCE_DATA'];
const schemaPath = data === undefined ? undefined : ['schemas/sarif/sarif-schema-2.1.0.json', 'schemas/sarif-schema-2.1.0.json'].map((name) => join(data, name)).find((path) => existsSync(path));
if (schemaPath === undefined) console.log('SARIF schema check skipped: set ROADBED_CONFORMANCE_DATA to a folder with schemas/sarif/sarif-schema-2.1.0.json');

const finding = (name: string, more: Partial<Finding> = {}): Finding => ({
  rule: 'waste.test.one', area: 'waste', title: 'One', severity: 'medium', confidence: 'likely', basis: 'inputs-given',
  subject: { reference: terraformReference('r', 'default', name), name, type: 'aws_eip', source: 'a folder/net.tfstate' },
  sentence: `${name} is not used`, evidence: [{ name: 'id', value: name }], fix: { text: 'Remove it.' }, controls: [], fingerprint: fingerprintOf('waste.test.one', name), ...more,
});
const report = (findings: readonly Finding[]): FindingReport => ({ subject: '1 state', at: '2026-01-02T03:04:05.000Z', findings, suppressed: findings.slice(0, 1).map((one) => ({ finding: one, reason: 'known', until: '2026-12-31' })), problems: ['b.tfstate cannot be read'], coverage: { inputs: 1, unreadableInputs: 1, rules: 3, resources: 9, resourcesWithRules: 4, typesWithoutRules: [{ type: 'x_y', count: 5 }], priced: 1, unpriced: 1 }, savings: [{ currency: 'USD', monthly: '3.65' }] });
const arbitrary = fc.record({ name: fc.string({ unit: 'binary', maxLength: 60 }), severity: fc.constantFrom(...SEVERITIES), confidence: fc.constantFrom(...CONFIDENCES), line: fc.option(fc.integer({ min: 1, max: 9999 })), saving: fc.option(fc.boolean()), patched: fc.boolean() }).map(({ name, severity, confidence, line, saving, patched }) =>
  finding(name, { severity, confidence, ...(patched ? { fix: { text: 'Change it.', note: name, patch: unifiedDiff([{ path: `${name}.tf`, before: 'a = 1\nb = 2\n', after: 'a = 1\nb = 3\nc = 4\n' }], () => false) ?? '' } } : { fix: { text: 'Change it.', withoutPatch: name } }), ...(line === null ? {} : { location: { file: `modules/${name}/main.tf`, line } }), ...(saving === null ? {} : { saving: saving ? { known: true, monthly: '1.50', currency: 'USD', priceDate: '2026-01-01', confidence } : { known: false, reason: name } }) }),
);

test.skipIf(schemaPath === undefined)('SARIF is valid by the official schema, whatever the findings say', () => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  const { id: _id, $schema: _draft, ...schema } = JSON.parse(readFileSync(schemaPath ?? '', 'utf8')) as Record<string, unknown>;
  const validate = ajv.compile(schema);
  fc.assert(fc.property(fc.array(arbitrary, { maxLength: 6 }), (findings) => {
    const valid = validate(JSON.parse(JSON.stringify(sarifDocument(report(findings), { name: 'Roadbed', version: '0.1.0' }))));
    expect(valid ? [] : validate.errors).toEqual([]);
  }), { numRuns: 60 });
});

test('SARIF has one rule an id, the fingerprint, and accepted findings as suppressed', () => {
  const document = sarifDocument(report([finding('aws_eip.a'), finding('aws_eip.b')]), { name: 'Roadbed', version: '0.1.0' }) as { runs: { tool: { driver: { rules: unknown[] } }; results: { ruleIndex: number; partialFingerprints: Record<string, string>; suppressions?: unknown[]; locations: { physicalLocation: { artifactLocation: { uri: string } } }[] }[] }[] };
  const [run] = document.runs;
  expect(run?.tool.driver.rules.length).toBe(1);
  expect(run?.results.map((result) => result.ruleIndex)).toEqual([0, 0, 0]);
  expect(run?.results[0]?.partialFingerprints['roadbed/v1']).toBe(fingerprintOf('waste.test.one', 'aws_eip.a'));
  expect(run?.results.at(-1)?.suppressions?.length).toBe(1);
  expect(run?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe('a%20folder/net.tfstate');
});

test('a patch is in SARIF as replacements that make the same text', () => {
  const lines = fc.array(fc.constantFrom('a = 1', 'b = 2', '', '  c = "x"', '}'), { maxLength: 12 });
  fc.assert(fc.property(lines, lines, (one, other) => {
    const [before, after] = [one, other].map((all) => all.map((line) => `${line}\n`).join(''));
    if (before === undefined || after === undefined || before === after) return;
    const patch = unifiedDiff([{ path: 'a folder/main.tf', before, after }], () => false) ?? '';
    const document = sarifDocument({ ...report([finding('aws_eip.a', { fix: { text: 'Change it.', patch } })]), suppressed: [] }, { name: 'Roadbed', version: '0.1.0' }) as { runs: { results: { fixes: { artifactChanges: { artifactLocation: { uri: string }; replacements: { deletedRegion: { startLine: number; endLine: number }; insertedContent?: { text: string } }[] }[] }[] }[] }[] };
    const [change] = document.runs[0]?.results[0]?.fixes[0]?.artifactChanges ?? [];
    expect(change?.artifactLocation.uri).toBe('a%20folder/main.tf');
    const text = before.split(/(?<=\n)/);
    for (const { deletedRegion, insertedContent } of [...(change?.replacements ?? [])].reverse()) text.splice(deletedRegion.startLine - 1, deletedRegion.endLine - deletedRegion.startLine, insertedContent?.text ?? '');
    expect(text.join('')).toBe(after);
  }));
});

test('drift that a baseline does not know is new in SARIF', () => {
  const { runs: [run] } = sarifDocument({ ...report([finding('aws_eip.a', { area: 'drift' }), finding('aws_eip.b')]), driftIsNew: true }, { name: 'Roadbed', version: '0.1.0' }) as { runs: { results: { baselineState?: string }[] }[] };
  expect(run?.results.map((result) => result.baselineState)).toEqual(['new', undefined, undefined]);
});

test('CSV reads back as written, has one width, and no cell begins a formula', () => {
  fc.assert(fc.property(fc.array(arbitrary, { maxLength: 5 }), (findings) => {
    const rows = readCsv(findingsCsv(findings));
    expect(rows.length).toBe(findings.length + 1);
    for (const row of rows) {
      expect(row.length).toBe(rows[0]?.length);
      for (const cell of row) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
    }
  }));
});

test('Markdown stays below the size of a comment, however much is found, and counts what it left out', () => {
  const many = Array.from({ length: 900 }, (_, at) => finding(`aws_eip.${'x'.repeat(300)}${at}`, { rule: `waste.test.r${at % 70}`, title: 'A cause | of <b>many</b>', fix: { text: 'Change it.', patch: `--- a/x\n+++ b/x\n@@ -1 +1 @@\n-${'`'.repeat(4)}\n+${'y'.repeat(900)}\n` } }));
  const markdown = findingsMarkdown({ ...report(many), problems: many.map((one) => one.sentence) });
  expect(markdown.length).toBeLessThan(65_536);
  expect(markdown).toMatch(/and \d+ more causes/);
  expect(markdown).toContain('`--format json` lists them all');
  expect(markdown).toContain('4 of 9 resources looked at');
  expect(markdown.match(/<details>/g)?.length).toBe(markdown.match(/<\/details>/g)?.length);
});

test('HTML names its own script and style by their hash, and nothing else may run', () => {
  const html = findingsHtml(report([finding('aws_eip.a')]));
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
  for (const [name, pattern] of [['script', /<script type="text\/javascript">([\s\S]*?)<\/script>/], ['style', /<style>([\s\S]*?)<\/style>/]] as const) {
    expect(policy).toContain(`${name}-src 'sha256-${createHash('sha256').update(pattern.exec(html)?.[1] ?? '').digest('base64')}'`);
  }
  expect(policy).toContain("default-src 'none'");
  expect(html).not.toMatch(/\sstyle=|\son\w+=|(?:src|href)="(?!#)/);
});

test('HTML and Markdown hold no tag, script or link of what was found', () => {
  const hostile = finding('aws_eip.x["<script>alert(1)</script>[a](javascript:b)|@all"]');
  const html = findingsHtml(report([hostile]));
  expect(html).not.toContain('<script>');
  expect(html).toContain('&lt;script&gt;');
  const markdown = findingsMarkdown(report([hostile]));
  expect(markdown).not.toContain('<script>');
  expect(markdown).not.toMatch(/\[a\]\(/);
  expect(markdown).not.toContain('@all');
});

test('a report without findings says so, and the JSON has findings and coverage at its top', () => {
  expect(findingsMarkdown(report([]))).toContain('Nothing found in 1 state');
  expect(findingsHtml(report([]))).toContain('All clear');
  expect(Object.keys(findingsDocument(report([])))).toEqual(['schemaVersion', 'kind', 'at', 'subject', 'findings', 'suppressed', 'coverage', 'savings', 'problems']);
});

/** RFC 4180, by hand. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at += 1; !(text[at] === '"' && text[at + 1] !== '"'); at += text[at] === '"' ? 2 : 1) cell += text[at];
      at += 1;
    } else while (text[at] !== ',' && text[at] !== '\r') cell += text[at++];
    row.push(cell);
    if (text[at] === ',') at += 1;
    else {
      at += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}
