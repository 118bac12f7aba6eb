/**
 * Checks a provider file before anything reads it: fields, values and references. All faults of a file
 * come in one run, each with the type it is in, since people edit these files by hand.
 */
import type { ProviderFile } from './resource-type.ts';
import { RULE_DIALECTS } from './resource-type.ts';

const GLYPHS: ReadonlySet<string> = new Set(
  ('account alarm analytics api balancer bucket build cache cdn certificate cluster compute container database disk dns email event file-system firewall function gateway generic identity internet key ' +
    'log machine-learning module network peering policy queue region registry route schedule search secret stream subnet team topic user virtual-private-network workflow zone').split(' '),
);
const ROLES: ReadonlySet<string> = new Set(['group', 'node', 'fold', 'relay', 'edge', 'rule', 'policy', 'grant', 'hidden']);
const KINDS: ReadonlySet<string> = new Set(['account', 'region', 'network', 'zone', 'subnet', 'cluster', 'namespace', 'module', 'owner', 'group', 'external']);
const EDGE_KINDS: ReadonlySet<string> = new Set(['traffic', 'access', 'event', 'name', 'attachment', 'dependency']);
const PRICE_KINDS: ReadonlySet<string> = new Set(['fixed', 'usage']);
const SCOPES: ReadonlySet<string> = new Set(['global', 'regional', 'zonal']);

type Check = (value: unknown) => string | undefined;

