/** Checks a file of rules before anything runs it: every fault in one pass, each with the rule it is in. */
import { CONFIDENCES, SEVERITIES } from '../../domain/finding.ts';
import { readChange } from './change.ts';
import type { RuleChange } from './change.ts';
import { readTable, tableTexts } from './fact-table.ts';
import type { Rule, RuleCase, RuleFile, RuleSaving } from './rule.ts';

const AREAS = ['waste', 'drift', 'cost', 'security', 'compliance', 'sizing', 'reliability'];
const BASES = ['proven', 'inputs-given', 'code', 'naming', 'metrics'];
const FILE_FIELDS = new Set(['schemaVersion', 'area', 'tables', 'retired', 'rules']);
const RULE_FIELDS = new Set(['id', 'title', 'severity', 'confidence', 'basis', 'types', 'when', 'sentence', 'evidence', 'fix', 'saving', 'change', 'controls', 'includeControllerMade', 'cases']);
const ID = /^[a-z]+(\.[a-z0-9]+(-[a-z0-9]+)*)+$/;
const LONGEST_TEXT = 2000;

type Fields = Record<string, unknown>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

/** Faults of one file; an empty list means that `asRuleFile` may read it. */
export function ruleFileProblems(file: unknown): string[] {
  if (!isObject(file)) return ['the file must hold one object'];
  const problems = Object.keys(file).filter((field) => !FILE_FIELDS.has(field)).map((field) => `${field} is not a known field`);
  if (file['schemaVersion'] !== 1) problems.push('schemaVersion must be 1');
  if (!AREAS.includes(String(file['area']))) problems.push(`area must be one of ${AREAS.join(', ')}`);
  if (file['retired'] !== undefined && !isTexts(file['retired'])) problems.push('retired must be a list of ids');
  if (file['tables'] !== undefined && !(isObject(file['tables']) && Object.values(file['tables']).every((table) => readTable(table) !== undefined))) problems.push('tables must be lists of texts, or {asOf: YYYY-MM-DD, source, values}');
  if (!Array.isArray(file['rules'])) return [...problems, 'rules must be a list'];
  return [...problems, ...file['rules'].flatMap((rule: unknown, at) => (isObject(rule) ? ruleProblems(rule, at) : [`rules[${at}] must be an object`]))];
}

function ruleProblems(rule: Fields, at: number): string[] {
  const name = isText(rule['id']) ? rule['id'] : `rules[${at}]`;
  const problems = Object.keys(rule).filter((field) => !RULE_FIELDS.has(field)).map((field) => `${field} is not a known field`);
  if (!isText(rule['id']) || !ID.test(rule['id'])) problems.push('id must be words with dots and hyphens, beginning with the area');
  for (const field of ['title', 'when', 'sentence', 'fix']) if (!isText(rule[field])) problems.push(`${field} must be a text of at most ${LONGEST_TEXT} characters`);
  if (!SEVERITIES.includes(rule['severity'] as never)) problems.push(`severity must be one of ${SEVERITIES.join(', ')}`);
  if (!CONFIDENCES.includes(rule['confidence'] as never)) problems.push(`confidence must be one of ${CONFIDENCES.join(', ')}`);
  if (!BASES.includes(String(rule['basis']))) problems.push(`basis must be one of ${BASES.join(', ')}`);
  if (!isTexts(rule['types']) || rule['types'].length === 0) problems.push('types must list resource types');
  for (const field of ['evidence', 'controls']) if (rule[field] !== undefined && !isTexts(rule[field])) problems.push(`${field} must be a list of texts`);
  if (rule['saving'] !== undefined && savingOf(rule['saving']) === undefined) problems.push('saving must be "whole", "change", or an object of attributes with their new values');
  if (rule['change'] !== undefined && rule['change'] !== 'none' && readChange(rule['change']) === undefined) problems.push('change must be "remove", {remove: [types]}, {add: type, refer: {argument: attribute}, body: {}}, {set: {path: value}, unset: [paths]} or "none"');
  if (rule['saving'] === 'change' && readChange(rule['change'])?.kind !== 'attributes') problems.push('a saving by "change" needs a change of attributes');
  problems.push(...wordingProblems(rule), ...caseProblems(rule['cases']));
  return problems.map((problem) => `${name}: ${problem}`);
}

/** "unused" only where the inputs prove it. */
function wordingProblems(rule: Fields): string[] {
  if (rule['basis'] === 'proven' || !isText(rule['sentence'])) return [];
  return /\bunused\b/i.test(rule['sentence']) ? ['the sentence says "unused", which only a rule on the basis "proven" may'] : [];
}

function caseProblems(cases: unknown): string[] {
  if (!Array.isArray(cases)) return ['cases must be a list'];
  const readable = cases.filter((one): one is RuleCase => isObject(one) && isText(one['name']) && Array.isArray(one['states']) && one['states'].every(isObject) && Array.isArray(one['finds']));
  if (readable.length !== cases.length) return ['every case needs name, states and finds'];
  const problems: string[] = [];
  if (!readable.some((one) => one.finds.length > 0)) problems.push('no case that finds something');
  if (!readable.some((one) => one.finds.length === 0)) problems.push('no case that finds nothing');
  return problems;
}

function savingOf(value: unknown): RuleSaving | undefined {
  if (value === 'whole') return { kind: 'whole' };
  if (value === 'change') return { kind: 'change' };
  if (!isObject(value) || Object.keys(value).length === 0) return undefined;
  const plain = Object.values(value).every((item) => ['string', 'number', 'boolean'].includes(typeof item));
  return plain ? { kind: 'change', attributes: value as Record<string, string | number | boolean> } : undefined;
}

/** As declared, or else what the saving implies. */
function changeOf(change: unknown, saving: RuleSaving | undefined): RuleChange | undefined {
  if (change !== undefined) return readChange(change);
  if (saving?.kind === 'whole') return readChange('remove');
  return saving?.attributes === undefined ? undefined : readChange({ set: saving.attributes });
}

/** The file in its complete form. Call only when `ruleFileProblems` has none. */
export function asRuleFile(file: unknown): RuleFile {
  const { area, rules, tables, retired } = file as { area: Rule['area']; rules: (Rule & { saving?: unknown; change?: unknown })[]; tables?: Record<string, unknown>; retired?: string[] };
  return {
    tables: Object.fromEntries(Object.entries(tables ?? {}).map(([name, table]) => [name, tableTexts(table)])),
    retired: retired ?? [],
    rules: rules.map(({ saving, change, ...rule }) => {
      const saved = savingOf(saving);
      const changed = changeOf(change, saved);
      return { ...rule, area, cases: rule.cases ?? [], evidence: rule.evidence ?? [], controls: rule.controls ?? [], includeControllerMade: rule.includeControllerMade === true, ...(saved === undefined ? {} : { saving: saved }), ...(changed === undefined ? {} : { change: changed }) };
    }),
  };
}

/** Ids used twice, or again after they were retired, over all files together. */
export function repeatedIds(files: readonly RuleFile[]): string[] {
  const seen = new Set(files.flatMap((file) => file.retired));
  const repeated: string[] = [];
  for (const { id } of files.flatMap((file) => file.rules)) {
    if (seen.has(id)) repeated.push(id);
    seen.add(id);
  }
  return repeated;
}
