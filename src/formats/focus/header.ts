/** Where the columns of a file are, and whether it is a bill at all. */
import { PlatformError } from '../../domain/error.ts';
import { DROPPED_IN_1_3, FOCUS_COLUMN, FOCUS_COLUMNS, NEEDED, RENAMED, type FocusColumn } from './columns.ts';

export interface FocusHeader {
  /** Names as the file has them, trimmed. */
  columns: readonly string[];
  /** Place of a column by its FOCUS name; columns that FOCUS does not have, too. */
  places: ReadonlyMap<string, number>;
  version: string;
  /** Columns that FOCUS calls mandatory and the file lacks, and which may be null anyway. */
  missing: readonly FocusColumn[];
  /** Neither of FOCUS nor marked as a vendor's by `x_`. */
  unknown: readonly string[];
}

/** Throws ROADBED-8701 for a file that is no FOCUS table, -8703 for columns that are missing or doubled. `given`: columns that the caller supplies. */
export function readHeader(cells: readonly string[], file: string, given: ReadonlySet<string> = new Set()): FocusHeader {
  const columns = cells.map((cell, index) => (index === 0 ? cell.replace(/^\ufeff/, '') : cell).trim());
  const names = columns.map((name) => RENAMED[name] ?? name);
  if (!names.some((name) => FOCUS_COLUMN.has(name))) {
    throw new PlatformError({ code: 'ROADBED-8701', class: 'invalid', message: `${file} is no FOCUS bill`, why: `its first row begins with ${JSON.stringify(columns.slice(0, 4).join(',').slice(0, 120))}`, next: 'export the bill as FOCUS 1.0 or later; docs/how-to/import-a-bill.md says where' });
  }
  const places = new Map<string, number>();
  names.forEach((name, index) => {
    if (name === '') return;
    if (places.has(name)) throw new PlatformError({ code: 'ROADBED-8703', class: 'invalid', message: `${file} has the column ${name} twice`, why: `columns ${(places.get(name) ?? 0) + 1} and ${index + 1}`, next: 'export it again; nothing was imported' });
    places.set(name, index);
  });
  const version = versionOf(columns);
  const absent = FOCUS_COLUMNS.filter((column) => column.level === 'mandatory' && !places.has(column.name) && !given.has(column.name) && !(version === '1.3' && DROPPED_IN_1_3.has(column.name)));
  const refused = absent.filter((column) => !column.nulls || (NEEDED as readonly string[]).includes(column.name));
  if (refused.length > 0) {
    throw new PlatformError({ code: 'ROADBED-8703', class: 'invalid', message: `${file} lacks columns that FOCUS makes mandatory: ${refused.map((column) => column.name).join(', ')}`, why: `it has ${columns.length} columns`, next: 'export it again with them; nothing was imported' });
  }
  return { columns, places, version, missing: absent, unknown: names.filter((name) => name !== '' && !FOCUS_COLUMN.has(name) && !name.startsWith('x_')) };
}

/** The oldest version that has all of the columns. */
function versionOf(columns: readonly string[]): string {
  if (columns.some((name) => name in RENAMED)) return '1.3';
  const since = columns.map((name) => FOCUS_COLUMN.get(name)?.since ?? '1.0');
  return since.reduce((newest, version) => (version > newest ? version : newest), '1.0');
}
