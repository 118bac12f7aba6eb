/**
 * The allocation file: which tags say who pays, and what is done with what carries none.
 *
 * Read whole or not at all, with line and column of every fault: a rule that is half understood moves money to the
 * wrong team in silence. docs/reference/bill-allocation.md describes the form.
 */
import { Decimal } from '../../domain/money.ts';
import { PlatformError } from '../../domain/error.ts';
import { describeProblem, type SourceProblem } from '../../domain/source-problem.ts';
import { printPath, readYaml, type Path, type SourceDocument } from '../../formats/yaml-source/read.ts';

export const OWNER_WORDS = ['team', 'service', 'environment'] as const;
export type OwnerWord = (typeof OWNER_WORDS)[number];

export const MATCH_WORDS = ['provider', 'billing_account', 'account', 'service', 'service_category', 'region', 'resource', 'type'] as const;
export type MatchWord = (typeof MATCH_WORDS)[number];

export type SplitWay = 'proportional' | 'even' | 'metric';

export interface AllocationRule {
  name: string;
  line: number;
  /** Globs, any of which matches; every word must. */
  match: Readonly<Partial<Record<MatchWord, readonly string[]>>>;
  /** Globs over the values of tags. */
  tags: readonly { key: string; globs: readonly string[] }[];
  /** Before the state and the tags are asked. */
  override: boolean;
  to?: Readonly<Partial<Record<OwnerWord, string>>>;
  split?: { way: SplitWay; among?: readonly string[]; metric?: string };
}

export interface AllocationRules {
  /** Tag keys in the order in which they are asked, lower case. */
  keys: Readonly<Record<OwnerWord, readonly string[]>>;
  /** Values of tags that mean another; keys in lower case. */
  values: Readonly<Record<OwnerWord, ReadonlyMap<string, string>>>;
  rules: readonly AllocationRule[];
  /** Weights by metric and team. */
  metrics: ReadonlyMap<string, ReadonlyMap<string, Decimal>>;
}

const NO_VALUES = new Map<string, string>();

export const DEFAULT_RULES: AllocationRules = {
  keys: { team: ['team', 'owner', 'roadbed.dev/team', 'squad'], service: ['service', 'app', 'application', 'roadbed.dev/service'], environment: ['environment', 'env', 'stage', 'roadbed.dev/environment'] },
  values: { team: NO_VALUES, service: NO_VALUES, environment: NO_VALUES },
  rules: [],
  metrics: new Map(),
};

const MOST_RULES = 1_000;
const LONGEST = 500;
const FIELDS = ['version', 'keys', 'values', 'rules', 'metrics'];
const RULE_FIELDS = ['name', 'match', 'to', 'split', 'among', 'metric', 'override'];

type Fault = (path: Path, message: string, which?: 'key' | 'value') => void;

/** Throws ROADBED-8740 with every fault of the file, each with line and column. */
export function readAllocationRules(text: string, file: string): AllocationRules {
  const [document, second] = readYaml(text, file);
  const problems: SourceProblem[] = [...(document?.problems ?? [])];
  if (second !== undefined) problems.push({ file, line: second.position([]).line, column: 1, path: '', message: 'must be one document' });
  const fault: Fault = (path, message, which = 'value') => void problems.push({ file, ...(document?.position(path, which) ?? { line: 1, column: 1 }), path: printPath(path), message });
  const rules = document === undefined || problems.length > 0 ? DEFAULT_RULES : rulesOf(document, fault);
  if (problems.length === 0) return rules;
  throw new PlatformError({ code: 'ROADBED-8740', class: 'invalid', message: `the allocation rules in ${file} cannot be read`, why: problems.slice(0, 20).map(describeProblem).join('\n'), next: 'docs/reference/bill-allocation.md has the form of the file' });
}

function rulesOf(document: SourceDocument, fault: Fault): AllocationRules {
  const { value } = document;
  if (value === undefined || value === null) return DEFAULT_RULES;
  if (!isRecord(value)) return fault([], `must be an object with ${FIELDS.join(', ')}`), DEFAULT_RULES;
  known(value, FIELDS, [], fault);
  if (value['version'] !== 1) fault(['version'], 'must be 1');
  const list = value['rules'] ?? [];
  if (!Array.isArray(list) || list.length > MOST_RULES) return fault(['rules'], `must be a list of at most ${MOST_RULES} rules`), DEFAULT_RULES;
  const metrics = metricsOf(value['metrics'], fault);
  const rules = list.flatMap((rule: unknown, at) => ruleOf(rule, ['rules', at], document.position(['rules', at]).line, metrics, fault) ?? []);
  const names = new Set<string>();
  for (const [at, rule] of rules.entries()) {
    if (names.has(rule.name)) fault(['rules', at, 'name'], 'must differ from those before it');
    names.add(rule.name);
  }
  return { keys: byWord(value['keys'], ['keys'], fault, keysOf, DEFAULT_RULES.keys), values: byWord(value['values'], ['values'], fault, valuesOf, DEFAULT_RULES.values), rules, metrics };
}

function byWord<Value>(value: unknown, path: Path, fault: Fault, read: (value: unknown, path: Path, fault: Fault) => Value, defaults: Readonly<Record<OwnerWord, Value>>): Record<OwnerWord, Value> {
  if (value === undefined) return defaults;
  if (!isRecord(value)) return fault(path, `must be an object with ${OWNER_WORDS.join(', ')}`), defaults;
  known(value, OWNER_WORDS, path, fault);
  const of = (word: OwnerWord): Value => (value[word] === undefined ? defaults[word] : read(value[word], [...path, word], fault));
  return { team: of('team'), service: of('service'), environment: of('environment') };
}

