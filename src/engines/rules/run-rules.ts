/** Runs all rules over an estate: by type, each expression compiled once, a faulty rule reported and left out. */
import type { WantedAttributes } from '../../formats/terraform/state-file.ts';
import { isControllerMade } from './environment-name.ts';
import { Estate } from './estate.ts';
import type { EstateMember, EstateResource } from './estate.ts';
import type { CompiledExpression } from './expression.ts';
import { ExpressionCompiler } from './expression.ts';
import { IDENTITIES } from './reference-index.ts';
import type { Rule, RuleFile, RuleTables } from './rule.ts';

export interface RuleMatch {
  rule: Rule;
  resource: EstateResource;
  /** An output that hands it on: somebody who was not given may use it. */
  output?: string;
}

export interface RuleProblem {
  rule: string;
  message: string;
}

export interface RuleRun {
  matches: readonly RuleMatch[];
  problems: readonly RuleProblem[];
  /** How much was looked at. */
  rules: number;
  resources: number;
  /** Resources of a type that at least one rule is for. */
  covered: number;
  /** Types that no rule is for, with their number of resources; most first. */
  uncoveredTypes: readonly { type: string; count: number }[];
}

/** A set of rules made ready; used for any number of estates. */
export interface PreparedRules {
  readonly compiled: readonly { rule: Rule; expression: CompiledExpression }[];
  readonly problems: readonly RuleProblem[];
  readonly askedTypes: ReadonlySet<string>;
  /** Attributes that the rules may read of resources of each type; `all` when that cannot be told. */
  readonly wanted: WantedAttributes;
}

export function prepareRules(files: readonly RuleFile[]): PreparedRules {
  const tables: RuleTables = Object.assign({}, ...files.map((file) => file.tables)) as RuleTables;
  const compiler = new ExpressionCompiler(tables);
  const problems: RuleProblem[] = [];
  const compiled = files.flatMap((file) => file.rules).flatMap((rule) => {
    try {
      return [{ rule, expression: compiler.compile(rule.when) }];
    } catch (error) {
      problems.push({ rule: rule.id, message: error instanceof Error ? error.message : String(error) });
      return [];
    }
  });
  const asked = compiled.filter(({ rule }) => /\bused(By|Outside|Through|Beside)?\s*\(/.test(rule.when)).flatMap(({ rule }) => rule.types);
  const through = compiled.flatMap(({ rule }) => [...rule.when.matchAll(/\busedThrough\s*\(\s*['"]([a-z0-9_]+)/g)].map((match) => match[1] ?? ''));
  const askedTypes = new Set([...asked, ...through]);
  return { compiled, problems, askedTypes, wanted: wantedBy(compiled, askedTypes) };
}

const NONE: ReadonlySet<string> = new Set();

function wantedBy(compiled: PreparedRules['compiled'], askedTypes: ReadonlySet<string>): WantedAttributes {
  const wanted = new Map<string, Set<string>>();
  const note = (type: string, names: Iterable<string>): void => {
    const present = wanted.get(type) ?? new Set();
    for (const name of names) present.add(name);
    wanted.set(type, present);
  };
  for (const { rule, expression: { reads } } of compiled) {
    if (reads === undefined) return 'all';
    for (const type of rule.types) note(type, reads.own);
    for (const [type, names] of reads.others) note(type, names);
  }
  for (const type of askedTypes) note(type, IDENTITIES);
  return (type) => wanted.get(type) ?? NONE;
}

/** Matches in the order of the rules, then of the resources as given. */
export function runRules(prepared: PreparedRules, members: readonly EstateMember[], markOf?: (identity: string) => string): RuleRun {
  const estate = new Estate(members, prepared.askedTypes, markOf);
  const matches: RuleMatch[] = [];
  const problems: RuleProblem[] = [...prepared.problems];
  const controllerMade = new Map<EstateResource, boolean>();
  const spared = (resource: EstateResource): boolean => {
    const known = controllerMade.get(resource) ?? isControllerMade(resource);
    controllerMade.set(resource, known);
    return known;
  };
  for (const { rule, expression } of prepared.compiled) {
    try {
      for (const resource of rule.types.flatMap((type) => estate.byType.get(type) ?? [])) {
        if (resource.mode !== 'managed' || resource.status?.deposed !== undefined || !expression.evaluate(resource, estate)) continue;
        if (!rule.includeControllerMade && spared(resource)) continue;
        const output = estate.outputOf(resource);
        matches.push({ rule, resource, ...(output === undefined ? {} : { output }) });
      }
    } catch (error) {
      problems.push({ rule: rule.id, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { matches, problems, rules: prepared.compiled.length, ...coverageOf(estate, new Set(prepared.compiled.flatMap(({ rule }) => rule.types))) };
}

function coverageOf(estate: Estate, types: ReadonlySet<string>): Pick<RuleRun, 'resources' | 'covered' | 'uncoveredTypes'> {
  let resources = 0;
  let covered = 0;
  const uncovered = new Map<string, number>();
  for (const [type, all] of estate.byType) {
    const count = all.filter((resource) => resource.mode === 'managed').length;
    resources += count;
    if (types.has(type)) covered += count;
    else if (count > 0) uncovered.set(type, count);
  }
  return { resources, covered, uncoveredTypes: [...uncovered].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1)) };
}