const text: Check = (value) => (typeof value === 'string' && value.trim() !== '' && value.length <= 200 ? undefined : 'must be a text of at most 200 characters');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const path: Check = (value) => (typeof value === 'string' && /^[\w:/*-]+(\.[\w:/*-]+)*$/.test(value) && !/(^|\.)\d+(\.|$)/.test(value) ? undefined : `must be a dotted attribute path without indexes, not ${JSON.stringify(value)}`);
const paths: Check = (value) => (Array.isArray(value) ? value.map(path).find((problem) => problem !== undefined) : 'must be a list of attribute paths');
const oneOf = (values: ReadonlySet<string>): Check => (value) => (typeof value === 'string' && values.has(value) ? undefined : `must be one of ${[...values].join(', ')}`);
const tier: Check = (value) => (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 5 ? undefined : 'must be a whole number from 0 to 5');

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const links: Check = (value) => {
  if (!isObject(value)) return 'must be an object of edge kinds with attribute paths';
  for (const [kind, attributes] of Object.entries(value)) {
    if (!EDGE_KINDS.has(kind)) return `${kind} is no edge kind (${[...EDGE_KINDS].join(', ')})`;
    const problem = paths(attributes);
    if (problem !== undefined) return problem;
  }
  return undefined;
};

const fields = (known: Readonly<Record<string, Check>>): Check => (value) => {
  if (!isObject(value)) return 'must be an object';
  const strange = Object.keys(value).find((field) => !Object.hasOwn(known, field));
  if (strange !== undefined) return `has an unknown field ${strange}`;
  for (const [field, check] of Object.entries(known)) {
    const problem = check(value[field]);
    if (problem !== undefined) return `${field} ${problem}`;
  }
  return undefined;
};

const prices: Check = (value) => (Array.isArray(value) ? value.map(fields({ name: text, kind: (kind) => (kind === undefined ? undefined : oneOf(PRICE_KINDS)(kind)), attributes: paths })).find((problem) => problem !== undefined) : 'must be a list of price dimensions');

const conditions: Check = (value) => {
  if (value === undefined) return undefined;
  if (!isObject(value)) return 'must be an object of attribute paths with values';
  return Object.entries(value).map(([attribute, values]) => path(attribute) ?? (Array.isArray(values) ? values.map(text).find((problem) => problem !== undefined) : 'must list values')).find((problem) => problem !== undefined);
};

const ENTRY: Readonly<Record<string, Check>> = {
  like: text, label: text, glyph: oneOf(GLYPHS), role: oneOf(ROLES), kind: oneOf(KINDS), tier, scope: oneOf(SCOPES),
  minor: flag, stacked: flag, drawData: flag, users: flag, locates: flag,
  name: paths, sublabel: paths, identity: paths, within: paths, into: paths, sensitive: paths, computed: paths, security: paths, capacity: paths,
  badge: text, flow: text, reason: text, to: links, from: links, price: prices,
  edge: fields({ from: paths, to: paths, kind: oneOf(EDGE_KINDS) }),
  dialect: oneOf(new Set(RULE_DIALECTS)),
  policy: fields({ documents: paths, principals: paths }),
  front: fields({ label: text, unless: conditions, when: conditions }),
  grant: fields({ principals: paths, targets: paths, role: paths }),
};
const DEFAULTS = fields({ name: paths, identity: paths, within: paths, computed: paths, sensitive: paths, security: paths, capacity: paths, tags: paths });

/** What a role cannot do without. */
function missingForRole(entry: Record<string, unknown>): string | undefined {
  switch (entry['role']) {
    case 'group': return entry['kind'] === undefined ? 'a group needs its kind' : undefined;
    case 'fold': return entry['into'] === undefined && entry['users'] !== true ? 'a fold needs into or users' : undefined;
    case 'edge': return entry['edge'] === undefined ? 'an edge needs edge' : undefined;
    case 'rule': return entry['dialect'] === undefined ? 'a rule needs its dialect' : undefined;
    case 'policy': return entry['policy'] === undefined ? 'a policy needs policy' : undefined;
    case 'grant': return entry['grant'] === undefined ? 'a grant needs grant' : undefined;
    case 'hidden': return entry['reason'] === undefined ? 'a hidden type needs its reason' : undefined;
    default: return undefined;
  }
}

function entryProblems(type: string, entry: unknown, all: Record<string, unknown>): string[] {
  if (!isObject(entry)) return [`${type}: must be an object`];
  const problems = Object.entries(entry).flatMap(([field, value]) => {
    const check = Object.hasOwn(ENTRY, field) ? ENTRY[field] : undefined;
    const problem = check === undefined ? 'is not a known field' : check(value);
    return problem === undefined ? [] : [`${type}: ${field} ${problem}`];
  });
  let merged: Record<string, unknown> = entry;
  for (let depth = 0; typeof merged['like'] === 'string'; depth += 1) {
    const base = Object.hasOwn(all, merged['like']) ? all[merged['like']] : undefined;
    if (!isObject(base) || depth >= 4) return [...problems, `${type}: like names ${merged['like']}, which ${isObject(base) ? 'leads in a circle' : 'is not in this file'}`];
    const { like: _, ...own } = merged;
    merged = { ...base, ...own };
  }
  if (!/^[a-z][a-z0-9-]*(_[A-Za-z0-9_-]+)?$/.test(type)) problems.push(`${type}: is no resource type`);
  if (merged['label'] === undefined || merged['glyph'] === undefined) problems.push(`${type}: needs a label and a glyph`);
  const missing = missingForRole(merged);
  return missing === undefined ? problems : [...problems, `${type}: ${missing}`];
}

/** Every fault of a parsed provider file; an empty list means that it may be read as a `ProviderFile`. */
export function providerFileProblems(file: unknown): string[] {
  if (!isObject(file)) return ['the file must hold one JSON object'];
  const problems = Object.keys(file).filter((field) => !['schemaVersion', 'provider', 'label', 'defaults', 'types'].includes(field)).map((field) => `${field} is not a known field`);
  if (file['schemaVersion'] !== 1) problems.push('schemaVersion must be 1');
  if (text(file['provider']) !== undefined || text(file['label']) !== undefined) problems.push('provider and label must be texts');
  const defaults = DEFAULTS(file['defaults']);
  if (defaults !== undefined) problems.push(`defaults ${defaults}`);
  const types = file['types'];
  if (!isObject(types)) return [...problems, 'types must be an object, one field a type'];
  return [...problems, ...Object.entries(types).flatMap(([type, entry]) => entryProblems(type, entry, types))];
}

/** For what `JSON.parse` hides: a type written twice in one file, of which the last would win in silence. */
export function repeatedTypes(source: string): string[] {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const match of source.matchAll(/^\s*"([a-z][A-Za-z0-9_-]*)"\s*:\s*\{/gm)) {
    const name = match[1] ?? '';
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
  }
  return [...repeated].sort();
}

export function asProviderFile(file: unknown): ProviderFile | undefined {
  return providerFileProblems(file).length === 0 ? (file as ProviderFile) : undefined;
}
