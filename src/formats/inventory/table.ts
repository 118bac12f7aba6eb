/**
 * CSV of any tool (Steampipe, CloudQuery, the consoles' exports): columns are told by their names. Dots and
 * slashes in the names of columns are left as they are, and cells that hold JSON are read where JSON is expected.
 */
import type { JsonObject } from '../terraform/json-document.ts';
import { textOf } from '../terraform/json-document.ts';
import { tagged } from './aws.ts';
import type { InventoryItem } from './item.ts';
import { typeOfName } from './type-of-name.ts';

/** What people and tools call a column, lower case and without blanks, `_` and `-`. */
const COLUMNS: Readonly<Record<string, string>> = {
  arn: 'Arn', resourcearn: 'Arn', resourcetype: 'ResourceType', owningaccountid: 'OwningAccountId', accountid: 'account', account: 'account', subscriptionid: 'subscriptionId', project: 'account',
  region: 'Region', awsregion: 'awsRegion', location: 'location', id: 'id', resourceid: 'resourceId', identifier: 'id', name: 'name', resourcename: 'resourceName',
  type: 'type', kind: 'type', assettype: 'assetType', tags: 'tags', labels: 'tags', configuration: 'configuration', configurationitemstatus: 'configurationItemStatus', service: 'Service', managedby: 'managedBy', selflink: 'selfLink',
};

export function tableRow(header: readonly string[], row: readonly string[]): JsonObject {
  return Object.fromEntries(header.map((title, at) => [COLUMNS[title.toLowerCase().replace(/[\s_-]/g, '')] ?? title.trim(), row[at] ?? '']).filter(([, cell]) => cell !== ''));
}

/** `id`, an ARN or a link, and `type` or a full name that tells it; all other columns are attributes. */
export function tableItem(row: JsonObject): InventoryItem | undefined {
  const id = textOf(row['Arn']) ?? textOf(row['selfLink']) ?? textOf(row['id']) ?? textOf(row['resourceId']);
  const type = textOf(row['type']) ?? textOf(row['ResourceType']) ?? textOf(row['resourceType']) ?? typeOfName(id ?? '');
  if (id === undefined || id === '' || type === undefined || type === '') return undefined;
  const account = textOf(row['account']) ?? textOf(row['subscriptionId']);
  const region = textOf(row['Region']) ?? textOf(row['awsRegion']) ?? textOf(row['location']);
  return { type, id, name: textOf(row['name']) ?? textOf(row['resourceId']) ?? id.slice(Math.max(id.lastIndexOf('/'), id.lastIndexOf(':')) + 1), ...(account === undefined ? {} : { account }), ...(region === undefined ? {} : { region }), ...tagged(row['tags']), attributes: row, parents: [] };
}
