/**
 * Which visible resources a resource stands for in the picture: itself, what it is folded into, or
 * everything that uses it (a security group, a role, a key). A folded resource that belongs to nothing
 * in the model is drawn for itself, since it would otherwise vanish.
 */
import { fillTemplate } from './attribute-values.ts';
import { unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';

/** Kinds of resource that do not count as users of what they refer to. */
const NO_USERS: ReadonlySet<string> = new Set(['rule', 'policy', 'grant', 'edge', 'hidden']);

/** Real chains have three or four links; a made-up state may have circles and any length. */
const DEEPEST = 40;
const MOST_STEPS = 2000;

export class Folding {
  readonly #index: ResourceIndex;
  readonly #parts = new Map<Entry, readonly Entry[]>();
  readonly #open = new Set<Entry>();
  /** Steps of the present question, and whether one of them met itself: such an answer holds for this question only. */
  #steps = 0;
  #cut = false;

  constructor(index: ResourceIndex) {
    this.#index = index;
  }

  /** Drawn parts that the entry stands for; a relay stands for itself until its flows are known. */
  parts(entry: Entry): readonly Entry[] {
    const known = this.#parts.get(entry);
    if (known !== undefined) return known;
    if (this.#open.size === 0) [this.#steps, this.#cut] = [0, false];
    if (entry.type.role === 'fold') this.#steps += 1;
    if (this.#open.has(entry) || this.#open.size > DEEPEST || this.#steps > MOST_STEPS) {
      this.#cut = true;
      return [];
    }
    this.#open.add(entry);
    const parts = this.#find(entry);
    this.#open.delete(entry);
    if (this.#open.size === 0 || !this.#cut) this.#parts.set(entry, parts);
    return parts;
  }

  #find(entry: Entry): readonly Entry[] {
    switch (entry.type.role) {
      case 'group':
      case 'node':
      case 'relay':
        return [this.#index.canonical(entry)];
      case 'fold': {
        const targets = this.targets(entry);
        return targets.length > 0 || entry.resource.mode !== 'managed' ? targets : [entry];
      }
      default:
        return [];
    }
  }

  /** What a fold belongs to; empty when there is nothing of it in the model. */
  targets(entry: Entry): readonly Entry[] {
    for (const path of entry.type.into) {
      const into = unique(this.#index.linked(entry, [path]).flatMap((target) => this.parts(target))).filter((part) => part !== entry);
      const nodes = into.filter((part) => part.type.role !== 'group');
      if (into.length > 0) return nodes.length > 0 ? nodes : into;
    }
    if (entry.type.users) {
      const users = unique(this.#index.referrers(entry).map((link) => link.entry)).filter((user) => user.type.type !== entry.type.type && !NO_USERS.has(user.type.role));
      const parts = unique(users.flatMap((user) => this.parts(user))).filter((part) => part !== entry);
      if (parts.length > 0) return parts;
    }
    return this.#onlyDependency(entry);
  }

  /** A state of old names no attribute, only that one resource depends on another. */
  #onlyDependency(entry: Entry): readonly Entry[] {
    if (entry.type.into.length === 0 || this.#index.links(entry).some((link) => link.via !== 'dependency')) return [];
    const targets = unique(this.#index.links(entry).flatMap((link) => link.targets)).filter((target) => target.type.role === 'node' || target.type.role === 'group');
    return unique(targets.map((target) => target.resource.resource)).length === 1 ? targets : [];
  }

  badge(entry: Entry): string | undefined {
    return entry.type.badge === undefined ? undefined : fillTemplate(entry.type.badge, entry.resource.attributes);
  }
}
