/**
 * Findings as one page for the one who pays and the one who changes: what it costs, what could be saved by which
 * cause, what is left; then every finding with its evidence, its price and its patch.
 *
 * It holds nothing from elsewhere and works without its script, which only filters and sorts what is there.
 */
import type { Finding } from '../../domain/finding.ts';
import { SEVERITIES } from '../../domain/finding.ts';
import type { FindingReport, ReportCost } from '../../domain/finding-report.ts';
import { Decimal, sumOf } from '../../domain/money.ts';
import { escapeHtml, grouped, htmlPage } from '../report-html/page.ts';
import { waterfallSvg } from '../report-html/waterfall.ts';
import { FINDINGS_SCRIPT } from './findings-html-script.ts';
import { coverageSentence } from './findings-markdown.ts';
import { causeHtml, findingHtml } from './finding-html.ts';
import { firstToDo, groupsOf, headline, moneySentence } from './summary.ts';

const MOST_DRIFT = 300;

export function findingsHtml(report: FindingReport): string {
  const [first = '', ...rest] = moneySentence(report).split(/(?<=[a-z]\.) /);
  const lead = [`${headline({ ...report, savings: [] })}.`, ...rest].join(' ');
  const body = `<main>
<header><p class="eyebrow">Roadbed · state of ${escapeHtml(report.subject)} · ${escapeHtml(report.at.slice(0, 16).replace('T', ' '))} UTC</p>
<h1>${escapeHtml(first)}</h1>
<p class="lead">${escapeHtml(lead)}</p></header>
${figures(report)}
${report.cost === undefined ? '' : costSection(report.cost)}
${firstSection(report)}
${causesSection(report)}
${driftSection(report)}
${acceptedSection(report)}
${problemsSection(report)}
<h2>What was looked at</h2>
<p>${escapeHtml(coverageSentence(report))}.</p>
${report.cost === undefined ? '' : `<p>${escapeHtml(costCoverage(report.cost))}</p>`}
</main>`;
  return htmlPage({ title: headline(report), body, script: FINDINGS_SCRIPT });
}

function figures(report: FindingReport): string {
  const { cost, findings } = report;
  const cell = (name: string, value: string, note: string): string => `<div><dt>${escapeHtml(name)}</dt><dd>${value}<small>${escapeHtml(note)}</small></dd></div>`;
  const saved = report.savings.length === 1 ? grouped(report.savings[0]?.monthly ?? '') : report.savings.map(({ monthly, currency }) => `${grouped(monthly)} ${currency}`).join(' + ') || '–';
  const cells = [
    ...(cost === undefined ? [] : [cell('Cost now', escapeHtml(grouped(cost.monthly)), `${cost.currency} a month${cost.unknown + cost.usage === 0 ? '' : `; ${cost.unknown + cost.usage} ${cost.unknown + cost.usage === 1 ? 'resource' : 'resources'} not in it`}`)]),
    cell('To save', `<span class="less">${escapeHtml(saved)}</span>`, report.savings.length === 0 ? 'no price is known' : `${report.savings.length === 1 ? `${report.savings[0]?.currency ?? ''} ` : ''}a month`),
    ...(cost === undefined ? [] : [cell('Cost after', escapeHtml(grouped(cost.after)), `${cost.currency} a month`)]),
    cell('Findings', String(findings.length), SEVERITIES.flatMap((severity) => { const count = findings.filter((finding) => finding.severity === severity).length; return count === 0 ? [] : [`${count} ${severity}`]; }).join(', ') || 'none'),
    ...(report.patch === undefined ? [] : [cell('With a patch', String(findings.filter((finding) => finding.fix.patch !== undefined).length), `of ${findings.filter((finding) => finding.area !== 'drift').length} beside drift`)]),
  ];
  return `<dl class="figures">${cells.join('')}</dl>`;
}

function costSection(cost: ReportCost): string {
  const amount = (text: string): Decimal => Decimal.parse(text) ?? Decimal.zero;
  const steps = cost.causes.map(({ title, monthly }) => ({ label: title, amount: amount(monthly).negated() }));
  const svg = waterfallSvg({ id: 'waterfall', title: `From the cost now to the cost after all savings, ${cost.currency} a month`, currency: cost.currency, start: { label: 'Cost now', amount: amount(cost.monthly) }, steps, end: { label: 'Cost after', amount: amount(cost.after) } });
  const rows = [['Cost now', '', cost.monthly], ...cost.causes.map((cause) => [cause.title, String(cause.findings), `-${cause.monthly}`]), ['Cost after', '', cost.after]];
  return `<h2>Where the money goes, and what could stay</h2>
<figure>${svg}<figcaption>${escapeHtml(`${cost.currency} a month, fixed cost at list price. ${costCoverage(cost)}`)}</figcaption></figure>
<details><summary>The same as a table</summary><div class="wide"><table><thead><tr><th>Cause<th class="n">Resources<th class="n">${escapeHtml(cost.currency)} a month</thead><tbody>${rows.map(([label = '', count = '', value = '']) => `<tr><td>${escapeHtml(label)}<td class="n">${count}<td class="n">${grouped(value)}`).join('')}</tbody></table></div></details>`;
}

