/**
 * D1: what code says about one resource against what the state has recorded of it.
 *
 * The code is never the whole: what it leaves out or sets to null, the provider chooses. So only what the code
 * says is looked up in the state, and three things are held to be said although they are not written: a map of
 * tags that is not there is empty, a map has no other keys than the written ones, and a repeated block has no
 * other elements. Unknown values are counted with their reason and never guessed.
 */
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { ResourceType } from '../provider-catalogue/resource-type.ts';
import { attributeClass, plainPath } from './attribute-class.ts';
import type { CanonicalOptions } from './canonical.ts';
import { NOTHING, canonical, sameScalar } from './canonical.ts';
import { CONTAINER_DOCUMENTS, isCaseless } from './equivalent-attributes.ts';
import { pairElements } from './pair-elements.ts';
import { sensitivePath } from './shown-value.ts';
import type { ValuePrinter } from './shown-value.ts';
import { holdsUnknown, wholeUnknown } from './unknown-values.ts';

interface AttributeDifference {
  path: string;
  declared: AttributeValue;
  recorded: AttributeValue;
}

interface AttributeComparison {
  differences: AttributeDifference[];
  /** Attributes that were not compared. */
  excluded: { path: string; reason: string }[];
  compared: number;
}

interface ComparisonContext {
  type: ResourceType;
  printer: ValuePrinter;
  /** Whether `lifecycle.ignore_changes` covers a path. */
  ignored: (path: string) => boolean;
}

type Attributes = { readonly [name: string]: AttributeValue };

/** Arguments of Terraform itself, and those that a state never holds. */
const NOT_RECORDED = /^(timeouts|provisioner|connection|lifecycle)$|_wo$|_wo_version$/;
const DEEPEST = 60;
const NOT_IN_STATE = 'the state has no such attribute: it was written by another version of the provider';

export function compareAttributes(declared: Attributes, recorded: Attributes, context: ComparisonContext): AttributeComparison {
  const comparison: AttributeComparison = { differences: [], excluded: [], compared: 0 };
  const walk = new AttributeWalk(context, comparison);
  for (const name of Object.keys(declared)) {
    if (!Object.hasOwn(recorded, name)) {
      if (!NOT_RECORDED.test(name) && declared[name] !== null && !context.ignored(name)) comparison.excluded.push({ path: name, reason: NOT_IN_STATE });
      continue;
    }
    if (!NOT_RECORDED.test(name)) walk.attribute(declared[name] ?? null, recorded[name] ?? null, name, 0);
  }
  return comparison;
}

class AttributeWalk {
  readonly #context: ComparisonContext;
  readonly #found: AttributeComparison;

  constructor(context: ComparisonContext, found: AttributeComparison) {
    this.#context = context;
    this.#found = found;
  }

