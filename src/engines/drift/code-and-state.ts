/**
 * D0 and D1: evaluated code against a state, with no cloud.
 *
 * Instances are joined by address after moves. What stays alone on a side is, in this order: covered by a `removed`
 * or `import` block, part of something whose number or code is not known, renamed, another key of a resource
 * that is there, or simply not applied or not in the code. Joined pairs have their attributes compared. Data
 * sources, ephemeral resources and settled moves are never drift.
 */
import type { InfrastructureModel, ResourceInstance } from '../infrastructure/model.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import { attributeClass } from './attribute-class.ts';
import { compareAttributes } from './declared-attributes.ts';
import { providerTags, withProviderTags } from './default-tags.ts';
import type { ProviderTags } from './default-tags.ts';
import type { DriftResult, RecordedResources } from './drift.ts';
import { DriftCollector } from './drift.ts';
import { ignoredChanges } from './ignored-changes.ts';
import { RefactoredAddresses, withoutKeys, withoutZeroKeys } from './refactored-addresses.ts';
import { moduleChain, renamings } from './renamed-addresses.ts';
import type { ValuePrinter } from './shown-value.ts';

interface CodeAndStateOptions {
  catalogue: ProviderCatalogue;
  printer: ValuePrinter;
}

/**
 * @param code Best evaluated with the state's own attributes as `known`, so that references have values.
 * Linear in instances and attributes together.
 */
export function driftOfCode(code: InfrastructureModel, state: RecordedResources, options: CodeAndStateOptions): DriftResult {
  return new CodeComparison(code, state, options).run();
}

class CodeComparison {
  readonly #code: InfrastructureModel;
  readonly #state: RecordedResources;
  readonly #options: CodeAndStateOptions;
  readonly #found = new DriftCollector();
  readonly #refactored: RefactoredAddresses;
  readonly #tags: (resource: ResourceInstance) => ProviderTags;
  readonly #declared: Map<string, ResourceInstance>;
  readonly #matched = new Set<string>();

  constructor(code: InfrastructureModel, state: RecordedResources, options: CodeAndStateOptions) {
    this.#code = code;
    this.#state = state;
    this.#options = options;
    this.#refactored = new RefactoredAddresses(code.refactoring);
    this.#tags = providerTags(code);
    this.#declared = new Map(code.resources.filter((resource) => resource.mode === 'managed').map((resource) => [resource.address, resource]));
  }

