/** Order of everything in a diagram: by address, numbers by their size, without a locale. */

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function endOfDigits(text: string, start: number): number {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return end;
}

function withoutZeros(text: string, start: number, end: number): string {
  let first = start;
  while (first < end - 1 && text.charCodeAt(first) === 48) first += 1;
  return text.slice(first, end);
}

/** `x[2]` before `x[10]`; a total order, so that sorting never depends on the order of discovery. */
export function byAddress(left: string, right: string): number {
  let a = 0;
  let b = 0;
  while (a < left.length && b < right.length) {
    const one = left.charCodeAt(a);
    const other = right.charCodeAt(b);
    if (isDigit(one) && isDigit(other)) {
      const [endA, endB] = [endOfDigits(left, a), endOfDigits(right, b)];
      const [numberA, numberB] = [withoutZeros(left, a, endA), withoutZeros(right, b, endB)];
      if (numberA !== numberB) return numberA.length - numberB.length || (numberA < numberB ? -1 : 1);
      [a, b] = [endA, endB];
    } else if (one !== other) return one - other;
    else {
      a += 1;
      b += 1;
    }
  }
  return left.length - a - (right.length - b) || (left === right ? 0 : left < right ? -1 : 1);
}

export function unique<Item>(items: Iterable<Item>): Item[] {
  return [...new Set(items)];
}

/** Adds to the list of a key, in place: copying lists makes large models slow. */
export function addTo<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
