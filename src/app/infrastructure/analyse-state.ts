/**
 * One serial of a state: what changed since the one before, what has drifted, what it costs. Runs in the analysis
 * thread, on what was kept of the state; the state itself is gone by then.
 *
 * Of the history only what no `apply` does is a finding: that resources come, change and go is what serials are for,
 * and stands in the history. A tool that shouts at every apply is turned off.
 */
import type { Finding } from '../../domain/finding.ts';
import { driftNotes, redactedFinding } from '../../cli/state/drift.ts';
import { PlatformError } from '../../domain/error.ts';
import { decimal, sumOf } from '../../domain/money.ts';
import type { CostEstimate } from '../../engines/cost/cost-line.ts';
import { estimateCost } from '../../engines/cost/estimate.ts';
import type { DriftInput } from '../../engines/drift/report.ts';
import { detectDrift, reportDrift } from '../../engines/drift/report.ts';
import { readIgnoreRules, type IgnoreRule } from '../../engines/drift/ignore-rules.ts';
import { readProviderLock } from '../../engines/drift/locked-versions.ts';
import { recordedDifferences } from '../../engines/drift/recorded-differences.ts';
import type { InfrastructureModel, ResourceInstance } from '../../engines/infrastructure/model.ts';
import type { ProviderCatalogue } from '../../engines/provider-catalogue/catalogue.ts';
import { alignWithRecord } from '../../engines/state-record/align.ts';
import { modelFromRecord } from '../../engines/state-record/from-record.ts';
import type { StateChanges, StateCost } from '../../ports/terraform-states.ts';
import { commitTree } from '../../adapters/git/tree.ts';
import { readAt } from './analyse-root.ts';
import type { KeptState, StateJob } from './analysis-job.ts';
import { unpackRecord } from './packed-record.ts';
import { gateOf, redactorOf, type StateWorld } from './state-world.ts';

const LISTED = 100;
const LISTED_COSTS = 500;
/** What no apply does. */
const SURGERY = new Set(['drift.lineage-changed', 'drift.serial-went-back', 'drift.serial-repeated', 'drift.version-downgrade', 'drift.history-forgotten', 'drift.churn']);

export interface AnalysedSerial {
  /** Against the code, and of the history what no apply does. */
  drift: readonly Finding[];
  changes?: StateChanges;
  cost: StateCost;
  /** What was compared with the code, and what was not. */
  notes: readonly string[];
  /** What of the code was left out although a root is known, and why. */
  codeProblem?: string;
}

export async function analyseSerial(job: Extract<StateJob, { kind: 'state-serial' }>, world: StateWorld): Promise<AnalysedSerial> {
  const { source, key, today } = job;
  const { catalogue } = world;
  const place = { path: source.path, workspace: source.workspace };
  const model = modelFromRecord(unpackRecord(job.document), place);
  const earlier = job.earlier.map((document) => modelFromRecord(unpackRecord(document), place));
  const previous = earlier.at(-1);
  const code = await codeBeside(job, model, world);
  const origin = { root: source.root, workspace: source.workspace, source: source.path };
  const state = { resources: model.resources, origin };
  const input: DriftInput = { state, ...(code.input ?? {}), ...(earlier.length === 0 ? {} : { history: [...earlier, model] }) };
  const report = reportDrift(detectDrift(input, { catalogue, key }), { ...origin, today, rules: code.ignored ?? [] });
  const redactor = redactorOf(world, key);
  const told = report.findings.filter((finding) => evidenceLevel(finding) !== 'D2' || SURGERY.has(finding.rule));
  return {
    drift: told.map((finding) => redactedFinding(finding, redactor)),
    ...(previous === undefined ? {} : { changes: changesOf(previous, model, catalogue) }),
    cost: costOf(estimateCost(code.input?.code === undefined ? model : { ...model, providers: code.input.code.providers }, world.book, { today })),
    notes: code.input === undefined ? [] : driftNotes(report).slice(0, 30).map((note) => redactor.text(note)),
    ...(code.problem === undefined ? {} : { codeProblem: redactor.text(code.problem) }),
  };
}

function evidenceLevel(finding: Finding): string | undefined {
  return finding.evidence.find(({ name }) => name === 'level')?.value;
}

