/** What it is made of now: every number with quantity, basis, rate, source and date. */
import { useState } from 'react';
import { Link } from '@tanstack/react-router';
import type { RunningCostLine, RunningCostPart } from '../../../src/domain/running-cost.ts';
import { money } from '../data/wording.ts';
import { Evidence } from '../ui/evidence.tsx';
import { Button } from '../ui/button.tsx';
import { Section } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';

const FIRST = 12;
const BASIS: Readonly<Record<NonNullable<RunningCostPart['basis']>, string>> = { requested: 'asked for', limit: 'limit, as nothing is asked for', measured: 'measured', declared: 'declared', counted: 'counted' };

export function CostLines({ lines, currency }: { lines: readonly RunningCostLine[]; currency: string }) {
  const [all, setAll] = useState(false);
  const sorted = lines.toSorted((a, b) => Number(b.hourly ?? 0) - Number(a.hourly ?? 0));
  const shown = all ? sorted : sorted.slice(0, FIRST);
  const faulty = shown.some((line) => line.incomplete);
  return (
    <Section title="What it is made of now" note="At the rates of now; press an amount for its parts" actions={sorted.length <= FIRST ? undefined : <Button onPress={() => setAll(!all)}>{all ? 'Show the largest only' : `Show all ${sorted.length}`}</Button>}>
      <Table caption="What it is made of now" columns={[{ label: 'Service' }, { label: 'Environment' }, { label: 'Category' }, { label: 'An hour', number: true }, { label: 'A month', number: true }, ...(faulty ? [{ label: 'Not known' }] : [])]}>
        {shown.map((line) => (
          <tr key={`${line.namespace}/${line.service}/${line.environment}/${line.category}`}>
            <td>
              {line.service.startsWith('(') ? <span className={table.main}>{line.service}</span> : <Link to="/services/$namespace/$service" params={{ namespace: line.namespace, service: line.service }} className={table.main} data-row-link="">{line.service}</Link>}
              <span className={table.sub}>{line.namespace}</span>
            </td>
            <td>{line.environment}</td>
            <td>{line.category}</td>
            <td className={table.number}>{line.hourly === undefined ? <span className={table.soft}>not known</span> : money(line.hourly, currency)}</td>
            <td className={table.number}>
              <Evidence label={`${line.category} of ${line.service} in ${line.environment}`} facts={line.parts.slice(0, 8).map((part): [string, string] => [part.what, partWords(part, currency)])} about={`${line.parts.length > 8 ? `${line.parts.length - 8} more parts. ` : ''}A month is 730 hours.${line.estimated ? ' Estimated: list rates, not what is paid here; set your own rates in the price folder.' : ''}`}>
                {line.hourly === undefined ? 'why' : money(String(Number(line.hourly) * 730), currency)}
              </Evidence>
            </td>
            {faulty ? <td><span className={`${table.sub} ${table.lines}`}>{unknownsOf(line)}</span></td> : null}
          </tr>
        ))}
      </Table>
    </Section>
  );
}

function partWords(part: RunningCostPart, currency: string): string {
  if (part.hourly === undefined) return part.unknown ?? 'not known';
  const of = part.rate === undefined ? '' : ` at ${part.rate.amount} ${currency} (${part.rate.method}, ${part.rate.source}, ${part.rate.asOf})`;
  return `${part.replicas} × ${part.quantity ?? '?'} ${part.unit}${part.basis === undefined ? '' : `, ${BASIS[part.basis]}`}${part.share === undefined ? '' : `, a share of ${part.share}`}${of} = ${part.hourly} an hour`;
}

function unknownsOf(line: RunningCostLine): string {
  const unknown = line.parts.flatMap((part) => (part.unknown === undefined ? [] : [`${part.what}: ${part.unknown}`]));
  return unknown.length <= 1 ? (unknown[0] ?? '') : `${unknown[0]}; and ${(unknown.length - 1) + ' more'}`;
}
