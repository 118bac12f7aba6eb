/**
 * Drift that a team has decided to live with: `roadbed.drift.yaml`.
 *
 * A rule names an address and, where it wants, an attribute, a level, a kind and a transition, all as globs;
 * every rule has a reason and a last day. A rule can only take away. One that is over takes away nothing and is
 * told, and so is one that nothing matched: a list nobody cleans is how drift gets lost.
 */
import type { SourceProblem } from '../../domain/source-problem.ts';
import { PlatformError } from '../../domain/error.ts';
import { describeProblem } from '../../domain/source-problem.ts';
import type { Path, SourceDocument } from '../../formats/yaml-source/read.ts';
import { printPath, readYaml } from '../../formats/yaml-source/read.ts';
import { plainPath } from './attribute-class.ts';
import type { Drift } from './drift.ts';
import { globMatches } from './glob.ts';

export interface IgnoreRule {
  /** Glob over the address. */
  address: string;
  /** Glob over the attribute's path, with or without indexes; only drift of attributes then. */
  attribute?: string;
  /** Glob over `attribute`, `not-in-code` and the other kinds. */
  kind?: string;
  /** Globs over the values as they are shown. */
  from?: string;
  to?: string;
  reason: string;
  /** YYYY-MM-DD, the last day on which it holds. */
  expires: string;
  line: number;
}

interface IgnoredDrift {
  drift: Drift;
  rule: IgnoreRule;
}

interface IgnoreResult {
  kept: Drift[];
  ignored: IgnoredDrift[];
  /** Rules that are over, and rules that matched nothing. */
  expired: IgnoreRule[];
  unused: IgnoreRule[];
}

const FIELDS: ReadonlySet<string> = new Set(['address', 'attribute', 'kind', 'from', 'to', 'reason', 'expires']);
const MOST_RULES = 2000;
const LONGEST = 500;

/** Throws ROADBED-8251 with every fault of the file, each with line and column. */
export function readIgnoreRules(text: string, file: string): IgnoreRule[] {
  const [document, second] = readYaml(text, file);
  const problems: SourceProblem[] = [...(document?.problems ?? [])];
  if (second !== undefined) problems.push({ file, line: second.position([]).line, column: 1, path: '', message: 'must be one document' });
  const rules = document === undefined || problems.length > 0 ? [] : rulesOf(document, file, problems);
  if (problems.length === 0) return rules;
  throw new PlatformError({ code: 'ROADBED-8251', class: 'invalid', message: `the ignore rules in ${file} cannot be read`, why: problems.slice(0, 20).map(describeProblem).join('\n'), next: 'docs/reference/drift-ignore.md has the form of the file' });
}

function rulesOf(document: SourceDocument, file: string, problems: SourceProblem[]): IgnoreRule[] {
  const fault = (path: Path, message: string, which: 'key' | 'value' = 'value'): void => {
    problems.push({ file, ...document.position(path, which), path: printPath(path), message });
  };
  const { value } = document;
  if (value === undefined) return [];
  if (!isRecord(value)) return fault([], 'must be an object with version and ignore'), [];
  for (const name of Object.keys(value)) if (name !== 'version' && name !== 'ignore') fault([name], 'is not a known field: version, ignore', 'key');
  if (value['version'] !== 1) fault(['version'], 'must be 1');
  const list = value['ignore'] ?? [];
  if (!Array.isArray(list)) return fault(['ignore'], 'must be a list of rules'), [];
  if (list.length > MOST_RULES) fault(['ignore'], `must have at most ${MOST_RULES} rules`);
  return list.slice(0, MOST_RULES).flatMap((rule: unknown, at) => {
    const before = problems.length;
    const read = ruleOf(rule, ['ignore', at], document.position(['ignore', at]).line, fault);
    return problems.length > before || read === undefined ? [] : [read];
  });
}

function ruleOf(rule: unknown, path: Path, line: number, fault: (path: Path, message: string, which?: 'key' | 'value') => void): IgnoreRule | undefined {
  if (!isRecord(rule)) return fault(path, 'must be an object'), undefined;
  const texts: { [name: string]: string } = {};
  for (const [name, value] of Object.entries(rule)) {
    const given = value instanceof Date ? value.toISOString().slice(0, 10) : value;
    if (!FIELDS.has(name)) fault([...path, name], `is not a known field: ${[...FIELDS].join(', ')}`, 'key');
    else if (typeof given !== 'string' || given.trim() === '' || given.length > LONGEST) fault([...path, name], `must be a text of 1 to ${LONGEST} characters${typeof given === 'number' || typeof given === 'boolean' ? ': put it into quotes' : ''}`);
    else texts[name] = given;
  }
  for (const name of ['address', 'reason', 'expires']) if (rule[name] === undefined) fault(path, `must have ${name}`);
  if (texts['expires'] !== undefined && !isDay(texts['expires'])) fault([...path, 'expires'], 'must be a day: 2027-01-31');
  if (texts['attribute'] === undefined && (texts['from'] !== undefined || texts['to'] !== undefined)) fault(path, 'from and to need an attribute');
  return { ...texts, line } as unknown as IgnoreRule;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** @param today YYYY-MM-DD. The first rule that matches takes a drift away. */
export function applyIgnoreRules(drifts: readonly Drift[], rules: readonly IgnoreRule[], today: string): IgnoreResult {
  const expired = rules.filter((rule) => rule.expires < today);
  const inForce = rules.filter((rule) => rule.expires >= today);
  const exact = new Map<string, IgnoreRule[]>();
  const patterns: IgnoreRule[] = [];
  for (const rule of inForce) {
    if (/[*?]/.test(rule.address)) patterns.push(rule);
    else exact.set(rule.address, [...(exact.get(rule.address) ?? []), rule]);
  }
  const used = new Set<IgnoreRule>();
  const kept: Drift[] = [];
  const ignored: IgnoredDrift[] = [];
  for (const drift of drifts) {
    const rule = (exact.get(drift.address) ?? []).find((one) => matches(one, drift)) ?? patterns.find((one) => globMatches(one.address, drift.address) && matches(one, drift));
    if (rule === undefined) kept.push(drift);
    else {
      used.add(rule);
      ignored.push({ drift, rule });
    }
  }
  return { kept, ignored, expired, unused: inForce.filter((rule) => !used.has(rule)) };
}

/** Everything but the address. */
function matches(rule: IgnoreRule, drift: Drift): boolean {
  if (rule.kind !== undefined && !globMatches(rule.kind, drift.kind)) return false;
  if (rule.attribute === undefined) return true;
  if (drift.attribute === undefined || !(coversPath(rule.attribute, drift.attribute) || coversPath(rule.attribute, plainPath(drift.attribute)))) return false;
  return matchesValue(rule.from, drift.from?.text) && matchesValue(rule.to, drift.to?.text);
}

/** `tags` covers `tags.Name`. */
function coversPath(pattern: string, path: string): boolean {
  return globMatches(pattern, path) || globMatches(`${pattern}.*`, path);
}

/** Texts match with and without their quotes. */
function matchesValue(pattern: string | undefined, shown: string | undefined): boolean {
  if (pattern === undefined) return true;
  const text = shown ?? 'null';
  return globMatches(pattern, text) || (text.startsWith('"') && globMatches(pattern, text.slice(1, -1)));
}
