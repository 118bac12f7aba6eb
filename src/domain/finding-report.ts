/** Findings with what was looked at: what every exporter prints, whichever analysis made it. */
import type { Finding, SuppressedFinding } from './finding.ts';

export interface FindingCoverage {
  /** States, folders or plans that were read, and those that could not be. */
  inputs: number;
  unreadableInputs: number;
  rules: number;
  resources: number;
  /** Resources of a type that at least one rule is for. */
  resourcesWithRules: number;
  /** Most first. */
  typesWithoutRules: readonly { type: string; count: number }[];
  /** Findings with money in them: with a known price, and without. */
  priced: number;
  unpriced: number;
  /** What was compared for drift, and what was not with its reason; most first. Absent where nothing to compare with was given. */
  drift?: { resources: number; attributes: number; notCompared: readonly { reason: string; count: number; example: string }[] };
}

/** All changes of the code in one, for `git apply` in the folder `appliesIn`. */
export interface ReportPatch {
  text: string;
  appliesIn: string;
  /** Findings that it settles. */
  findings: number;
  /** What it saves a month, by currency; known savings only. */
  savings: readonly { currency: string; monthly: string }[];
}

/** Savings of one rule, without those on resources where another one saves more. */
export interface SavingCause {
  rule: string;
  title: string;
  /** Decimal, of a month. */
  monthly: string;
  findings: number;
}

/** What the inputs cost now and after all savings: monthly less the causes is `after`, to the cent. */
export interface ReportCost {
  currency: string;
  monthly: string;
  /** The bounds, where prices are estimated. */
  low?: string;
  high?: string;
  after: string;
  /** Largest first. */
  causes: readonly SavingCause[];
  resources: number;
  priced: number;
  /** Without an amount, or with a part of one: not in the sum. */
  unknown: number;
  /** Whose cost depends on usage that was not given: not in the sum. */
  usage: number;
  oldestPrice?: string;
}

export interface FindingReport {
  /** Of what: `3 states`. */
  subject: string;
  /** RFC 3339. */
  at: string;
  findings: readonly Finding[];
  suppressed: readonly SuppressedFinding[];
  /** What could not be read or decided, one sentence each. */
  problems: readonly string[];
  coverage: FindingCoverage;
  /** Sum of the known savings, by currency. Findings on the same subject are counted once, by the largest. */
  savings: readonly { currency: string; monthly: string }[];
  /** Where code was given. */
  patch?: ReportPatch;
  /** Only made for reports that show it. */
  cost?: ReportCost;
  /** Drift was compared with a baseline: what is found of it is new. */
  driftIsNew?: true;
  /** Fingerprints of the findings whose savings are in the sums. */
  counted?: ReadonlySet<string>;
}