function costCoverage(cost: ReportCost): string {
  const left = [...(cost.unknown === 0 ? [] : [`${cost.unknown} without a known price`]), ...(cost.usage === 0 ? [] : [`${cost.usage} that ${cost.usage === 1 ? 'costs' : 'cost'} by usage (not given)`])];
  const range = cost.low === undefined || cost.high === undefined ? '' : ` Estimated prices make it ${grouped(cost.low)} to ${grouped(cost.high)}.`;
  return `${cost.priced} of ${cost.resources} resources are priced or free${left.length === 0 ? '' : `; ${left.join(' and ')} ${cost.unknown + cost.usage === 1 ? 'is' : 'are'} not in the sum`}.${range}${cost.oldestPrice === undefined ? '' : ` Oldest price of ${cost.oldestPrice}.`}`;
}

function firstSection(report: FindingReport): string {
  const first = firstToDo(report);
  if (first.length === 0) return report.findings.length === 0 ? '<p>All clear.</p>' : '';
  return `<h2>What to do first</h2><ol class="first">${first.map(({ finding, what, why }) => `<li><a href="#${escapeHtml(finding.fingerprint)}">${escapeHtml(what)}</a><br><span class="quiet">${escapeHtml(why)}</span>`).join('')}</ol>`;
}

function causesSection(report: FindingReport): string {
  const groups = groupsOf(report.findings.filter((finding) => finding.area !== 'drift'), report);
  if (groups.length === 0) return '';
  const many = groups.length > 6;
  return `<h2 id="findings">Findings by cause</h2>
<form class="tools" role="search" aria-label="Findings"><label>Search<input type="search" id="find" placeholder="address, rule, file"></label><label>Severity<select id="severity"><option value="">all</option>${SEVERITIES.map((severity) => `<option>${severity}</option>`).join('')}</select></label><label>Order<select id="order"><option value="saving">by saving</option><option value="severity">by severity</option><option value="name">by name</option></select></label><label class="box"><input type="checkbox" id="patched"> with a patch</label><button type="button" id="unfold">Open all</button><span id="shown" class="quiet" role="status"></span></form>
<div id="causes">${groups.map((group, at) => causeHtml(group, !many || at < 3)).join('\n')}</div>`;
}

function driftSection({ findings }: FindingReport): string {
  const drift = findings.filter((finding) => finding.area === 'drift');
  return drift.length === 0 ? '' : `<h2>Drift</h2><p class="quiet">What differs from the code, from an earlier serial, from a refreshed plan or from an inventory.</p>\n<div class="cause">${drift.slice(0, MOST_DRIFT).map((finding) => findingHtml(finding)).join('\n')}${drift.length > MOST_DRIFT ? `<p class="quiet more-of">and ${drift.length - MOST_DRIFT} more.</p>` : ''}</div>`;
}

function acceptedSection({ suppressed }: FindingReport): string {
  if (suppressed.length === 0) return '';
  const worth = sumOf(suppressed.flatMap(({ finding }: { finding: Finding }) => (finding.saving?.known === true ? [Decimal.parse(finding.saving.monthly) ?? Decimal.zero] : [])));
  return `<h2>Accepted</h2><p class="quiet">${suppressed.length} ${suppressed.length === 1 ? 'finding is' : 'findings are'} accepted for a time${worth.isZero ? '' : `, worth ${grouped(worth.toFixed(2))} a month`}.</p><div class="wide"><table><thead><tr><th>What<th>Why<th>Until</thead><tbody>${suppressed.map((one) => `<tr><td>${escapeHtml(one.finding.sentence)}<td>${escapeHtml(one.reason)}<td>${escapeHtml(one.until)}`).join('')}</tbody></table></div>`;
}

function problemsSection({ problems }: FindingReport): string {
  return problems.length === 0 ? '' : `<h2>Not read or not decided</h2><ul class="plain">${problems.map((problem) => `<li>${escapeHtml(problem)}`).join('')}</ul>`;
}
