/** Simple paths into objects: `.status.phase`, `spec.owner`, `.status.conditions[type=Ready].status`. */

type Segment = { key: string } | { match: string; value: string };

const parsed = new Map<string, readonly Segment[]>();

function segments(path: string): readonly Segment[] {
  let known = parsed.get(path);
  if (known === undefined) {
    known = [...path.matchAll(/\.?([^.[\]]+)|\[([^=\]]+)=([^\]]*)\]/g)].map(
      ([, key, match, value]): Segment => (key === undefined ? { match: match ?? '', value: value ?? '' } : { key }),
    );
    if (parsed.size < 1000) parsed.set(path, known);
  }
  return known;
}

/** The value at `path`, or undefined. */
export function valueAt(object: unknown, path: string): unknown {
  let value = object;
  for (const segment of segments(path)) {
    if (typeof value !== 'object' || value === null) return undefined;
    if ('key' in segment) {
      value = Object.hasOwn(value, segment.key) ? (value as Record<string, unknown>)[segment.key] : undefined;
    } else {
      value = Array.isArray(value) ? value.find((item: Record<string, unknown> | null) => item?.[segment.match] === segment.value) : undefined;
    }
  }
  return value;
}

/** `object` with the value at the dotted `path` replaced; shares the rest. */
export function withValueAt(object: unknown, path: string, value: unknown): Record<string, unknown> {
  const [head = '', ...rest] = path.replace(/^\./, '').split('.');
  const parent = typeof object === 'object' && object !== null ? (object as Record<string, unknown>) : {};
  return { ...parent, [head]: rest.length === 0 ? value : withValueAt(parent[head], rest.join('.'), value) };
}
