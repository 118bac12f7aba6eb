/**
 * Policies judged against an estimate: each holds, is violated, or cannot be told, as a whole or for each resource.
 *
 * What cannot be told is a result of its own and never a pass; what is excepted is kept with its reason and last day.
 */
import type { ModelLocation } from '../infrastructure/model.ts';
import { globMatches } from '../drift/glob.ts';
import type { Enforcement, Policy, PolicyException, PolicyFile } from './policy.ts';
import { compilePolicy } from './policy-expression.ts';
import type { CompiledPolicy, PolicySubject } from './policy-expression.ts';
import type { PolicyFacts, PolicyInput } from './policy-facts.ts';
import { factsOf } from './policy-facts.ts';

export interface PolicyBreach {
  policy: Policy;
  status: 'violated' | 'undecided';
  /** What it costs the run: `deny` refuses it. */
  enforcement: Enforcement;
  /** Of a policy on resources. */
  resource?: { address: string; type: string; location?: ModelLocation };
  message: string;
  /** Why it cannot be told. */
  reason?: string;
  figures: readonly { name: string; value: string }[];
  exception?: { reason: string; until: string };
}

export interface PolicyVerdict {
  policy: Policy;
  /** The worst of its results: excepted ones count as held. */
  status: 'holds' | 'violated' | 'undecided';
  /** How many times it was asked, and how many of these held. */
  asked: number;
  held: number;
  breaches: readonly PolicyBreach[];
}

export interface PolicyReport {
  verdicts: readonly PolicyVerdict[];
  /** Exceptions that ended, or that nothing needed: one sentence each. */
  notes: readonly string[];
  /** Whether one that is meant to deny does. */
  refused: boolean;
}

export type CompiledFile = PolicyFile & { compiled: ReadonlyMap<string, CompiledPolicy> };

/** Faults of the expressions and messages, or the file with all of them compiled. */
export function compilePolicies(file: PolicyFile): { problems: string[] } | { file: CompiledFile } {
  const compiled = new Map<string, CompiledPolicy>();
  const problems: string[] = [];
  for (const { id, expression, message } of file.policies) {
    const one = compilePolicy(expression, message);
    if ('problem' in one) problems.push(`${id}: ${one.problem}`);
    else compiled.set(id, one.compiled);
  }
  return problems.length > 0 ? { problems } : { file: { ...file, compiled } };
}

/** @param today YYYY-MM-DD, the day that exceptions are judged by. */
export function judgePolicies(files: readonly CompiledFile[], input: PolicyInput, today: string): PolicyReport {
  const places = new Map(input.after.resources.map((resource) => [resource.address, resource.location]));
  const facts = new Map<string, PolicyFacts>();
  const notes: string[] = [];
  const verdicts = files.flatMap((file) => {
    const exceptions = new Exceptions(file.exceptions, today);
    const judged = file.policies.map((policy) => {
      const scope = JSON.stringify(policy.scope);
      const known = facts.get(scope) ?? factsOf(input, policy.scope);
      facts.set(scope, known);
      return verdictOf(policy, file.compiled.get(policy.id), known, exceptions, places);
    });
    notes.push(...exceptions.notes());
    return judged;
  });
  return { verdicts, notes, refused: verdicts.some(({ breaches }) => breaches.some((one) => one.exception === undefined && one.enforcement === 'deny')) };
}

function verdictOf(policy: Policy, compiled: CompiledPolicy | undefined, facts: PolicyFacts, exceptions: Exceptions, places: ReadonlyMap<string, ModelLocation | undefined>): PolicyVerdict {
  if (compiled === undefined) throw new Error(`the policy ${policy.id} is not compiled`);
  const subjects: PolicySubject[] = compiled.ofResource ? facts.resources.map((resource) => ({ facts, resource })) : [{ facts }];
  const breaches = subjects.flatMap((subject) => breachOf(policy, compiled, subject, exceptions, places));
  const open = breaches.filter((one) => one.exception === undefined);
  const status = open.some((one) => one.status === 'violated') ? 'violated' : open.length > 0 ? 'undecided' : 'holds';
  return { policy, status, asked: subjects.length, held: subjects.length - breaches.length, breaches };
}

function breachOf(policy: Policy, compiled: CompiledPolicy, subject: PolicySubject, exceptions: Exceptions, places: ReadonlyMap<string, ModelLocation | undefined>): PolicyBreach[] {
  const answer = compiled.ask(subject);
  if ('holds' in answer && answer.holds) return [];
  const { resource } = subject;
  const location = resource === undefined ? undefined : places.get(resource.address);
  const exception = exceptions.of(policy.id, resource?.address);
  return [
    {
      policy,
      ...('undecided' in answer ? { status: 'undecided' as const, enforcement: policy.onUnknown, reason: answer.undecided } : { status: 'violated' as const, enforcement: policy.enforcement }),
      ...(resource === undefined ? {} : { resource: { address: resource.address, type: resource.type, ...(location === undefined ? {} : { location }) } }),
      message: compiled.message(subject),
      figures: compiled.figures(subject),
      ...(exception === undefined ? {} : { exception: { reason: exception.reason, until: exception.until } }),
    },
  ];
}

class Exceptions {
  readonly #all: { one: PolicyException; used: boolean }[];
  readonly #today: string;

  constructor(all: readonly PolicyException[], today: string) {
    this.#all = all.map((one) => ({ one, used: false }));
    this.#today = today;
  }

  of(policy: string, address: string | undefined): PolicyException | undefined {
    const found = this.#all.find(({ one }) => one.policy === policy && one.until >= this.#today && (one.resource === undefined || (address !== undefined && globMatches(one.resource, address))));
    if (found !== undefined) found.used = true;
    return found?.one;
  }

  notes(): string[] {
    return this.#all.flatMap(({ one, used }) => {
      const name = `the exception from ${one.policy}${one.resource === undefined ? '' : ` for ${one.resource}`}`;
      return one.until < this.#today ? [`${name} ended on ${one.until}`] : used ? [] : [`${name} is not needed`];
    });
  }
}
