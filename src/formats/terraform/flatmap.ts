/**
 * The flat attributes of Terraform before 0.12: `a.#` counts a list or set, `a.%` a map, `a.0.b` a part.
 *
 * A set's elements stand under hash codes instead of indexes; they come out in the order of those
 * codes, since the order of a set means nothing. Everything is text: the schema is not known here.
 */
import type { JsonObject, JsonValue } from './json-document.ts';

/** Beyond this a path is hand-made; real schemas nest a handful deep. */
const MAX_DEPTH = 64;

interface Branch {
  value?: string;
  children: Map<string, Branch>;
}

/** `{"tags.%": "1", "tags.Name": "web"}` becomes `{tags: {Name: "web"}}`. */
export function expandFlatmap(flat: Readonly<Record<string, JsonValue>>): JsonObject {
  const root: Branch = { children: new Map() };
  for (const [path, value] of Object.entries(flat)) {
    if (typeof value !== 'string') continue;
    const steps = path.split('.', MAX_DEPTH);
    let branch = root;
    for (const step of steps) {
      let next = branch.children.get(step);
      if (next === undefined) {
        next = { children: new Map() };
        branch.children.set(step, next);
      }
      branch = next;
    }
    branch.value = value;
  }
  return Object.fromEntries([...root.children].map(([name, branch]) => [name, expanded(branch)]));
}

function expanded(branch: Branch): JsonValue {
  if (branch.children.has('#')) {
    const keys = [...branch.children.keys()].filter((key) => key !== '#').sort((a, b) => Number(a) - Number(b));
    return keys.map((key) => expanded(branch.children.get(key) ?? { children: new Map() }));
  }
  if (branch.children.size === 0) return branch.value ?? null;
  const entries = [...branch.children].filter(([key]) => key !== '%');
  if (branch.children.has('%')) return joinedMap(entries);
  return Object.fromEntries(entries.map(([key, child]) => [key, expanded(child)]));
}

/** Map keys may hold dots: below a `%` every leaf is one entry. */
function joinedMap(entries: [string, Branch][]): JsonObject {
  const map: JsonObject = {};
  const walk = (prefix: string, branch: Branch): void => {
    if (branch.value !== undefined) map[prefix] = branch.value;
    for (const [key, child] of branch.children) walk(`${prefix}.${key}`, child);
  };
  for (const [key, child] of entries) walk(key, child);
  return map;
}
