/**
 * From drifts to what a person is told: ignore rules first, then the baseline, then findings and groups.
 *
 * `detectDrift` compares whatever was given; an input that is not there is not an error, and nothing is said of it.
 */
import type { Finding, SuppressedFinding } from '../../domain/finding.ts';
import type { Inventory } from '../../formats/inventory/item.ts';
import type { PlanFile } from '../../formats/terraform/plan.ts';
import type { InfrastructureModel } from '../infrastructure/model.ts';
import type { ProviderCatalogue } from '../provider-catalogue/catalogue.ts';
import type { Baseline } from './baseline.ts';
import { sinceBaseline } from './baseline.ts';
import { driftOfCode } from './code-and-state.ts';
import type { Drift, DriftResult, NotCompared, RecordedResources, RecordedState } from './drift.ts';
import { compareDrifts, compareTexts } from './drift.ts';
import type { FindingOptions } from './findings.ts';
import { driftFindings } from './findings.ts';
import type { IgnoreRule } from './ignore-rules.ts';
import { applyIgnoreRules } from './ignore-rules.ts';
import { driftOfInventory } from './inventory.ts';
import { driftOfVersions } from './locked-versions.ts';
import type { VersionInput } from './locked-versions.ts';
import { driftOfRefresh } from './refreshed.ts';
import { ValuePrinter } from './shown-value.ts';
import { driftOfHistory } from './state-history.ts';
import type { TransitionGroup } from './transitions.ts';
import { groupTransitions } from './transitions.ts';

export interface DriftInput {
  /** The state that the code and the plan belong to. */
  state?: RecordedResources;
  /** Evaluated, best with the state's attributes as `known`. */
  code?: InfrastructureModel;
  versions?: VersionInput;
  /** Oldest first. */
  history?: readonly RecordedState[];
  plan?: PlanFile;
  inventory?: Inventory;
  /** All states of the account, for the inventory; `state` alone when left out. */
  states?: readonly RecordedResources[];
}

interface DriftOptions {
  catalogue: ProviderCatalogue;
  /** Of the keyed hash that stands for hidden values. */
  key: string | Uint8Array;
  /** Makes marks of hidden values that are the same on every run, for a baseline. */
  marker?: (text: string) => string;
}

/** Every comparison that the input allows, as one result. */
export function detectDrift(input: DriftInput, { catalogue, key, marker }: DriftOptions): DriftResult {
  const options = { catalogue, printer: new ValuePrinter(key, marker) };
  const states = input.states ?? (input.state === undefined ? [] : [input.state]);
  return joined([
    ...(input.code === undefined || input.state === undefined ? [] : [driftOfCode(input.code, input.state, options)]),
    ...(input.versions === undefined ? [] : [driftOfVersions(input.versions)]),
    ...(input.history === undefined ? [] : [driftOfHistory(input.history, options)]),
    ...(input.plan === undefined ? [] : [driftOfRefresh(input.plan, options)]),
    ...(input.inventory === undefined ? [] : [driftOfInventory(states, input.inventory, options)]),
  ]);
}

function joined(results: readonly DriftResult[]): DriftResult {
  const reasons = new Map<string, NotCompared>();
  for (const one of results.flatMap((result) => result.notCompared)) {
    const known = reasons.get(one.reason);
    reasons.set(one.reason, known === undefined ? one : { ...known, count: known.count + one.count });
  }
  return {
    drifts: results.flatMap((result) => result.drifts).sort(compareDrifts),
    notCompared: [...reasons.values()].sort((a, b) => b.count - a.count || compareTexts(a.reason, b.reason)),
    compared: { resources: results.reduce((sum, one) => sum + one.compared.resources, 0), attributes: results.reduce((sum, one) => sum + one.compared.attributes, 0) },
  };
}

interface ReportOptions extends FindingOptions {
  rules?: readonly IgnoreRule[];
  /** YYYY-MM-DD. */
  today: string;
  baseline?: Baseline;
}

export interface DriftReport {
  /** New since the baseline and not ignored; worst first. */
  findings: Finding[];
  groups: TransitionGroup[];
  /** Ignored by a rule, with its reason. */
  suppressed: SuppressedFinding[];
  /** Accepted in the baseline; and how many accepted ones are gone. */
  known: Finding[];
  settled: number;
  expiredRules: readonly IgnoreRule[];
  unusedRules: readonly IgnoreRule[];
  notCompared: readonly NotCompared[];
  compared: DriftResult['compared'];
  /** All drift that is not ignored: what a new baseline is made of. */
  drifts: readonly Drift[];
}

export function reportDrift(result: DriftResult, options: ReportOptions): DriftReport {
  const { kept, ignored, expired, unused } = applyIgnoreRules(result.drifts, options.rules ?? [], options.today);
  const { fresh, known, settled } = options.baseline === undefined ? { fresh: kept, known: [], settled: 0 } : sinceBaseline(kept, options.baseline, options);
  return {
    findings: driftFindings(fresh, options),
    groups: groupTransitions(fresh),
    suppressed: ignored.flatMap(({ drift, rule }) => driftFindings([drift], options).map((finding) => ({ finding, reason: rule.reason, until: rule.expires }))),
    known: driftFindings(known, options),
    settled,
    expiredRules: expired,
    unusedRules: unused,
    notCompared: result.notCompared,
    compared: result.compared,
    drifts: kept,
  };
}
