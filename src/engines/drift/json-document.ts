/**
 * Texts that hold JSON, brought to one form: what a cloud sends back is seldom what was written.
 *
 * Order of members never counts. In documents of AWS's policy language (told by `Statement`) lists are sets,
 * one value is a list of one, actions have no case, and an account id is its root's ARN; that is how IAM
 * itself compares them (the provider's awspolicyequivalence does the same). Elsewhere lists keep their order.
 */
type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

const LARGEST = 1_000_000;
const DEEPEST = 80;

/** The one form of a JSON object or array; undefined when the text is none. */
export function canonicalJson(text: string): string | undefined {
  const start = text.search(/\S/);
  if (start < 0 || text.length > LARGEST || (text[start] !== '{' && text[start] !== '[')) return undefined;
  const parsed = parse(text);
  if (parsed === undefined) return undefined;
  return isPolicy(parsed) ? policyText(parsed, '', 0) : plainText(parsed, 0);
}

/**
 * Whether all that `declared` has is also in `recorded`: providers write defaults into container definitions.
 * Both are texts of JSON; containers are paired by name, or by place where they have none.
 */
export function holdsJson(declared: string, recorded: string): boolean {
  const wanted = parse(declared);
  const found = parse(recorded);
  return wanted !== undefined && found !== undefined && holds(wanted, found, 0);
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isPolicy(value: Json): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && 'Statement' in value;
}

function plainText(value: Json, depth: number): string {
  if (depth > DEEPEST) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => plainText(item, depth + 1)).join()}]`;
  if (typeof value !== 'object' || value === null) return scalarText(value);
  return `{${Object.keys(value).sort().flatMap((name) => (isNothing(value[name]) ? [] : [`${JSON.stringify(name)}:${plainText(value[name] ?? null, depth + 1)}`])).join()}}`;
}

function scalarText(value: string | number | boolean | null): string {
  return JSON.stringify(String(value));
}

function isNothing(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return Array.isArray(value) ? value.length === 0 : typeof value === 'object' && Object.keys(value).length === 0;
}

/** `under` is the name of the nearest member above. */
function policyText(value: Json, under: string, depth: number): string {
  if (depth > DEEPEST) return JSON.stringify(value);
  if (Array.isArray(value)) {
    const items = [...new Set(value.map((item) => policyText(item, under, depth + 1)))].sort();
    return items.length === 1 ? (items[0] ?? '') : `[${items.join()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.keys(value).sort();
    if (/^(Not)?Principal$/.test(under) && members.length === 1 && value['AWS'] === '*') return scalarText('*');
    return `{${members.flatMap((name) => (isNothing(value[name]) ? [] : [`${JSON.stringify(name)}:${policyText(value[name] ?? null, name, depth + 1)}`])).join()}}`;
  }
  if (typeof value === 'string' && /^(Not)?Action$/.test(under)) return scalarText(value.toLowerCase());
  if (under === 'AWS' && /^\d{12}$/.test(String(value))) return scalarText(`arn:aws:iam::${String(value)}:root`);
  return scalarText(value);
}

function holds(wanted: Json, found: Json | undefined, depth: number): boolean {
  if (isNothing(wanted) || wanted === false || wanted === 0 || wanted === '') return found === undefined || plainText(found, 0) === plainText(wanted, 0) || isNothing(found);
  if (found === undefined || depth > DEEPEST) return false;
  if (Array.isArray(wanted)) return Array.isArray(found) && wanted.length === found.length && holdsAll(wanted, found, depth);
  if (typeof wanted !== 'object' || wanted === null) return (typeof found !== 'object' || found === null) && scalarText(wanted) === scalarText(found);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return false;
  return Object.keys(wanted).every((name) => holds(wanted[name] ?? null, Object.hasOwn(found, name) ? found[name] : undefined, depth + 1));
}

/** Lists of named things (containers, environment variables) come back in another order. */
function holdsAll(wanted: readonly Json[], found: readonly Json[], depth: number): boolean {
  const byName = new Map(found.map((item, at) => [nameOf(item) ?? at, item]));
  return wanted.every((item, at) => holds(item, byName.get(nameOf(item) ?? at), depth + 1));
}

function nameOf(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return typeof value['name'] === 'string' ? value['name'] : undefined;
}
