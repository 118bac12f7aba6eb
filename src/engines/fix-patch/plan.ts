/**
 * From a rule's change and a resource of the code to edits of its text, or the reason why there are none.
 *
 * An edit is proposed only where it is told apart what else it would do: a block that makes several instances is
 * changed when the rule finds all of them, a resource is removed when nothing that stays refers to it. Where a
 * value is written elsewhere, the candidates come in an order, and the caller tries them on the code.
 */
import type { HclFile } from '../../formats/hcl/hcl-file.ts';
import type { Block } from '../../formats/hcl/syntax-tree.ts';
import type { NewBody } from '../../formats/hcl/body-edits.ts';
import { blockAt, insertIntoBlock, removeAttribute, removeBlocks } from '../../formats/hcl/body-edits.ts';
import type { Edit } from '../../formats/hcl/edit.ts';
import { isPlainObject } from '../infrastructure/marked-values.ts';
import type { AttributeValue, ResourceInstance } from '../infrastructure/model.ts';
import { SensitiveAttribute, UnknownAttribute } from '../infrastructure/model.ts';
import type { NewValue, PlainValue, RuleChange } from '../rules/change.ts';
import { changedValue } from '../rules/change.ts';
import type { BlockPlace, FreeBody, NestedBlock, ResourceDeclaration } from '../terraform/configuration/declarations.ts';
import type { FileEdit, FixCode, Planned } from './code.ts';
import { isFetched } from './code.ts';
import { planAddition } from './addition.ts';
import { planRemoval } from './removal.ts';
import type { Surrounding, ValuePlace } from './value-places.ts';
import { placesOf, surroundingOf } from './value-places.ts';
import { writtenValue } from './written-value.ts';

/** @param found Addresses that the rule finds: all instances of a block must be among them when the block itself is changed. */
export function planFix(code: FixCode, instance: ResourceInstance, change: RuleChange, found: ReadonlySet<string>): Planned {
  const around = surroundingOf(code, instance.module);
  const declaration = around?.node.configuration?.resources.get(`${instance.type}.${instance.name}`);
  if (around === undefined || declaration === undefined) return { reason: 'it is not in the code' };
  const { file } = declaration.place;
  const path = file.path;
  const planned = change.kind === 'remove' ? planRemoval(around, declaration, change.companions) : change.kind === 'add' ? planAddition(around, declaration, change) : new AttributePlan(instance, declaration, { ...around, key: instance.key, repetition: declaration.repetition }).make(change);
  if ('reason' in planned || (!planned.direct && planned.removes.length === 0)) return planned;
  if (isFetched(path)) return { reason: `it is written in the fetched module ${path}` };
  const others = siblings(code, around, instance).filter((address) => !found.has(address));
  return others.length === 0 ? planned : { reason: `its block makes other instances too, which the rule does not find: ${others.slice(0, 3).join(', ')}` };
}

/** Everything that the same block of the same folder makes. */
function siblings(code: FixCode, around: Surrounding, instance: ResourceInstance): string[] {
  const { configuration } = around.node;
  return code.model.resources.filter((one) => one.mode === 'managed' && one.type === instance.type && one.name === instance.name && surroundingOf(code, one.module)?.node.configuration === configuration).map((one) => one.address);
}

class Unplannable extends Error {}

/** One place that gets a value, with the candidates where it may be written. */
interface Site {
  places: readonly ValuePlace[];
  value: PlainValue | readonly PlainValue[];
}

interface OpenBody {
  attributes: [string, string][];
  blocks: [string, OpenBody][];
}

interface BodySite {
  body: FreeBody;
  place: BlockPlace;
  dynamic: boolean;
  values: { readonly [name: string]: AttributeValue };
  around: Surrounding;
}

class AttributePlan {
  readonly #instance: ResourceInstance;
  readonly #declaration: ResourceDeclaration;
  readonly #around: Surrounding;
  readonly #sites: Site[] = [];
  readonly #additions = new Map<BlockPlace, { site: BodySite; added: OpenBody }>();
  readonly #removals: FileEdit[] = [];
  /** Values that the rule has no other one for. */
  readonly #kept: string[] = [];

