/** The report in the form that was asked for; the table prints itself, everything else is a text. */
import type { Finding } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { findingsCsv } from '../../formats/findings/findings-csv.ts';
import { findingsHtml } from '../../formats/findings/findings-html.ts';
import { findingsDocument } from '../../formats/findings/findings-json.ts';
import { findingsMarkdown, savingText } from '../../formats/findings/findings-markdown.ts';
import { sarifDocument } from '../../formats/sarif/sarif.ts';
import type { Session } from '../session.ts';
import type { StateFlags } from './options.ts';

const COLOURS: Partial<Record<Finding['severity'], 'red' | 'yellow'>> = { critical: 'red', high: 'red', medium: 'yellow' };

/** Undefined when it has been printed. */
export function printFindings(session: Session, report: FindingReport, flags: StateFlags): string | undefined {
  const { output } = session;
  switch (flags.format ?? (output.json ? 'json' : 'table')) {
    case 'json':
      if (flags.out !== undefined) return `${JSON.stringify(findingsDocument(report), undefined, 2)}\n`;
      output.document(findingsDocument(report));
      return undefined;
    case 'sarif':
      return `${JSON.stringify(sarifDocument(report, { name: 'Roadbed', version: session.platform.packageVersion }), undefined, 2)}\n`;
    case 'csv':
      return findingsCsv(report.findings);
    case 'html':
      return findingsHtml(report);
    case 'markdown':
      return findingsMarkdown(report);
    case 'patch':
      return report.patch?.text ?? '';
    case 'table':
      if (flags.out !== undefined) return findingsCsv(report.findings);
      table(session, report.findings);
      return undefined;
  }
}

function table({ output }: Session, findings: readonly Finding[]): void {
  output.table(findings, [
    { title: 'severity', value: (finding) => finding.severity, style: (finding) => COLOURS[finding.severity] },
    { title: 'saving', value: savingText },
    { title: 'finding', value: (finding) => finding.sentence, clip: true },
    { title: 'confidence', value: (finding) => finding.confidence },
    { title: 'place', value: (finding) => (finding.location === undefined ? finding.subject.source : `${finding.location.file}:${finding.location.line}`), clip: true },
    { title: 'rule', value: (finding) => finding.rule },
  ]);
}
