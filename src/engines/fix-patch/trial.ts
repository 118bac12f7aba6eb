/**
 * Tries edits on the code: they must parse and evaluate without a new fault, do what they were made for, and
 * leave the rule nothing to find.
 *
 * The rule judges the state as it would be: the recorded attributes with the change in them, and without the
 * resources that are gone. What else the edits change is told by address.
 */
import type { EstateMember, EstateResource } from '../rules/estate-resource.ts';
import { changedAttributes } from '../rules/change.ts';
import type { RuleFile } from '../rules/rule.ts';
import type { RuleMatch } from '../rules/run-rules.ts';
import { prepareRules, runRules } from '../rules/run-rules.ts';
import type { FileEdit, FixCode, FixPlan, ReadCode } from './code.ts';
import { modelChanges } from './model-changes.ts';
import type { ModelChanges } from './model-changes.ts';
import type { ChangedFile } from './unified-diff.ts';
import { changedFiles } from './unified-diff.ts';

/** What an edit was made for. */
export interface Claim {
  match: RuleMatch;
  plan: FixPlan;
}

export type Trial = { works: true; files: readonly ChangedFile[]; alsoChanges: readonly string[]; code: FixCode } | { works: false; reason: string };

export interface TrialGround {
  before: FixCode;
  read: ReadCode;
  /** Texts that are changed already, by path. */
  texts: ReadonlyMap<string, string>;
  members: readonly EstateMember[];
  rules: readonly RuleFile[];
}

export async function tryEdits(ground: TrialGround, edits: readonly FileEdit[], claims: readonly Claim[]): Promise<Trial> {
  const files = changedFiles(edits);
  const code = await ground.read(new Map([...ground.texts, ...files.map((file) => [file.path, file.after] as const)]));
  const changes = modelChanges(ground.before.model, code.model);
  const [problem] = changes.problems;
  if (problem !== undefined) return { works: false, reason: `the changed code has a fault: ${problem}` };
  const undone = claims.map((claim) => undoneBy(claim, changes)).find((reason) => reason !== undefined);
  if (undone !== undefined) return { works: false, reason: undone };
  const firing = stillFound(ground, claims);
  if (firing !== undefined) return { works: false, reason: `${firing.resource.address} would still be found` };
  const claimed = new Set(claims.map(({ match }) => match.resource.address));
  const gone = new Set(claims.flatMap(({ plan }) => plan.removes));
  const come = new Set(claims.flatMap(({ plan }) => plan.adds ?? []));
  const alsoChanges = [...changes.changed.keys(), ...changes.added.filter((address) => !come.has(withoutKeys(address))), ...changes.removed.filter((address) => !gone.has(withoutKeys(address)))].filter((address) => !claimed.has(address)).sort();
  return { works: true, files, alsoChanges, code };
}

/** Why the edits do not do what they were made for. */
function undoneBy({ match, plan }: Claim, changes: ModelChanges): string | undefined {
  const { rule, resource } = match;
  if (rule.change?.kind === 'remove') return changes.removed.includes(resource.address) ? undefined : `${resource.address} would still be there`;
  if (plan.adds !== undefined) return plan.adds.every((address) => changes.added.some((added) => withoutKeys(added) === address)) ? undefined : `${plan.adds.join(', ')} would not be there`;
  if (rule.change?.kind !== 'attributes') return undefined;
  const names = new Set([...Object.keys(rule.change.set), ...rule.change.unset].map((path) => path.split('.')[0] ?? path));
  const changed = changes.changed.get(resource.address) ?? [];
  if (changed.length === 0) return `the value of ${resource.address} would not change`;
  const others = changed.filter((name) => !names.has(name));
  return others.length === 0 ? undefined : `${others.join(', ')} of ${resource.address} would change too`;
}

function stillFound({ members, rules }: TrialGround, claims: readonly Claim[]): RuleMatch | undefined {
  const gone = new Set(claims.flatMap(({ plan }) => plan.removes));
  const changes = new Map<string, Claim[]>();
  for (const claim of claims) changes.set(claim.match.resource.address, [...(changes.get(claim.match.resource.address) ?? []), claim]);
  const changed = members.map((member): EstateMember => ({ ...member, model: { ...member.model, resources: member.model.resources.filter((resource) => !gone.has(withoutKeys(resource.address))).flatMap((resource) => [withChange(resource, changes.get(resource.address)), ...besides(resource, changes.get(resource.address))]) } }));
  const wanted = new Set(claims.map(({ match }) => match.rule.id));
  const files = rules.map((file) => ({ ...file, rules: file.rules.filter((rule) => wanted.has(rule.id)) }));
  const found = new Set(runRules(prepareRules(files), changed).matches.map((match) => `${match.rule.id} ${match.resource.address}`));
  return claims.find(({ match }) => found.has(`${match.rule.id} ${match.resource.address}`))?.match;
}

function withChange<Resource extends Omit<EstateResource, 'source'>>(resource: Resource, claims: readonly Claim[] = []): Resource {
  return claims.reduce((changed, { match: { rule } }) => (rule.change?.kind === 'attributes' ? { ...changed, attributes: changedAttributes(changed.attributes, rule.change) } : changed), resource);
}

/** Resources that stand beside it then, as far as the rule can see them: what they are and whom they refer to. */
function besides<Resource extends Omit<EstateResource, 'source'>>(resource: Resource, claims: readonly Claim[] = []): Resource[] {
  return claims.flatMap(({ match: { rule } }) => {
    if (rule.change?.kind !== 'add') return [];
    const { type, refer, body } = rule.change;
    const referring = Object.fromEntries(Object.entries(refer).map(([argument, attribute]) => [argument, resource.attributes[attribute] ?? null]));
    const address = `${resource.module === '' ? '' : `${resource.module}.`}${type}.${resource.name}`;
    return [{ ...resource, address, resource: address, type, attributes: { ...(body as EstateResource['attributes']), ...referring } }];
  });
}

/** `module.a["x"].aws_eip.b[0]` as `module.a.aws_eip.b`. */
function withoutKeys(address: string): string {
  return address.replace(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '');
}
