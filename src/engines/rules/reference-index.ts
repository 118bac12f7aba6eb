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
import { PieceTexts } from '../../formats/terraform/piece-texts.ts';
import type { TextVisitor } from '../../formats/terraform/piece-texts.ts';
import type { EstateResource, EstateSource } from './estate-resource.ts';
import { readAttributes } from './estate-resource.ts';
import { MIN_LENGTH, TextMentions, identityKey } from './text-mentions.ts';
import { TextTable } from './text-table.ts';

export const IDENTITIES = ['id', 'arn', 'self_link', 'allocation_id', 'unique_id', 'email', 'dns_name', 'fqdn', 'repository_url', 'address'];
const MIN_NAME_LENGTH = 12;
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
  /** Those of one type of holders stand anywhere among them. */
  mentions: Mention[];
  output?: string;
}

export class ReferenceIndex {
  /** Numbers of the identities; several may lead to one entry. */
  readonly #table = new TextTable();
  readonly #entries: Entry[] = [];
  readonly #texts = new TextMentions(this.#table);
  readonly #pieces = new PieceTexts();
  readonly #visitor = new PieceVisitor(this.#entries, this.#texts);
  /** By state and address without keys, as states write dependencies. */
  /** By the source itself and not by its path: the states of two teams may go by one name. */
  readonly #dependents = new Map<EstateSource, Map<string, Entry>>();
  /** Of each resource that is asked about. */
  readonly #own = new Map<EstateResource, Entry[]>();
  /** How an identity appears in values of which only marks were kept. */
  readonly #markOf: ((identity: string) => string) | undefined;

  /** `ofTypes` are the types that will be asked about. */
  constructor(resources: readonly EstateResource[], ofTypes: ReadonlySet<string>, markOf?: (identity: string) => string) {
    this.#markOf = markOf;
    for (const resource of resources) if (resource.mode === 'managed' && ofTypes.has(resource.type)) this.#identify(resource);
    if (this.#dependents.size === 0) return;
    const depends = this.#dependencyNoter();
    for (const resource of resources) {
      this.#scan(resource);
      depends(resource);
    }
  }

  /** Mentions by other resources: at least one of every type that has any. */
  of(resource: EstateResource): readonly Mention[] {
    const found: Mention[] = [];
    for (const { mentions } of this.#entriesOf(resource)) for (const mention of mentions) if (isUse(mention, resource)) found.push(mention);
    for (const mention of this.#dependents.get(resource.source)?.get(withoutKeys(resource.resource))?.mentions ?? []) found.push(mention);
    return found;
  }

  /** Name of an output that holds one of its identities. */
  output(resource: EstateResource): string | undefined {
    return this.#entriesOf(resource).find((entry) => entry.output !== undefined)?.output;
  }

  /** Takes the outputs of a state: they are no use, but others may read them. */
  addOutput(name: string, value: AttributeValue): void {
    walkTexts(value, 0, (text) => this.#texts.inText(text, (number) => { this.#entries[number]!.output ??= name; }));
  }

  #entriesOf(resource: EstateResource): readonly Entry[] {
    return this.#own.get(resource) ?? this.#identities(resource).flatMap((identity) => this.#entries[this.#table.findText(identity)] ?? []);
  }

  #identities(resource: EstateResource): string[] {
    const attributes = readAttributes(resource);
    const kept = IDENTITIES.flatMap((name) => {
      const value = attributes[name];
      return typeof value === 'string' && value.length >= MIN_LENGTH ? [identityKey(value)] : [];
    });
    return resource.identityMarks === undefined ? kept : [...kept, ...resource.identityMarks];
  }

  #identify(resource: EstateResource): void {
    const own = this.#identities(resource).map((identity) => {
      const number = this.#table.add(identity);
      const entry = (this.#entries[number] ??= { first: resource, mentions: [] });
      if (this.#markOf !== undefined) this.#entries[this.#table.add(this.#markOf(identity))] ??= entry;
      return entry;
    });
    this.#own.set(resource, own);
    const ofState = this.#dependents.get(resource.source) ?? new Map<string, Entry>();
    this.#dependents.set(resource.source, ofState);
    const address = withoutKeys(resource.resource);
    if (!ofState.has(address)) ofState.set(address, { first: resource, mentions: [] });
  }

  /** Every text of its attributes; where they stand in a file's bytes they are not parsed for it. */
  #scan(resource: EstateResource): void {
    if (resource.piece === undefined) {
      for (const attribute of Object.keys(resource.attributes)) {
        if (SKIPPED.has(attribute)) continue;
        walkTexts(resource.attributes[attribute] ?? null, 0, (text) => this.#texts.inText(text, (number) => note(this.#entries[number]!, resource, attribute)));
      }
      return;
    }
    this.#visitor.holder = resource;
    this.#pieces.visit(resource.piece, this.#visitor);
  }

  /** Notes what a resource depends on. Instances of one resource share their list, and what it leads to. */
  #dependencyNoter(): (resource: EstateResource) => void {
    let last: { list: readonly string[]; module: string; source: EstateSource; entries: Entry[] } | undefined;
    return (resource) => {
      const { dependencies: list = [], module, source } = resource;
      if (last?.list !== list || last.module !== module || last.source !== source) last = { list, module, source, entries: this.#dependedOn(list, module, source) };
      for (const entry of last.entries) if (entry.first.resource !== resource.resource) note(entry, resource, 'depends_on');
    };
  }

  #dependedOn(list: readonly string[], module: string, source: EstateSource): Entry[] {
    const ofState = this.#dependents.get(source);
    if (ofState === undefined) return [];
    return list.flatMap((address) => dependencyNames(withoutKeys(address), withoutKeys(module))).flatMap((name) => ofState.get(name) ?? []);
  }
}

