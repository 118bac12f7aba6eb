/**
 * Findings as SARIF 2.1.0, for code scanning of repositories.
 *
 * A finding without a place in code stands at the state it was seen in, with its address as the
 * logical location. The fingerprint becomes a partial fingerprint, so that scanners follow a finding
 * over runs; accepted findings are kept as suppressed results.
 */
import type { Finding, Severity, SuppressedFinding } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'note' };
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
        results: [...report.findings.map((finding) => resultOf(finding, order)), ...report.suppressed.map((one) => ({ ...resultOf(one.finding, order), suppressions: [suppressionOf(one)] }))],
      },
    ],
  };
}

function ruleOf(finding: Finding): Record<string, unknown> {
  return { id: finding.rule, shortDescription: { text: finding.title }, help: { text: finding.fix.text }, defaultConfiguration: { level: LEVELS[finding.severity] }, properties: { tags: [finding.area] } };
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
    properties: { confidence: finding.confidence, basis: finding.basis, evidence: finding.evidence, fix: finding.fix.text, ...(saving === undefined ? {} : { saving }), ...(finding.controls.length === 0 ? {} : { controls: finding.controls }) },
  };
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
