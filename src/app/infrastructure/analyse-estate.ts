/**
 * Waste rules over all states at once. All states of the platform are the estate, whichever team owns them: "nothing
 * uses it" is true only when nobody's state does. A finding goes to the team that owns the root, and says nothing of
 * others but that they do not use it. Runs in the analysis thread.
 */
import { PlatformError } from '../../domain/error.ts';
import type { Finding, FindingFix, FindingLocation } from '../../domain/finding.ts';
import { modelFromRecord, memberFromRecord, withoutMarks } from '../../engines/state-record/from-record.ts';
import { runRules } from '../../engines/rules/run-rules.ts';
import { estimatedPrices } from '../../engines/waste/estimated-prices.ts';
import { wasteFindings } from '../../engines/waste/waste-findings.ts';
import type { EstateCoverage } from '../../ports/terraform-states.ts';
import { commitTree } from '../../adapters/git/tree.ts';
import type { GivenCode } from '../../cli/state/code.ts';
import { withPatches } from '../../cli/state/patches.ts';
import { codeReader } from '../../engines/fix-patch/code.ts';
import type { StateRecord } from '../../engines/state-record/record.ts';
import { readAt } from './analyse-root.ts';
import type { KeptState, StateJob } from './analysis-job.ts';
import { unpackRecord } from './packed-record.ts';
import { gateOf, redactorOf, type StateWorld } from './state-world.ts';

/** Of a run over all states. */
const PATCH_TIME_MS = 20_000;

export interface AnalysedEstate {
  /** Findings of each state, in the order given. */
  findings: readonly (readonly Finding[])[];
  coverage: EstateCoverage;
}

export async function analyseEstate({ members: kept, key, today }: Extract<StateJob, { kind: 'state-estate' }>, world: StateWorld): Promise<AnalysedEstate> {
  const records = kept.map(({ document }) => unpackRecord(document));
  const members = kept.map(({ source }, index) => memberFromRecord(records[index] as (typeof records)[number], source));
  const gate = gateOf(world, key);
  const run = runRules(world.prepared, members, (identity) => gate.mentionOf(identity));
  const redactor = redactorOf(world, key);
  const prices = estimatedPrices({ book: world.book, today, members });
  const findings: (readonly Finding[])[] = [];
  const began = performance.now();
  for (const [index, state] of kept.entries()) {
    const matches = run.matches.filter((match) => match.resource.source === state.source);
    const code = matches.length === 0 ? undefined : await codeBeside(state, records[index], world);
    const found = wasteFindings(matches, { redactor, prices, ...(code === undefined ? {} : { locate: (resource) => code.locate(resource) }) });
    const member = members[index];
    const patched = code === undefined || member === undefined ? found : await patchedFindings(state, found, performance.now() - began, async () => (await withPatches({ code, findings: found, matches, members: [member], rules: world.rules, redactor })).findings);
    findings.push(patched.map(readable));
  }
  return {
    findings,
    coverage: {
      states: kept.length,
      rules: run.rules,
      resources: run.resources,
      resourcesWithRules: run.covered,
      typesWithoutRules: run.uncoveredTypes.slice(0, 100).map(({ type, count }) => ({ type: redactor.text(type), count })),
      problems: [...world.ruleProblems, ...run.problems.map(({ rule, message }) => `${rule}: ${message}`)].slice(0, 20).map((problem) => redactor.text(problem)),
    },
  };
}

/** By commit, root and findings: a push elsewhere runs the rules again, and changes no patch. */
const knownFixes = new Map<string, ReadonlyMap<string, FindingFix>>();
const MOST_KNOWN = 200;

/** Each patch is tried on the code, which takes its time: how much of it is left decides how many states get theirs now. */
async function patchedFindings({ code }: KeptState, found: readonly Finding[], spent: number, patch: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  const key = JSON.stringify([code, found.map(({ fingerprint, saving }) => [fingerprint, saving])]);
  if (!knownFixes.has(key) && spent < PATCH_TIME_MS) {
    knownFixes.set(key, new Map((await patch()).map(({ fingerprint, fix }) => [fingerprint, fix])));
    for (const oldest of knownFixes.keys()) if (knownFixes.size > MOST_KNOWN) knownFixes.delete(oldest);
  }
  const fixes = knownFixes.get(key);
  return fixes === undefined ? found : found.map((finding) => ({ ...finding, fix: fixes.get(finding.fingerprint) ?? finding.fix }));
}

function readable(finding: Finding): Finding {
  return { ...finding, sentence: withoutMarks(finding.sentence), evidence: finding.evidence.map(({ name, value }) => ({ name, value: withoutMarks(value) })) };
}

/** Where the code declares what, and how to try changes on it; without it, or with faults in it, findings have neither place nor patch. */
async function codeBeside({ code, source }: KeptState, record: StateRecord | undefined, world: StateWorld): Promise<GivenCode | undefined> {
  if (code === undefined || record === undefined) return undefined;
  try {
    const { model, tree, reading } = await readAt(code.gitDir, code.commit, { ...code.root, workspace: code.root.workspace ?? source.workspace }, world.catalogue, modelFromRecord(record, { path: source.path }));
    if (tree === undefined || reading === undefined) return undefined;
    const places = new Map<string, FindingLocation>();
    for (const { address, resource, location } of model.resources) {
      if (location === undefined) continue;
      const { file, line, column, endLine } = location;
      const place = { file, line, column, ...(endLine === undefined ? {} : { endLine }) };
      places.set(address, place);
      places.set(resource, place);
    }
    const files = await commitTree(code.gitDir, code.commit);
    return { model, tree, top: code.root.path, read: codeReader({ source: files, folder: code.root.path, ...reading }), locate: (resource) => places.get(resource.address) ?? places.get(resource.resource) };
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
