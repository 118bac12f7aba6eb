/**
 * One difference between what is declared, recorded and there.
 *
 * Levels follow from the inputs: D0 and D1 need code and a state, D2 several states of one lineage, D3 a state
 * and an inventory export, D4 a plan. A `Drift` is about one address and at most one attribute; sentences, rules
 * and fingerprints are made of it in `findings.ts`, so that ignoring, grouping and baselines work on values
 * and never on texts.
 */
import type { InfrastructureModel, ModelLocation } from '../infrastructure/model.ts';
import type { ShownValue } from './shown-value.ts';

export type DriftLevel = 'D0' | 'D1' | 'D2' | 'D3' | 'D4';

export type DriftKind =
  | 'declared-not-applied'
  | 'not-in-code'
  | 'renamed-in-code'
  | 'instance-key'
  | 'import-pending'
  | 'removal-pending'
  | 'tainted'
  | 'deposed'
  | 'provider-version'
  | 'module-version'
  | 'terraform-version'
  | 'attribute'
  | 'history-attribute'
  | 'history-added'
  | 'history-removed'
  | 'history-moved'
  | 'history-forgotten'
  | 'churn'
  | 'lineage-changed'
  | 'serial-went-back'
  | 'serial-repeated'
  | 'version-downgrade'
  | 'refresh-attribute'
  | 'refresh-deleted'
  | 'missing'
  | 'unmanaged'
  | 'inventory-attribute';

/** How much a difference weighs: `existence` is of whole resources, `housekeeping` of what will settle by itself. */
export type DriftClass = 'existence' | 'security' | 'capacity' | 'other' | 'tag' | 'computed' | 'housekeeping';

export interface Drift {
  level: DriftLevel;
  kind: DriftKind;
  class: DriftClass;
  /** Address of a resource instance, of a module, of a provider's source; the cloud's own id for what no address has. */
  address: string;
  type: string;
  /** Dotted path with indexes: `ingress.0.cidr_blocks`. */
  attribute?: string;
  /** What is declared (D1), was recorded (D2, D3, D4). Absent: nothing. */
  from?: ShownValue;
  /** What is recorded (D1), or there now. */
  to?: ShownValue;
  location?: ModelLocation;
  /** What the kind alone does not tell, a part of a sentence: `the state has keys 0 and 1`. */
  detail?: string;
  /** What to write or run. */
  fix?: string;
  origin?: DriftOrigin;
}

/** Which state a resource is recorded in, where several are compared at once. */
export interface DriftOrigin {
  root: string;
  workspace: string;
  source: string;
}

/** What comparisons read of a state. */
export interface RecordedResources extends Pick<InfrastructureModel, 'resources'> {
  origin?: DriftOrigin;
}

export type RecordedState = Pick<InfrastructureModel, 'resources' | 'source'>;

/** What was not compared, and why: printed with every result, so that silence is never taken for sameness. */
export interface NotCompared {
  reason: string;
  count: number;
  example: string;
}

export interface DriftResult {
  /** Sorted by address, attribute and kind. */
  drifts: readonly Drift[];
  notCompared: readonly NotCompared[];
  compared: { resources: number; attributes: number };
}

/** Gathers drifts and what could not be compared. */
export class DriftCollector {
  readonly #drifts: Drift[] = [];
  readonly #reasons = new Map<string, { count: number; example: string }>();
  resources = 0;
  attributes = 0;

  add(drift: Drift): void {
    this.#drifts.push(drift);
  }

  notCompared(reason: string, example: string, count = 1): void {
    const known = this.#reasons.get(reason);
    if (known === undefined) this.#reasons.set(reason, { count, example });
    else {
      known.count += count;
      if (example < known.example) known.example = example;
    }
  }

  result(): DriftResult {
    return {
      drifts: this.#drifts.sort(compareDrifts),
      notCompared: [...this.#reasons].map(([reason, { count, example }]) => ({ reason, count, example })).sort((a, b) => b.count - a.count || compareTexts(a.reason, b.reason)),
      compared: { resources: this.resources, attributes: this.attributes },
    };
  }
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function compareDrifts(a: Drift, b: Drift): number {
  return compareTexts(a.address, b.address) || compareTexts(a.attribute ?? '', b.attribute ?? '') || compareTexts(a.kind, b.kind) || compareTexts(a.detail ?? '', b.detail ?? '') || compareTexts(a.to?.text ?? '', b.to?.text ?? '');
}
