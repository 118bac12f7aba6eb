/**
 * A patch for every finding whose rule says what to change, and one patch with all of them.
 *
 * Findings whose edits are the same share them. Edits of resources' own blocks are tried together, everything that
 * goes through variables, locals and calls alone, because only then is it plain which of them changed what.
 * The common patch is made in rounds: what cannot stand beside an edit that was taken is planned again on the
 * changed code. The largest saving goes first, so that a volume is removed rather than made cheaper.
 */
import type { EstateMember } from '../rules/estate-resource.ts';
import type { RuleFile } from '../rules/rule.ts';
import type { RuleMatch } from '../rules/run-rules.ts';
import type { FileEdit, FixCode, ReadCode } from './code.ts';
import { planFix } from './plan.ts';
import type { Claim, Trial, TrialGround } from './trial.ts';
import { tryEdits } from './trial.ts';
import { changedFiles, unifiedDiff } from './unified-diff.ts';
import type { ChangedFile } from './unified-diff.ts';

/** Each trial evaluates the whole code again. */
const MOST_TRIALS = 80;
const MOST_ROUNDS = 4;

export interface ProposalInput {
  read: ReadCode;
  matches: readonly RuleMatch[];
  members: readonly EstateMember[];
  rules: readonly RuleFile[];
  /** The larger, the earlier in the common patch. */
  weight: (match: RuleMatch) => number;
  /** Lines that no patch may show. */
  hides: (line: string) => boolean;
}

export type Proposal = { files: readonly ChangedFile[]; alsoChanges: readonly string[]; through: readonly string[]; removes: readonly string[] } | { reason: string };

export interface Proposals {
  byMatch: ReadonlyMap<RuleMatch, Proposal>;
  /** All that can be made together. */
  together: { files: readonly ChangedFile[]; matches: readonly RuleMatch[] };
}

/** Findings with one and the same plan. */
interface Group {
  claims: Claim[];
  weight: number;
}

export async function proposePatches(input: ProposalInput): Promise<Proposals> {
  const code = await input.read(new Map());
  const byMatch = new Map<RuleMatch, Proposal>();
  const ground: Ground = { before: code, read: input.read, texts: new Map(), members: input.members, rules: input.rules, hides: input.hides };
  const trials = new TrialCount();
  const groups = groupsOf(code, input.matches, input, (match, reason) => byMatch.set(match, { reason }));
  const tried = await tryGroups(ground, groups, trials);
  for (const { group, edits, trial } of tried) {
    for (const { match, plan } of group.claims) byMatch.set(match, trial.works ? { files: changedFiles(edits), alsoChanges: trial.alsoChanges, through: plan.through, removes: plan.removes } : { reason: trial.reason });
  }
  return { byMatch, together: await allTogether(input, ground, tried, trials) };
}

interface Ground extends TrialGround {
  hides: (line: string) => boolean;
}

class TrialCount {
  #left = MOST_TRIALS;

