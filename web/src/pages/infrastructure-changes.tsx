/** What differs between two commits, resource by resource: what was removed first, for that is what hurts. */
import type { ResourceChange } from '../../../src/api/contract/infrastructure-page.ts';
import { csv } from '../data/csv.ts';
import { ChangeState } from '../diagram/part-panel.tsx';
import { Copyable } from '../ui/copy.tsx';
import { Empty } from '../ui/empty.tsx';
import { ExportCsv } from '../ui/export.tsx';
import { Table } from '../ui/table.tsx';
import table from '../ui/table.module.css';
import styles from './infrastructure.module.css';

const ORDER = ['removed', 'replaced', 'changed', 'added'];
const COLUMNS: Parameters<typeof csv<ResourceChange>>[0] = [{ label: 'change', value: (row) => row.change }, { label: 'address', value: (row) => row.address }, { label: 'place', value: (row) => row.place }];

export function ChangesSheet({ changes, more }: { changes: readonly ResourceChange[]; more: number }) {
  if (changes.length === 0) return <Empty kind="not-connected" title="No resource differs" text="The code may: names of variables, comments and files, or values that only applying tells." />;
  const rows = changes.toSorted((left, right) => ORDER.indexOf(left.change) - ORDER.indexOf(right.change) || left.address.localeCompare(right.address));
  return (
    <>
      <Table bare caption="Resources that differ" columns={[{ label: 'Address' }, { label: 'Change' }, { label: 'Place' }]}>
        {rows.map((row) => (
          <tr key={row.address}>
            <td><code>{row.address}</code></td>
            <td><ChangeState change={row.change} /></td>
            <td>{row.place === undefined ? <span className={table.soft}>–</span> : <Copyable text={row.place} label="the place" />}</td>
          </tr>
        ))}
      </Table>
      <div className={styles.switches}>
        <ExportCsv name="changes" columns={COLUMNS} rows={rows} />
        {more > 0 ? <span className={styles.quiet}>and {more.toLocaleString('en')} more: saved as JSON, the file has them all</span> : null}
      </div>
    </>
  );
}