  constructor(instance: ResourceInstance, declaration: ResourceDeclaration, around: Surrounding) {
    this.#instance = instance;
    this.#declaration = declaration;
    this.#around = around;
  }

  make(change: RuleChange & { kind: 'attributes' }): Planned {
    const ignored = this.#instance.lifecycle?.ignoreChanges ?? [];
    const first = (path: string): string => path.split('.')[0] ?? path;
    const paths = [...Object.keys(change.set), ...change.unset];
    const blocked = ignored === 'all' ? paths[0] : paths.find((path) => ignored.some((one) => first(one) === first(path)));
    if (blocked !== undefined) return { reason: `lifecycle.ignore_changes holds ${blocked}: a change of the code is not applied` };
    const own: BodySite = { body: this.#declaration.body, place: this.#declaration.place, dynamic: false, values: this.#instance.attributes, around: this.#around };
    try {
      for (const [path, next] of Object.entries(change.set)) this.#set(own, path.split('.'), next);
      for (const path of change.unset) this.#unset(own, path.split('.'));
      return this.#plan();
    } catch (error) {
      if (error instanceof Unplannable) return { reason: error.message };
      throw error;
    }
  }

  #set(site: BodySite, steps: readonly string[], next: NewValue): void {
    const [step = '', ...rest] = steps;
    if (rest.length > 0) return this.#setInside(site, step, rest, next);
    const present = site.values[step];
    if (next.kind !== 'value' && (present instanceof UnknownAttribute || present instanceof SensitiveAttribute)) throw new Unplannable(`${step} is not known from the code`);
    const value = changedValue(next, present);
    if (value === undefined) {
      if (next.kind !== 'value' && (typeof present === 'string' || typeof present === 'number')) this.#kept.push(`${step} ${JSON.stringify(present)}`);
      return;
    }
    const written = site.body.attributes.get(step);
    if (written === undefined) return void this.#added(site).attributes.push([step, writtenValue(value, undefined, false)]);
    const found = placesOf(written, site.around);
    if ('reason' in found) throw new Unplannable(`${step}: ${found.reason}`);
    this.#sites.push({ places: found.places, value });
  }

