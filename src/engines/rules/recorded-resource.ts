/** A resource of a state whose attributes stay in the file's bytes: those that rules read are at hand, all of them when asked for. */
import { wholeAttributes } from '../../formats/terraform/state-v4.ts';
import { printKey } from '../../formats/terraform/address.ts';
import type { JsonObject } from '../../formats/terraform/json-document.ts';
import type { JsonPiece } from '../../formats/terraform/state-pieces.ts';
import type { StateInstance } from '../../formats/terraform/state-file.ts';
import { markSensitive } from '../infrastructure/marked-values.ts';
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import type { EstateResource, EstateSource } from './estate-resource.ts';

type Attributes = { readonly [name: string]: AttributeValue };
type Paths = StateInstance['sensitivePaths'];

/** What is the same for all instances of one resource. */
export interface RecordedPlace {
  /** Address without a key. */
  resource: string;
  source: EstateSource;
  /** Attributes of the type that are sensitive whatever the state says. */
  sensitive: readonly string[];
  /** Attributes that were wanted when the state was read. */
  wanted: ReadonlySet<string>;
}

export class RecordedResource implements EstateResource {
  /** Rules, words and prices look at one resource after the other: the last one's attributes are looked at again at once. */
  static #latest: { resource: RecordedResource; attributes: Attributes } | undefined;
  readonly address: string;
  readonly resource: string;
  readonly module: string;
  readonly mode: EstateResource['mode'];
  readonly type: string;
  readonly name: string;
  readonly kept: Attributes;
  readonly piece: JsonPiece;
  readonly dependencies: readonly string[];
  readonly source: EstateSource;
  readonly status: NonNullable<ResourceInstance['status']>;
  readonly #place: RecordedPlace;
  readonly #marked: Paths;

  constructor(instance: StateInstance, piece: JsonPiece, place: RecordedPlace) {
    const { module, mode, type, name, key, deposed, sensitivePaths } = instance;
    this.address = `${place.resource}${printKey(key)}${deposed === undefined ? '' : ` (deposed ${deposed})`}`;
    this.resource = place.resource;
    this.module = module;
    this.mode = mode;
    this.type = type;
    this.name = name;
    this.kept = this.#withMarks(instance.attributes, sensitivePaths.filter(([first]) => place.wanted.has(String(first))), place.sensitive);
    this.piece = piece;
    this.dependencies = instance.dependencies;
    this.source = place.source;
    this.status = deposed === undefined ? LIVE : { deposed };
    this.#place = place;
    this.#marked = sensitivePaths;
  }

  get attributes(): Attributes {
    const latest = RecordedResource.#latest;
    if (latest?.resource === this) return latest.attributes;
    const attributes = this.#withMarks(wholeAttributes(this.piece), this.#marked, this.#place.sensitive);
    RecordedResource.#latest = { resource: this, attributes };
    return attributes;
  }

  #withMarks(attributes: JsonObject, paths: Paths, sensitive: readonly string[]): Attributes {
    const known = sensitive.filter((name) => Object.hasOwn(attributes, name)).map((name) => [name]);
    return markSensitive(attributes, known.length === 0 ? paths : [...paths, ...known]) as Attributes;
  }
}

const LIVE = {};
