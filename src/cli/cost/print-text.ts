/** The estimate as CSV and Markdown. */
import { printCsv } from '../../formats/price-list/csv.ts';
import { Decimal } from '../../domain/money.ts';
import type { ResourceCost } from '../../engines/cost/cost-line.ts';
import { printNumber } from '../../engines/cost/currency.ts';
import { totalOf } from '../../engines/cost/difference.ts';
import { policyLines } from './policies.ts';
import { clusterSentences } from './cluster-words.ts';
import { hasAmount } from './print-json.ts';
import type { CostReport } from './report.ts';
import { costCoverageLine, totalLine } from './report.ts';

const SHOWN_CHANGES = 30;
const SHOWN_RESOURCES = 100;

/** One row a line of a resource; a resource without lines has one row. Amounts that are not known are empty, with the reason beside. */
export function costCsv({ estimate, currency }: CostReport): string {
  const header = ['address', 'type', 'module', 'region', 'status', 'line', 'kind', 'monthly', 'low', 'high', 'currency', 'quantity', 'unit', 'unit_price_usd', 'price_as_of', 'price_source', 'price_method', 'price_confidence', 'note'];
  const rows = estimate.resources.flatMap((resource) => {
    const about = [resource.address, resource.type, resource.module, resource.region, resource.status].map(inert);
    if (resource.lines.length === 0) return [[...about, '', '', ...(resource.status === 'free' ? ['0', '0', '0'] : ['', '', '']), currency.code, '', '', '', '', '', '', '', inert(resource.notes.join('; '))]];
    return resource.lines.map(({ name, kind, monthly, quantity, price, unknown }) => {
      const amounts = monthly === undefined ? ['', '', ''] : [monthly.value, monthly.low, monthly.high].map((value) => value.times(currency.rate).toString());
      return [...about, inert(name), kind, ...amounts, currency.code, quantity?.value.toString() ?? '', price?.unit ?? '', price?.amount.toString() ?? '', price?.asOf ?? '', price?.source ?? '', price?.method ?? '', price?.confidence ?? '', inert(unknown ?? price?.note ?? '')];
    });
  });
  return printCsv([header, ...rows]);
}

/** A spreadsheet must not take a name out of someone's repository for a formula. */
function inert(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function cell(text: string): string {
  return text.replaceAll(/[|\\`*_<>[\]]/g, String.raw`\$&`).replaceAll(/[\r\n]+/g, ' ');
}

/** For a pull request: the sentence first, then what changed, then the whole. */
export function costMarkdown(report: CostReport): string {
  const { comparison, currency, estimate } = report;
  const lines = [`## Cost of ${cell(report.title)}`, ''];
  if (comparison !== undefined) {
    const { changes } = comparison.difference;
    lines.push(`**${cell(sentenceCase(comparison.sentence))}.**`, '', `Compared with ${cell(comparison.with)}.`, '');
    if (changes.length > 0) lines.push(`| resource | before | after | difference (${currency.code} a month) |`, '|---|--:|--:|--:|', ...changes.slice(0, SHOWN_CHANGES).map((change) => `| ${cell(change.address)} | ${change.kind === 'added' ? '' : printNumber(change.before, currency)} | ${change.kind === 'removed' ? '' : printNumber(change.after, currency)} | ${change.difference.isNegative ? '' : '+'}${printNumber(change.difference, currency)}${change.incomplete ? ' and an unknown part' : ''} |`), ...(changes.length > SHOWN_CHANGES ? ['', `and ${changes.length - SHOWN_CHANGES} more`] : []), '');
  }
  lines.push(`${totalLine(report)}.`, '', `${cell(costCoverageLine(report))}.`, '');
  for (const sentence of clusterSentences(report)) lines.push(`- ${cell(sentence)}`);
  for (const budget of report.budgets) lines.push(`- ${budget.exceeded ? '**over**' : 'within'} budget ${cell(budget.budget)}: ${budget.actual.toFixed(2)}${budget.note === undefined ? '' : ` (${cell(budget.note)})`}`);
  for (const line of report.policies === undefined ? [] : policyLines(report.policies.report)) lines.push(`- ${cell(line)}`);
  if (report.by !== 'resource') return `${[...lines, '', `| ${cell(report.by)} | resources | fixed | usage | ${currency.code} a month |`, '|---|--:|--:|--:|--:|', ...report.groups.map((group) => `| ${cell(group.name)} | ${group.resources} | ${printNumber(group.fixed.value, currency)} | ${printNumber(group.usage.value, currency)} | ${printNumber(totalOf(group), currency)} |`)].join('\n')}\n`;
  const shown = dearest(estimate.resources);
  lines.push('', `| resource | ${currency.code} a month | how |`, '|---|--:|---|', ...shown.slice(0, SHOWN_RESOURCES).map((resource) => `| ${cell(resource.address)} | ${amountOf(resource, report)} | ${cell(howOf(resource, report))} |`));
  if (shown.length > SHOWN_RESOURCES) lines.push('', `and ${shown.length - SHOWN_RESOURCES} more`);
  return `${lines.join('\n')}\n`;
}

function sentenceCase(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** Largest first, unknown ones after them; what is free is left to the coverage. */
export function dearest(resources: readonly ResourceCost[]): ResourceCost[] {
  return resources.filter((resource) => resource.status !== 'free' && resource.status !== 'elsewhere').sort((a, b) => totalOf(b).compare(totalOf(a)) || Number(hasAmount(b)) - Number(hasAmount(a)) || (a.address < b.address ? -1 : 1));
}

export function amountOf(resource: ResourceCost, { currency }: Pick<CostReport, 'currency'>): string {
  if (!hasAmount(resource)) return resource.status === 'usage' ? 'by usage' : 'unknown';
  return `${printNumber(totalOf(resource), currency)}${resource.status === 'partly' ? ' + unknown' : ''}`;
}

/** What a resource's figure is made of where that is several things, why it is unknown, that it is estimated, what depends on usage. */
export function howOf(resource: ResourceCost, { currency }: Pick<CostReport, 'currency'>): string {
  const paid = resource.lines.filter((line) => line.monthly !== undefined && !line.monthly.value.isZero);
  const parts = paid.length < 2 ? [] : [paid.map((line) => `${line.name} ${printNumber(line.monthly?.value ?? Decimal.zero, currency)}`).join(', ')];
  const unknown = resource.lines.filter((line) => line.kind === 'fixed' && line.unknown !== undefined).map((line) => `${line.name}: ${line.unknown ?? ''}`);
  const estimated = resource.lines.some((line) => line.price?.method === 'estimated' && line.monthly !== undefined) ? ['estimated'] : [];
  const usage = resource.lines.filter((line) => line.kind === 'usage' && line.price !== undefined && line.monthly === undefined).map((line) => `${line.name} ${line.price?.amount.times(currency.rate).toString() ?? ''} ${currency.code} per ${line.price?.unit ?? ''}`);
  const unpriced = resource.lines.filter((line) => line.kind === 'usage' && line.price === undefined).map((line) => `${line.name}: ${line.unknown ?? ''}`);
  return [...parts, ...unknown, ...unpriced, ...estimated, ...(usage.length === 0 ? [] : [`by usage: ${usage.join(', ')}`]), ...resource.notes].join('; ');
}
