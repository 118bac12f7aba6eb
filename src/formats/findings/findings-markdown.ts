/** Findings as Markdown for a pull request: the sentence first, worst first, the long tail folded away. */
import type { Finding } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { headline } from './summary.ts';

const SHOWN = 50;
/** Below the limit of a comment, 65,536 characters. */
const LONGEST_CELL = 400;

export function findingsMarkdown(report: FindingReport): string {
  const { findings } = report;
  const shown = findings.slice(0, SHOWN);
  return [
    `### ${headline(report)}`,
    '',
    ...(findings.length === 0 ? [] : ['| severity | what | saving a month | what to do |', '|---|---|---|---|', ...shown.map(row), '']),
    ...(findings.length > SHOWN ? [`and ${findings.length - SHOWN} more: \`--format json\` lists them all.`, ''] : []),
    ...report.problems.slice(0, 10).map((problem) => `- not read: ${text(problem)}`),
    ...(report.suppressed.length === 0 ? [] : ['<details><summary>accepted</summary>', '', ...report.suppressed.slice(0, SHOWN).map((one) => `- ${text(one.finding.sentence)} — ${text(one.reason)}, until ${one.until}`), '', '</details>']),
    '',
    `<sub>${text(coverageSentence(report))}</sub>`,
    '',
  ].join('\n');
}

/** How much was looked at, and what not. */
export function coverageSentence({ coverage }: FindingReport): string {
  const unread = coverage.unreadableInputs === 0 ? '' : ` (${coverage.unreadableInputs} unreadable)`;
  const without = coverage.typesWithoutRules.slice(0, 4).map(({ type, count }) => `${type} ${count}`);
  const more = coverage.typesWithoutRules.length > 4 ? `, ${coverage.typesWithoutRules.length - 4} other types` : '';
  const rest = without.length === 0 ? '' : `; no rule for ${without.join(', ')}${more}`;
  const prices = coverage.priced + coverage.unpriced === 0 ? '' : `; ${coverage.priced} of ${coverage.priced + coverage.unpriced} savings priced`;
  return `${coverage.inputs} read${unread}: ${coverage.resourcesWithRules} of ${coverage.resources} resources looked at by ${coverage.rules} rules${rest}${prices}${comparedSentence(coverage)}`;
}

function comparedSentence({ drift }: FindingReport['coverage']): string {
  if (drift === undefined) return '';
  const left = drift.notCompared.reduce((sum, one) => sum + one.count, 0);
  return `; ${drift.resources} resources and ${drift.attributes} attributes compared${left === 0 ? '' : `, ${left} not (${drift.notCompared[0]?.reason ?? ''}${drift.notCompared.length > 1 ? ` and ${drift.notCompared.length - 1} other reasons` : ''})`}`;
}

export function savingText(finding: Finding): string {
  if (finding.saving === undefined) return '-';
  return finding.saving.known ? `${finding.saving.monthly} ${finding.saving.currency}` : 'unknown';
}

function row(finding: Finding): string {
  const place = finding.location === undefined ? '' : ` (${finding.location.file}:${finding.location.line})`;
  return `| ${finding.severity} | ${text(finding.sentence)}${text(place)}<br><sub>${finding.rule}, ${finding.confidence}</sub> | ${text(savingText(finding))} | ${text(finding.fix.text)} |`;
}

/** Names in states are anybody's: no HTML, links, mentions or table cells of theirs. */
function text(value: string): string {
  const cut = value.length <= LONGEST_CELL ? value : `${value.slice(0, LONGEST_CELL)}…`;
  return cut.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/[\\`*_[\]|~#]/g, (character) => `\\${character}`).replace(/@/g, '@\u200b');
}
