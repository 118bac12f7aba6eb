/**
 * D3: states against an inventory export, with no credentials in the platform.
 *
 * A thing is matched by its full name, and by its short id only within its type. "Missing" is said only where
 * the export shows that it looked: it lists others of this type, and others of this account and region.
 * "Unmanaged" is said only of what nobody makes by itself (`unmanaged-guards.ts`) and what belongs to nothing that is
 * managed. Everything else is counted with its reason.
 */
import type { Inventory, InventoryItem } from '../../formats/inventory/item.ts';
import type { JsonValue } from '../../formats/terraform/json-document.ts';
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import { attributeClass } from './attribute-class.ts';
import { canonical, sameScalar } from './canonical.ts';
import { CLOUD_TYPES, TERRAFORM_TYPES } from './cloud-types.ts';
import type { DriftOrigin, DriftResult, RecordedResources } from './drift.ts';
import { DriftCollector } from './drift.ts';
import { ManagedIdentities, shortIds } from './managed-identities.ts';
import type { ValuePrinter } from './shown-value.ts';
import { guardReason } from './unmanaged-guards.ts';

interface InventoryOptions {
  catalogue: ProviderCatalogue;
  printer: ValuePrinter;
}

const IGNORED_TAGS = /^(aws:|goog-|hidden-link:|ms-resource-usage)/;

export function driftOfInventory(states: readonly RecordedResources[], inventory: Inventory, options: InventoryOptions): DriftResult {
  const found = new DriftCollector();
  const origins = new Map(states.flatMap((state) => state.resources.map((one) => [one, state.origin] as const)));
  const resources = states.flatMap((state) => state.resources.filter((one) => one.mode === 'managed' && one.status?.deposed === undefined));
  const managed = new ManagedIdentities(resources);
  const seen = new Set<ResourceInstance>();
  const strangers: InventoryItem[] = [];
  for (const item of inventory.items) {
    const owners = managed.find(item);
    if (owners.length === 0) strangers.push(item);
    for (const owner of owners) {
      seen.add(owner);
      compareItem(owner, item, origins.get(owner), options, found);
    }
  }
  if (inventory.skipped > 0) found.notCompared('rows of the inventory without an id or a type', inventory.format, inventory.skipped);
  if (inventory.repeated > 0) found.notCompared('rows of the inventory about a thing that a later row tells of', inventory.format, inventory.repeated);
  unmanaged(strangers, managed, found);
  missing(resources.filter((one) => !seen.has(one)), origins, inventory, found);
  return found.result();
}

function unmanaged(strangers: readonly InventoryItem[], managed: ManagedIdentities, found: DriftCollector): void {
  const mentions = managed.mentions(strangers);
  for (const item of strangers) {
    const type = TERRAFORM_TYPES.get(item.type.toLowerCase())?.[0];
    const holder = mentions.get(item);
    const parent = item.parents.map((name) => managed.byFullName(name)).find((one) => one !== undefined);
    const reason = guardReason(item) ?? (parent !== undefined || (holder !== undefined && type !== undefined && CLOUD_TYPES[type]?.child === true) ? 'belongs to something that is managed' : undefined);
    if (reason !== undefined) found.notCompared(`in the inventory only: ${reason}`, item.id);
    else {
      const place = [item.account, item.region].filter((one) => one !== undefined).join(', ');
      const detail = [place, holder === undefined ? '' : `${holder} uses it`].filter((part) => part !== '').join('; ');
      found.add({ level: 'D3', kind: 'unmanaged', class: 'existence', address: item.id, type: type ?? item.type, ...(detail === '' ? {} : { detail }), fix: type === undefined ? 'import it, or delete it' : `write it into the code and import it:\nimport {\n  to = ${type}.NAME\n  id = ${JSON.stringify(item.name)}\n}` });
    }
  }
}

