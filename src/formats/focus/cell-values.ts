/**
 * What the cells of bills in circulation look like, and what they mean.
 *
 * Null is an empty cell or the text NULL. Numbers may be quoted. A time may have a space instead of the T, ` UTC` or an
 * offset behind it, or be a day only; one without an offset is UTC, as FOCUS has it. A number with a comma in it is
 * refused: 1,234 is a thousand in one country and one and a bit in the next.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
/** As nearly every amount is written: nothing to change. */
const PLAIN = /^-?\d{1,30}(?:\.\d{1,25})?$/;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/;
const MOST_DIGITS = 60;

export function isNull(cell: string): boolean {
  return cell === '' || cell === 'NULL' || cell === 'null';
}

/** The number as `Decimal.parse` takes it; undefined for what is none. */
export function decimalText(cell: string): string | undefined {
  if (PLAIN.test(cell)) return cell;
  const text = cell.trim();
  if (text.length > MOST_DIGITS || !DECIMAL.test(text)) return undefined;
  return text.startsWith('.') ? `0${text}` : text.startsWith('-.') ? `-0${text.slice(1)}` : text.replace(/\.(?=$|[eE])/, '').replace(/^\+/, '');
}

/** RFC 3339 UTC to the second, `2024-09-18T22:00:00Z`; undefined for what is no time. */
export function timeText(cell: string): string | undefined {
  const match = TIME.exec(cell.trim());
  if (match === null) return undefined;
  const [, day = '', clock = '00:00', seconds = '00', zone = 'Z'] = match;
  const offset = zone === 'UTC' ? 'Z' : zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const milliseconds = Date.parse(`${day}T${clock}:${seconds}${offset}`);
  if (Number.isNaN(milliseconds)) return undefined;
  const text = new Date(milliseconds).toISOString();
  // 30 February is 1 March to the parser of the language.
  if (offset === 'Z' && text.slice(0, 10) !== day) return undefined;
  return `${text.slice(0, 19)}Z`;
}

/** Keys and values as text; a value that is no text is written as JSON. Undefined for what is no JSON object. */
export function tagsOf(cell: string): Record<string, string> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(cell);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const pairs: (readonly [string, unknown])[] = Array.isArray(value) ? pairsOf(value) : Object.entries(value);
  return Object.fromEntries(pairs.filter(([, tag]) => tag !== null && tag !== undefined).map(([name, tag]) => [storable(name), storable(typeof tag === 'string' ? tag : JSON.stringify(tag))]));
}

/** Escapes of JSON can write what no text of a database may hold: a zero character, half a surrogate pair. */
export function storable(text: string): string {
  return text.replaceAll('\u0000', '\ufffd').toWellFormed();
}

/** Some exports write a list of `{"key": ..., "value": ...}`. */
function pairsOf(list: readonly unknown[]): (readonly [string, unknown])[] {
  return list.flatMap((entry) => {
    const { key, value } = (entry ?? {}) as { key?: unknown; value?: unknown };
    return typeof key === 'string' ? [[key, value] as const] : [];
  });
}
