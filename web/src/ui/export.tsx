/** A list as a file: all rows that the filter leaves, with every value whole. */
import { csv } from '../data/csv.ts';
import type { CsvColumn } from '../data/csv.ts';
import { download } from '../data/download.ts';
import { count } from '../data/wording.ts';
import { Glyph } from './glyph.tsx';
import styles from './copy.module.css';

export interface ExportCsvProps<Row> {
  /** The file's name without ending, such as `catalog`. */
  name: string;
  columns: readonly CsvColumn<Row>[];
  rows: readonly Row[];
}

export function ExportCsv<Row>({ name, columns, rows }: ExportCsvProps<Row>) {
  const about = `Save ${count(rows.length, 'row')} of ${name} as CSV`;
  return (
    <button type="button" className={styles.cli} title={about} onClick={() => download(`roadbed-${name}`, 'csv', csv(columns, rows))}>
      <Glyph name="download" />
      <span>CSV</span>
      <span className="unseen">: {about}</span>
    </button>
  );
}
