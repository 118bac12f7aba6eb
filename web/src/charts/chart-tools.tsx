/** What every chart offers beside its data table: the picture as SVG, and where there are rows, CSV. */
import type { RefObject } from 'react';
import { download } from '../data/download.ts';
import { Glyph } from '../ui/glyph.tsx';
import { picture } from './picture.ts';
import styles from './chart-tools.module.css';

export interface ChartToolsProps {
  /** Becomes the file's name, and tells readers which chart is meant. */
  name: string;
  figure: RefObject<HTMLElement | null>;
  /** The data behind the picture, made when it is asked for. */
  rows?: () => string;
}

export function ChartTools({ name, figure, rows }: ChartToolsProps) {
  return (
    <span className={styles.tools} data-tools="">
      {rows === undefined ? null : (
        <button type="button" className={styles.tool} onClick={() => download(name, 'csv', rows())}>
          <Glyph name="download" size={13} /> CSV<span className="unseen"> of {name}</span>
        </button>
      )}
      <button type="button" className={styles.tool} onClick={() => (figure.current === null ? undefined : download(name, 'svg', picture(figure.current)))}>
        <Glyph name="download" size={13} /> SVG<span className="unseen"> of {name}</span>
      </button>
    </span>
  );
}
