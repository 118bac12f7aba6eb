/** States against what comes from outside: a plan made with -refresh-only, an inventory export. Nothing of either is kept but the findings. */
import { redactedFinding } from '../../cli/state/drift.ts';
import type { Finding } from '../../domain/finding.ts';
import type { DriftOrigin } from '../../engines/drift/drift.ts';
import { detectDrift, reportDrift, type DriftInput } from '../../engines/drift/report.ts';
import type { ResourceInstance } from '../../engines/infrastructure/model.ts';
import { gatedAttributes, modelFromRecord } from '../../engines/state-record/from-record.ts';
import type { ValueGate } from '../../engines/state-record/hidden-values.ts';
import { readInventory } from '../../formats/inventory/read-inventory.ts';
import { isJsonObject, type JsonValue } from '../../formats/terraform/json-document.ts';
import { readPlan, type PlanFile } from '../../formats/terraform/plan.ts';
import type { StateComparison } from '../../ports/terraform-states.ts';
import type { StateJob } from './analysis-job.ts';
import { textOf } from './record-state.ts';
import { unpackRecord } from './packed-record.ts';
import { gateOf, redactorOf, type StateWorld } from './state-world.ts';

export interface ComparedState {
  findings: readonly Finding[];
  summary: StateComparison['summary'];
}

type Asked = Extract<StateJob, { kind: 'state-refresh' | 'state-inventory' }>;

/** Stands for what another state says: whoever asks may not be allowed to read that one. */
const ELSEWHERE = 'something in another state';

/**
 * Throws ROADBED-805n for what is no plan, ROADBED-8253 and -8254 for what is no inventory. The first state is the one that was
 * asked about, and only it is told of: of the others it is only used that they have a thing.
 */
export function compareState(job: Asked, world: StateWorld): ComparedState {
  const { key, today } = job;
  const source = job.kind === 'state-refresh' ? job.source : job.members[0]?.source;
  const origin = { root: source?.root ?? 'default', workspace: source?.workspace ?? 'default', source: source?.path ?? '' };
  const result = detectDrift(inputOf(job, world, origin), { catalogue: world.catalogue, key });
  // By the object and not by its names: two teams may have roots of one name.
  const report = reportDrift({ ...result, drifts: result.drifts.filter((drift) => drift.origin === undefined || drift.origin === origin) }, { ...origin, today });
  const redactor = redactorOf(world, key);
  return {
    findings: report.findings.map((finding) => redactedFinding(finding, redactor)),
    summary: { findings: report.findings.length, compared: report.compared, notCompared: report.notCompared.slice(0, 30).map(({ reason, count }) => ({ reason: redactor.text(reason), count })) },
  };
}

function inputOf(job: Asked, world: StateWorld, own: DriftOrigin): DriftInput {
  if (job.kind === 'state-refresh') return { plan: withoutSecrets(readPlan(textOf(job.raw), 'the pushed plan'), gateOf(world, job.key)) };
  const states = job.members.map(({ source, document }, index) => {
    const { resources } = modelFromRecord(unpackRecord(document), { path: source.path });
    return index === 0 ? { resources, origin: own } : { resources: resources.map(nameless), origin: { root: source.root, workspace: source.workspace, source: source.path } };
  });
  return { inventory: readInventory(textOf(job.raw), 'the pushed inventory'), states };
}

function nameless(resource: ResourceInstance): ResourceInstance {
  return { ...resource, address: ELSEWHERE, resource: ELSEWHERE };
}

/** A plan has all values in clear; what is compared is what would be kept of a state. */
function withoutSecrets(plan: PlanFile, gate: ValueGate): PlanFile {
  const side = (value: JsonValue, type: string): JsonValue => (isJsonObject(value) ? (gatedAttributes(value, type, gate) as unknown as JsonValue) : value);
  return { ...plan, drift: plan.drift.map((change) => ({ ...change, address: gate.address(change.address), before: side(change.before, change.type), after: side(change.after, change.type) })) };
}
