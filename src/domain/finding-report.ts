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
}
