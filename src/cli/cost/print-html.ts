/** The estimate as one page without anything from elsewhere: figures, bars, and the price behind each of them. */
import { totalOf } from '../../engines/cost/difference.ts';
import { printNumber } from '../../engines/cost/currency.ts';
import { clusterSentences } from './cluster-words.ts';
import { policyLines } from './policies.ts';
import { amountOf, dearest, howOf } from './print-text.ts';
import type { CostReport } from './report.ts';
import { costCoverageLine, totalLine } from './report.ts';

const STYLE = 'body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1f24;background:#fff}table{border-collapse:collapse;width:100%}td,th{padding:.3rem .6rem;border-bottom:1px solid #d0d7de;text-align:left;vertical-align:top}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.bar{background:#0b6e6e;height:.6rem;min-width:1px}.how{color:#57606a}.over{color:#a40e26;font-weight:600}@media(prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}td,th{border-color:#30363d}.how{color:#9198a1}.bar{background:#3fb8b8}.over{color:#ff7b72}}';

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function costHtml(report: CostReport): string {
  const { currency, estimate, comparison } = report;
  const largest = report.groups.reduce((most, group) => Math.max(most, totalOf(group).toNumber()), 0);
  const bar = (value: number): string => `<div class="bar" style="width:${largest === 0 ? 0 : Math.max(0, Math.round((value / largest) * 1000) / 10)}%"></div>`;
  const groups = report.groups.filter((group) => !totalOf(group).isZero || group.unknown > 0).map((group) => `<tr><td>${escape(group.name)}</td><td class="n">${group.resources}</td><td class="n">${printNumber(totalOf(group), currency)}${group.unknown === 0 ? '' : ` + ${group.unknown} unknown`}</td><td style="width:35%">${bar(totalOf(group).toNumber())}</td></tr>`);
  const resources = dearest(estimate.resources).map((resource) => `<tr><td>${escape(resource.address)}</td><td>${escape(resource.region)}</td><td class="n">${escape(amountOf(resource, report))}</td><td class="how">${escape(howOf(resource))}</td></tr>`);
  const changes = comparison?.difference.changes.map((change) => `<tr><td>${escape(change.address)}</td><td>${change.kind}</td><td class="n">${change.difference.isNegative ? '' : '+'}${printNumber(change.difference, currency)}${change.incomplete ? ' + unknown' : ''}</td></tr>`);
  const budgets = report.budgets.map((budget) => `<li${budget.exceeded ? ' class="over"' : ''}>${budget.exceeded ? 'Over' : 'Within'} budget ${escape(budget.budget)}: ${budget.actual.toFixed(2)}</li>`);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Cost of ${escape(report.title)}</title><style>${STYLE}</style></head><body>
<h1>${escape(report.title)}: ${escape(totalLine(report))}</h1>
<p>${escape(costCoverageLine(report))}.</p>
${clusterSentences(report).map((sentence) => `<p>${escape(sentence)}.</p>\n`).join('')}${comparison === undefined ? '' : `<h2>Compared with ${escape(comparison.with)}: ${escape(comparison.sentence)}</h2>\n<table><thead><tr><th>Resource</th><th>What</th><th class="n">${currency.code} a month</th></tr></thead><tbody>${(changes ?? []).join('\n')}</tbody></table>`}
${budgets.length === 0 ? '' : `<ul>${budgets.join('')}</ul>`}
${report.policies === undefined ? '' : `<h2>Policies</h2>\n<ul>${policyLines(report.policies.report).map((line) => `<li${line.includes('is violated (') ? ' class="over"' : ''}>${escape(line)}</li>`).join('')}</ul>`}
<h2>By ${escape(report.by)}</h2>
<table><thead><tr><th>Name</th><th class="n">Resources</th><th class="n">${currency.code} a month</th><th>Share</th></tr></thead><tbody>${groups.join('\n')}</tbody></table>
<h2>Resources</h2>
<table><thead><tr><th>Resource</th><th>Region</th><th class="n">${currency.code} a month</th><th>How</th></tr></thead><tbody>${resources.join('\n')}</tbody></table>
</body></html>
`;
}
