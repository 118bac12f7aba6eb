/**
 * The skeleton of every page that is a list: title as the answer, filters kept in the address, the rows,
 * the two kinds of nothing, CSV, and the command that shows the same. A new list page is a call of this.
 */
import type { ReactNode } from 'react';
import type { CsvColumn } from '../data/csv.ts';
import { count } from '../data/wording.ts';
import { CopyCli } from './copy.tsx';
import { Empty } from './empty.tsx';
import { ExportCsv } from './export.tsx';
import { FilterBar } from './field.tsx';
import { PageHead, Panel } from './page.tsx';
import type { Crumb } from './page.tsx';

export interface ListPageProps<Row> {
  crumbs: Crumb[];
  /** The page's question answered in one sentence. */
  title: string;
  tab: string;
  lead?: ReactNode;
  /** Shows the same on a terminal. */
  cli: string;
  actions?: ReactNode;
  /** One and many, for the sentences: `['run', 'runs']`. */
  noun: [string, string];
  /** All rows, and those that the filter leaves. */
  rows: readonly Row[];
  shown: readonly Row[];
  filters: ReactNode;
  onClear: () => void;
  /** What stands there while there are no rows at all. */
  empty: ReactNode;
  csv: { name: string; columns: readonly CsvColumn<Row>[] };
  /** The table of the rows that are shown. */
  children: (shown: readonly Row[]) => ReactNode;
  /** Further sections above and below the list; there whenever there are rows. */
  above?: ReactNode;
  below?: ReactNode;
}

export function ListPage<Row>({ crumbs, title, tab, lead, cli, actions, noun, rows, shown, filters, onClear, empty, csv, children, above, below }: ListPageProps<Row>) {
  const none = rows.length === 0;
  const head = (
    <PageHead
      crumbs={crumbs}
      title={title}
      tab={tab}
      lead={lead}
      actions={
        <>
          {none ? null : <ExportCsv {...csv} rows={shown} />}
          <CopyCli command={cli} />
          {actions}
        </>
      }
    />
  );
  if (none) return <>{head}<Panel flush>{empty}</Panel></>;
  return (
    <>
      {head}
      {above}
      <FilterBar note={shown.length === rows.length ? undefined : `${shown.length.toLocaleString('en')} of ${count(rows.length, ...noun)}`}>{filters}</FilterBar>
      {shown.length === 0 ? (
        <Panel flush>
          <Empty kind="filtered" title={`No ${noun[0]} matches the filter`} text={rows.length === 1 ? `One ${noun[0]} is hidden by it.` : `${rows.length.toLocaleString('en')} ${noun[1]} are hidden by it.`} onClear={onClear} />
        </Panel>
      ) : (
        children(shown)
      )}
      {below}
    </>
  );
}
