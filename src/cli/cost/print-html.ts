/**
 * The estimate as one page without anything from elsewhere: the total, what a change adds and takes away as a
 * waterfall, shares as bars, and the price behind each amount.
 */
import type { Decimal } from '../../domain/money.ts';
import { totalOf } from '../../engines/cost/difference.ts';
import { printNumber } from '../../engines/cost/currency.ts';
import { escapeHtml as escape, grouped, htmlPage } from '../../formats/report-html/page.ts';
import { waterfallSvg } from '../../formats/report-html/waterfall.ts';
import { clusterSentences } from './cluster-words.ts';
import { policyLines } from './policies.ts';
import { amountOf, dearest, howOf } from './print-text.ts';
import type { CostReport } from './report.ts';
import { costCoverageLine, totalLine } from './report.ts';

export function costHtml(report: CostReport): string {
  const { currency, comparison } = report;
  const title = comparison === undefined ? `${report.title}: ${grouped(printNumber(totalOf(report.estimate), currency))} ${currency.code} a month` : sentenceCase(comparison.sentence);
  const body = `<main>
<header><p class="eyebrow">Roadbed · cost of ${escape(report.title)}${comparison === undefined ? '' : ` compared with ${escape(comparison.with)}`}</p>
<h1>${escape(title)}</h1>
<p class="lead">${escape(totalLine(report))}.</p></header>
${figures(report)}
${clusterSentences(report).map((sentence) => `<p>${escape(sentence)}.</p>`).join('\n')}
${judgements(report)}
${comparisonSection(report)}
<h2>By ${escape(report.by)}</h2>
${groupTable(report)}
<h2>Resources and their prices</h2>
${resourceTable(report)}
<h2>What was looked at</h2>
<p>${escape(costCoverageLine(report))}.</p>
</main>`;
  return htmlPage({ title, body });
}

function sentenceCase(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

function figures(report: CostReport): string {
  const { currency, estimate, comparison } = report;
  const cell = (name: string, value: Decimal | undefined, note: string, kind = ''): string => `<div><dt>${escape(name)}</dt><dd${kind === '' ? '' : ` class="${kind}"`}>${value === undefined ? 'unknown' : escape(grouped(printNumber(value, currency)))}<small>${escape(note)}</small></dd></div>`;
  const monthly = `${currency.code} a month`;
  const { partly, usage, unknown } = estimate.coverage.byStatus;
  const left = partly + unknown === 0 ? '' : `; ${partly + unknown} unknown or in part`;
  if (comparison !== undefined) {
    const { before, after, difference } = comparison.difference;
    return `<dl class="figures">${cell('Before', before, monthly)}${cell('Difference', difference, monthly, difference.isNegative ? 'less' : difference.isZero ? '' : 'more')}${cell('After', after, `${monthly}${left}`)}</dl>`;
  }
  return `<dl class="figures">${cell('Total', totalOf(estimate), `${monthly}${left}`)}${cell('Fixed', estimate.fixed.value, monthly)}${cell('By usage', usage > 0 && estimate.usage.value.isZero ? undefined : estimate.usage.value, usage === 0 ? monthly : `${monthly}; usage of ${usage} not given`)}</dl>`;
}

function judgements({ budgets, policies }: CostReport): string {
  const lines = budgets.map((budget) => `<li${budget.exceeded ? ' class="over"' : ''}>${budget.exceeded ? 'Over' : 'Within'} budget ${escape(budget.budget)}: ${budget.actual.toFixed(2)}</li>`);
  const judged = policies === undefined ? [] : policyLines(policies.report).map((line) => `<li${line.includes('is violated (') ? ' class="over"' : ''}>${escape(line)}</li>`);
  return `${lines.length === 0 ? '' : `<h2>Budgets</h2>\n<ul class="plain">${lines.join('')}</ul>`}${judged.length === 0 ? '' : `<h2>Policies</h2>\n<ul class="plain">${judged.join('')}</ul>`}`;
}

function comparisonSection({ comparison, currency }: CostReport): string {
  if (comparison === undefined) return '';
  const { before, after, changes } = comparison.difference;
  const converted = (amount: Decimal): Decimal => amount.times(currency.rate);
  const steps = changes.filter((change) => !change.difference.isZero).map((change) => ({ label: `${change.address} (${change.kind})`, amount: converted(change.difference) }));
  const svg = waterfallSvg({ id: 'difference', title: `From ${comparison.with} to this, ${currency.code} a month`, currency: currency.code, start: { label: comparison.with, amount: converted(before) }, steps, end: { label: 'This', amount: converted(after) } });
  const rows = changes.map((change) => `<tr><td>${escape(change.address)}<td>${change.kind}<td class="n">${change.kind === 'added' ? '' : printNumber(change.before, currency)}<td class="n">${change.kind === 'removed' ? '' : printNumber(change.after, currency)}<td class="n ${change.difference.isNegative ? 'less' : 'more'}">${change.difference.isNegative ? '' : '+'}${printNumber(change.difference, currency)}${change.incomplete ? ' + unknown' : ''}`);
  if (changes.length === 0) return '<h2>What changes</h2><p>Nothing that costs.</p>';
  return `<h2>What changes</h2>
<figure>${svg}<figcaption>${escape(currency.code)} a month${comparison.difference.incomplete === 0 ? '' : `; ${comparison.difference.incomplete} of the changes have a part of unknown cost, which is not in the picture`}.</figcaption></figure>
<div class="wide"><table><thead><tr><th>Resource<th>What<th class="n">Before<th class="n">After<th class="n">${escape(currency.code)} a month</thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function groupTable({ groups, currency }: CostReport): string {
  const shown = groups.filter((group) => !totalOf(group).isZero || group.unknown > 0);
  const largest = shown.reduce((most, group) => Math.max(most, totalOf(group).toNumber()), 0);
  const share = (value: number): string => (largest === 0 ? 0 : Math.max(0, (value / largest) * 100)).toFixed(1);
  const rows = shown.map((group) => `<tr><td>${escape(group.name)}<svg class="chart" height="10" aria-hidden="true"><rect class="whole" width="${share(totalOf(group).toNumber())}%" height="8" rx="2"/></svg><td class="n">${group.resources}<td class="n">${printNumber(totalOf(group), currency)}${group.unknown === 0 ? '' : ` + ${group.unknown} unknown`}`);
  return `<div class="wide"><table class="bars"><thead><tr><th>Name<th class="n">Resources<th class="n">${escape(currency.code)} a month</thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}

function resourceTable(report: CostReport): string {
  const rows = dearest(report.estimate.resources).map((resource) => `<tr><td>${escape(resource.address)}<br><span class="quiet">${escape([resource.region, howOf(resource, report)].filter((part) => part !== '').join(' · '))}</span><td class="n">${escape(amountOf(resource, report))}`);
  return `<div class="wide"><table><thead><tr><th>Resource and how its price was found<th class="n">${escape(report.currency.code)} a month</thead><tbody>${rows.join('\n')}</tbody></table></div>`;
}