/** Notes what one resource after the other mentions in the bytes of its state. One object for all of them: it is called for every text. */
class PieceVisitor implements TextVisitor {
  holder!: EstateResource;
  #attribute = '';
  readonly #texts: TextMentions;
  readonly #found: (number: number) => void;

  constructor(entries: readonly Entry[], texts: TextMentions) {
    this.#texts = texts;
    this.#found = (number) => note(entries[number]!, this.holder, this.#attribute);
  }

  attribute(name: string): boolean {
    this.#attribute = name;
    return !SKIPPED.has(name);
  }

  bytes(bytes: Uint8Array, from: number, to: number, isName: boolean, depth: number): void {
    if (depth <= MAX_DEPTH + 1 && (!isName || to - from >= MIN_NAME_LENGTH)) this.#texts.inBytes(bytes, from, to, this.#found);
  }

  text(text: string, isName: boolean, depth: number): void {
    if (depth <= MAX_DEPTH + 1 && (!isName || text.length >= MIN_NAME_LENGTH)) this.#texts.inText(text, this.#found);
  }
}

function walkTexts(value: AttributeValue, depth: number, visit: (text: string) => void): void {
  if (typeof value === 'string') {
    if (value.length >= MIN_LENGTH) visit(value);
  } else if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return;
  else if (value instanceof SensitiveAttribute) walkTexts(value.reveal(), depth + 1, visit);
  else if (Array.isArray(value)) for (const item of value as readonly AttributeValue[]) walkTexts(item, depth + 1, visit);
  else if (isPlainObject(value)) for (const name of Object.keys(value)) {
    // Keys are texts as well: a map by subnet id.
    if (name.length >= MIN_NAME_LENGTH) visit(name);
    walkTexts(value[name] ?? null, depth + 1, visit);
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
  let one: Mention | undefined;
  for (const [at, present] of entry.mentions.entries()) {
    if (present.holder.type !== holder.type) continue;
    if (one === undefined) {
      one = present;
      continue;
    }
    if (IDENTITIES.includes(present.attribute) && !IDENTITIES.includes(attribute)) entry.mentions[at] = { holder, attribute };
    return;
  }
  if (one === undefined || one.holder !== holder || IDENTITIES.includes(one.attribute)) entry.mentions.push({ holder, attribute });
}

/** Not its own, and not that of the same thing in a second state, which has the same id. */
function isUse({ holder, attribute }: Mention, resource: EstateResource): boolean {
  if (holder === resource) return false;
  const isTwin = holder.type === resource.type && holder.mode === 'managed' && (IDENTITIES.includes(attribute) || readAttributes(holder)['id'] === readAttributes(resource)['id']);
  return !isTwin;
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
