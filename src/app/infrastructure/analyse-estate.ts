/**
 * Waste rules over all states at once. All states of the platform are the estate, whichever team owns them: "nothing
 * uses it" is true only when nobody's state does. A finding goes to the team that owns the root, and says nothing of
 * others but that they do not use it. Runs in the analysis thread.
 */
import { PlatformError } from '../../domain/error.ts';
import type { Finding, FindingLocation } from '../../domain/finding.ts';
import { modelFromRecord, memberFromRecord, withoutMarks } from '../../engines/state-record/from-record.ts';
import { runRules } from '../../engines/rules/run-rules.ts';
import { estimatedPrices } from '../../engines/waste/estimated-prices.ts';
import { wasteFindings } from '../../engines/waste/waste-findings.ts';
import type { EstateCoverage } from '../../ports/terraform-states.ts';
import { readAt } from './analyse-root.ts';
import type { KeptState, StateJob } from './analysis-job.ts';
import { gateOf, redactorOf, unpackRecord, type StateWorld } from './state-world.ts';

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
  for (const [index, state] of kept.entries()) {
    const matches = run.matches.filter((match) => match.resource.source === state.source);
    const places = matches.length === 0 ? undefined : await placesOf(state, index, records, world);
    findings.push(wasteFindings(matches, { redactor, prices, ...(places === undefined ? {} : { locate: (resource) => places.get(resource.address) ?? places.get(resource.resource) }) }).map(readable));
  }
  return {
    findings,
    coverage: {
      states: kept.length,
      rules: run.rules,
      resources: run.resources,
      resourcesWithRules: run.covered,
      typesWithoutRules: run.uncoveredTypes.slice(0, 100).map(({ type, count }) => ({ type: redactor.text(type), count })),
      problems: run.problems.slice(0, 20).map(({ rule, message }) => redactor.text(`${rule}: ${message}`)),
    },
  };
}

function readable(finding: Finding): Finding {
  return { ...finding, sentence: withoutMarks(finding.sentence), evidence: finding.evidence.map(({ name, value }) => ({ name, value: withoutMarks(value) })) };
}

/** Where the code declares what; without it, or with faults in it, findings have no place. */
async function placesOf({ code, source }: KeptState, index: number, records: readonly ReturnType<typeof unpackRecord>[], world: StateWorld): Promise<Map<string, FindingLocation> | undefined> {
  const record = records[index];
  if (code === undefined || record === undefined) return undefined;
  try {
    const { model } = await readAt(code.gitDir, code.commit, { ...code.root, workspace: code.root.workspace ?? source.workspace }, world.catalogue, modelFromRecord(record, { path: source.path }));
    const places = new Map<string, FindingLocation>();
    for (const { address, resource, location } of model.resources) {
      if (location === undefined) continue;
      const { file, line, column, endLine } = location;
      const place = { file, line, column, ...(endLine === undefined ? {} : { endLine }) };
      places.set(address, place);
      places.set(resource, place);
    }
    return places;
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
