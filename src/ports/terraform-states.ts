/**
 * Terraform states as they were pushed: what may be kept of each serial, and what analyses made of it.
 *
 * A raw state never comes here. `document` is the compressed record of `engines/state-record`; serials beyond the
 * number that is kept lose theirs and stay in the history. `number` counts arrivals; a serial is Terraform's own
 * number, which may repeat or go back. Cost and changes are written once an analysis is through; until then the state
 * is pending, and whoever leads takes it up again after a restart.
 */
import type { Actor } from '../domain/event.ts';

export interface StateName {
  /** The team that owns the root. */
  namespace: string;
  /** Repository of its code in that team; empty where it is not known. */
  repository: string;
  /** As the Infrastructure page names it. */
  root: string;
  workspace: string;
}

/** Cost of a state as estimated from the price book. */
export interface StateCost {
  /** Decimal a month; absent where nothing has a price. */
  monthly?: string;
  currency: string;
  /** Parts that hang on usage and were left out are counted in the coverage. */
  coverage: { resources: number; priced: number; free: number; partly: number; usage: number; unknown: number; elsewhere: number };
  /** Oldest date of a price in it, YYYY-MM-DD. */
  oldestPrice?: string;
  /** Most expensive first; at most 500. */
  resources: readonly { address: string; type: string; monthly: string }[];
  /** Types without a price, most first. */
  unknownTypes: readonly { type: string; count: number }[];
}

/** Against the serial before, in addresses; each list holds at most 100, the number counts all. */
export interface StateChanges {
  added: { count: number; addresses: readonly string[] };
  changed: { count: number; addresses: readonly string[] };
  removed: { count: number; addresses: readonly string[] };
}

export interface StateSerial {
  number: number;
  serial: number;
  lineage: string;
  terraformVersion?: string;
  commit?: string;
  pushedAt: string;
  pushedBy: string;
  resources: number;
  /** Its document is still there. */
  kept: boolean;
  changes?: StateChanges;
  cost?: StateCost;
}

export interface TerraformState extends StateName {
  id: number;
  newest: StateSerial;
  serials: number;
  /** What the last finished analysis looked at; undefined before the first. */
  analysed?: string;
  comparisons: readonly StateComparison[];
}

export interface StateComparison {
  kind: 'refresh' | 'inventory';
  receivedAt: string;
  receivedBy: string;
  summary: { findings: number; compared: { resources: number; attributes: number }; notCompared: readonly { reason: string; count: number }[] };
}

export interface PushedState {
  serial: number;
  lineage: string;
  terraformVersion?: string;
  commit?: string;
  resources: number;
  /** Keyed hash of the bytes as they came. */
  content: Uint8Array;
  document: Uint8Array;
  documentVersion: number;
}

export interface PushOptions {
  at: string;
  by: Actor;
  /** Serials that keep their documents. */
  keep: number;
  /** Another lineage takes the place of the one before. */
  replaceLineage?: boolean;
}

/** `known`: the same bytes were pushed before, now or earlier; nothing was changed. */
export interface PushOutcome {
  outcome: 'stored' | 'known';
  id: number;
  number: number;
  serial: number;
  /** What is odd about it; drift findings tell it too. */
  surgery: readonly ('serial-went-back' | 'serial-repeated' | 'lineage-changed')[];
}

export interface TerraformStates {
  /** With its event `state.pushed`, in one transaction. Throws ROADBED-8510 for another lineage under the name. */
  push(name: StateName, pushed: PushedState, options: PushOptions): Promise<PushOutcome>;
  /** Those of the teams, by name; absent: all. */
  list(namespaces?: readonly string[]): Promise<readonly TerraformState[]>;
  get(id: number): Promise<TerraformState | undefined>;
  find(name: StateName): Promise<TerraformState | undefined>;
  /** Newest first. */
  serials(id: number, limit: number): Promise<readonly StateSerial[]>;
  /** Undefined where it is not kept. */
  document(id: number, number: number): Promise<Uint8Array | undefined>;
  recordSerial(id: number, number: number, result: { changes?: StateChanges; cost?: StateCost }): Promise<void>;
  /** `analysed` says what was looked at: equal texts need no other analysis. */
  finish(id: number, analysed: string): Promise<void>;
  recordComparison(id: number, comparison: StateComparison): Promise<void>;
  /** What the rules over all states looked at last, and their coverage. */
  estate(): Promise<{ analysed?: string; analysedAt?: string; coverage?: EstateCoverage }>;
  finishEstate(analysed: string, coverage: EstateCoverage): Promise<void>;
  /** With its findings' scopes left to the caller. */
  remove(id: number, by: Actor): Promise<void>;
}

export interface EstateCoverage {
  states: number;
  rules: number;
  resources: number;
  resourcesWithRules: number;
  typesWithoutRules: readonly { type: string; count: number }[];
  problems: readonly string[];
}
