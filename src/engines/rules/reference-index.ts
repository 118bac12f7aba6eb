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

const IDENTITIES = ['id', 'arn', 'self_link', 'allocation_id', 'unique_id', 'email', 'dns_name', 'fqdn', 'repository_url', 'address'];
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

/**
 * What is known of one identity, or of all instances of one resource. Rules ask for types of holders
 * only, so two holders a type are kept (one of them may be the asker itself): ten thousand machines
 * that name ten thousand others by one text cost ten thousand steps, not their product.
 */
interface Entry {
  first: EstateResource;
  mentions: Map<string, Mention[]>;
  output?: string;
}

export class ReferenceIndex {
  readonly #entries = new Map<string, Entry>();
  /** By state and address without keys, as states write dependencies. */
  readonly #dependents = new Map<string, Map<string, Entry>>();

  /** How an identity appears in values of which only marks were kept. */
  readonly #markOf: ((identity: string) => string) | undefined;

  /** `ofTypes` are the types that will be asked about. */
  constructor(resources: readonly EstateResource[], ofTypes: ReadonlySet<string>, markOf?: (identity: string) => string) {
    this.#markOf = markOf;
    for (const resource of resources) if (resource.mode === 'managed' && ofTypes.has(resource.type)) this.#identify(resource);
    if (this.#dependents.size === 0) return;
    for (const resource of resources) this.#scan(resource);
  }

  /** Mentions by other resources: at least one of every type that has any. */
  of(resource: EstateResource): readonly Mention[] {
    const found: Mention[] = [];
    for (const name of IDENTITIES) {
      for (const mentions of this.#entry(resource.attributes[name])?.mentions.values() ?? []) found.push(...mentions.filter((mention) => isUse(mention, resource)));
    }
    for (const mentions of this.#dependents.get(resource.source.path)?.get(withoutKeys(resource.resource))?.mentions.values() ?? []) found.push(...mentions);
    return found;
  }

  /** Name of an output that holds one of its identities. */
  output(resource: EstateResource): string | undefined {
    for (const name of IDENTITIES) {
      const output = this.#entry(resource.attributes[name])?.output;
      if (output !== undefined) return output;
    }
    return undefined;
  }

  /** Takes the outputs of a state: they are no use, but others may read them. */
  addOutput(name: string, value: AttributeValue): void {
    this.#walk(value, 0, (text) => this.#find(text, (entry) => { entry.output ??= name; }));
  }

  #entry(value: AttributeValue | undefined): Entry | undefined {
    return typeof value === 'string' ? this.#entries.get(identityKey(value)) : undefined;
  }

  #identify(resource: EstateResource): void {
    for (const name of IDENTITIES) {
      const value = resource.attributes[name];
      if (typeof value !== 'string' || value.length < MIN_LENGTH || this.#entries.has(identityKey(value))) continue;
      const entry: Entry = { first: resource, mentions: new Map() };
      this.#entries.set(identityKey(value), entry);
      if (this.#markOf !== undefined) this.#entries.set(this.#markOf(value), entry);
    }
    const ofState = this.#dependents.get(resource.source.path) ?? new Map<string, Entry>();
    this.#dependents.set(resource.source.path, ofState);
    const address = withoutKeys(resource.resource);
    if (!ofState.has(address)) ofState.set(address, { first: resource, mentions: new Map() });
  }

  #scan(resource: EstateResource): void {
    for (const attribute of Object.keys(resource.attributes)) {
      if (SKIPPED.has(attribute)) continue;
      this.#walk(resource.attributes[attribute] ?? null, 0, (text) => this.#find(text, (entry) => note(entry, resource, attribute)));
    }
    const ofState = this.#dependents.get(resource.source.path);
    if (ofState === undefined) return;
    for (const address of resource.dependencies ?? []) {
      for (const name of dependencyNames(withoutKeys(address), withoutKeys(resource.module))) {
        const entry = ofState.get(name);
        if (entry !== undefined && entry.first.resource !== resource.resource) note(entry, resource, 'depends_on');
      }
    }
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

  #find(text: string, found: (entry: Entry) => void): void {
    const whole = this.#entries.get(identityKey(text));
    if (whole !== undefined) return found(whole);
    for (const part of mentionedTexts(text)) {
      const entry = this.#entries.get(identityKey(part));
      if (entry !== undefined) found(entry);
    }
  }
}

/** The pieces of a text that may be ids, arns or names of other things: inside documents, scripts (also in base64), composite ids. */
export function* mentionedTexts(text: string): Generator<string> {
  if (text.length <= 15) return;
  const searched = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text;
  yield* pieces(searched);
  const decoded = decodedScript(searched);
  if (decoded !== undefined) yield* pieces(decoded);
}

function* pieces(text: string): Generator<string> {
  for (const [piece] of text.matchAll(PIECE)) {
    if (piece.length !== text.length) yield piece;
    if (!SEPARATOR.test(piece)) continue;
    yield* prefixes(piece);
    for (const part of piece.split(SEPARATOR)) if (part.length >= MIN_LENGTH) yield part;
  }
}

/** `arn:aws:s3:::assets/logos/` mentions the bucket: what stands before each separator. */
function* prefixes(piece: string): Generator<string> {
  if (!piece.startsWith('arn:') && !piece.includes('/')) return;
  for (let at = piece.length - 1, steps = 0; at >= MIN_LENGTH && steps < 20; at -= 1) {
    const character = piece[at];
    if (character !== '/' && character !== ':') continue;
    steps += 1;
    yield piece.slice(0, at);
  }
}

function note(entry: Entry, holder: EstateResource, attribute: string): void {
  if (entry.first === holder) return;
  const present = entry.mentions.get(holder.type);
  if (present === undefined) entry.mentions.set(holder.type, [{ holder, attribute }]);
  else if (present.length === 1 && (present[0]?.holder !== holder || IDENTITIES.includes(present[0].attribute))) present.push({ holder, attribute });
  else if (IDENTITIES.includes(present[1]?.attribute ?? '') && !IDENTITIES.includes(attribute)) present[1] = { holder, attribute };
}

/** Not its own, and not that of the same thing in a second state, which has the same id. */
function isUse({ holder, attribute }: Mention, resource: EstateResource): boolean {
  const twin = holder.type === resource.type && holder.mode === 'managed' && (IDENTITIES.includes(attribute) || holder.attributes['id'] === resource.attributes['id']);
  return holder !== resource && !twin;
}

/** Resource ids of Azure have no case: its services write them in several. */
export function identityKey(text: string): string {
  return text.startsWith('/subscriptions/') ? text.toLowerCase() : text;
}

/** The first releases that wrote states of version 4 (Terraform 0.12) left the module of a dependency out. */
function dependencyNames(address: string, module: string): string[] {
  return module === '' ? [address] : [address, `${module}.${address}`];
}

function withoutKeys(address: string): string {
  return address.includes('[') ? address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '') : address;
}

/** Scripts of launch templates stand in base64. */
function decodedScript(text: string): string | undefined {
  if (text.length < 40 || !/^[A-Za-z0-9+/\r\n]+={0,2}\s*$/.test(text)) return undefined;
  const decoded = Buffer.from(text, 'base64').toString('latin1');
  return /^[\t\n\r\x20-\x7e]/.test(decoded) ? decoded : undefined;
}
