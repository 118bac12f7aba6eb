/** The changes of the code that findings ask for: beside each finding, and all in one diff. */
import { fingerprintOf, terraformReference } from '../../domain/finding.ts';
import type { Finding, FindingFix } from '../../domain/finding.ts';
import type { ReportPatch } from '../../domain/finding-report.ts';
import { proposePatches } from '../../engines/fix-patch/proposals.ts';
import type { Proposal } from '../../engines/fix-patch/proposals.ts';
import { unifiedDiff } from '../../engines/fix-patch/unified-diff.ts';
import type { Redactor } from '../../engines/redaction/redactor.ts';
import { isSecretName } from '../../engines/redaction/secret-patterns.ts';
import type { EstateMember } from '../../engines/rules/estate.ts';
import type { RuleFile } from '../../engines/rules/rule.ts';
import type { RuleMatch } from '../../engines/rules/run-rules.ts';
import { totalSavings } from '../../engines/waste/saving.ts';
import type { GivenCode } from './code.ts';

export interface PatchInput {
  code: GivenCode;
  findings: readonly Finding[];
  matches: readonly RuleMatch[];
  members: readonly EstateMember[];
  rules: readonly RuleFile[];
  redactor: Redactor;
}

/** The findings with their patches or why there is none, and the patch of all; findings without a rule's match stay as they are. */
export async function withPatches({ code, findings, matches, members, rules, redactor }: PatchInput): Promise<{ findings: Finding[]; patch: ReportPatch }> {
  const byFingerprint = new Map(findings.map((finding) => [finding.fingerprint, finding]));
  const open = matches.filter((match) => byFingerprint.has(fingerprintOfMatch(match)));
  const weight = (match: RuleMatch): number => {
    const saving = byFingerprint.get(fingerprintOfMatch(match))?.saving;
    return saving?.known === true ? Number(saving.monthly) : 0;
  };
  const hides = (line: string): boolean => redactor.text(line) !== line || namesSecret(line);
  const doubtful = new Map(open.flatMap((match) => doubtOf(match, byFingerprint.get(fingerprintOfMatch(match)))));
  const { byMatch, together } = await proposePatches({ read: code.read, matches: open.filter((match) => !doubtful.has(match)), members, rules, weight, hides });
  const fixes = new Map([...byMatch, ...doubtful].map(([match, proposal]) => [fingerprintOfMatch(match), fixOf(match, proposal, hides, redactor)]));
  const settled = new Set(together.matches.map(fingerprintOfMatch));
  const text = unifiedDiff(together.files, hides) ?? together.files.map((file) => unifiedDiff([file], hides) ?? '').join('');
  return {
    findings: findings.map((finding) => ({ ...finding, fix: { ...finding.fix, ...fixes.get(finding.fingerprint) } })),
    patch: { text, appliesIn: code.top, findings: settled.size, savings: totalSavings(findings.filter((finding) => settled.has(finding.fingerprint))) },
  };
}

/** A type that is put together from parts (`m4.10xlarge` as `m6i.10xlarge`) may not exist: only one with a lower price is written into code. */
function doubtOf(match: RuleMatch, finding: Finding | undefined): [RuleMatch, Proposal][] {
  const { change } = match.rule;
  const composed = change?.kind === 'attributes' && Object.values(change.set).some((next) => next.kind === 'part');
  if (!composed || finding?.saving?.known === true) return [];
  return [[match, { reason: `whether the new type exists and costs less is not known: ${finding?.saving === undefined ? 'no price was asked for' : finding.saving.known ? '' : finding.saving.reason}` }]];
}

function fingerprintOfMatch({ rule, resource }: RuleMatch): string {
  return fingerprintOf(rule.id, terraformReference(resource.source.root, resource.source.workspace, resource.address));
}

function fixOf({ rule, resource }: RuleMatch, proposal: Proposal, hides: (line: string) => boolean, redactor: Redactor): FindingFix {
  if ('reason' in proposal) return { text: rule.fix, withoutPatch: redactor.text(proposal.reason) };
  const patch = unifiedDiff(proposal.files, hides);
  if (patch === undefined) return { text: rule.fix, withoutPatch: 'a line beside the change looks like a secret and is not printed' };
  const written = proposal.through.length === 0 ? [] : [`The value is written in ${proposal.through.join(' and ')}.`];
  const also = proposal.removes.length < 2 ? [] : [`With it go ${proposal.removes.slice(1).join(', ')}.`];
  const kept = proposal.removes.length === 0 ? [] : [`Applying the patch destroys ${proposal.removes.length < 2 ? 'it' : 'them'}; a removed block with destroy = false in its place only forgets ${resource.resource}.`];
  const notes = [...written, ...also, ...kept];
  return { text: rule.fix, patch, ...(notes.length === 0 ? {} : { note: redactor.text(notes.join(' ')) }), ...(proposal.alsoChanges.length === 0 ? {} : { alsoChanges: proposal.alsoChanges.map((address) => redactor.text(address)) }) };
}

/** `password = "..."`: what the name gives away, however plain the value. */
function namesSecret(line: string): boolean {
  const [, name = '', value = ''] = /^\s*"?([\w.-]+)"?\s*[=:]\s*(.*)$/.exec(line) ?? [];
  return name !== '' && isSecretName(name) && /"[^"$]+/.test(value);
}