  /** @param block Whether the value is one element of a repeated block: it has more attributes than were written. */
  attribute(declared: AttributeValue, recorded: AttributeValue, path: string, depth: number, block = false): void {
    if (this.#context.ignored(path) || declared === null || depth > DEEPEST) return;
    const unknown = wholeUnknown(declared);
    if (unknown !== undefined) {
      this.#found.excluded.push({ path, reason: unknown.reason });
      return;
    }
    this.#found.compared += 1;
    if (declared === recorded) return;
    if (isHidden(declared, recorded) || sensitivePath(this.#context.type, path)) this.#hidden(declared, recorded, path, depth, block);
    else this.#shown(declared, recorded, path, depth, block);
  }

  #shown(declared: AttributeValue, recorded: AttributeValue, path: string, depth: number, block: boolean): void {
    if (isPlainObject(declared)) this.#object(declared, recorded, path, depth, block);
    else if (Array.isArray(declared)) this.#list(declared, recorded, path, depth);
    else if (!this.#same(declared, recorded, path)) this.#differs(declared, recorded, path);
  }

  /** Equal by keyed hash, or in another form of the same; of structures every part. What differs stays behind the mark. */
  #hidden(declared: AttributeValue, recorded: AttributeValue, path: string, depth: number, block: boolean): void {
    const plain = revealed(declared);
    const other = revealed(recorded);
    if (plain === null || this.#context.printer.hash(plain) === this.#context.printer.hash(other)) return;
    const { differences } = this.#found;
    const before = differences.length;
    this.#shown(plain, other, path, depth, block);
    for (let at = before; at < differences.length; at += 1) {
      const one = differences[at] as AttributeDifference;
      differences[at] = { path: one.path, declared: new SensitiveAttribute(one.declared), recorded: new SensitiveAttribute(one.recorded) };
    }
  }

  #object(declared: Attributes, recorded: AttributeValue, path: string, depth: number, block: boolean): void {
    const other = Array.isArray(recorded) && recorded.length === 1 ? recorded[0] : recorded;
    if (!isPlainObject(other)) {
      if (canonical(declared) !== canonical(other) && !holdsUnknown(declared)) this.#differs(declared, recorded, path);
      return;
    }
    const map = !block && other === recorded && isMap(other, declared);
    for (const name of Object.keys(declared)) {
      if (!map && !Object.hasOwn(other, name)) {
        if (canonical(declared[name]) !== NOTHING && !this.#context.ignored(`${path}.${name}`)) this.#found.excluded.push({ path: `${path}.${name}`, reason: NOT_IN_STATE });
      } else this.attribute(declared[name] ?? null, other[name] ?? null, `${path}.${name}`, depth + 1);
    }
    if (!map) return;
    for (const name of Object.keys(other)) if (!Object.hasOwn(declared, name)) this.#extra(other[name] ?? null, `${path}.${name}`);
  }

  /** A key of a map that the code does not have. */
  #extra(recorded: AttributeValue, path: string): void {
    if (canonical(recorded) !== NOTHING && !this.#context.ignored(path)) this.#differs(null, recorded, path);
  }

  #list(declared: readonly AttributeValue[], recorded: AttributeValue, path: string, depth: number): void {
    const other = Array.isArray(recorded) ? (recorded as readonly AttributeValue[]) : recorded === null ? [] : [recorded];
    if (!declared.some(isPlainObject)) {
      if (declared.some(holdsUnknown)) this.#found.excluded.push({ path, reason: 'known only in part' });
      else if (canonical(declared, this.#options(path)) !== canonical(other, this.#options(path)) && !sameTails(declared, other)) this.#differs(declared, recorded, path);
      return;
    }
    if (declared.some((item) => item instanceof UnknownAttribute)) {
      this.#found.excluded.push({ path, reason: declared.find((item) => item instanceof UnknownAttribute)?.reason ?? '' });
      return;
    }
    const pairs = pairElements(declared, other);
    for (const { declared: item, recorded: found, at } of pairs.pairs) this.attribute(item, found, `${path}.${at}`, depth + 1, true);
    if (pairs.onlyDeclared.length + pairs.onlyRecorded.length > 0) this.#differs(pairs.onlyDeclared, pairs.onlyRecorded, path);
  }

  #same(declared: AttributeValue, recorded: AttributeValue, path: string): boolean {
    return sameScalar(declared, recorded, this.#options(path));
  }

  #options(path: string): CanonicalOptions & { containers?: boolean } {
    const plain = plainPath(path);
    return { ...(isCaseless(this.#context.type, plain) ? { caseless: true } : {}), ...(CONTAINER_DOCUMENTS.has(plain) ? { containers: true } : {}) };
  }

  #differs(declared: AttributeValue, recorded: AttributeValue, path: string): void {
    if (attributeClass(this.#context.type, path) === 'computed' && declared === null) return;
    this.#found.differences.push({ path, declared, recorded });
  }
}

function revealed(value: AttributeValue): AttributeValue {
  return value instanceof SensitiveAttribute ? revealed(value.reveal()) : value;
}

function isHidden(declared: AttributeValue, recorded: AttributeValue): boolean {
  return declared instanceof SensitiveAttribute || recorded instanceof SensitiveAttribute;
}

/** Nested blocks mix numbers, lists and texts; a map's values are all texts (states hold `map(string)` so). */
function isMap(recorded: Attributes, declared: Attributes): boolean {
  const values = Object.values(recorded);
  if (values.length === 0) return Object.values(declared).every((value) => value === null || typeof value !== 'object' || value instanceof UnknownAttribute || value instanceof SensitiveAttribute);
  return values.every((value) => typeof value === 'string' || (value instanceof SensitiveAttribute && typeof value.reveal() === 'string'));
}

/** Lists of names against lists of full names. */
function sameTails(declared: readonly AttributeValue[], recorded: readonly AttributeValue[]): boolean {
  if (declared.length !== recorded.length) return false;
  const sorted = (items: readonly AttributeValue[]): AttributeValue[] => [...items].sort((a, b) => (reversed(a) < reversed(b) ? -1 : 1));
  const others = sorted(recorded);
  return sorted(declared).every((item, at) => sameScalar(item, others[at] ?? null));
}

function reversed(value: AttributeValue): string {
  return String(value).split('').reverse().join('');
}
