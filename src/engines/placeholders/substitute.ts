/**
 * Score's placeholders: `${metadata.name}`, `${resources.db.host}`; `$$` is a dollar, `$${x}` stays as `${x}`.
 *
 * The rules are those of score-go: parts are separated by dots and `\.` is a dot inside a part; only the
 * roots `metadata` and `resources` exist; a value that is not a string is written as JSON the way Go does
 * (sorted keys, `<`, `>` and `&` escaped). A dollar before anything else is a dollar. Problems name the
 * placeholder and where it stands, and every one in a text is reported, not just the first.
 */
const PLACEHOLDER = /\$((?:\$?\{([^}]*)\})|\$)/g;

export interface PlaceholderProblem {
  /** As written: `${resources.db.hots}`. */
  placeholder: string;
  /** Where it stands: `containers.web.variables.URL`. */
  where: string;
  message: string;
}

export type Lookup = (reference: string) => { ok: true; value: string } | { ok: false; message: string };

/** What placeholders of one workload may refer to. */
export interface PlaceholderContext {
  metadata: Readonly<Record<string, unknown>>;
  /** Outputs by the workload's own resource names. */
  resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** Replaces every placeholder of a text; a placeholder with a problem is left as it is. */
export function substituteText(text: string, where: string, lookup: Lookup): { text: string; problems: PlaceholderProblem[] } {
  const problems: PlaceholderProblem[] = [];
  const replaced = text.replace(PLACEHOLDER, (whole: string, rest: string, reference: string | undefined) => {
    if (rest.startsWith('$')) return whole.slice(1);
    const found = lookup(reference ?? '');
    if (found.ok) return found.value;
    problems.push({ placeholder: whole, where, message: found.message });
    return whole;
  });
  return { text: replaced, problems };
}

/** The same through maps and lists; keys are never expanded. */
export function substituteDeep(value: unknown, where: string, lookup: Lookup): { value: unknown; problems: PlaceholderProblem[] } {
  if (typeof value === 'string') {
    const { text, problems } = substituteText(value, where, lookup);
    return { value: text, problems };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => substituteDeep(item, `${where}[${index}]`, lookup));
    return { value: items.map((item) => item.value), problems: items.flatMap((item) => item.problems) };
  }
  if (typeof value !== 'object' || value === null) return { value, problems: [] };
  const entries = Object.entries(value).map(([key, inner]) => [key, substituteDeep(inner, `${where}.${key}`, lookup)] as const);
  return { value: Object.fromEntries(entries.map(([key, inner]) => [key, inner.value])), problems: entries.flatMap(([, inner]) => inner.problems) };
}

/** The references of a text, unescaped ones only: `resources.db.host`. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(PLACEHOLDER)].flatMap((match) => (match[1]?.startsWith('$') === true ? [] : [match[2] ?? '']));
}

/** `a.b\.c` is `['a', 'b.c']`. */
export function splitReference(reference: string): string[] {
  return reference.replaceAll('\\.', '\0').split('.').map((part) => part.replaceAll('\0', '.'));
}

/** Looks references up in a workload's metadata and its resources' outputs. */
export function workloadLookup(context: PlaceholderContext): Lookup {
  return (reference) => {
    const [root, ...keys] = splitReference(reference);
    const refuse = (why: string): ReturnType<Lookup> => ({ ok: false, message: `invalid ref '${reference}': ${why}` });
    if (root === 'metadata') {
      if (keys.length === 0) return refuse('requires at least a metadata key to lookup');
      return found(descend(context.metadata, keys), refuse);
    }
    if (root !== 'resources') return refuse('unknown reference root, use $$ to escape the substitution');
    const [name, ...outputs] = keys;
    if (name === undefined) return refuse('requires at least a resource name to lookup');
    const resource = Object.hasOwn(context.resources, name) ? context.resources[name] : undefined;
    if (resource === undefined) return refuse(`no known resource '${name}'`);
    if (outputs.length === 0) return refuse('at least one lookup key is required');
    return found(descend(resource, outputs), refuse);
  };
}

/**
 * Checks references while no output is known yet: roots, metadata keys and resource names must exist, any output may.
 * `substituteText` with it reports what can never resolve.
 */
export function declaredLookup(metadata: Readonly<Record<string, unknown>>, resourceNames: readonly string[]): Lookup {
  return (reference) => {
    const [root, name, ...outputs] = splitReference(reference);
    if (root === 'resources' && name !== undefined && resourceNames.includes(name) && outputs.length > 0) return { ok: true, value: '' };
    return workloadLookup({ metadata, resources: Object.fromEntries(resourceNames.map((known) => [known, {}])) })(reference);
  };
}

type Descent = { ok: true; value: unknown } | { ok: false; message: string };

function descend(root: unknown, keys: readonly string[]): Descent {
  let value = root;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return { ok: false, message: `cannot lookup key '${key}', context is not a map` };
    if (!Object.hasOwn(value, key)) return { ok: false, message: `key '${key}' not found` };
    value = (value as Record<string, unknown>)[key];
  }
  return { ok: true, value };
}

function found(descent: Descent, refuse: (why: string) => ReturnType<Lookup>): ReturnType<Lookup> {
  if (!descent.ok) return refuse(descent.message);
  return { ok: true, value: typeof descent.value === 'string' ? descent.value : goJson(descent.value) };
}

/** JSON as Go's encoder writes it. */
function goJson(value: unknown): string {
  return JSON.stringify(sorted(value ?? null)).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, inner]) => [key, sorted(inner)]));
}
