/** Order of everything in a diagram: by address, numbers by their size, without a locale. */
const PIECES = /\d+|\D+/g;

/** `x[2]` before `x[10]`; a total order, so that sorting never depends on the order of discovery. */
export function byAddress(left: string, right: string): number {
  if (left === right) return 0;
  const a = left.match(PIECES) ?? [];
  const b = right.match(PIECES) ?? [];
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const one = a[index] ?? '';
    const other = b[index] ?? '';
    if (one === other) continue;
    if (/^\d/.test(one) && /^\d/.test(other)) {
      const difference = one.replace(/^0+/, '').length - other.replace(/^0+/, '').length;
      if (difference !== 0) return difference;
    }
    return one < other ? -1 : 1;
  }
  return a.length === b.length ? (left < right ? -1 : 1) : a.length - b.length;
}

export function unique<Item>(items: Iterable<Item>): Item[] {
  return [...new Set(items)];
}
