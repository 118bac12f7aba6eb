/** Who costs what: one row a team, service, environment or category, with what a thousand requests cost. */
import type { CostGroup, CostPage } from '../../../src/api/contract/cost-page.ts';
import type { CsvColumn } from '../data/csv.ts';
import { money, percent } from '../data/wording.ts';
import { ExportCsv } from '../ui/export.tsx';
import { Section } from '../ui/page.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import { changeWords } from './cost-words.ts';
import styles from './cost.module.css';

const CSV: CsvColumn<CostGroup>[] = [
  { label: 'key', value: (group) => group.key }, { label: 'days shown', value: (group) => group.total }, { label: 'this month so far', value: (group) => group.soFar }, { label: 'same days of the month before', value: (group) => group.before }, { label: 'at the rate of now, a month', value: (group) => group.monthly },
  { label: 'requests', value: (group) => group.requests }, { label: 'per 1000 requests', value: (group) => group.perThousand }, { label: 'estimated', value: (group) => group.estimated }, { label: 'incomplete', value: (group) => group.incomplete },
];

export function CostGroups({ data, onOpen }: { data: CostPage; onOpen: (search: { team?: string; service?: string; environment?: string; by?: string }) => void }) {
  const { groups, currency, by, source } = data;
  const sum = groups.reduce((total, group) => total + Number(group.total ?? 0), 0);
  const unit = source === 'running' && by === 'service';
  const columns = [{ label: HEADS[by] }, { label: `${data.days.length} days`, number: true }, { label: 'Share', number: true }, { label: 'This month', number: true }, { label: 'Than before' }, ...(source === 'running' ? [{ label: 'A month at this rate', number: true }] : []), ...(unit ? [{ label: '1,000 requests', number: true }] : [])];
  return (
    <Section title={`By ${by}`} actions={<ExportCsv name={`cost-by-${by}`} columns={CSV} rows={groups} />}>
      <Table caption={`Cost by ${by}`} columns={columns}>
        {groups.map((group) => (
          <tr key={group.key}>
            <td>
              {by === 'category' || group.label.startsWith('(') ? <span className={table.main}>{group.label}</span> : (
                <button type="button" className={styles.open} data-row-link="" onClick={() => onOpen(narrowed(by, group))}>{group.label}</button>
              )}
              <span className={table.sub}>{[by === 'service' ? group.key.split('/')[0] : undefined, group.estimated ? 'estimated rates' : undefined, group.incomplete ? 'parts have no amount' : undefined].filter(Boolean).join(', ')}</span>
            </td>
            <td className={table.number}>{amount(group.total, currency, group.incomplete)}</td>
            <td className={table.number}>{group.total === undefined || sum === 0 ? <Unknown /> : percent(Number(group.total) / sum)}</td>
            <td className={table.number}>{amount(group.soFar, currency, group.incomplete)}</td>
            <td className={table.tight}>{changeWords(group.soFar, group.before) ?? <span className={table.soft}>{group.before === undefined && data.month.previous !== undefined ? 'new' : '–'}</span>}</td>
            {source === 'running' ? <td className={table.number}>{amount(group.monthly, currency, false)}</td> : null}
            {unit ? <td className={table.number}>{group.perThousand === undefined ? <span className={table.soft}>none counted yet</span> : <span title={`${group.requests?.toLocaleString('en')} requests in ${data.days.length} days`}>{money(group.perThousand, currency)}</span>}</td> : null}
          </tr>
        ))}
      </Table>
    </Section>
  );
}

const HEADS: Readonly<Record<CostPage['by'], string>> = { team: 'Team', service: 'Service', environment: 'Environment', category: 'Category' };

/** A group opens as the next finer grouping of itself. */
function narrowed(by: CostPage['by'], group: CostGroup): { team?: string; service?: string; environment?: string; by?: string } {
  if (by === 'team') return { team: group.key, by: '' };
  if (by === 'environment') return { environment: group.key, by: '' };
  const [team = '', service = ''] = group.key.split('/');
  return { ...(team === '' ? {} : { team }), service: service === '' ? group.key : service, by: 'environment' };
}

function amount(value: string | undefined, currency: string, least: boolean) {
  return value === undefined ? <Unknown /> : `${least ? '≥ ' : ''}${money(value, currency)}`;
}

function Unknown() {
  return <span className={table.soft} title="Nothing was recorded, or nothing in it has an amount">not known</span>;
}
