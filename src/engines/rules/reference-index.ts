/**
 * Who mentions whom, over all texts of all states: the index that makes "is this used anywhere" one look-up.
 *
 * Two passes. The first notes the identities (id, arn, self link) of the resources that rules ask
 * about; the second goes through every text of every resource once and looks it up, whole and in the
 * pieces that ids and arns are: inside policies, user data (also in base64), composite ids, JSON. So it
 * is linear in the size of the states and independent of the number of rules. It errs towards "used":
 * a mention by a data source or in a script is a use.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute } from '../infrastructure/model.ts';
import type { EstateResource } from './estate-resource.ts';

const IDENTITIES = ['id', 'arn', 'self_link', 'allocation_id', 'unique_id', 'email', 'dns_name', 'fqdn', 'repository_url'];
/** Shorter texts are equal by chance. */
const MIN_LENGTH = 6;
const MAX_DEPTH = 60;
/** Of a text; the rest of a longer one is not searched. */
const MAX_TEXT = 1024 * 1024;
const PIECE = /[A-Za-z0-9/][A-Za-z0-9_.:/@-]{5,}/g;
const SEPARATOR = /[_,:/]/;
/** Copies of other attributes, and texts for people. */
const SKIPPED = new Set(['tags_all', 'timeouts', 'description', 'effective_labels', 'terraform_labels']);

export interface Mention {
  holder: EstateResource;
  attribute: string;
}

export class ReferenceIndex {
  readonly #owners = new Map<string, EstateResource[]>();
  readonly #mentions = new Map<EstateResource, Mention[]>();
  readonly #outputs = new Map<EstateResource, string>();

  /** `ofTypes` are the types that will be asked about. */
  constructor(resources: readonly EstateResource[], ofTypes: ReadonlySet<string>) {
    for (const resource of resources) if (resource.mode === 'managed' && ofTypes.has(resource.type)) this.#identify(resource);
    if (this.#owners.size === 0) return;
    for (const resource of resources) this.#scan(resource);
    this.#addDependencies(resources);
  }

  /** Mentions by other resources, in the order of the states. */
  of(resource: EstateResource): readonly Mention[] {
    return this.#mentions.get(resource) ?? [];
  }

  /** Name of an output that holds one of its identities. */
  output(resource: EstateResource): string | undefined {
    return this.#outputs.get(resource);
  }

  /** Takes the outputs of a state: they are no use, but others may read them. */
  addOutput(name: string, value: AttributeValue): void {
    this.#walk(value, 0, (text) => this.#find(text, (owner) => { if (!this.#outputs.has(owner)) this.#outputs.set(owner, name); }));
  }

  #identify(resource: EstateResource): void {
    for (const name of IDENTITIES) {
      const value = resource.attributes[name];
      if (typeof value !== 'string' || value.length < MIN_LENGTH) continue;
      const present = this.#owners.get(value);
      if (present === undefined) this.#owners.set(value, [resource]);
      else if (!present.includes(resource)) present.push(resource);
    }
  }

  /** By address within one state, without keys, as states write dependencies. */
  #addDependencies(resources: readonly EstateResource[]): void {
    const owners = new Map<string, Set<EstateResource>>();
    for (const resource of new Set([...this.#owners.values()].flat())) {
      const key = dependencyKey(resource, resource.resource);
      owners.set(key, (owners.get(key) ?? new Set()).add(resource));
    }
    for (const holder of resources) {
      for (const address of holder.dependencies ?? []) {
        for (const owner of owners.get(dependencyKey(holder, address)) ?? []) {
          if (owner.resource !== holder.resource) this.#note(owner, holder, 'depends_on', false);
        }
      }
    }
  }

  #scan(resource: EstateResource): void {
    for (const attribute of Object.keys(resource.attributes)) {
      if (SKIPPED.has(attribute)) continue;
      const own = IDENTITIES.includes(attribute);
      this.#walk(resource.attributes[attribute] ?? null, 0, (text) => this.#find(text, (owner) => this.#note(owner, resource, attribute, own)));
    }
  }

  /** The same thing in two states has the same id in both: neither uses the other. */
  #note(owner: EstateResource, holder: EstateResource, attribute: string, identity: boolean): void {
    if (owner === holder || (identity && owner.type === holder.type && holder.mode === 'managed')) return;
    const present = this.#mentions.get(owner);
    if (present === undefined) this.#mentions.set(owner, [{ holder, attribute }]);
    else if (present.at(-1)?.holder !== holder || present.at(-1)?.attribute !== attribute) present.push({ holder, attribute });
  }

  #walk(value: AttributeValue, depth: number, visit: (text: string) => void): void {
    if (typeof value === 'string') {
      if (value.length >= MIN_LENGTH) visit(value);
    } else if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
    else if (value instanceof SensitiveAttribute) this.#walk(value.reveal(), depth + 1, visit);
    else if (Array.isArray(value)) for (const item of value as readonly AttributeValue[]) this.#walk(item, depth + 1, visit);
    else if (isPlainObject(value)) for (const name of Object.keys(value)) {
      // Keys are texts as well: a map by subnet id.
      if (name.length >= 12) visit(name);
      this.#walk(value[name] ?? null, depth + 1, visit);
    }
  }

  #find(text: string, found: (owner: EstateResource) => void): void {
    const whole = this.#owners.get(text);
    if (whole !== undefined) return whole.forEach(found);
    if (text.length <= 15) return;
    const searched = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
    this.#pieces(searched, found);
    const decoded = decodedScript(searched);
    if (decoded !== undefined) this.#pieces(decoded, found);
  }

  #pieces(text: string, found: (owner: EstateResource) => void): void {
    for (const [piece] of text.matchAll(PIECE)) {
      if (piece.length !== text.length) this.#owners.get(piece)?.forEach(found);
      if (!SEPARATOR.test(piece)) continue;
      this.#prefixes(piece, found);
      for (const part of piece.split(SEPARATOR)) if (part.length >= MIN_LENGTH) this.#owners.get(part)?.forEach(found);
    }
  }

  /** `arn:aws:s3:::assets/logos/` mentions the bucket: what stands before each separator. */
  #prefixes(piece: string, found: (owner: EstateResource) => void): void {
    if (!piece.startsWith('arn:') && !piece.includes('/')) return;
    for (let at = piece.length - 1, steps = 0; at >= MIN_LENGTH && steps < 20; at -= 1) {
      const character = piece[at];
      if (character !== '/' && character !== ':') continue;
      steps += 1;
      this.#owners.get(piece.slice(0, at))?.forEach(found);
    }
  }
}

function dependencyKey({ source }: EstateResource, address: string): string {
  return `${source.path} ${address.includes('[') ? address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '') : address}`;
}

/** Scripts of launch templates stand in base64. */
function decodedScript(text: string): string | undefined {
  if (text.length < 40 || !/^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return /^[\t\n\r\x20-\x7e]/.test(decoded) ? decoded : undefined;
}
