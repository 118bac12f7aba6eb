/**
 * Expressions of policies in CEL, compiled once, typed and bounded.
 *
 * An expression sees figures of the estimate and nothing else. CEL has no loops but its comprehensions, so what it
 * may take is known before it runs: the size of the expression, and the number of resources to the power of its
 * comprehensions. `matches` is refused, since a pattern may take for ever, and `dyn`, since what has no type is not checked.
 */
import { Environment } from '@marcbachmann/cel-js';
import { Amount, Undecided } from './amount.ts';
import type { PolicyFacts } from './policy-facts.ts';
import { ChangeFacts, CoverageFacts, ResourceFacts, TotalFacts } from './policy-facts.ts';

const LIMITS = { maxAstNodes: 400, maxDepth: 40, maxListElements: 100, maxMapEntries: 20, maxCallArguments: 8 };
const MOST_STEPS = 2_000_000;
const COMPREHENSIONS = new Set(['exists', 'exists_one', 'all', 'map', 'filter']);
const REFUSED = new Set(['matches', 'dyn']);
const PATHS = /\b(?:total|change|coverage|resource|teams|components|modules|types|tags)(?:\.[A-Za-z_]\w*|\[(?:"[^"\\]*"|'[^'\\]*')\])+/g;
const FIGURES = ['total', 'change', 'coverage', 'resources', 'teams', 'components', 'modules', 'types', 'tags'] as const;
const AMOUNTS: Readonly<Record<string, string>> = { monthly: 'Amount', hourly: 'Amount', fixed: 'Amount', usage: 'Amount' };

/** What an expression is asked about: the whole part that a policy is about, or one resource of it. */
export interface PolicySubject {
  facts: PolicyFacts;
  resource?: ResourceFacts;
}

export type Answer = { holds: boolean } | { undecided: string };

export interface CompiledPolicy {
  /** Whether it speaks of `resource`, and so is asked once for each. */
  ofResource: boolean;
  ask(subject: PolicySubject): Answer;
  /** The message with its placeholders filled in. */
  message(subject: PolicySubject): string;
  /** The figures that the expression names. */
  figures(subject: PolicySubject): { name: string; value: string }[];
}

/** Faults in CEL's own words, or what it was compiled to. */
export function compilePolicy(expression: string, message: string): { problem: string } | { compiled: CompiledPolicy } {
  const whole = read(WHOLE, expression);
  const each = 'problem' in whole ? read(EACH, expression) : undefined;
  const ofResource = each !== undefined && !('problem' in each);
  const chosen = each ?? whole;
  if ('problem' in chosen) return chosen;
  const comprehensions = chosen.calls.filter((name) => COMPREHENSIONS.has(name)).length;
  if (chosen.type !== 'bool') return { problem: `the expression gives ${chosen.type}, not bool` };
  const language = ofResource ? EACH : WHOLE;
  const words = placeholdersOf(message, language);
  if ('problem' in words) return words;
  const named = [...new Set(expression.match(PATHS) ?? [])].slice(0, 8).flatMap((name) => figureOf(name, language));
  return {
    compiled: {
      ofResource,
      ask: (subject) => (subject.facts.count ** (comprehensions + (ofResource && comprehensions > 0 ? 1 : 0)) > MOST_STEPS ? { undecided: `it would take more than ${MOST_STEPS} steps over ${subject.facts.count} resources` } : asked(chosen.run, subject)),
      message: (subject) => words.parts.map((part) => (typeof part === 'string' ? part : shown(part, subject))).join(''),
      figures: (subject) => named.map(({ name, run }) => ({ name, value: shown(run, subject) })),
    },
  };
}

type Run = (subject: PolicySubject) => unknown;

function read(environment: Environment, source: string): { problem: string } | { run: Run; type: string; calls: readonly string[] } {
  try {
    const parsed = environment.parse(source);
    const calls = callsIn(parsed.ast);
    const refused = calls.find((name) => REFUSED.has(name));
    if (refused !== undefined) return { problem: `${refused} is not to be used: compare texts with ==, startsWith, endsWith or contains` };
    const checked = parsed.check();
    if (!checked.valid) return { problem: firstLine(checked.error?.message ?? 'the types do not fit') };
    if (comparesInside(parsed.ast)) return { problem: 'amounts are compared one by one, not with in and not as lists or maps' };
    const names = namesIn(source);
    return { run: (subject) => parsed(contextOf(subject, names)) as unknown, type: String(checked.type), calls };
  } catch (error) {
    return { problem: firstLine(error instanceof Error ? error.message : String(error)) };
  }
}

/** Names of the functions and methods that are called. Of the tree and not of the text, where a comment may stand between a name and its parenthesis. */
function callsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(callsIn);
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return [];
  const { op, args } = node;
  const name: unknown = Array.isArray(args) ? args[0] : undefined;
  return [...((op === 'call' || op === 'rcall') && typeof name === 'string' ? [name] : []), ...callsIn(args)];
}

const COMPARABLE = new Set(['Amount', 'int', 'double']);

/**
 * Whether amounts are compared within lists or maps, or looked for in them: the library does that by their parts, and
 * would take an unknown amount for another one.
 */
function comparesInside(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(comparesInside);
  if (typeof node !== 'object' || node === null || !('op' in node) || !('args' in node)) return false;
  const { op, args } = node;
  if (Array.isArray(args) && (op === 'in' || op === '==' || op === '!=')) {
    const types = args.map((side: { checkedType?: unknown }) => String(side.checkedType ?? ''));
    if (op === 'in' ? types[0]?.includes('Amount') === true : types.some((type) => type.includes('Amount')) && !types.every((type) => COMPARABLE.has(type))) return true;
  }
  return comparesInside(args);
}

function asked(run: Run, subject: PolicySubject): Answer {
  try {
    return { holds: run(subject) === true };
  } catch (error) {
    return { undecided: error instanceof Undecided ? error.message : firstLine(error instanceof Error ? error.message : String(error)) };
  }
}

/** What a text may name; looked for as words, so that the others are not reckoned. */
function namesIn(text: string): (keyof PolicyFacts)[] {
  return FIGURES.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
}

function contextOf({ facts, resource }: PolicySubject, names: readonly (keyof PolicyFacts)[]): Record<string, unknown> {
  const context: Record<string, unknown> = resource === undefined ? {} : { resource };
  for (const name of names) context[name] = facts[name];
  return context;
}

/** A value as people read it; what cannot be told is said so. */
function shown(run: Run, subject: PolicySubject): string {
  try {
    const value = run(subject);
    return value instanceof Amount || typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'unknown';
  } catch {
    return 'unknown';
  }
}

function figureOf(name: string, language: Environment): { name: string; run: Run }[] {
  const figure = read(language, name);
  return 'problem' in figure ? [] : [{ name, run: figure.run }];
}

/** `{total.monthly}` and the like; anything that is no figure is a fault, so that a slip does not end in a report. */
function placeholdersOf(message: string, language: Environment): { problem: string } | { parts: (string | Run)[] } {
  const parts: (string | Run)[] = [];
  for (const piece of message.split(/(\{[^{}]*\})/)) {
    if (!/^\{.*\}$/.test(piece)) {
      parts.push(piece);
      continue;
    }
    const path = piece.slice(1, -1).trim();
    if (path.replace(PATHS, '') !== '') return { problem: `${piece} in the message is no figure, such as {total.monthly}` };
    const figure = read(language, path);
    if ('problem' in figure) return { problem: `${piece} in the message: ${figure.problem}` };
    parts.push(figure.run);
  }
  return { parts };
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.slice(0, 300) ?? '';
}

function language(ofResource: boolean): Environment {
  const environment = new Environment({ limits: LIMITS })
    .registerType('Amount', { ctor: Amount, fields: {} })
    .registerType('Total', { ctor: TotalFacts, fields: AMOUNTS })
    .registerType('Change', { ctor: ChangeFacts, fields: { monthly: 'Amount', percent: 'Amount', before: 'Amount', after: 'Amount', added: 'Amount', removed: 'Amount' } })
    .registerType('Coverage', { ctor: CoverageFacts, fields: { resources: 'int', priced: 'int', partly: 'int', unknown: 'int', usage: 'int', free: 'int', estimated: 'Amount' } })
    .registerType('Resource', { ctor: ResourceFacts, fields: { address: 'string', type: 'string', module: 'string', region: 'string', status: 'string', team: 'string', component: 'string', environment: 'string', tags: 'map<string, string>', monthly: 'Amount', fixed: 'Amount', usage: 'Amount', change: 'Amount' } })
    .registerVariable('total', 'Total')
    .registerVariable('change', 'Change')
    .registerVariable('coverage', 'Coverage')
    .registerVariable('resources', 'list<Resource>')
    .registerVariable('tags', 'map<string, map<string, Amount>>');
  for (const name of ['teams', 'components', 'modules', 'types']) environment.registerVariable(name, 'map<string, Amount>');
  if (ofResource) environment.registerVariable('resource', 'Resource');
  for (const [left, right] of [['Amount', 'Amount'], ['Amount', 'double'], ['Amount', 'int'], ['double', 'Amount'], ['int', 'Amount']] as const) registerArithmetic(environment, left, right);
  return environment;
}

function registerArithmetic(environment: Environment, left: string, right: string): void {
  type Operand = Amount | number | bigint;
  const register = (operator: string, result: string, act: (a: Amount, b: Amount) => unknown): void => {
    environment.registerOperator(`${left} ${operator} ${right}${result}`, (a: Operand, b: Operand) => act(Amount.from(a), Amount.from(b)));
  };
  register('<', ': bool', (a, b) => a.isLess(b));
  register('>', ': bool', (a, b) => b.isLess(a));
  register('<=', ': bool', (a, b) => !b.isLess(a));
  register('>=', ': bool', (a, b) => !a.isLess(b));
  // The library makes the other order of an equality, and `!=`, by itself.
  if (left === 'Amount') register('==', ': bool', (a, b) => a.isSame(b));
  register('+', ': Amount', (a, b) => a.plus(b));
  register('-', ': Amount', (a, b) => a.minus(b));
  register('*', ': Amount', (a, b) => a.times(b));
  register('/', ': Amount', (a, b) => a.dividedBy(b));
}

const WHOLE = language(false);
const EACH = language(true);