  #setInside(site: BodySite, type: string, rest: readonly string[], next: NewValue): void {
    if (site.body.attributes.has(type)) throw new Unplannable(`${type} is written as an attribute`);
    const inner = this.#inner(site, type);
    for (const one of inner) this.#set(one, rest, next);
    if (inner.length > 0 || next.kind !== 'value') return;
    if (site.body.blocks.some((block) => block.type === type)) throw new Unplannable(`${type} is a dynamic block without elements`);
    let added = this.#added(site);
    for (const step of [type, ...rest.slice(0, -1)]) {
      const present = added.blocks.find(([name]) => name === step);
      const body: OpenBody = present?.[1] ?? { attributes: [], blocks: [] };
      if (present === undefined) added.blocks.push([step, body]);
      added = body;
    }
    added.attributes.push([rest.at(-1) ?? '', writtenValue(next.value, undefined, false)]);
  }

  /** The blocks of a type with their values; elements of a dynamic block one by one. */
  #inner(site: BodySite, type: string): BodySite[] {
    const blocks = site.body.blocks.filter((block) => block.type === type);
    const value = site.values[type];
    const values = Array.isArray(value) ? (value as readonly AttributeValue[]) : [];
    const repeated = blocks.filter((block) => block.dynamic !== undefined);
    if (repeated.length > 1) throw new Unplannable(`${type} is made by several dynamic blocks`);
    const elements = values.length - (blocks.length - repeated.length);
    let at = 0;
    return blocks.flatMap((block) => {
      const count = block.dynamic === undefined ? 1 : Math.max(0, elements);
      return Array.from({ length: count }, (_, element) => this.#innerSite(site, block, values[at++], element));
    });
  }

  #innerSite(site: BodySite, block: NestedBlock, value: AttributeValue | undefined, element: number): BodySite {
    if (!isPlainObject(value)) throw new Unplannable(`${block.type} is not known from the code`);
    const { dynamic } = block;
    const around = dynamic === undefined ? site.around : { ...site.around, iterators: new Map([...(site.around.iterators ?? []), [dynamic.iterator, { forEach: dynamic.forEach, element }]]) };
    return { body: block.body, place: block.place, dynamic: dynamic !== undefined, values: value, around };
  }

  #added(site: BodySite): OpenBody {
    const known = this.#additions.get(site.place)?.added;
    if (known !== undefined) return known;
    if (site.place.file.json) throw new Unplannable('the code is written in JSON, where nothing can be added by place');
    const added: OpenBody = { attributes: [], blocks: [] };
    this.#additions.set(site.place, { site, added });
    return added;
  }

  #unset(site: BodySite, steps: readonly string[]): void {
    const [step = '', ...rest] = steps;
    if (rest.length > 0) {
      for (const one of this.#inner(site, step)) this.#unset(one, rest);
      return;
    }
    const written = site.body.attributes.get(step);
    if (written === undefined || written.name === undefined) return this.#unsetBlocks(site, step);
    const { file, block } = syntaxOf(site);
    const attribute = block.body.items.find((item) => item.kind === 'attribute' && item.name === step);
    if (attribute?.kind !== 'attribute' || file.file !== written.file.path) throw new Unplannable(`${step} stands in an override file`);
    this.#removals.push(...removeAttribute(file, block, attribute).map((edit) => ({ file, edit })));
  }

  #unsetBlocks(site: BodySite, type: string): void {
    const gone = site.body.blocks.filter((block) => block.type === type);
    if (gone.length === 0) return;
    const { file, block } = syntaxOf(site);
    const own = block.body.items.filter((item): item is Block => item.kind === 'block' && item.type === type);
    if (own.length !== gone.length) throw new Unplannable(`${type} is a dynamic block, or stands in an override file`);
    this.#removals.push(...removeBlocks(file, own).map((edit) => ({ file, edit })));
  }

  #plan(): Planned {
    const longest = Math.max(1, ...this.#sites.map((site) => site.places.length));
    const own = [...[...this.#additions.values()].flatMap(({ site, added }) => additionEdits(site, added)), ...this.#removals];
    if (this.#sites.length === 0 && own.length === 0) return { reason: this.#kept.length === 0 ? 'the code says so already: apply it' : `the code says ${this.#kept.join(', ')}, for which the rule has no other value` };
    const alternatives = Array.from({ length: Math.min(longest, 8) }, (_, at) => merged([...this.#sites.flatMap((site) => placeEdits(site, at)), ...own]));
    const through = new Set(this.#sites.flatMap((site) => site.places.slice(0, 1).map((place) => place.through)).filter((one) => one !== ''));
    return { alternatives, direct: through.size === 0, through: [...through], removes: [] };
  }
}

function syntaxOf(site: BodySite): { file: HclFile; block: Block } {
  const { hcl } = site.place.file as BlockPlace['file'] & { hcl: HclFile };
  const outer = blockAt(hcl.body, site.place.start);
  const block = site.dynamic ? outer?.body.items.find((item): item is Block => item.kind === 'block' && item.type === 'content') : outer;
  if (site.place.file.json || block === undefined) throw new Unplannable('the code is written in JSON, where nothing can be added by place');
  return { file: hcl, block };
}

function additionEdits(site: BodySite, added: NewBody): FileEdit[] {
  const { file, block } = syntaxOf(site);
  return insertIntoBlock(file, block, added).map((edit) => ({ file, edit }));
}

function placeEdits({ places, value }: Site, at: number): FileEdit[] {
  const place = places[Math.min(at, places.length - 1)];
  if (place === undefined) return [];
  const { file } = place;
  if (place.kind === 'replace') return [{ file, edit: { span: { start: place.expression.start, end: place.expression.end }, text: writtenValue(value, place.expression, file.syntax === 'json') } }];
  const block = blockAt(file.body, place.call.place.start);
  if (block === undefined) throw new Unplannable('the module call is written in JSON');
  return insertIntoBlock(file, block, { attributes: [[place.name, writtenValue(value, undefined, false)]], blocks: [] }).map((edit) => ({ file, edit }));
}

/** The same edit once. */
function merged(edits: readonly FileEdit[]): FileEdit[] {
  const seen = new Set<string>();
  return edits.filter(({ file, edit }: { file: HclFile; edit: Edit }) => {
    const key = `${file.file}\n${edit.span.start} ${edit.span.end} ${edit.text}`;
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}