interface CodeBeside {
  input?: Required<Pick<DriftInput, 'code' | 'versions'>>;
  /** What the root's own file says to live with. */
  ignored?: readonly IgnoreRule[];
  problem?: string;
}

/** Beside the root's code. */
const IGNORE_FILE = 'roadbed.drift.yaml';

/** The code at its commit, evaluated with what the state knows; a fault in it keeps nothing else from being analysed. */
async function codeBeside(state: KeptState & { key: Uint8Array }, model: InfrastructureModel, world: StateWorld): Promise<CodeBeside> {
  if (state.code === undefined) return {};
  const { gitDir, commit, root } = state.code;
  try {
    const read = await readAt(gitDir, commit, { ...root, workspace: root.workspace ?? state.source.workspace }, world.catalogue, model);
    if (read.tree === undefined) return {};
    const files = await commitTree(gitDir, commit);
    const beside = (name: string): Promise<Uint8Array | undefined> => files.read(root.path === '.' ? name : `${root.path}/${name}`);
    const [lock, ignore] = [await beside('.terraform.lock.hcl'), await beside(IGNORE_FILE)];
    const versions = {
      tree: read.tree,
      ...(lock === undefined ? {} : { lock: readProviderLock(new TextDecoder().decode(lock), '.terraform.lock.hcl') }),
      ...(model.source.terraformVersion === undefined ? {} : { terraformVersion: model.source.terraformVersion }),
    };
    const input = { code: alignWithRecord(read.model, model, gateOf(world, state.key)), versions };
    return { input, ...(ignore === undefined ? {} : ignoredBy(ignore)) };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { problem: `without code: ${error.message}${error.why === undefined ? '' : ` (${error.why})`}` };
  }
}

/** A faulty file silences nothing, and is told. */
function ignoredBy(bytes: Uint8Array): Pick<CodeBeside, 'ignored' | 'problem'> {
  try {
    return { ignored: readIgnoreRules(new TextDecoder().decode(bytes), IGNORE_FILE) };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return { problem: `${error.message}${error.why === undefined ? '' : ` (${error.why})`}` };
  }
}

function changesOf(before: InfrastructureModel, after: InfrastructureModel, catalogue: ProviderCatalogue): StateChanges {
  const managed = (model: InfrastructureModel): Map<string, ResourceInstance> => new Map(model.resources.filter((one) => one.mode === 'managed').map((one) => [one.address, one]));
  const [old, fresh] = [managed(before), managed(after)];
  const part = (addresses: readonly string[]): StateChanges['added'] => ({ count: addresses.length, addresses: addresses.slice(0, LISTED) });
  const changed = [...fresh].flatMap(([address, resource]) => {
    const was = old.get(address);
    return was !== undefined && recordedDifferences(was.attributes, resource.attributes, catalogue.type(resource.type)).length > 0 ? [address] : [];
  });
  return { added: part([...fresh.keys()].filter((address) => !old.has(address))), changed: part(changed), removed: part([...old.keys()].filter((address) => !fresh.has(address))) };
}

export function costOf(estimate: CostEstimate): StateCost {
  const known = estimate.resources.map(({ address, type, lines }) => ({ address, type, amounts: lines.flatMap((line) => (line.monthly === undefined ? [] : [line.monthly.value])) })).filter(({ amounts }) => amounts.length > 0);
  const resources = known.map(({ address, type, amounts }) => ({ address, type, monthly: sumOf(amounts) })).sort((a, b) => b.monthly.compare(a.monthly) || (a.address < b.address ? -1 : 1));
  const { byStatus, unknownTypes, oldestPrice } = estimate.coverage;
  return {
    ...(resources.length === 0 ? {} : { monthly: sumOf(resources.map(({ monthly }) => monthly)).toFixed(2) }),
    currency: estimate.currency,
    coverage: { resources: estimate.resources.length, ...byStatus },
    ...(oldestPrice === undefined ? {} : { oldestPrice }),
    resources: resources.filter(({ monthly }) => monthly.compare(decimal('0.005')) >= 0).slice(0, LISTED_COSTS).map(({ address, type, monthly }) => ({ address, type, monthly: monthly.toFixed(2) })),
    unknownTypes: unknownTypes.slice(0, 50).map(({ type, count }) => ({ type, count })),
  };
}
