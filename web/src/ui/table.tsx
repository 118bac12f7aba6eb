/**
 * A table that scrolls inside its own box; `j` and `k` walk over the links marked with `data-row-link`.
 *
 * On a narrow screen each row is a card and each cell says which column it is: then nothing scrolls
 * sideways. The cells are named here, once, so that no page has to; and as boxes that are laid out
 * otherwise lose their part in a table for readers, each says its role.
 */
import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface TableColumn {
  label: string;
  number?: boolean;
  /** A column whose cells explain themselves (an action): its label is for readers only. */
  silent?: boolean;
}

export function Table({ caption, columns, children, bare = false }: { caption: string; columns: TableColumn[]; children: ReactNode; bare?: boolean }) {
  const body = useRef<HTMLTableSectionElement>(null);
  useLayoutEffect(() => (body.current === null ? undefined : nameCells(body.current, columns)));
  return (
    <div className={`${styles.scroll} ${bare ? styles.bare : ''}`} tabIndex={0} role="group" aria-label={caption}>
      <table role="table" className={styles.table}>
        <caption>{caption}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.label} role="columnheader" scope="col" className={column.number === true ? styles.number : undefined}>
                {column.silent === true ? <span className="unseen">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" ref={body}>{children}</tbody>
      </table>
    </div>
  );
}

function nameCells(body: HTMLTableSectionElement, columns: readonly TableColumn[]): void {
  for (const row of body.rows) {
    row.setAttribute('role', 'row');
    for (const [index, cell] of [...row.cells].entries()) {
      cell.setAttribute('role', cell.tagName === 'TH' ? 'rowheader' : 'cell');
      const column = columns[index];
      cell.dataset['label'] = column === undefined || column.silent === true ? '' : column.label;
    }
  }
}
