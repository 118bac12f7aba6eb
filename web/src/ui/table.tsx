/** A table that scrolls inside its own box; `j` and `k` walk over the links marked with `data-row-link`. */
import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface TableColumn {
  label: string;
  number?: boolean;
  /** A column whose cells explain themselves (an action): its label is for readers only. */
  silent?: boolean;
}

export function Table({ caption, columns, children, bare = false }: { caption: string; columns: TableColumn[]; children: ReactNode; bare?: boolean }) {
  return (
    <div className={`${styles.scroll} ${bare ? styles.bare : ''}`} tabIndex={0} role="group" aria-label={caption}>
      <table className={styles.table}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.label} scope="col" className={column.number === true ? styles.number : undefined}>
                {column.silent === true ? <span className="unseen">{column.label}</span> : column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
