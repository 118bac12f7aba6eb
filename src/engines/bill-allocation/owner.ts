/**
 * Whose a cost is: the team's that the bill was imported for; else by the Terraform resource it belongs to, then by its
 * tags, then by a rule. Each word (team, service, environment) is taken from the first that knows it; who said
 * the team is kept, so that every figure can tell why it stands where it stands.
 */
import type { BillSubject } from '../../domain/bill.ts';
import { globMatches } from '../drift/glob.ts';
import { OWNER_WORDS, type AllocationRule, type AllocationRules, type MatchWord, type OwnerWord } from './rules.ts';

/** What a state knows of a cloud id. */
export interface KnownResource {
  /** As Terraform prints it. */
  address: string;
  /** Of the root module or state. */
  root: string;
  team?: string;
  service?: string;
  environment?: string;
}

/** From the id in the bill (ARN, Azure id, ...) to the resource; undefined for one that no state has. */
export type ResourceLookup = (id: string, subject: BillSubject) => KnownResource | undefined;

export interface Owner {
  /** Empty where nobody said. */
  team: string;
  service: string;
  environment: string;
  /** Who said the team: `state`, `tag:owner`, `rule:support`, `import`; empty for nobody. */
  by: string;
  resource?: KnownResource;
  /** Not one team's: divided. */
  shared?: AllocationRule;
}

/** `namespace`: the team that the bill was imported for. Its members wrote it, so its charges are theirs whatever stands in it: they can charge nobody else. */
export function ownerOf(subject: BillSubject, namespace: string | undefined, rules: AllocationRules, lookup?: ResourceLookup): Owner {
  const resource = subject.resource === '' ? undefined : lookup?.(subject.resource, subject);
  const tags = new Map(Object.entries(subject.tags).map(([key, value]) => [key.toLowerCase(), value]));
  const found: Owner = { team: '', service: '', environment: '', by: '', ...(resource === undefined ? {} : { resource }) };
  say(found, 'team', namespace, 'import');
  const first = rules.rules.find((rule) => rule.override && matches(rule, subject, tags));
  const firstTarget = first?.to;
  if (firstTarget !== undefined) OWNER_WORDS.forEach((word) => say(found, word, firstTarget[word], `rule:${first?.name ?? ''}`));
  for (const word of OWNER_WORDS) {
    say(found, word, resource?.[word], 'state');
    const key = rules.keys[word].find((name) => (tags.get(name) ?? '').trim() !== '');
    if (key !== undefined) say(found, word, normal(tags.get(key) ?? '', word, rules), `tag:${key}`);
  }
  if (first?.split !== undefined && namespace === undefined) return shared(found, first);
  if (found.team === '') {
    const rule = rules.rules.find((one) => !one.override && matches(one, subject, tags));
    if (rule?.split !== undefined) return shared(found, rule);
    const target = rule?.to;
    if (target !== undefined) OWNER_WORDS.forEach((word) => say(found, word, target[word], `rule:${rule?.name ?? ''}`));
  }
  return found;
}

function shared(found: Owner, rule: AllocationRule): Owner {
  return { ...found, team: '', by: `rule:${rule.name}`, shared: rule };
}

function say(found: Owner, word: OwnerWord, value: string | undefined, by: string): void {
  if (value === undefined || value === '' || found[word] !== '') return;
  found[word] = value;
  if (word === 'team') found.by = by;
}

/** Without blanks at the ends; what the file says it means, else in lower case, as names of teams and services are. */
function normal(value: string, word: OwnerWord, rules: AllocationRules): string {
  const text = value.trim().toLowerCase();
  return rules.values[word].get(text) ?? text;
}

function fieldsOf(subject: BillSubject): Record<MatchWord, readonly string[]> {
  return {
    provider: [subject.provider],
    billing_account: [subject.billingAccount],
    account: [subject.subAccount, subject.subAccountName],
    service: [subject.service],
    service_category: [subject.serviceCategory],
    region: [subject.region],
    resource: [subject.resource, subject.resourceName],
    type: [subject.resourceType],
  };
}

function matches(rule: AllocationRule, subject: BillSubject, tags: ReadonlyMap<string, string>): boolean {
  const fields = fieldsOf(subject);
  const words = Object.entries(rule.match) as [MatchWord, readonly string[]][];
  if (!words.every(([word, globs]) => globs.some((glob) => fields[word].some((text) => globMatches(glob, text))))) return false;
  return rule.tags.every(({ key, globs }) => globs.some((glob) => tags.has(key) && globMatches(glob, tags.get(key) ?? '')));
}
