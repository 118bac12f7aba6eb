/**
 * From ids on a bill to resources in Terraform's states.
 *
 * Providers write an id in more than one way: a bill has the ARN where the state's `id` is the bare one, Azure writes ids in
 * any case, Google's begin with `//compute.googleapis.com/`. All ways are kept in lower case; a bare id that two
 * resources share says nothing and is left out, rather than giving the cost to the wrong one; nor does an id that the
 * states of two teams have, since any of them may have written it there.
 */
import type { KnownResource, ResourceLookup } from './owner.ts';
import { DEFAULT_RULES, OWNER_WORDS, type AllocationRules, type OwnerWord } from './rules.ts';

export interface StateResource {
  address: string;
  root: string;
  attributes: Readonly<Record<string, unknown>>;
  /** Of the state, where the resource's own tags name none. */
  team?: string;
}

/** Attributes that hold a cloud id, and those with tags. */
export const ID_ATTRIBUTES = ['id', 'arn', 'self_link', 'resource_id', 'unique_id'] as const;
export const TAG_ATTRIBUTES = ['tags_all', 'tags', 'labels', 'effective_labels'] as const;
const SHORTEST_ID = 4;

/** `rules` say which tags of the state name a team. */
export function resourceLookup(resources: Iterable<StateResource>, rules: AllocationRules = DEFAULT_RULES): ResourceLookup {
  const exact = new Map<string, KnownResource | 'several'>();
  for (const resource of resources) {
    const known = { address: resource.address, root: resource.root, ...(resource.team === undefined ? {} : { team: resource.team }), ...owners(resource.attributes, rules) };
    const ids = ID_ATTRIBUTES.flatMap((name) => (typeof resource.attributes[name] === 'string' ? ways(resource.attributes[name]) : []));
    for (const id of new Set(ids)) {
      const before = exact.get(id);
      exact.set(id, before === undefined || (before !== 'several' && before.address === known.address && before.root === known.root && before.team === known.team) ? known : 'several');
    }
  }
  return (id) => {
    for (const way of ways(id)) {
      const found = exact.get(way);
      if (found !== undefined && found !== 'several') return found;
    }
    return undefined;
  };
}

/** The id itself, without Google's host, and the last part of an ARN; the longest first. */
function ways(id: string): string[] {
  const whole = id.trim().toLowerCase();
  const google = /^(?:https:)?\/\/[a-z.]*googleapis\.com\/(?:[a-z]+\/v[0-9a-z]+\/)?(.+)$/.exec(whole)?.[1];
  const arn = /^arn:[^:]*:[^:]*:[^:]*:[^:]*:(.+)$/.exec(whole)?.[1];
  const bare = arn === undefined ? undefined : /([^/:]+)$/.exec(arn)?.[1];
  return [whole, google, bare].filter((way) => way !== undefined && way.length >= SHORTEST_ID) as string[];
}

function owners(attributes: StateResource['attributes'], rules: AllocationRules): Partial<Record<OwnerWord, string>> {
  const tags = new Map(
    TAG_ATTRIBUTES.flatMap((name) => Object.entries((attributes[name] ?? {}) as Record<string, unknown>))
      .filter((tag): tag is [string, string] => typeof tag[1] === 'string' && tag[1].trim() !== '')
      .map(([key, value]) => [key.toLowerCase(), value.trim().toLowerCase()]),
  );
  return Object.fromEntries(
    OWNER_WORDS.flatMap((word) => {
      const key = rules.keys[word].find((name) => tags.has(name));
      const value = key === undefined ? undefined : tags.get(key);
      return value === undefined ? [] : [[word, rules.values[word].get(value) ?? value]];
    }),
  );
}
