/**
 * Finds which resource an id, arn or name in another resource's attributes means.
 *
 * States hold no expressions, only values, so an edge is an equality: an attribute's text equals an
 * identity of exactly one other resource, or of several of which one clearly owns it. Terraform's own
 * list of dependencies is kept only where values say nothing, since it also names indirect ones.
 * Everything is one pass over all texts with one map: linear in the size of the state.
 */
import type { AttributeValue, ModelReference } from './model.ts';
import { isPlainObject } from './marked-values.ts';

/** What can be meant by others; in the order of preference when two attributes hold the same text. */
const IDENTITIES = ['id', 'arn', 'self_link', 'unique_id', 'name', 'email', 'member', 'dns_name', 'fqdn', 'bucket_regional_domain_name', 'url'] as const;
/** Shorter texts (`1`, `web`, `tcp`) are equal by chance. */
const MIN_IDENTITY_LENGTH = 6;
const MAX_DEPTH = 60;
const MAX_REFERENCES = 200;
/** Longer texts are documents: only the arns within them are looked up. */
const MAX_EXACT_LENGTH = 512;
const ARN = /arn:[a-z-]+:[a-z0-9-]+:[^\s"',\\]*/g;

export interface Identified {
  address: string;
  type: string;
  attributes: { readonly [name: string]: AttributeValue };
}

interface Owner {
  address: string;
  type: string;
  attribute: string;
}

export class IdentityIndex {
  readonly #owners = new Map<string, Owner | Owner[]>();

  constructor(resources: Iterable<Identified>) {
    for (const resource of resources) {
      const seen = new Set<string>();
      for (const attribute of IDENTITIES) {
        const value = resource.attributes[attribute];
        if (typeof value !== 'string' || value.length < MIN_IDENTITY_LENGTH || seen.has(value)) continue;
        if (attribute === 'name' && !/[-_/.]/.test(value)) continue;
        seen.add(value);
        this.#add(value, { address: resource.address, type: resource.type, attribute });
      }
    }
  }

  #add(text: string, owner: Owner): void {
    const present = this.#owners.get(text);
    if (present === undefined) this.#owners.set(text, owner);
    else if (Array.isArray(present)) present.push(owner);
    else this.#owners.set(text, [present, owner]);
  }

  /** The one resource that `text` means when `holder` has it at `attribute`, or undefined. */
  find(text: string, holder: Identified, attribute: string): Owner | undefined {
    const found = this.#owners.get(text);
    if (found === undefined) return undefined;
    if (!Array.isArray(found)) return found.address === holder.address ? undefined : found;
    return ownerAmong(found, holder, attribute);
  }
}

/**
 * Companions (a bucket's policy, a role's attachment) often have their owner's id as their own. The
 * owner is the resource whose type is the start of all others' types, or the one that the attribute's
 * name ends with.
 */
function ownerAmong(owners: readonly Owner[], holder: Identified, attribute: string): Owner | undefined {
  const others = owners.filter((owner) => owner.address !== holder.address);
  if (others.length <= 1) return companionOf(others[0], owners, holder);
  const named = others.filter((owner) => owner.type.endsWith(lastName(attribute).replace(/_(id|arn|name|ids|arns)$/, '')));
  if (named.length === 1) return named[0];
  const shortest = others.reduce((a, b) => (b.type.length < a.type.length ? b : a));
  const rest = others.filter((owner) => owner !== shortest);
  return rest.every((owner) => owner.type.startsWith(`${shortest.type}_`)) && !shortest.type.startsWith(`${holder.type}_`) ? shortest : undefined;
}

/** The holder itself has the same identity: it points at the other only when it is the other's companion. */
function companionOf(other: Owner | undefined, owners: readonly Owner[], holder: Identified): Owner | undefined {
  if (other === undefined) return undefined;
  const shares = owners.some((owner) => owner.address === holder.address);
  return !shares || holder.type.startsWith(other.type) ? other : undefined;
}

function lastName(attribute: string): string {
  const names = attribute.split('.').filter((name) => !/^\d+$/.test(name));
  return names.at(-1) ?? attribute;
}

/** References of one resource by its values, in the order of its attributes; at most 200. */
export function referencesByValue(resource: Identified, index: IdentityIndex): ModelReference[] {
  const references: ModelReference[] = [];
  const seen = new Set<string>();
  const note = (text: string, path: string): void => {
    const owner = index.find(text, resource, path);
    if (owner === undefined || references.length >= MAX_REFERENCES) return;
    const key = `${path}\n${owner.address}`;
    if (seen.has(key)) return;
    seen.add(key);
    references.push({ attribute: path, target: owner.address, targetAttribute: owner.attribute, via: 'value' });
  };
  const walk = (value: AttributeValue, path: string, depth: number): void => {
    if (typeof value === 'string') noteText(value, path, note);
    else if (depth >= MAX_DEPTH) return;
    else if (Array.isArray(value)) (value as readonly AttributeValue[]).forEach((item, at) => walk(item, `${path}.${at}`, depth + 1));
    else if (isPlainObject(value)) for (const name of Object.keys(value)) walk(value[name] ?? null, path === '' ? name : `${path}.${name}`, depth + 1);
  };
  for (const name of Object.keys(resource.attributes)) if (name !== 'id' || couldBeComposite(resource)) walk(resource.attributes[name] ?? null, name, 0);
  return references;
}

/** Only a companion's id says something about others: `aws_s3_bucket_policy` has its bucket's. */
function couldBeComposite(resource: Identified): boolean {
  return resource.type.split('_').length > 2;
}

function noteText(text: string, path: string, note: (text: string, path: string) => void): void {
  if (text.length < MIN_IDENTITY_LENGTH) return;
  if (text.length <= MAX_EXACT_LENGTH) note(text, path);
  if (!text.includes('arn:')) return;
  for (const [arn] of text.matchAll(ARN)) {
    if (arn === text) continue;
    note(arn, path);
    const parent = arn.replace(/[:/]\*$/, '');
    if (parent !== arn) note(parent, path);
  }
}