function missing(resources: readonly ResourceInstance[], origins: ReadonlyMap<ResourceInstance, DriftOrigin | undefined>, inventory: Inventory, found: DriftCollector): void {
  const listed = new Set(inventory.items.flatMap((item) => TERRAFORM_TYPES.get(item.type.toLowerCase()) ?? []));
  const places = new Set(inventory.items.map((item) => `${item.account ?? ''}\n${item.region ?? ''}`));
  const accounts = new Set(inventory.items.flatMap((item) => (item.account === undefined ? [] : [item.account])));
  for (const resource of resources) {
    const type = CLOUD_TYPES[resource.type];
    const [account, region] = placeOf(resource);
    if (type === undefined) found.notCompared('the type is not known in inventories', resource.address);
    else if (!listed.has(resource.type)) found.notCompared('the inventory has nothing of this type', resource.address);
    else if (account !== undefined && (!accounts.has(account) || (region !== undefined && !places.has(`${account}\n${region}`)))) found.notCompared('the inventory has nothing of this account and region', resource.address);
    else found.add({ level: 'D3', kind: 'missing', class: 'existence', address: resource.address, type: resource.type, ...from(origins.get(resource)), ...(shortIds(resource)[0] === undefined ? {} : { detail: shortIds(resource)[0] as string }), fix: 'refresh the state (terraform plan -refresh-only); apply makes it again' });
  }
}

function from(origin: DriftOrigin | undefined): { origin?: DriftOrigin } {
  return origin === undefined ? {} : { origin };
}

/** Account and region of an ARN, subscription of a resource id, project of a self link. */
function placeOf(resource: ResourceInstance): [account: string | undefined, region: string | undefined] {
  const { arn, id, self_link: link } = resource.attributes;
  if (typeof arn === 'string' && arn.startsWith('arn:')) {
    const [, , , region, account] = arn.split(':');
    return [account === '' ? undefined : account, region === '' ? undefined : region];
  }
  const subscription = typeof id === 'string' ? /^\/subscriptions\/([^/]+)/i.exec(id)?.[1] : undefined;
  const project = /(?:^|\/)projects\/([^/]+)/.exec(typeof link === 'string' ? link : typeof id === 'string' ? id : '')?.[1];
  return [subscription ?? project, undefined];
}

function compareItem(resource: ResourceInstance, item: InventoryItem, origin: DriftOrigin | undefined, { catalogue, printer }: InventoryOptions, found: DriftCollector): void {
  const type = catalogue.type(resource.type);
  found.resources += 1;
  const differs = (path: string, recorded: AttributeValue, there: AttributeValue): void => {
    found.add({ level: 'D3', kind: 'inventory-attribute', class: attributeClass(type, path), address: resource.address, type: resource.type, attribute: path, ...from(origin), from: printer.show(recorded, type, path), to: printer.show(there, type, path) });
  };
  const compared = Object.entries(CLOUD_TYPES[resource.type]?.attributes ?? {});
  if (compared.length === 0) found.notCompared('only tags are compared of this type in inventories', resource.address);
  for (const [attribute, path] of compared) {
    const there = valueAt(item.attributes, path) ?? columnOf(item, attribute);
    const recorded = resource.attributes[attribute];
    if (recorded === undefined) continue;
    if (there === undefined || there === '' || typeof there === 'object') {
      found.notCompared('the inventory does not tell the attribute', `${resource.address}.${attribute}`);
      continue;
    }
    found.attributes += 1;
    if (!sameScalar(recorded, there, { caseless: true })) differs(attribute, recorded, there);
  }
  const tags = recordedTags(resource);
  if (item.tags === undefined && tags !== undefined) found.notCompared('the inventory does not tell the tags', resource.address);
  if (item.tags === undefined || tags === undefined) return;
  for (const name of new Set([...Object.keys(tags.values), ...Object.keys(item.tags)])) {
    if (IGNORED_TAGS.test(name)) continue;
    found.attributes += 1;
    const recorded = tags.values[name] ?? null;
    const there = item.tags[name] ?? null;
    if (canonical(recorded) !== canonical(there)) differs(`${tags.name}.${name}`, recorded, there);
  }
}

function recordedTags(resource: ResourceInstance): { name: string; values: { readonly [name: string]: AttributeValue } } | undefined {
  for (const name of ['tags_all', 'effective_labels', 'tags', 'labels']) {
    const values = resource.attributes[name];
    if (isPlainObject(values)) return { name: name === 'tags_all' ? 'tags' : name === 'effective_labels' ? 'labels' : name, values };
  }
  return undefined;
}

/** Tables of Steampipe and CloudQuery name many columns as Terraform does; `type` is the thing's own there. */
function columnOf({ attributes }: InventoryItem, attribute: string): JsonValue | undefined {
  return attribute !== 'type' && Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined;
}

/** A column of the path's own name, or the value below objects. */
function valueAt(attributes: InventoryItem['attributes'], path: string): JsonValue | undefined {
  if (Object.hasOwn(attributes, path)) return attributes[path];
  let value: JsonValue | undefined = { ...attributes };
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, step)) return undefined;
    value = value[step];
  }
  return value;
}

