/**
 * Who may use what, from IAM: AWS policy documents (as JSON text of a state or plan, or as statements
 * of a policy document in code) and the grants of Google and Azure. The verb is derived from the
 * actions or the role's name; wildcards over every resource say nothing about the architecture and
 * are left out.
 */
import { UnknownAttribute } from '../infrastructure/model.ts';
import { textsAt, valuesAt } from './attribute-values.ts';
import { unique } from './order.ts';
import type { Entry } from './entry.ts';
import type { ResourceIndex } from './resource-index.ts';

interface AccessRight {
  principals: readonly Entry[];
  target: Entry;
  verb: string;
  entries: readonly Entry[];
}

interface Statement {
  actions: readonly string[];
  targets: readonly Entry[];
  source: Entry;
}

const READS = /^(get|list|describe|head|batchget|query|scan|receive|decrypt|select|view|read|download|lookup|filter|search|batchcheck|getitem|conditioncheck|consume|subscribe)/i;
const WRITES = /^(put|create|delete|update|write|send|publish|batchwrite|modify|set|tag|untag|restore|upload|add|remove|encrypt|generatedatakey|reencrypt|purge|abort|copy|import|append|admin)/i;
const MOST_DOCUMENT = 200_000;

/** `can read`, `can write`, `can read and write`, `can use`. */
function verbOf(actions: readonly string[]): string {
  const names = actions.map((action) => action.split(':').at(-1) ?? action);
  const everything = names.some((name) => name === '*' || /^all$/i.test(name));
  const reads = everything || names.some((name) => READS.test(name));
  const writes = everything || names.some((name) => WRITES.test(name));
  return reads && writes ? 'can read and write' : reads ? 'can read' : writes ? 'can write' : 'can use';
}

/** Names of roles on Google and Azure: `roles/storage.objectViewer`, `Storage Blob Data Reader`. */
function verbOfRole(role: string): string {
  if (/admin|owner|editor|contributor|objectuser|dataeditor|maintain|\bpush\b/i.test(role)) return 'can read and write';
  if (/viewer|reader|subscriber|receiver|accessor|secrets user|pull|consumer|^(get|list)$/i.test(role)) return 'can read';
  if (/writer|creator|publisher|sender|producer|^set$/i.test(role)) return 'can write';
  return 'can use';
}

function asList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string').slice(0, 500);
}

/** Statements of a JSON document; what is no document gives none. */
function jsonStatements(index: ResourceIndex, source: Entry, text: string): Statement[] {
  if (text.length > MOST_DOCUMENT || !text.trimStart().startsWith('{')) return [];
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return [];
  }
  return documentedStatements(index, source, document);
}

/** Statements of a document; arns that are not known yet say by their origins which resources they are of. */
function documentedStatements(index: ResourceIndex, source: Entry, document: unknown): Statement[] {
  const given = (document as { Statement?: unknown } | null)?.Statement;
  return (Array.isArray(given) ? given : [given]).slice(0, 500).flatMap((item: unknown): Statement[] => {
    if (typeof item !== 'object' || item === null) return [];
    const { Effect, Action, Resource } = item as { Effect?: unknown; Action?: unknown; Resource?: unknown };
    if (Effect !== 'Allow') return [];
    const named = asList(Resource).flatMap((resource) => (resource === '*' ? [] : index.byIdentity(resource)));
    const unknown = (Array.isArray(Resource) ? Resource : [Resource]).filter((resource) => resource instanceof UnknownAttribute).flatMap((resource) => resource.origins);
    const targets = unique([...named, ...unknown.flatMap((origin) => index.at(origin.address))]);
    return targets.length === 0 ? [] : [{ actions: asList(Action), targets, source }];
  });
}

/** Statements of an `aws_iam_policy_document`, block by block, so that actions stay with their resources. */
function documentStatements(index: ResourceIndex, entry: Entry): Statement[] {
  const references = entry.resource.references.filter((reference) => reference.via !== 'dependency');
  return valuesAt(entry.resource.attributes, 'statement').flatMap((statement, number): Statement[] => {
    if (textsAt(statement, 'effect')[0] === 'Deny') return [];
    const own = references.filter((reference) => reference.attribute.startsWith(`statement.${number}.resources`) || reference.attribute === 'statement.resources');
    const targets = unique([...own.flatMap((reference) => index.at(reference.target)), ...textsAt(statement, 'resources').flatMap((resource) => index.byIdentity(resource))]);
    return targets.length === 0 ? [] : [{ actions: textsAt(statement, 'actions'), targets, source: entry }];
  });
}