  run(): DriftResult {
    const alone: ResourceInstance[] = [];
    for (const recorded of this.#state.resources) {
      if (recorded.mode !== 'managed') continue;
      if (recorded.status?.deposed !== undefined) this.#deposed(recorded);
      else if (!this.#join(recorded, this.#refactored.now(recorded.address))) alone.push(recorded);
    }
    this.#unmatched(this.#joinZeroKeys(alone));
    return this.#found.result();
  }

  #join(recorded: ResourceInstance, address: string): boolean {
    const declared = this.#declared.get(address);
    if (declared === undefined || declared.instancesUnknown !== undefined || this.#matched.has(address)) return false;
    this.#matched.add(address);
    this.#pair(declared, recorded);
    return true;
  }

  /** `count` that came or went: Terraform moves `a` to `a[0]` and back by itself. */
  #joinZeroKeys(alone: readonly ResourceInstance[]): ResourceInstance[] {
    const free = new Map<string, string | undefined>();
    for (const address of this.#declared.keys()) {
      const bare = withoutZeroKeys(address);
      if (!this.#matched.has(address)) free.set(bare, free.has(bare) ? undefined : address);
    }
    return alone.filter((recorded) => {
      const address = free.get(withoutZeroKeys(this.#refactored.now(recorded.address)));
      return address === undefined || !this.#join(recorded, address);
    });
  }

  #pair(declared: ResourceInstance, recorded: ResourceInstance): void {
    const { catalogue, printer } = this.#options;
    const type = catalogue.type(declared.type);
    this.#found.resources += 1;
    if (recorded.status?.tainted === true) this.#found.add({ level: 'D0', kind: 'tainted', class: 'existence', address: declared.address, type: declared.type, ...place(declared), fix: `apply to replace it, or keep it: terraform untaint '${recorded.address}'` });
    const tagged = withProviderTags(declared, recorded.attributes, this.#tags(declared));
    const result = compareAttributes(tagged.declared, tagged.recorded, { type, printer, ignored: ignoredChanges(declared.lifecycle) });
    this.#found.attributes += result.compared;
    for (const { path, reason } of result.excluded) this.#found.notCompared(reason, `${declared.address}.${path}`);
    for (const { path, declared: from, recorded: to } of result.differences) {
      const location = locationOf(declared, path);
      this.#found.add({
        level: 'D1', kind: 'attribute', class: attributeClass(type, path), address: declared.address, type: declared.type, attribute: path,
        from: printer.show(from, type, path), to: printer.show(to, type, path), ...(location === undefined ? {} : { location }),
      });
    }
  }

  #unmatched(alone: readonly ResourceInstance[]): void {
    const unknown = this.#unknownPlaces();
    const vanished = alone.filter((recorded) => !this.#removal(recorded) && !unknown(recorded));
    const recordedResources = new Map<string, ResourceInstance[]>();
    for (const one of this.#state.resources) if (one.mode === 'managed') push(recordedResources, withoutKeys(this.#refactored.now(one.address)), one);
    const imported = new Map((this.#code.refactoring?.imports ?? []).map((one) => [one.to, one]));
    const appeared = [...this.#declared.values()].filter((declared) => {
      if (this.#matched.has(declared.address) || declared.instancesUnknown !== undefined || this.#inUnknownModule(declared)) return false;
      const adopted = imported.get(declared.address);
      if (adopted !== undefined) this.#found.add({ level: 'D0', kind: 'import-pending', class: 'housekeeping', address: declared.address, type: declared.type, location: adopted.location, fix: 'apply to adopt it' });
      return adopted === undefined;
    });
    const renamed = renamings(vanished, appeared, this.#code, this.#options.catalogue);
    const done = new Set(renamed.flatMap((one) => [...one.recorded, ...one.others]));
    for (const one of renamed) {
      this.#found.add({ level: 'D0', kind: 'renamed-in-code', class: 'existence', address: one.from, type: one.type, ...place(one.declared), detail: one.to, fix: `moved {\n  from = ${one.from}\n  to   = ${one.to}\n}` });
    }
    for (const recorded of vanished) if (!done.has(recorded)) this.#notInCode(recorded);
    for (const declared of appeared) if (!done.has(declared)) this.#notApplied(declared, recordedResources);
  }

  #removal(recorded: ResourceInstance): boolean {
    const removal = this.#refactored.removal(recorded.address) ?? this.#refactored.removal(this.#refactored.now(recorded.address));
    if (removal !== undefined) this.#found.add({ level: 'D0', kind: 'removal-pending', class: 'housekeeping', address: recorded.address, type: recorded.type, detail: removal, fix: removal === 'destroy' ? 'apply to destroy it' : 'apply to forget it; the thing itself stays' });
    return removal !== undefined;
  }

  /** Whether a recorded instance belongs to code that could not be read or counted. */
  #unknownPlaces(): (recorded: ResourceInstance) => boolean {
    const opaque = new Map(this.#code.modules.filter((module) => module.opaque !== undefined).map((module) => [withoutKeys(module.address), 'its module is not read: its code is not here']));
    for (const module of this.#code.modules) if (module.instancesUnknown === true) opaque.set(withoutKeys(module.address), 'the number of instances of its module is not known');
    const uncounted = new Map<string, ResourceInstance>();
    for (const declared of this.#declared.values()) if (declared.instancesUnknown !== undefined) uncounted.set(withoutKeys(declared.address), declared);
    return (recorded) => {
      const now = withoutKeys(this.#refactored.now(recorded.address));
      const reason = moduleChain(recorded.module).map((module) => opaque.get(withoutKeys(this.#refactored.now(module)))).find((one) => one !== undefined);
      const declared = uncounted.get(now);
      if (reason === undefined && declared === undefined) return false;
      if (reason === undefined && declared !== undefined) {
        this.#pair({ ...declared, address: recorded.address }, recorded);
        this.#found.notCompared(`the number of instances is not known: ${declared.instancesUnknown ?? ''}`, recorded.address);
      } else this.#found.notCompared(reason ?? '', recorded.address);
      return true;
    };
  }

  #inUnknownModule(declared: ResourceInstance): boolean {
    this.#doubtful ??= new Set(this.#code.modules.filter((module) => module.instancesUnknown === true).map((module) => module.address));
    return this.#doubtful.has(declared.module);
  }

  #doubtful: Set<string> | undefined;

  #notInCode(recorded: ResourceInstance): void {
    this.#resourcesOfCode ??= new Map([...this.#declared.values()].map((one) => [withoutKeys(one.address), one]));
    const sibling = this.#resourcesOfCode.get(withoutKeys(this.#refactored.now(recorded.address)));
    const base = { level: 'D0', class: 'existence', address: recorded.address, type: recorded.type } as const;
    if (sibling === undefined) this.#found.add({ ...base, kind: 'not-in-code', fix: `write it into the code again, or apply to destroy it; to keep the thing and forget it:\nremoved {\n  from = ${withoutKeys(recorded.address)}\n  lifecycle {\n    destroy = false\n  }\n}` });
    else this.#found.add({ ...base, kind: 'instance-key', ...place(sibling), detail: 'the state has it, the code makes no such instance', fix: `give the key back, move it (moved { from = ${recorded.address} ... }), or apply to destroy it` });
  }

  #resourcesOfCode: Map<string, ResourceInstance> | undefined;

  #notApplied(declared: ResourceInstance, recorded: ReadonlyMap<string, readonly ResourceInstance[]>): void {
    const siblings = recorded.get(withoutKeys(declared.address)) ?? [];
    const base = { level: 'D0', class: 'existence', address: declared.address, type: declared.type, ...place(declared), fix: 'apply to create it' } as const;
    if (siblings.length === 0) this.#found.add({ ...base, kind: 'declared-not-applied' });
    else this.#found.add({ ...base, kind: 'instance-key', detail: `the code makes it, the state has no such instance but ${siblings.length} of other keys` });
  }

  #deposed(recorded: ResourceInstance): void {
    this.#found.add({ level: 'D0', kind: 'deposed', class: 'existence', address: recorded.address, type: recorded.type, fix: 'apply again: the object waits to be destroyed' });
  }
}

function place(resource: ResourceInstance): { location?: NonNullable<ResourceInstance['location']> } {
  return resource.location === undefined ? {} : { location: resource.location };
}

/** The place of the nearest written attribute at or above a path. */
function locationOf(resource: ResourceInstance, path: string): ResourceInstance['location'] {
  for (let at = path; at !== ''; at = at.includes('.') ? at.slice(0, at.lastIndexOf('.')) : '') {
    const location = resource.attributeLocations?.get(at);
    if (location !== undefined) return location;
  }
  return resource.location;
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
