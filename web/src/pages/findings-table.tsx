/** Findings as rows, and what is common to every place that shows them: severity, saving, state. */
import type { ReactNode } from 'react';
import type { FindingView } from '../../../src/api/contract/findings-page.ts';
import type { Tone } from '../../../src/api/contract/pages.ts';
import type { CsvColumn } from '../data/csv.ts';
import { money, person } from '../data/wording.ts';
import { Age } from '../ui/age.tsx';
import { State } from '../ui/state.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';

const TONES: Readonly<Record<string, Tone>> = { critical: 'bad', high: 'bad', medium: 'warn', low: 'idle', info: 'idle' };

export function Severity({ severity }: { severity: string }) {
  return <State tone={TONES[severity] ?? 'idle'} plain>{severity.charAt(0).toUpperCase() + severity.slice(1)}</State>;
}

/** An unknown price is said to be unknown. */
export function Saving({ saving }: Pick<FindingView, 'saving'>) {
  if (saving === undefined) return <span className={table.soft}>–</span>;
  if (!saving.known) return <span className={table.soft} title={saving.reason}>unknown</span>;
  return <>{money(saving.monthly, saving.currency)}<span className={table.sub}>a month</span></>;
}

export const FINDING_COLUMNS: CsvColumn<FindingView>[] = [
  { label: 'team', value: ({ namespace }) => namespace }, { label: 'area', value: ({ area }) => area }, { label: 'severity', value: ({ severity }) => severity }, { label: 'confidence', value: ({ confidence }) => confidence }, { label: 'rule', value: ({ rule }) => rule },
  { label: 'subject', value: ({ subject }) => subject.name }, { label: 'type', value: ({ subject }) => subject.type }, { label: 'source', value: ({ seenBy }) => seenBy.map(({ source }) => source).join(' ') }, { label: 'file', value: ({ location }) => location?.file }, { label: 'line', value: ({ location }) => location?.line },
  { label: 'sentence', value: ({ sentence }) => sentence }, { label: 'saving a month', value: ({ saving }) => (saving?.known === true ? saving.monthly : undefined) }, { label: 'currency', value: ({ saving }) => (saving?.known === true ? saving.currency : undefined) }, { label: 'price of', value: ({ saving }) => (saving?.known === true ? saving.priceDate : undefined) },
  { label: 'state', value: ({ state }) => state }, { label: 'accepted until', value: ({ waiver }) => waiver?.until }, { label: 'since', value: ({ firstSeen }) => firstSeen }, { label: 'fingerprint', value: ({ fingerprint }) => fingerprint },
];

export interface FindingsTableProps {
  findings: readonly FindingView[];
  caption: string;
  /** The link of a row to its details. */
  link: (finding: FindingView, children: ReactNode, className: string | undefined) => ReactNode;
  bare?: boolean;
}

export function FindingsTable({ findings, caption, link, bare = false }: FindingsTableProps) {
  return (
    <Table bare={bare} caption={caption} columns={[{ label: 'Finding' }, { label: 'Severity' }, { label: 'Where' }, { label: 'Saves', number: true }, { label: 'Since' }]}>
      {findings.map((finding) => (
        <tr key={`${finding.namespace}/${finding.fingerprint}`}>
          <td className={table.sentence}>
            {link(finding, finding.title, table.main)}
            <span className={`${table.sub} ${table.lines}`}>{finding.sentence}</span>
          </td>
          <td className={table.tight}>
            <Severity severity={finding.severity} />
            <span className={table.sub}>{finding.area}, {finding.confidence}</span>
          </td>
          <td>
            {finding.seenBy[0]?.source ?? finding.subject.source}
            <span className={table.sub}>{finding.location === undefined ? finding.namespace : `${finding.location.file}:${finding.location.line}`}</span>
          </td>
          <td className={table.number}><Saving saving={finding.saving} /></td>
          <td className={table.tight}>
            <Age at={finding.firstSeen} />
            {finding.state === 'open' ? null : <span className={table.sub}>{finding.state === 'resolved' ? 'resolved' : `accepted until ${finding.waiver?.until ?? ''} by ${person(finding.waiver?.by ?? '')}`}</span>}
          </td>
        </tr>
      ))}
    </Table>
  );
}
