/** What differs between two values, field by field. Pure. */
export interface Difference {
  path: string;
  before: string | undefined;
  after: string | undefined;
}

const LIMIT = 60;

/** Leaves that differ, in the order of the paths; at most sixty. */
export function differences(before: unknown, after: unknown): Difference[] {
  const old = leaves(before);
  const now = leaves(after);
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter((path) => old.get(path) !== now.get(path));
  return paths.slice(0, LIMIT).map((path) => ({ path, before: old.get(path), after: now.get(path) }));
}

function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) leaves(inner, Array.isArray(value) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`, found);
  } else if (value !== undefined) {
    found.set(path === '' ? 'value' : path, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return found;
}
