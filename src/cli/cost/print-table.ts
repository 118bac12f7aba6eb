/** The estimate as a table: resources or groups, dearest first; a pipe gets tabs and every row. */
import type { ResourceCost } from '../../engines/cost/cost-line.ts';
import { printNumber } from '../../engines/cost/currency.ts';
import type { CostChange } from '../../engines/cost/difference.ts';
import { totalOf } from '../../engines/cost/difference.ts';
import type { RollUp } from '../../engines/cost/roll-up.ts';
import type { Output } from '../output.ts';
import { amountOf, dearest, howOf } from './print-text.ts';
import type { CostReport } from './report.ts';

export function printTable(output: Output, report: CostReport): void {
  const { comparison, currency } = report;
  const monthly = `${currency.code} a month`;
  if (comparison !== undefined) {
    return output.table<CostChange>(comparison.difference.changes, [
      { title: 'Resource', value: (change) => change.address, clip: true },
      { title: 'Change', value: (change) => change.kind },
      { title: 'Before', value: (change) => (change.kind === 'added' ? '-' : printNumber(change.before, currency)), right: true },
      { title: 'After', value: (change) => (change.kind === 'removed' ? '-' : printNumber(change.after, currency)), right: true },
      { title: monthly, value: (change) => `${change.difference.isNegative ? '' : '+'}${printNumber(change.difference, currency)}${change.incomplete ? ' + unknown' : ''}`, style: (change) => (change.difference.isNegative ? 'green' : 'yellow'), right: true },
    ]);
  }
  if (report.by !== 'resource') {
    return output.table<RollUp>(report.groups, [
      { title: report.by, value: (group) => group.name, clip: true },
      { title: 'Resources', value: (group) => String(group.resources), right: true },
      { title: 'Fixed', value: (group) => printNumber(group.fixed.value, currency), right: true },
      { title: 'Usage', value: (group) => printNumber(group.usage.value, currency), right: true },
      { title: monthly, value: (group) => `${printNumber(totalOf(group), currency)}${group.unknown === 0 ? '' : ` + ${group.unknown} unknown`}`, style: () => 'bold', right: true },
    ]);
  }
  output.table<ResourceCost>(dearest(report.estimate.resources), [
    { title: 'Resource', value: (resource) => resource.address, clip: true },
    { title: 'Region', value: (resource) => (resource.region === '' ? '-' : resource.region) },
    { title: monthly, value: (resource) => amountOf(resource, report), style: (resource) => (resource.status === 'unknown' || resource.status === 'partly' ? 'yellow' : 'bold'), right: true },
    { title: 'How', value: (resource) => howOf(resource, report), clip: true },
  ]);
}
