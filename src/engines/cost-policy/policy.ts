/**
 * Policies on cost, as data: what must hold, how hard it is meant, for which part, and who is excepted until when.
 *
 * The form is docs/reference/cost-policy.md. A file is read whole or not at all; every fault is told with the policy
 * it is in.
 */
import type { Severity } from '../../domain/finding.ts';
import { SEVERITIES } from '../../domain/finding.ts';

export const ENFORCEMENTS = ['deny', 'warn'] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

/** Globs; all that are given must fit. */
export interface PolicyScope {
  module?: string;
  team?: string;
  component?: string;
  environment?: string;
  type?: string;
  address?: string;
  tags: Readonly<Record<string, string>>;
}

export interface Policy {
  id: string;
  title: string;
  /** CEL; what must be true. */
  expression: string;
  enforcement: Enforcement;
  /** What happens when it cannot be told. */
  onUnknown: Enforcement;
  severity: Severity;
  /** With placeholders: `{total.monthly}`. */
  message: string;
  fix: string;
  scope: PolicyScope;
}

export interface PolicyException {
  policy: string;
  /** A glob over addresses; all of the policy when absent. */
  resource?: string;
  reason: string;
  /** YYYY-MM-DD, the last day on which it holds. */
  until: string;
}

export interface PolicyFile {
  /** Of the amounts in its expressions. */
  currency: string;
  policies: readonly Policy[];
  exceptions: readonly PolicyException[];
}

const FILE_FIELDS = ['schemaVersion', 'currency', 'policies', 'exceptions'];
const POLICY_FIELDS = ['id', 'title', 'expression', 'enforcement', 'onUnknown', 'severity', 'message', 'fix', 'scope'];
const SCOPE_TEXTS = ['module', 'team', 'component', 'environment', 'type', 'address'] as const;
const EXCEPTION_FIELDS = ['policy', 'resource', 'reason', 'until'];
const ID = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const LONGEST_TEXT = 2000;
const MOST_POLICIES = 500;
const MOST_EXCEPTIONS = 1000;

type Fields = Readonly<Record<string, unknown>>;

/** Faults of a parsed file, or the policies in it. */
export function readPolicies(file: unknown): { problems: string[] } | { file: PolicyFile } {
  if (!isObject(file)) return { problems: ['the file must hold one object'] };
  const problems = strange(file, FILE_FIELDS);
  if (file['schemaVersion'] !== 1) problems.push('schemaVersion must be 1');
  const { currency = 'USD', policies, exceptions = [] } = file;
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) problems.push('currency must be a code of three letters');
  if (!Array.isArray(policies) || policies.length === 0 || policies.length > MOST_POLICIES) return { problems: [...problems, `policies must be a list of 1 to ${MOST_POLICIES}`] };
  if (!Array.isArray(exceptions) || exceptions.length > MOST_EXCEPTIONS) return { problems: [...problems, `exceptions must be a list of at most ${MOST_EXCEPTIONS}`] };
  problems.push(...policies.flatMap((policy: unknown, at) => policyProblems(policy, at)));
  const ids = policies.flatMap((policy: unknown) => (isObject(policy) && typeof policy['id'] === 'string' ? [policy['id']] : []));
  problems.push(...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id}: another policy has this id`));
  problems.push(...exceptions.flatMap((one: unknown, at) => exceptionProblems(one, ids).map((problem) => `exceptions[${at}] ${problem}`)));
  if (problems.length > 0) return { problems };
  return { file: { currency: String(currency), policies: (policies as Fields[]).map(policyOf), exceptions: exceptions as PolicyException[] } };
}

function policyProblems(policy: unknown, at: number): string[] {
  if (!isObject(policy)) return [`policies[${at}] must be an object`];
  const { id, scope } = policy;
  const problems = strange(policy, POLICY_FIELDS);
  if (typeof id !== 'string' || !ID.test(id) || id.length > 100) problems.push('id must be small letters and digits with hyphens');
  if (!isText(policy['expression'])) problems.push('expression must be a text');
  for (const field of ['title', 'message', 'fix']) if (policy[field] !== undefined && !isText(policy[field])) problems.push(`${field} must be a text of at most ${LONGEST_TEXT} characters`);
  if (!ENFORCEMENTS.includes(policy['enforcement'] as Enforcement)) problems.push('enforcement must be deny or warn');
  if (policy['onUnknown'] !== undefined && !ENFORCEMENTS.includes(policy['onUnknown'] as Enforcement)) problems.push('onUnknown must be deny or warn');
  if (policy['severity'] !== undefined && !SEVERITIES.includes(policy['severity'] as Severity)) problems.push(`severity must be one of ${SEVERITIES.join(', ')}`);
  if (scope !== undefined && !isObject(scope)) problems.push('scope must be an object');
  else if (scope !== undefined) problems.push(...scopeProblems(scope));
  return problems.map((problem) => `${typeof id === 'string' && id !== '' ? id.slice(0, 100) : `policies[${at}]`}: ${problem}`);
}

function scopeProblems(scope: Fields): string[] {
  const problems = strange(scope, [...SCOPE_TEXTS, 'tags']).map((problem) => `scope: ${problem}`);
  for (const field of SCOPE_TEXTS) if (scope[field] !== undefined && !isText(scope[field])) problems.push(`scope.${field} must be a text`);
  const { tags } = scope;
  if (tags !== undefined && !(isObject(tags) && Object.values(tags).every(isText))) problems.push('scope.tags must be texts by name');
  return problems;
}

function exceptionProblems(one: unknown, ids: readonly string[]): string[] {
  if (!isObject(one)) return ['must be an object'];
  const problems = strange(one, EXCEPTION_FIELDS);
  for (const field of ['policy', 'reason', 'until']) if (!isText(one[field])) problems.push(`needs ${field}`);
  if (one['resource'] !== undefined && !isText(one['resource'])) problems.push('resource must be a text');
  if (isText(one['policy']) && !ids.includes(one['policy'])) problems.push(`names no policy of the file: ${one['policy']}`);
  const day = String(one['until']);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(`${day}T00:00:00Z`))) problems.push('until must be a day, YYYY-MM-DD');
  return problems;
}

function policyOf(policy: Fields): Policy {
  const text = (name: string, otherwise: string): string => (typeof policy[name] === 'string' ? policy[name] : otherwise);
  const enforcement = policy['enforcement'] as Enforcement;
  const id = text('id', '');
  const scope = (policy['scope'] ?? {}) as Fields & { tags?: Record<string, string> };
  return {
    id,
    title: text('title', id.replaceAll('-', ' ')),
    expression: text('expression', ''),
    enforcement,
    onUnknown: (policy['onUnknown'] ?? 'warn') as Enforcement,
    severity: (policy['severity'] ?? (enforcement === 'deny' ? 'high' : 'medium')) as Severity,
    message: text('message', `${text('title', id.replaceAll('-', ' '))} does not hold`),
    fix: text('fix', 'Make it cheaper, or except it in the policy file with a reason and a last day.'),
    scope: { ...(scope as Omit<PolicyScope, 'tags'>), tags: scope.tags ?? {} },
  };
}

function strange(fields: Fields, known: readonly string[]): string[] {
  return Object.keys(fields).filter((field) => !known.includes(field)).map((field) => `${field.slice(0, 100)} is not a known field`);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT;
}
