/** AWS Config (snapshots, history, query results) and AWS Resource Explorer (search results). */
import type { JsonObject, JsonValue } from '../terraform/json-document.ts';
import { isJsonObject, objectsOf, readJsonDocument, textOf } from '../terraform/json-document.ts';
import type { InventoryItem } from './item.ts';

/** A row of AWS Config: `resourceType`, `resourceId`, `ARN` or `arn`, `awsRegion`, `configuration`, `tags`. */
export function awsConfigItem(row: JsonObject): InventoryItem | 'deleted' | undefined {
  const type = textOf(row['resourceType']);
  const arn = textOf(row['arn']) ?? textOf(row['ARN']);
  const name = textOf(row['resourceId']) ?? textOf(row['resourceName']);
  if (type === undefined || (arn === undefined && name === undefined)) return undefined;
  if (/deleted/i.test(textOf(row['configurationItemStatus']) ?? '')) return 'deleted';
  const id = arn ?? name ?? '';
  const configuration = objectOf(row['configuration']);
  const account = textOf(row['accountId']) ?? textOf(row['awsAccountId']) ?? arnPart(id, 4);
  const region = textOf(row['awsRegion']) ?? arnPart(id, 3);
  return {
    type,
    id,
    name: name ?? lastPart(id),
    ...(account === undefined ? {} : { account }),
    ...(region === undefined ? {} : { region }),
    ...tagged(row['tags'] ?? configuration['tags']),
    attributes: configuration,
    parents: [],
  };
}

/** A row of Resource Explorer: `Arn`, `ResourceType` (`ec2:instance`), `Region`, `OwningAccountId`, `Properties`. */
export function explorerItem(row: JsonObject): InventoryItem | undefined {
  const id = textOf(row['Arn']);
  const type = textOf(row['ResourceType']);
  if (id === undefined || id === '' || type === undefined || type === '') return undefined;
  const tags = objectsOf(row['Properties']).find((property) => property['Name'] === 'tags');
  const account = textOf(row['OwningAccountId']) ?? arnPart(id, 4);
  const region = textOf(row['Region']) ?? arnPart(id, 3);
  return { type, id, name: lastPart(id), ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }), ...tagged(tags?.['Data']), attributes: {}, parents: [] };
}

function arnPart(arn: string, at: number): string | undefined {
  const part = arn.startsWith('arn:') ? arn.split(':')[at] : undefined;
  return part === '' ? undefined : part;
}

/** `arn:aws:ec2:r:a:instance/i-1` is `i-1`; `arn:aws:s3:::b` is `b`. */
function lastPart(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf('/'), arn.lastIndexOf(':')) + 1);
}

function objectOf(value: JsonValue | undefined): JsonObject {
  if (isJsonObject(value)) return value;
  const read = typeof value === 'string' && value.startsWith('{') ? readJsonDocument(value, '') : undefined;
  return read !== undefined && 'value' in read && isJsonObject(read.value) ? read.value : {};
}

/** An object, or a list of `{key, value}` in any case; a text of JSON of either. */
export function tagged(value: JsonValue | undefined): { tags?: { readonly [name: string]: string } } {
  const read = typeof value === 'string' && /^\s*[{[]/.test(value) ? readJsonDocument(value, '') : undefined;
  const tags = read !== undefined && 'value' in read ? read.value : value;
  if (Array.isArray(tags)) {
    const pairs = objectsOf(tags).flatMap((tag): [string, string][] => {
      const name = textOf(tag['key']) ?? textOf(tag['Key']);
      return name === undefined ? [] : [[name, tagText(tag['value'] ?? tag['Value'] ?? '')]];
    });
    return { tags: Object.fromEntries(pairs) };
  }
  return isJsonObject(tags) ? { tags: Object.fromEntries(Object.entries(tags).map(([name, text]) => [name, tagText(text)])) } : {};
}

/** Objects as JSON: `String` would run what a member of theirs is called. */
function tagText(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? String(one) : one)) : String(value);
}