  take(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

function groupsOf(code: FixCode, matches: readonly RuleMatch[], input: ProposalInput, refuse: (match: RuleMatch, reason: string) => void): Group[] {
  const instances = new Map(code.model.resources.map((resource) => [resource.address, resource]));
  const found = new Map<string, Set<string>>();
  for (const { rule, resource } of input.matches) found.set(rule.id, (found.get(rule.id) ?? new Set()).add(resource.address));
  const groups = new Map<string, Group>();
  for (const match of matches) {
    const { rule, resource } = match;
    const instance = instances.get(resource.address);
    if (rule.change === undefined) refuse(match, 'what to do is more than a change of an attribute');
    else if (instance === undefined) refuse(match, 'it is not in the code');
    else {
      const plan = planFix(code, instance, rule.change, found.get(rule.id) ?? new Set());
      if ('reason' in plan) refuse(match, plan.reason);
      else add(groups, { match, plan }, input.weight(match));
    }
  }
  return [...groups.values()].sort((a, b) => b.weight - a.weight || (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ claims }: Group): string {
  return `${claims[0]?.match.resource.address ?? ''} ${claims[0]?.match.rule.id ?? ''}`;
}

function add(groups: Map<string, Group>, claim: Claim, weight: number): void {
  const key = JSON.stringify(claim.plan.alternatives.map((edits) => edits.map(({ file, edit }) => [file.file, edit.span.start, edit.span.end, edit.text])));
  const group = groups.get(key) ?? { claims: [], weight: 0 };
  group.claims.push(claim);
  group.weight += weight;
  groups.set(key, group);
}

interface Tried {
  group: Group;
  /** Those that worked, or were tried last. */
  edits: readonly FileEdit[];
  trial: Trial;
}

/** In the order of the groups. */
async function tryGroups(ground: Ground, groups: readonly Group[], trials: TrialCount): Promise<Tried[]> {
  const tried = await tryEach(ground, groups, trials);
  return tried.map((one) => (one.trial.works && unifiedDiff(changedFiles(one.edits), ground.hides) === undefined ? { ...one, trial: { works: false, reason: 'a line beside the change looks like a secret and is not printed' } } : one));
}

async function tryEach(ground: TrialGround, groups: readonly Group[], trials: TrialCount): Promise<Tried[]> {
  const direct = apart(groups.filter((group) => group.claims.every(({ plan }) => plan.direct && plan.alternatives.length === 1)).map((group) => ({ group, edits: firstEdits(group) })));
  const accepted = new Map<Group, Trial>();
  if (direct.length > 1 && trials.take()) {
    const trial = await tryEdits(ground, direct.flatMap(({ edits }) => edits), direct.flatMap(({ group }) => group.claims));
    if (trial.works && trial.alsoChanges.length === 0) for (const { group } of direct) accepted.set(group, trial);
  }
  const tried: Tried[] = [];
  for (const group of groups) {
    const trial = accepted.get(group);
    tried.push(trial === undefined ? await tryOne(ground, group, trials) : { group, edits: firstEdits(group), trial });
  }
  return tried;
}

function firstEdits({ claims }: Group): readonly FileEdit[] {
  return claims[0]?.plan.alternatives[0] ?? [];
}

async function tryOne(ground: TrialGround, group: Group, trials: TrialCount): Promise<Tried> {
  let last: Tried = { group, edits: [], trial: { works: false, reason: 'the value is written where it cannot be changed alone' } };
  for (const edits of group.claims[0]?.plan.alternatives ?? []) {
    if (!trials.take()) return { group, edits: [], trial: { works: false, reason: `more than ${MOST_TRIALS} changes were to be tried: make some of them and run again` } };
    last = { group, edits, trial: await tryEdits(ground, edits, group.claims) };
    if (last.trial.works) return last;
  }
  return last;
}

/** Those of the list, first come first served, whose edits do not touch those of one before. */
function apart<One extends { edits: readonly FileEdit[] }>(all: readonly One[]): One[] {
  const taken = new Map<string, { start: number; end: number }[]>();
  return all.filter(({ edits }) => {
    const free = edits.every(({ file, edit: { span } }) => (taken.get(file.file) ?? []).every((other) => span.start > other.end || span.end < other.start));
    if (free) for (const { file, edit } of edits) taken.set(file.file, [...(taken.get(file.file) ?? []), edit.span]);
    return free;
  });
}

async function allTogether(input: ProposalInput, start: Ground, first: readonly Tried[], trials: TrialCount): Promise<Proposals['together']> {
  const originals = new Map<string, string>();
  const done = new Set<RuleMatch>();
  const proposed = first.filter(({ trial }) => trial.works).flatMap(({ group }) => group.claims.map((claim) => claim.match));
  let ground = start;
  let open = first;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const taken = await largestSet(ground, open.filter(({ trial }) => trial.works), trials);
    if (taken === undefined) break;
    for (const file of taken.trial.files) if (!originals.has(file.path)) originals.set(file.path, file.before);
    for (const { group } of taken.tried) for (const { match } of group.claims) done.add(match);
    ground = { ...ground, before: taken.trial.code, texts: new Map([...ground.texts, ...taken.trial.files.map((file) => [file.path, file.after] as const)]) };
    const left = proposed.filter((match) => !done.has(match));
    if (left.length === 0) break;
    open = await tryGroups(ground, groupsOf(ground.before, left, input, () => undefined), trials);
  }
  const files = [...originals].map(([path, before]) => ({ path, before, after: ground.texts.get(path) ?? before })).sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, matches: input.matches.filter((match) => done.has(match)) };
}

/** As many as work side by side; halved until they do. */
async function largestSet(ground: TrialGround, works: readonly Tried[], trials: TrialCount): Promise<{ tried: readonly Tried[]; trial: Trial & { works: true } } | undefined> {
  for (let set = apart(works); set.length > 0 && trials.take(); set = set.slice(0, Math.floor(set.length / 2))) {
    const trial = await tryEdits(ground, set.flatMap(({ edits }) => edits), set.flatMap(({ group }) => group.claims));
    if (trial.works) return { tried: set, trial };
  }
  return undefined;
}
