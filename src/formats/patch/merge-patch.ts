/** JSON Merge Patch, RFC 7386: a pure function that shares what it does not change. */

type Json = unknown;

function isRecord(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns `target` with `patch` put in; `null` members of the patch remove. Neither argument is changed. */
export function mergePatch(target: Json, patch: Json): Json {
  if (!isRecord(patch)) return patch;
  const result: Record<string, Json> = isRecord(target) ? { ...target } : {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      delete result[key];
    } else {
      define(result, key, mergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
    }
  }
  return result;
}

/** The merge patch that leads from `before` to `after`; undefined when they are equal. Lists are replaced whole. */
export function mergePatchBetween(before: Json, after: Json): Json | undefined {
  if (before === after) return undefined;
  if (!isRecord(before) || !isRecord(after)) return JSON.stringify(before) === JSON.stringify(after) ? undefined : after;
  const patch: Record<string, Json> = {};
  let changed = false;
  for (const key of Object.keys(after)) {
    const difference = Object.hasOwn(before, key) ? mergePatchBetween(before[key], after[key]) : after[key];
    if (difference === undefined) continue;
    define(patch, key, difference);
    changed = true;
  }
  for (const key of Object.keys(before)) {
    if (Object.hasOwn(after, key) && after[key] !== undefined) continue;
    define(patch, key, null);
    changed = true;
  }
  return changed ? patch : undefined;
}

/** `__proto__` from a request is a name like any other. */
function define(target: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  else target[key] = value;
}
