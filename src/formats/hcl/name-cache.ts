/**
 * The same few hundred names make up most of every configuration (`var`, `name`, `description`, ...). One
 * string for all of them saves half of the garbage collector's work. Only short names: the engine keeps a
 * longer substring as a view of the file's text, and a cached view would keep the whole file in memory.
 */
const LONGEST = 12;
const SLOTS = 1024;
const cached: string[] = new Array<string>(SLOTS).fill('');

/** `text.slice(start, end)` for an identifier. */
export function nameAt(text: string, start: number, end: number): string {
  const length = end - start;
  if (length > LONGEST) return text.slice(start, end);
  const middle = text.charCodeAt(start + (length >> 1));
  const slot = (text.charCodeAt(start) * 31 + text.charCodeAt(end - 1) * 7 + middle * 131 + length * 517) & (SLOTS - 1);
  const known = cached[slot] as string;
  if (known.length === length && text.startsWith(known, start)) return known;
  const name = text.slice(start, end);
  cached[slot] = name;
  return name;
}
