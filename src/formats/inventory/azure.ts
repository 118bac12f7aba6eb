/** Azure Resource Graph: rows of `az graph query` and of the REST API. */
import type { JsonObject } from '../terraform/json-document.ts';
import { isJsonObject, textOf } from '../terraform/json-document.ts';
import { tagged } from './aws.ts';
import type { InventoryItem } from './item.ts';

/** `id`, `type`, `location`, `subscriptionId`, `tags`, `sku`, `properties`, `managedBy`. */
export function azureItem(row: JsonObject): InventoryItem | undefined {
  const id = textOf(row['id']);
  const type = textOf(row['type']);
  if (id === undefined || id === '' || type === undefined || type === '') return undefined;
  const account = textOf(row['subscriptionId']) ?? /^\/subscriptions\/([^/]+)/i.exec(id)?.[1];
  const region = textOf(row['location']);
  const managedBy = textOf(row['managedBy']);
  const parent = /^(.+)\/[^/]+\/[^/]+$/.exec(id)?.[1];
  const nested = type.split('/').length > 2 && parent !== undefined;
  return {
    type: type.toLowerCase(),
    id,
    name: textOf(row['name']) ?? id.slice(id.lastIndexOf('/') + 1),
    ...(account === undefined ? {} : { account }),
    ...(region === undefined || region === '' ? {} : { region }),
    ...tagged(row['tags']),
    attributes: { ...(isJsonObject(row['properties']) ? row['properties'] : {}), ...(row['sku'] === undefined ? {} : { sku: row['sku'] }), ...(region === undefined ? {} : { location: region }), ...(managedBy === undefined || managedBy === '' ? {} : { managedBy }) },
    parents: [...(nested ? [parent] : []), ...(managedBy === undefined || managedBy === '' ? [] : [managedBy])],
  };
}
