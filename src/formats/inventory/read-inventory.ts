/**
 * Reads an inventory export, told by its own marks: JSON, JSON lines or CSV of AWS Config, AWS Resource Explorer,
 * Azure Resource Graph and Google Cloud Asset Inventory, and any CSV that has columns for id and type.
 *
 * Rows without an id or type are counted, never guessed. A thing that is listed twice (AWS Config's history,
 * asset feeds) is taken once, the last time.
 */
import { PlatformError } from '../../domain/error.ts';
import { readCsv } from '../price-list/csv.ts';
import type { JsonObject, JsonValue } from '../terraform/json-document.ts';
import { isJsonObject, objectsOf, readJsonDocument, textOf } from '../terraform/json-document.ts';
import { awsConfigItem, explorerItem } from './aws.ts';
import { azureItem } from './azure.ts';
import { googleItem } from './google.ts';
import type { Inventory, InventoryItem } from './item.ts';
import { tableItem, tableRow } from './table.ts';

const MOST_BYTES = 512 * 1024 * 1024;
const MOST_ITEMS = 2_000_000;

/** An object, or undefined for a row that is none. */
type Row = JsonObject | undefined;

/** Throws ROADBED-8253 (not an inventory), ROADBED-8254 (too large), ROADBED-8301 (a quote in a CSV is never closed). */
export function readInventory(text: string, file: string): Inventory {
  if (text.length > MOST_BYTES) throw new PlatformError({ code: 'ROADBED-8254', class: 'invalid', message: `${file} is larger than is read`, why: `${text.length} characters, at most ${MOST_BYTES}`, next: 'export by account or region, and give the files one by one' });
  const rows = rowsOf(text.replace(/^\ufeff/, ''), file);
  if (rows.length > MOST_ITEMS) throw new PlatformError({ code: 'ROADBED-8254', class: 'invalid', message: `${file} has more things than are read`, why: `${rows.length}, at most ${MOST_ITEMS}`, next: 'export by account or region, and give the files one by one' });
  const format = rows.map((row) => (row === undefined ? undefined : formatOf(row))).find((one) => one !== undefined);
  if (format === undefined) throw notAnInventory(file, rows.length === 0 ? 'it has no rows' : 'no row has an id and a type that are known');
  const items = new Map<string, InventoryItem>();
  let [skipped, deleted, listed] = [0, 0, 0];
  for (const row of rows) {
    const item = row === undefined ? undefined : READERS[format](row);
    if (item === undefined) skipped += 1;
    else if (item === 'deleted') deleted += 1;
    else {
      listed += 1;
      items.set(`${item.type}\n${item.id}`, item);
    }
  }
  return { format, items: [...items.values()], rows: rows.length, skipped, deleted, repeated: listed - items.size };
}

const READERS: Record<Inventory['format'], (row: JsonObject) => InventoryItem | 'deleted' | undefined> = {
  'AWS Config': awsConfigItem,
  'AWS Resource Explorer': explorerItem,
  'Azure Resource Graph': azureItem,
  'Google Cloud Asset Inventory': googleItem,
  table: tableItem,
};

function formatOf(row: JsonObject): Inventory['format'] | undefined {
  if ('assetType' in row || 'asset' in row || 'asset_type' in row) return 'Google Cloud Asset Inventory';
  if ('configurationItemStatus' in row || 'awsRegion' in row || ('resourceType' in row && ('resourceId' in row || 'resourceName' in row))) return 'AWS Config';
  if ('Arn' in row && 'ResourceType' in row) return 'AWS Resource Explorer';
  if (typeof row['id'] === 'string' && /^\/(subscriptions|providers)\//i.test(row['id']) && 'type' in row) return 'Azure Resource Graph';
  return tableItem(row) === undefined ? undefined : 'table';
}

function rowsOf(text: string, file: string): Row[] {
  const first = text.trimStart()[0];
  if (first !== '{' && first !== '[') return csvRows(text);
  const document = readJsonDocument(text, file);
  if ('value' in document) return listIn(document.value);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const values = lines.map((line) => readJsonDocument(line, file));
  const faulty = values.findIndex((value) => 'problem' in value);
  if (lines.length < 2 || faulty === 0) throw notAnInventory(file, 'problem' in document ? `line ${document.problem.line}: ${document.problem.message}` : '');
  if (faulty > 0) throw notAnInventory(file, `line ${faulty + 1} is not JSON: the file is cut off or edited by hand`);
  return values.flatMap((value) => ('value' in value ? listIn(value.value) : []));
}

const LISTS = ['configurationItems', 'Resources', 'resources', 'Results', 'results', 'data', 'assets', 'value', 'items'];

/** The list of things, wherever the tool puts it. AWS Config's queries answer rows that are JSON in texts. */
function listIn(value: JsonValue): Row[] {
  if (Array.isArray(value)) return value.map((row) => (typeof row === 'string' ? parsedRow(row) : isJsonObject(row) ? row : undefined));
  if (!isJsonObject(value)) return [undefined];
  const list = LISTS.find((name) => Array.isArray(value[name]));
  if (list !== undefined) return listIn(value[list] ?? []);
  const { data } = value;
  if (isJsonObject(data) && Array.isArray(data['rows']) && Array.isArray(data['columns'])) {
    const names = objectsOf(data['columns']).map((column) => textOf(column['name']) ?? '');
    return data['rows'].map((row) => (Array.isArray(row) ? Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])) : undefined));
  }
  return [value];
}

function parsedRow(text: string): Row {
  const row = readJsonDocument(text, '');
  return 'value' in row && isJsonObject(row.value) ? row.value : undefined;
}

function csvRows(text: string): JsonObject[] {
  const { header, rows } = readCsv(text);
  return rows.map((row) => tableRow(header, row));
}

function notAnInventory(file: string, why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-8253', class: 'invalid', message: `${file} is no inventory that is known`, why, next: 'docs/explanation/drift.md lists the exports that are read, with the commands that make them' });
}
