/** What the commands about bills may be told. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { BILL_MEASURES, type BillMeasure } from '../../domain/bill.ts';
import { PlatformError } from '../../domain/error.ts';

export interface BillFlags {
  format?: 'table' | 'json' | 'csv';
  by?: string;
  from?: string;
  to?: string;
  month?: string;
  filter?: readonly string[];
  byDay?: boolean;
  days?: string;
  measure?: string;
  minimum?: string;
  currency?: string;
  rate?: readonly string[];
  team?: string;
  allocation?: string;
  state?: readonly string[];
  provider?: string;
  replace?: boolean;
  add?: boolean;
  delivery?: string;
  estimate?: string;
  out?: string;
  unmanaged?: boolean;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const LARGEST_TEXT = 64 * 1024 * 1024;

/** First and last day; undefined where nothing was said. Throws ROADBED-8750. */
export function rangeOf(flags: BillFlags): { from?: string; to?: string } {
  const { from, to, month } = flags;
  const wrong = [from, to].find((day) => day !== undefined && !(DAY.test(day) && !Number.isNaN(Date.parse(day))));
  if (wrong !== undefined || (month !== undefined && (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month) || from !== undefined || to !== undefined)) || (from !== undefined && to !== undefined && from > to)) {
    throw new PlatformError({ code: 'ROADBED-8750', class: 'usage', message: `${wrong ?? month ?? `${from} to ${to}`} is no day, month or range`, next: '--month 2026-09, or --from 2026-09-01 --to 2026-09-15' });
  }
  if (month !== undefined) {
    const [year = 0, number = 1] = month.split('-').map(Number);
    return { from: `${month}-01`, to: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) };
  }
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

/** Throws ROADBED-8750. */
export function measureOf(flags: BillFlags, otherwise: BillMeasure): BillMeasure {
  const found = BILL_MEASURES.find((measure) => measure === (flags.measure ?? otherwise));
  if (found === undefined) throw new PlatformError({ code: 'ROADBED-8750', class: 'usage', message: `${JSON.stringify(flags.measure)} is no cost`, next: `one of ${BILL_MEASURES.join(', ')}` });
  return found;
}

/** A number of the command line within bounds. Throws ROADBED-8750. */
export function numberOf(name: string, text: string | undefined, otherwise: number, least: number, most: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= least && value <= most)) throw new PlatformError({ code: 'ROADBED-8750', class: 'usage', message: `${name} ${JSON.stringify(text)} is no number from ${least} to ${most}` });
  return value;
}

/** Throws ROADBED-8751. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((cause: NodeJS.ErrnoException) => {
    throw new PlatformError({ code: 'ROADBED-8751', class: 'not-found', message: `${path} cannot be read`, why: cause.code ?? cause.message });
  });
  if (bytes.length > LARGEST_TEXT) throw new PlatformError({ code: 'ROADBED-8751', class: 'invalid', message: `${path} is larger than 64 MB` });
  return bytes.toString('utf8');
}

export function nameOfFile(path: string): string {
  return basename(path).replace(/[\u0000-\u001f\u007f\\]/g, '_').slice(0, 200);
}
