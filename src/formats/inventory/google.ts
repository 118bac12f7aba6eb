/** Google Cloud Asset Inventory: exports (`asset export`, one object a line), `asset list`, feeds. */
import type { JsonObject } from '../terraform/json-document.ts';
import { isJsonObject, textOf } from '../terraform/json-document.ts';
import { tagged } from './aws.ts';
import type { InventoryItem } from './item.ts';

/** `name` (`//compute.googleapis.com/projects/...`), `assetType`, `resource.data`, `ancestors`; a feed wraps it in `asset`. */
export function googleItem(row: JsonObject): InventoryItem | 'deleted' | undefined {
  if (row['deleted'] === true) return 'deleted';
  const asset = isJsonObject(row['asset']) ? row['asset'] : row;
  const id = textOf(asset['name']);
  const type = textOf(asset['assetType']) ?? textOf(asset['asset_type']);
  if (id === undefined || id === '' || type === undefined) return undefined;
  const resource = isJsonObject(asset['resource']) ? asset['resource'] : {};
  const data = isJsonObject(resource['data']) ? resource['data'] : {};
  const project = /\/projects\/([^/]+)/.exec(id)?.[1] ?? textOf(asset['project']);
  const region = textOf(resource['location']) ?? textOf(asset['location']);
  const parent = textOf(resource['parent']) ?? textOf(asset['parentFullResourceName']);
  return {
    type,
    id,
    name: id.slice(id.lastIndexOf('/') + 1),
    ...(project === undefined ? {} : { account: project }),
    ...(region === undefined ? {} : { region }),
    ...tagged(data['labels'] ?? asset['labels']),
    attributes: data,
    parents: parent === undefined ? [] : [parent],
  };
}