const isPolicy = (entry: Entry): boolean => entry.type.role === 'policy';

/** All that a policy resource allows, following attached and merged documents. */
function statementsOf(index: ResourceIndex, entry: Entry, seen: ReadonlySet<Entry> = new Set()): Statement[] {
  if (seen.has(entry) || seen.size > 6) return [];
  const next = new Set(seen).add(entry);
  const found = entry.type.type === 'aws_iam_policy_document' ? documentStatements(index, entry) : [];
  for (const path of entry.type.policy?.documents ?? []) {
    const partly = valuesAt(entry.resource.attributes, path).filter((value) => value instanceof UnknownAttribute).flatMap((value) => (value.document === undefined ? [] : documentedStatements(index, entry, value.document)));
    const texts = [...textsAt(entry.resource.attributes, path).flatMap((text) => jsonStatements(index, entry, text)), ...partly];
    found.push(...texts);
    const linked = index.linked(entry, [path]).filter((target) => target !== entry);
    found.push(...linked.filter(isPolicy).flatMap((policy) => statementsOf(index, policy, next).map((statement) => ({ ...statement, source: entry }))));
    // A document whose text is not known yet still tells which resources it speaks of.
    const direct = linked.filter((target) => !isPolicy(target) && target.type.type !== 'aws_iam_role');
    if (texts.length === 0 && direct.length > 0 && entry.type.type !== 'aws_iam_policy_document') found.push({ actions: [], targets: direct, source: entry });
  }
  return found;
}

function policyRights(index: ResourceIndex, entry: Entry): AccessRight[] {
  const principals = entry.type.role === 'policy' ? index.linked(entry, entry.type.policy?.principals ?? []) : [entry];
  if (principals.length === 0) return [];
  const byTarget = new Map<Entry, { actions: string[]; entries: Set<Entry> }>();
  for (const statement of statementsOf(index, entry)) {
    for (const target of statement.targets) {
      const known = byTarget.get(target) ?? { actions: [], entries: new Set([entry]) };
      known.actions.push(...statement.actions);
      byTarget.set(target, known);
    }
  }
  return [...byTarget].map(([target, { actions, entries }]) => ({ principals, target, verb: verbOf(actions), entries: [...entries] }));
}

function grantRights(index: ResourceIndex, entry: Entry): AccessRight[] {
  const grant = entry.type.grant;
  if (grant === undefined) return [];
  const named = grant.principals.flatMap((path) => textsAt(entry.resource.attributes, path)).flatMap((member) => index.byIdentity(member.replace(/^[A-Za-z]+:/, '')));
  const principals = unique([...index.linked(entry, grant.principals), ...named]);
  const roles = grant.role.flatMap((path) => textsAt(entry.resource.attributes, path));
  const verbs = unique(roles.map(verbOfRole));
  const verb = verbs.includes('can read and write') || (verbs.includes('can read') && verbs.includes('can write')) ? 'can read and write' : (verbs.find((one) => one !== 'can use') ?? 'can use');
  for (const path of grant.targets) {
    const targets = index.linked(entry, [path]);
    if (targets.length > 0) return targets.map((target) => ({ principals, target, verb, entries: [entry] }));
  }
  return [];
}

/** Anybody may call: `allUsers` on Google. */
export function isPublicGrant(entry: Entry): boolean {
  return (entry.type.grant?.principals ?? []).some((path) => textsAt(entry.resource.attributes, path).some((member) => member === 'allUsers' || member === 'allAuthenticatedUsers'));
}

export function accessRights(index: ResourceIndex): AccessRight[] {
  return index.entries.flatMap((entry) => (entry.type.policy !== undefined ? policyRights(index, entry) : entry.type.grant !== undefined && !isPublicGrant(entry) ? grantRights(index, entry) : []));
}
