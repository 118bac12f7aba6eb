/**
 * Findings as SARIF 2.1.0, for code scanning of repositories.
 *
 * A finding without a place in code stands at the state it was seen in, with its address as the
 * logical location. The fingerprint becomes a partial fingerprint, so that scanners follow a finding
 * over runs; accepted findings are kept as suppressed results.
 */
import { parsePatch } from 'diff';
import type { StructuredPatchHunk } from 'diff';
import type { Confidence, Finding, FindingBasis, Severity, SuppressedFinding } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' };
const SCANNING: Record<Severity, 'error' | 'warning' | 'recommendation'> = { critical: 'error', high: 'error', medium: 'warning', low: 'recommendation', info: 'recommendation' };
const PRECISIONS: Record<Confidence, 'very-high' | 'high' | 'medium'> = { certain: 'very-high', likely: 'high', possible: 'medium' };
const BASES: Record<FindingBasis, string> = {
  proven: 'The inputs prove it.',
  'inputs-given': 'It holds within the states given; one that was not given may say otherwise.',
  code: 'It rests on the code beside the state.',
  naming: 'It rests on tags and names.',
  metrics: 'Measurements would make it surer.',
};
const RANKS: Record<Severity, number> = { critical: 100, high: 80, medium: 50, low: 25, info: 5 };

export function sarifDocument(report: FindingReport, tool: { name: string; version: string }): Record<string, unknown> {
  const all = [...report.findings, ...report.suppressed.map((one) => one.finding)];
  const rules = new Map(all.map((finding) => [finding.rule, finding]));
  const order = new Map([...rules.keys()].sort().map((rule, at) => [rule, at]));
  const semantic = /^\d+\.\d+\.\d+/.test(tool.version) ? { semanticVersion: tool.version } : { version: tool.version };
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: tool.name, ...semantic, rules: [...order.keys()].flatMap((id) => { const finding = rules.get(id); return finding === undefined ? [] : [ruleOf(finding)]; }) } },
        columnKind: 'utf16CodeUnits',
        invocations: [{ executionSuccessful: report.problems.length === 0, ...(report.problems.length === 0 ? {} : { toolExecutionNotifications: report.problems.map((problem) => ({ level: 'warning', message: { text: problem } })) }) }],
        results: [...report.findings.map((finding) => ({ ...resultOf(finding, order), ...(report.driftIsNew === true && finding.area === 'drift' ? { baselineState: 'new' } : {}) })), ...report.suppressed.map((one) => ({ ...resultOf(one.finding, order), suppressions: [suppressionOf(one)] }))],
      },
    ],
  };
}

function ruleOf(finding: Finding): Record<string, unknown> {
  const basis = BASES[finding.basis];
  return {
    id: finding.rule,
    name: nameOf(finding.rule),
    shortDescription: { text: finding.title },
    fullDescription: { text: `${finding.title}. ${basis}` },
    help: { text: `${finding.fix.text} ${basis} Accept it for a time with --suppress.`, markdown: `${markdownText(finding.fix.text)}\n\n${basis} Accept it for a time with \`--suppress\`.` },
    defaultConfiguration: { level: LEVELS[finding.severity], rank: RANKS[finding.severity] },
    properties: { tags: [finding.area, ...finding.controls], precision: PRECISIONS[finding.confidence], 'problem.severity': SCANNING[finding.severity] },
  };
}

/** `waste.aws.volume-gp2` as `WasteAwsVolumeGp2`. */
function nameOf(rule: string): string {
  return rule.split(/[^A-Za-z0-9]+/).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

function markdownText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/[\\`*_[\]|~#]/g, (character) => `\\${character}`);
}

function resultOf(finding: Finding, order: ReadonlyMap<string, number>): Record<string, unknown> {
  const { location, saving } = finding;
  return {
    ruleId: finding.rule,
    ruleIndex: order.get(finding.rule) ?? -1,
    level: LEVELS[finding.severity],
    rank: RANKS[finding.severity],
    message: { text: finding.sentence },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(location?.file ?? finding.subject.source) },
          ...(location === undefined ? {} : { region: { startLine: location.line, ...(location.column === undefined ? {} : { startColumn: location.column }), ...(location.endLine === undefined ? {} : { endLine: location.endLine }) } }),
        },
        logicalLocations: [{ fullyQualifiedName: finding.subject.name, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'roadbed/v1': finding.fingerprint },
    ...fixesOf(finding),
    properties: { confidence: finding.confidence, basis: finding.basis, evidence: finding.evidence, fix: finding.fix.text, ...(saving === undefined ? {} : { saving }), ...(finding.controls.length === 0 ? {} : { controls: finding.controls }) },
  };
}

/** The patch as replacements of whole lines, for editors and scanners that offer them. */
function fixesOf({ fix }: Finding): Record<string, unknown> {
  if (fix.patch === undefined) return {};
  const artifactChanges = parsePatch(fix.patch).flatMap((file) => {
    const path = file.newFileName?.replace(/^b\//, '').replace(/\t$/, '');
    return path === undefined ? [] : [{ artifactLocation: { uri: uriOf(path) }, replacements: file.hunks.flatMap(replacementsOf) }];
  });
  return artifactChanges.length === 0 ? {} : { fixes: [{ description: { text: fix.note === undefined ? fix.text : `${fix.text} ${fix.note}` }, artifactChanges }] };
}

/** Runs of lines that go and come; an insertion is an empty region before the line that follows. */
function replacementsOf(hunk: StructuredPatchHunk): Record<string, unknown>[] {
  const replacements: Record<string, unknown>[] = [];
  let line = hunk.oldLines === 0 ? hunk.oldStart + 1 : hunk.oldStart;
  let gone = 0;
  let come: string[] = [];
  const close = (): void => {
    if (gone + come.length > 0) replacements.push({ deletedRegion: { startLine: line - gone, startColumn: 1, endLine: line, endColumn: 1 }, ...(come.length === 0 ? {} : { insertedContent: { text: come.join('') } }) });
    gone = 0;
    come = [];
  };
  for (const text of hunk.lines) {
    if (text.startsWith('+')) come.push(`${text.slice(1)}\n`);
    else if (text.startsWith('-')) {
      gone += 1;
      line += 1;
    } else if (text.startsWith('\\')) {
      const last = come.at(-1);
      if (last !== undefined) come[come.length - 1] = last.replace(/\n$/, '');
    } else {
      close();
      line += 1;
    }
  }
  close();
  return replacements;
}

function suppressionOf({ reason, until }: SuppressedFinding): Record<string, unknown> {
  return { kind: 'external', status: 'accepted', justification: `${reason} (until ${until})` };
}

/** A relative reference: every step percent-encoded; an address on the web stays one. */
function uriOf(path: string): string {
  if (/^https?:\/\//.test(path) && URL.canParse(path)) return new URL(path).href;
  const encoded = path.replaceAll('\\', '/').split('/').map((step) => encodeURIComponent(step)).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded;
}
