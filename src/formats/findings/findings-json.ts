/** Findings as one JSON document: `findings` and `coverage` at the top level (docs/reference/findings-json.md). */
import type { FindingReport } from '../../domain/finding-report.ts';

export function findingsDocument(report: FindingReport): Record<string, unknown> {
  return { schemaVersion: 1, kind: 'Findings', at: report.at, subject: report.subject, findings: report.findings, suppressed: report.suppressed, coverage: report.coverage, savings: report.savings, problems: report.problems, ...(report.patch === undefined ? {} : { patch: report.patch }) };
}
