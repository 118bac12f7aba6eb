/**
 * Tables of facts that age: what ended, what is old, and as of which day somebody looked.
 *
 * A table is a list of texts, or `{asOf, source, values}`; there the values are a list, or a map from each text to
 * the day from which on it holds. Expressions ask for the text only; the days are for readers of the file.
 */
interface DatedTable {
  /** YYYY-MM-DD: when it was last compared with its source. */
  asOf: string;
  source: string;
  values: readonly string[];
  /** Text -> YYYY-MM-DD, where the table tells. */
  since: Readonly<Record<string, string>>;
}

/** Undefined for what is no table. */
export function readTable(value: unknown): readonly string[] | DatedTable | undefined {
  return areTexts(value) ? value : readDatedTable(value);
}

/** Undefined for what is none, or has no days. */
export function readDatedTable(value: unknown): DatedTable | undefined {
  if (!isObject(value) || Object.keys(value).some((field) => !['asOf', 'source', 'values'].includes(field))) return undefined;
  const { asOf, source, values } = value;
  if (typeof asOf !== 'string' || !isDay(asOf) || typeof source !== 'string' || source === '') return undefined;
  if (areTexts(values)) return { asOf, source, values, since: {} };
  if (!isObject(values) || !Object.values(values).every((day) => typeof day === 'string' && isDay(day))) return undefined;
  return { asOf, source, values: Object.keys(values), since: values as Record<string, string> };
}

/** The texts alone; none for what is no table. */
export function tableTexts(value: unknown): readonly string[] {
  const table = readTable(value);
  return table === undefined ? [] : isObject(table) ? (table as unknown as DatedTable).values : (table as readonly string[]);
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '');
}
