/** The report in the form that was asked for; the table prints itself, everything else is a text. */
import type { Finding } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { findingsCsv } from '../../formats/findings/findings-csv.ts';
import { findingsHtml } from '../../formats/findings/findings-html.ts';
import { findingsDocument } from '../../formats/findings/findings-json.ts';
import { findingsMarkdown, savingText } from '../../formats/findings/findings-markdown.ts';
import { firstToDo, groupsOf } from '../../formats/findings/summary.ts';
import type { CauseGroup } from '../../formats/findings/summary.ts';
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
      table(session, report);
      return undefined;
  }
}

/** A person sees the causes with their sums first; a pipe gets a line for each finding and nothing else. */
function table({ output }: Session, report: FindingReport): void {
  const groups = groupsOf(report.findings, report);
  const byCause = output.person && groups.length > 1;
  if (byCause) {
    output.table(groups, [
      { title: 'cause', value: (group) => group.title, clip: true, style: () => 'bold' },
      { title: 'severity', value: (group) => group.severity, style: (group) => COLOURS[group.severity] },
      { title: 'resources', value: (group) => String(group.findings.length), right: true },
      { title: 'a month', value: sumText, style: (group) => (group.sums.length === 0 ? 'dim' : 'green'), right: true },
      { title: 'rule', value: (group) => group.rule, style: () => 'dim' },
    ]);
    output.line('');
  }
  output.table(groups.flatMap((group) => group.findings), [
    { title: 'severity', value: (finding) => finding.severity, style: (finding) => COLOURS[finding.severity] },
    { title: 'saving', value: savingText, shown: (finding) => savingText(finding).replace(/ \(.*/, ''), style: (finding) => (finding.saving?.known === true ? 'green' : undefined), right: true },
    { title: 'finding', value: (finding) => finding.sentence, clip: true },
    { title: 'confidence', value: (finding) => finding.confidence },
    { title: 'place', value: (finding) => (finding.location === undefined ? finding.subject.source : `${finding.location.file}:${finding.location.line}`), clip: true },
    ...(byCause ? [] : [{ title: 'rule', value: (finding: Finding) => finding.rule, style: () => 'dim' as const }]),
  ]);
  if (!output.person) return;
  const first = firstToDo(report);
  if (first.length > 0) output.line(`\n${output.style('bold', 'Do first:')}`);
  first.forEach(({ what, why }, at) => output.line(`${at + 1}. ${what} ${output.style('dim', `(${why})`)}`));
}

function sumText(group: CauseGroup): string {
  const sums = group.sums.map(({ monthly, currency }) => `${monthly} ${currency}`).join(' + ');
  if (sums === '') return group.unpriced > 0 ? 'unknown' : group.notCounted.size > 0 ? 'counted above' : '-';
  return group.unpriced === 0 ? sums : `${sums} + ${group.unpriced} unknown`;
}
