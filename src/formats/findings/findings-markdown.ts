/**
 * Findings as Markdown for a pull request: the money first, one row a cause, then the worst findings with what to
 * do, their patches folded away.
 *
 * A comment may have 65,536 characters. Rows and patches are given while there is room, and what was left out is
 * counted in a line of its own; the coverage at the end is always there.
 */
import type { Finding } from '../../domain/finding.ts';
import type { FindingReport } from '../../domain/finding-report.ts';
import { grouped } from '../report-html/page.ts';
import { groupsOf, headline, moneySentence } from './summary.ts';
import type { CauseGroup } from './summary.ts';

/** Leaves room for a bot's own words beside it. */
const LONGEST_COMMENT = 60_000;
const MOST_CAUSES = 25;
const MOST_ROWS = 30;
const LONGEST_CELL = 400;

export function findingsMarkdown(report: FindingReport): string {
  const groups = groupsOf(report.findings, report);
  const head = [`### ${headline(report)}`, '', ...(report.findings.length === 0 ? [] : [text(moneySentence(report)), ''])];
  const tail = [
    ...report.problems.slice(0, 10).map((problem) => `- not read: ${text(problem)}`),
    ...(report.problems.length > 10 ? [`- and ${report.problems.length - 10} more problems`] : []),
    ...acceptedLines(report),
    '',
    `<sub>${text(coverageSentence(report))}</sub>`,
    '',
  ];
  const room = new Room(LONGEST_COMMENT - sizeOf(head) - sizeOf(tail));
  const body = report.findings.length === 0 ? [] : [...causeTable(groups, room), ...findingTable(groups, room), ...patchLines(report, groups, room)];
  return [...head, ...body, ...tail].join('\n');
}

/** Characters that may still be written. */
class Room {
  #left: number;

  constructor(left: number) {
    this.#left = left;
  }

  takes(line: string): boolean {
    if (line.length + 1 > this.#left - 200) return false;
    this.#left -= line.length + 1;
    return true;
  }
}

function sizeOf(lines: readonly string[]): number {
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

/** As many of the rows as have room, and how many have none. */
function rows(all: readonly string[], most: number, room: Room): { shown: string[]; left: number } {
  const shown: string[] = [];
  for (const row of all.slice(0, most)) {
    if (!room.takes(row)) break;
    shown.push(row);
  }
  return { shown, left: all.length - shown.length };
}

function causeTable(groups: readonly CauseGroup[], room: Room): string[] {
  const { shown, left } = rows(groups.map(causeRow), MOST_CAUSES, room);
  return ['| cause | severity | resources | saving a month |', '|---|---|--:|--:|', ...shown, ...(left === 0 ? [] : ['', `and ${left} more causes.`]), ''];
}

function causeRow(group: CauseGroup): string {
  const sums = group.sums.map(({ monthly, currency }) => `${grouped(monthly)} ${currency}`).join(' + ');
  const unknown = group.unpriced === 0 ? '' : sums === '' ? 'unknown' : ` + ${group.unpriced} unknown`;
  return `| ${text(group.title)}<br><sub>${text(group.rule)}</sub> | ${group.severity} | ${group.findings.length} | ${text(sums === '' && unknown === '' ? (group.notCounted.size > 0 ? 'counted above' : '-') : `${sums}${unknown}`)} |`;
}

function findingTable(groups: readonly CauseGroup[], room: Room): string[] {
  const findings = groups.flatMap((group) => group.findings);
  const { shown, left } = rows(findings.map(row), MOST_ROWS, room);
  return ['<details><summary>findings</summary>', '', '| severity | what | saving a month | what to do |', '|---|---|--:|---|', ...shown, '', ...(left === 0 ? [] : [`and ${left} more: \`--format json\` lists them all.`, '']), '</details>', ''];
}

function row(finding: Finding): string {
  const place = finding.location === undefined ? '' : ` (${finding.location.file}:${finding.location.line})`;
  return `| ${finding.severity} | ${text(finding.sentence)}${text(place)}<br><sub>${text(finding.rule)}, ${finding.confidence}</sub> | ${text(savingText(finding))} | ${text(finding.fix.text)} |`;
}

/** The patch of all; without it, those of single findings while there is room. */
function patchLines(report: FindingReport, groups: readonly CauseGroup[], room: Room): string[] {
  if (report.patch !== undefined && report.patch.text !== '') {
    const { findings, savings, text: patch } = report.patch;
    const money = savings.map(({ monthly, currency }) => `, ${grouped(monthly)} ${currency} a month`).join('');
    const block = ['<details><summary>patch of ' + `${findings} findings${text(money)}</summary>`, '', ...fenced(patch), '', '</details>', ''];
    if (room.takes(block.join('\n'))) return block;
  }
  const shown = groups.flatMap((group) => group.findings).flatMap((finding) => {
    if (finding.fix.patch === undefined) return [];
    const block = [`<details><summary>patch: ${text(finding.subject.name)}</summary>`, '', ...fenced(finding.fix.patch), '', '</details>', ''].join('\n');
    return room.takes(block) ? [block] : [];
  });
  return shown;
}

/** In a fence that the patch cannot close. */
function fenced(patch: string): string[] {
  const longest = Math.max(2, ...[...patch.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}diff`, patch.replace(/\n$/, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd'), fence];
}

function acceptedLines({ suppressed }: FindingReport): string[] {
  if (suppressed.length === 0) return [];
  const more = suppressed.length > MOST_ROWS ? [`- and ${suppressed.length - MOST_ROWS} more`] : [];
  return ['<details><summary>accepted</summary>', '', ...suppressed.slice(0, MOST_ROWS).map((one) => `- ${text(one.finding.sentence)}: ${text(one.reason)}, until ${one.until}`), ...more, '', '</details>'];
}

/** How much was looked at, and what not. */
export function coverageSentence({ coverage }: FindingReport): string {
  const unread = coverage.unreadableInputs === 0 ? '' : ` (${coverage.unreadableInputs} unreadable)`;
  const without = coverage.typesWithoutRules.slice(0, 4).map(({ type, count }) => `${type} ${count}`);
  const more = coverage.typesWithoutRules.length > 4 ? `, ${coverage.typesWithoutRules.length - 4} other types` : '';
  const rest = without.length === 0 ? '' : `; no rule for ${without.join(', ')}${more}`;
  const prices = coverage.priced + coverage.unpriced === 0 ? '' : `; ${coverage.priced} of ${coverage.priced + coverage.unpriced} savings priced`;
  return `${coverage.inputs} ${coverage.inputs === 1 ? 'state' : 'states'} read${unread}: ${coverage.resourcesWithRules} of ${coverage.resources} resources looked at by ${coverage.rules} rules${rest}${prices}`;
}

/** `12.30 USD (10.00 to 14.00)`, `unknown`, or `-` where no money is in it. */
export function savingText(finding: Finding): string {
  const { saving } = finding;
  if (saving === undefined) return '-';
  if (!saving.known) return 'unknown';
  const range = saving.low === undefined || saving.high === undefined ? '' : ` (${saving.low} to ${saving.high})`;
  return `${saving.monthly} ${saving.currency}${range}`;
}

/** Names in states are anybody's: no HTML, links, mentions or table cells of theirs. */
function text(value: string): string {
  const cut = value.length <= LONGEST_CELL ? value : `${value.slice(0, LONGEST_CELL)}…`;
  return cut.replace(/[\u0000-\u001f\u007f]+/g, ' ').replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/[\\`*_[\]|~#]/g, (character) => `\\${character}`).replace(/@/g, '@\u200b');
}
