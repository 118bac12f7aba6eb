/** The Table form of objects: what `kubectl get` prints. Cells are computed here, Age included. */
import type { Column } from '../../../domain/kinds/definition.ts';
import type { ApiObject } from '../../../domain/object.ts';
import { valueAt } from '../../../engines/selectors/path.ts';
import type { ServedKind } from '../served-kinds.ts';

export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableOptions {
  version: string;
  includeObject: IncludeObject;
  now: number;
}

const MAX_CELL = 256;

export function tableText(kind: ServedKind, rows: readonly Readonly<ApiObject>[], listMetadata: Record<string, unknown>, options: TableOptions, withColumns = true): string {
  const head = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata: listMetadata,
    columnDefinitions: withColumns ? columnDefinitions(kind) : null,
  };
  const texts = rows.map((object) => JSON.stringify(row(kind, object, options)));
  return `${JSON.stringify(head).slice(0, -1)},"rows":[${texts.join(',')}]}`;
}

/** The row of a bookmark: no cells, only metadata. */
export function bookmarkTable(metadata: Record<string, unknown>, version: string): Record<string, unknown> {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata: { resourceVersion: metadata['resourceVersion'] },
    columnDefinitions: null,
    rows: [{ cells: [], object: { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata } }],
  };
}

function columnDefinitions(kind: ServedKind): unknown[] {
  return kind.definition.columns.map((column, index) => ({
    name: column.name,
    type: column.type === 'date' ? 'string' : column.type,
    format: index === 0 ? 'name' : '',
    description: column.description,
    priority: column.priority,
  }));
}

function row(kind: ServedKind, object: Readonly<ApiObject>, options: TableOptions): unknown {
  return { cells: kind.definition.columns.map((column) => cell(column, object, options.now)), object: included(object, options) };
}

function included(object: Readonly<ApiObject>, options: TableOptions): unknown {
  if (options.includeObject === 'None') return null;
  if (options.includeObject === 'Object') return object;
  return partialMetadata(object, options.version);
}

export function partialMetadata(object: Readonly<ApiObject>, version = 'v1'): Record<string, unknown> {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

function cell(column: Column, object: Readonly<ApiObject>, now: number): unknown {
  const value = valueAt(object, column.path);
  if (value === undefined || value === null) return null;
  if (column.type === 'date') return typeof value === 'string' ? age(now - Date.parse(value)) : null;
  if (column.type === 'string') {
    const text = typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : JSON.stringify(value);
    return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL)}…` : text;
  }
  return value;
}

/** `5s`, `12m`, `3h20m`, `3d`: the two largest units while they say something, as kubectl prints them. */
export function age(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (!Number.isFinite(seconds)) return '<unknown>';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 730) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? pair(years, 'y', days % 365, 'd') : `${years}y`;
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
