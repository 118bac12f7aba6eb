/**
 * All states given, as one: resources by type, who mentions whom, and joins by attribute value.
 *
 * Everything is made once, or once when first asked for, so that a rule costs a look-up a resource.
 */
import type { AttributeValue } from '../infrastructure/model.ts';
import { asText, valuesAt } from './attribute-reading.ts';
import type { EstateMember, EstateResource, EstateSource } from './estate-resource.ts';
import { readAttributes } from './estate-resource.ts';
import type { Mention } from './reference-index.ts';
import { ReferenceIndex } from './reference-index.ts';
import { identityKey } from './text-mentions.ts';

export type { EstateMember, EstateResource } from './estate-resource.ts';

/** One that is used is enough, so a few tell of thousands. */
const MOST_BESIDE = 50;

export class Estate {
  readonly resources: readonly EstateResource[];
  readonly byType: ReadonlyMap<string, readonly EstateResource[]>;
  readonly #references: ReferenceIndex;
  readonly #joins = new Map<string, Map<string, EstateResource[]>>();

  /**
   * @param askedTypes Types whose mentions rules ask for.
   * @param markOf How an id appears in values of which only marks were kept.
   */
  constructor(members: readonly EstateMember[], askedTypes: ReadonlySet<string>, markOf?: (identity: string) => string) {
    const resources: EstateResource[] = [];
    const byType = new Map<string, EstateResource[]>();
    for (const { source, model } of members) {
      for (const instance of model.resources) {
        const one = withSource(instance, source);
        resources.push(one);
        const same = byType.get(one.type);
        if (same === undefined) byType.set(one.type, [one]);
        else same.push(one);
      }
    }
    this.resources = resources;
    this.byType = byType;
    this.#references = new ReferenceIndex(resources, askedTypes, markOf);
    for (const { model } of members) for (const output of model.outputs) this.#references.addOutput(output.name, output.value as AttributeValue);
  }

  mentions(resource: EstateResource): readonly Mention[] {
    return this.#references.of(resource);
  }

  outputOf(resource: EstateResource): string | undefined {
    return this.#references.output(resource);
  }

  /** Other instances of the same block (`count`, `for_each`) in the same state, at most 50. */
  instancesBeside(resource: EstateResource): readonly EstateResource[] {
    if (resource.address === resource.resource) return [];
    this.#blocks ??= groupedByBlock(this.resources);
    return (this.#blocks.get(resource.source)?.get(resource.resource) ?? []).filter((other) => other !== resource).slice(0, MOST_BESIDE);
  }

  #blocks: Map<EstateSource, Map<string, EstateResource[]>> | undefined;

  /** Resources of `type` (data sources, too) that have `value` at `path`. */
  joined(type: string, path: string, value: string): readonly EstateResource[] {
    const key = `${type} ${path}`;
    let join = this.#joins.get(key);
    if (join === undefined) {
      join = new Map();
      for (const resource of this.byType.get(type) ?? []) {
        for (const text of new Set(valuesAt(readAttributes(resource), path).map((one) => identityKey(asText(one))))) {
          const present = join.get(text);
          if (present === undefined) join.set(text, [resource]);
          else present.push(resource);
        }
      }
      this.#joins.set(key, join);
    }
    return value === '' ? [] : (join.get(identityKey(value)) ?? []);
  }
}

function withSource(instance: EstateMember['model']['resources'][number], source: EstateResource['source']): EstateResource {
  if (instance.source !== undefined) return instance as EstateResource;
  const { address, resource, module, mode, type, name, attributes, status, dependencies } = instance;
  return { address, resource, module, mode, type, name, attributes, source, ...(status === undefined ? {} : { status }), ...(dependencies === undefined ? {} : { dependencies }) };
}

/** By source and address: two states may go by one name. */
function groupedByBlock(resources: readonly EstateResource[]): Map<EstateSource, Map<string, EstateResource[]>> {
  const blocks = new Map<EstateSource, Map<string, EstateResource[]>>();
  for (const resource of resources) {
    const ofState = blocks.get(resource.source) ?? new Map<string, EstateResource[]>();
    blocks.set(resource.source, ofState);
    const present = ofState.get(resource.resource);
    if (present === undefined) ofState.set(resource.resource, [resource]);
    else if (present.length <= MOST_BESIDE) present.push(resource);
  }
  return blocks;
}
