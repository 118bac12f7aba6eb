/** The names under which a cloud knows what states have: full ones for all, short ones within their type. */
import type { InventoryItem } from '../../formats/inventory/item.ts';
import type { ResourceInstance } from '../infrastructure/model.ts';
import { TERRAFORM_TYPES } from './cloud-types.ts';

const FULL = ['arn', 'id', 'self_link', 'qualified_arn'] as const;
const SHORT = ['id', 'name', 'bucket', 'function_name', 'identifier', 'cluster_identifier', 'replication_group_id', 'cluster_id', 'key_id', 'zone_id', 'allocation_id', 'email'] as const;
const DEEPEST = 40;

/** One form for every way to write a full name: no case, no scheme, no host. Undefined for short ids. */
function fullName(text: string): string | undefined {
  if (text.startsWith('arn:')) return text.toLowerCase().replace(/:\*$/, '');
  if (/^\/(subscriptions|providers)\//i.test(text)) return text.toLowerCase().replace(/\/$/, '');
  if (!/^(\/\/|https:\/\/)[\w.-]*googleapis\.com\/|^(projects|organizations|folders)\//.test(text)) return undefined;
  return /(?:^|\/)((?:projects|organizations|folders)\/.+)$/.exec(text)?.[1]?.toLowerCase();
}

export function shortIds(resource: ResourceInstance): string[] {
  return SHORT.flatMap((name) => {
    const value = resource.attributes[name];
    return typeof value === 'string' && value !== '' ? [value] : [];
  });
}

export class ManagedIdentities {
  readonly #resources: readonly ResourceInstance[];
  readonly #full = new Map<string, ResourceInstance[]>();
  readonly #short = new Map<string, ResourceInstance[]>();

  constructor(resources: readonly ResourceInstance[]) {
    this.#resources = resources;
    for (const resource of resources) {
      const names = new Set(FULL.flatMap((name) => {
        const value = resource.attributes[name];
        const full = typeof value === 'string' ? fullName(value) : undefined;
        return full === undefined ? [] : [full];
      }));
      for (const name of names) push(this.#full, name, resource);
      for (const id of new Set(shortIds(resource))) push(this.#short, `${resource.type}\n${id.toLowerCase()}`, resource);
    }
  }

  byFullName(name: string): ResourceInstance | undefined {
    return this.#full.get(fullName(name) ?? '')?.[0];
  }

  /**
   * What a thing is recorded as; a thing may be in two states, and a companion (a bucket's policy) has its id too:
   * those whose type is the thing's, or else all.
   */
  find(item: InventoryItem): readonly ResourceInstance[] {
    const types = TERRAFORM_TYPES.get(item.type.toLowerCase()) ?? [];
    const byFull = this.#full.get(fullName(item.id) ?? '') ?? [];
    const exact = byFull.filter((one) => types.length === 0 || types.includes(one.type));
    if (byFull.length > 0) return exact.length > 0 ? exact : byFull;
    for (const id of new Set([item.name, item.id])) {
      const found = types.flatMap((type) => this.#short.get(`${type}\n${id.toLowerCase()}`) ?? []);
      if (found.length > 0) return found.filter((one) => compatible(one, item));
    }
    return [];
  }

  /** For each thing the first managed address that holds its name or id in some attribute. One pass over all texts. */
  mentions(items: readonly InventoryItem[]): ReadonlyMap<InventoryItem, string> {
    const wanted = new Map<string, InventoryItem[]>();
    for (const item of items) for (const name of new Set([item.id, item.name])) if (name.length >= 6) push(wanted, name, item);
    const found = new Map<InventoryItem, string>();
    const look = (value: unknown, address: string, depth: number): void => {
      if (typeof value === 'string') {
        for (const item of wanted.get(value) ?? []) if (address < (found.get(item) ?? '\uffff')) found.set(item, address);
      } else if (typeof value === 'object' && value !== null && depth < DEEPEST) for (const inner of Object.values(value)) look(inner, address, depth + 1);
    };
    if (wanted.size > 0) for (const { attributes, address } of this.#resources) look(attributes, address, 0);
    return found;
  }
}

/** Short names are unique in an account and region only: an ARN that says otherwise is another thing. */
function compatible(resource: ResourceInstance, item: InventoryItem): boolean {
  const { arn } = resource.attributes;
  if (typeof arn !== 'string' || !arn.startsWith('arn:')) return true;
  const [, , , region, account] = arn.split(':');
  return (account === '' || item.account === undefined || account === item.account) && (region === '' || item.region === undefined || item.region === 'global' || region === item.region);
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