function keysOf(value: unknown, path: Path, fault: Fault): string[] {
  return texts(value, path, fault).map((key) => key.toLowerCase());
}

function valuesOf(value: unknown, path: Path, fault: Fault): Map<string, string> {
  if (!isRecord(value)) return fault(path, 'must be an object of values and what they mean'), new Map();
  return new Map(Object.entries(value).map(([name, meaning]) => [name.trim().toLowerCase(), text(meaning, [...path, name], fault)]));
}

function metricsOf(value: unknown, fault: Fault): Map<string, Map<string, Decimal>> {
  if (value === undefined) return new Map();
  if (!isRecord(value)) return fault(['metrics'], 'must be an object of metrics'), new Map();
  return new Map(
    Object.entries(value).map(([name, weights]) => {
      if (!isRecord(weights)) return fault(['metrics', name], 'must be an object of teams and weights'), [name, new Map()];
      return [name, new Map(Object.entries(weights).map(([team, weight]) => {
        const number = typeof weight === 'number' || typeof weight === 'string' ? Decimal.parse(String(weight)) : undefined;
        if (number === undefined || number.isNegative) fault(['metrics', name, team], 'must be a number that is not negative');
        return [team, number ?? Decimal.zero];
      }))];
    }),
  );
}

function ruleOf(rule: unknown, path: Path, line: number, metrics: ReadonlyMap<string, unknown>, fault: Fault): AllocationRule | undefined {
  if (!isRecord(rule)) return fault(path, 'must be an object'), undefined;
  known(rule, RULE_FIELDS, path, fault);
  const name = text(rule['name'], [...path, 'name'], fault);
  const { match, tags } = matchOf(rule['match'], [...path, 'match'], fault);
  const { to, split } = rule;
  if ((to === undefined) === (split === undefined)) fault(path, 'must have either to or split');
  if (rule['override'] !== undefined && typeof rule['override'] !== 'boolean') fault([...path, 'override'], 'must be true or false');
  if (to !== undefined && (rule['among'] !== undefined || rule['metric'] !== undefined)) fault(path, 'among and metric belong to split');
  return { name, line, match, tags, override: rule['override'] === true, ...(to === undefined ? {} : { to: targetOf(to, [...path, 'to'], fault) }), ...(split === undefined ? {} : { split: splitOf(rule, path, metrics, fault) }) };
}

function matchOf(value: unknown, path: Path, fault: Fault): Pick<AllocationRule, 'match' | 'tags'> {
  if (!isRecord(value) || Object.keys(value).length === 0) return fault(path, `must name at least one of ${[...MATCH_WORDS, 'tag'].join(', ')}; "*" matches everything`), { match: {}, tags: [] };
  known(value, [...MATCH_WORDS, 'tag'], path, fault);
  const match: Partial<Record<MatchWord, readonly string[]>> = {};
  for (const word of MATCH_WORDS) if (value[word] !== undefined) match[word] = texts(value[word], [...path, word], fault);
  const tag = value['tag'] ?? {};
  if (!isRecord(tag)) return fault([...path, 'tag'], 'must be an object of keys and globs'), { match, tags: [] };
  return { match, tags: Object.entries(tag).map(([key, globs]) => ({ key: key.toLowerCase(), globs: texts(globs, [...path, 'tag', key], fault) })) };
}

function targetOf(value: unknown, path: Path, fault: Fault): Partial<Record<OwnerWord, string>> {
  if (!isRecord(value) || value['team'] === undefined) return fault(path, 'must be an object with team, and service and environment where they are known'), {};
  known(value, OWNER_WORDS, path, fault);
  return Object.fromEntries(OWNER_WORDS.filter((word) => value[word] !== undefined).map((word) => [word, text(value[word], [...path, word], fault)]));
}

function splitOf(rule: Record<string, unknown>, path: Path, metrics: ReadonlyMap<string, unknown>, fault: Fault): NonNullable<AllocationRule['split']> {
  const way = rule['split'];
  if (way !== 'proportional' && way !== 'even' && way !== 'metric') fault([...path, 'split'], 'must be proportional, even or metric');
  const metric = rule['metric'] === undefined ? undefined : text(rule['metric'], [...path, 'metric'], fault);
  if ((way === 'metric') !== (metric !== undefined)) fault(path, 'metric belongs to "split: metric", and only to it');
  if (metric !== undefined && !metrics.has(metric)) fault([...path, 'metric'], `must be one of the file's metrics: ${[...metrics.keys()].join(', ') || 'it has none'}`);
  const among = rule['among'] === undefined ? undefined : texts(rule['among'], [...path, 'among'], fault);
  return { way: way as SplitWay, ...(among === undefined ? {} : { among: [...new Set(among)] }), ...(metric === undefined ? {} : { metric }) };
}

function known(value: Record<string, unknown>, names: readonly string[], path: Path, fault: Fault): void {
  for (const name of Object.keys(value)) if (!names.includes(name)) fault([...path, name], `is not a known field: ${names.join(', ')}`, 'key');
}

function texts(value: unknown, path: Path, fault: Fault): string[] {
  if (!Array.isArray(value)) return [text(value, path, fault)];
  if (value.length === 0 || value.length > MOST_RULES) fault(path, `must have 1 to ${MOST_RULES} entries`);
  return value.map((one, at) => text(one, [...path, at], fault));
}

function text(value: unknown, path: Path, fault: Fault): string {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST) return value.trim();
  fault(path, `must be a text of 1 to ${LONGEST} characters${typeof value === 'number' || typeof value === 'boolean' ? ': put it into quotes' : ''}`);
  return '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
