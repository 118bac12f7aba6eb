/**
 * The one record of everything that is found: waste, drift, security, compliance, sizing, cost.
 *
 * A finding says one thing about one subject, in one sentence, with the evidence under it and what to
 * do about it. Its fingerprint is made of the rule and the subject's canonical reference, nothing
 * else: the same fault is one finding whether it was seen in code, plan, state or cluster, and waivers
 * hang on it. Findings come out of engines that were given redacted evidence; nothing here hides a
 * secret.
 */
import { createHash } from 'node:crypto';

/** Worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type FindingArea = 'waste' | 'drift' | 'cost' | 'security' | 'compliance' | 'sizing' | 'reliability';

/** How sure: `certain` is proven by the inputs, `likely` holds unless something outside of them says otherwise, `possible` needs a person's eye. */
export const CONFIDENCES = ['certain', 'likely', 'possible'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/**
 * What the finding rests on, which decides its words.
 * - `proven`: decidable from the inputs ("unused").
 * - `inputs-given`: true within the states given; one that was not given may say otherwise.
 * - `code`: needs the code beside the state.
 * - `naming`: rests on tags and names ("looks like non-production").
 * - `metrics`: measurements would raise the confidence.
 */
export type FindingBasis = 'proven' | 'inputs-given' | 'code' | 'naming' | 'metrics';

export interface FindingSubject {
  /** Canonical, `v1:...` (domain/reference.ts and `terraformReference`). */
  reference: string;
  /** For people: the address in Terraform, the name of the object. */
  name: string;
  /** `aws_instance`, `apps/Deployment`. */
  type: string;
  /** Where it was seen: the state or folder as given. */
  source: string;
}

export interface FindingLocation {
  file: string;
  /** 1-based. */
  line: number;
  column?: number;
  endLine?: number;
}

/** One fact under the sentence. Values are texts that may be shown: redacted where need be. */
export interface FindingEvidence {
  name: string;
  value: string;
}

export interface FindingFix {
  /** What to do, one or two sentences. */
  text: string;
  /** A change to the code as a unified diff, where the code was given. */
  patch?: string;
  /** What one has to know of the patch: where the value is written, what is destroyed. */
  note?: string;
  /** Other resources that the patch changes too, by address. */
  alsoChanges?: readonly string[];
  /** Why there is no patch although the code was given. */
  withoutPatch?: string;
}

/**
 * Money a month. An unknown price is said to be unknown, with the reason; it is never 0. `low` and `high` stand
 * beside it where a class, a region or a price is estimated.
 */
export type FindingSaving =
  | { known: true; /** Decimal. */ monthly: string; low?: string; high?: string; /** ISO 4217. */ currency: string; /** YYYY-MM-DD. */ priceDate: string; confidence: Confidence }
  | { known: false; reason: string };

export interface Finding {
  /** Never changes its meaning: `waste.aws.volume-unattached`. */
  rule: string;
  area: FindingArea;
  /** The rule in a few words. */
  title: string;
  severity: Severity;
  confidence: Confidence;
  basis: FindingBasis;
  subject: FindingSubject;
  location?: FindingLocation;
  /** One sentence. */
  sentence: string;
  evidence: readonly FindingEvidence[];
  fix: FindingFix;
  /** Absent where no money is in it. */
  saving?: FindingSaving;
  /** Ids of controls only: `CIS-AWS-3.0.0/2.2.1`. */
  controls: readonly string[];
  /** Of rule and subject; see `fingerprintOf`. */
  fingerprint: string;
}

/** A finding that somebody accepted, until a day, for a reason. */
export interface SuppressedFinding {
  finding: Finding;
  reason: string;
  /** YYYY-MM-DD, the last day on which it holds. */
  until: string;
}

/**
 * `v1:terraform:<root>#<workspace>#<address>`. The root is the name of the root module or state, not a path of
 * this machine; `%` and `#` in it and in the workspace are percent-encoded, the address stands as Terraform prints it.
 */
export function terraformReference(root: string, workspace: string, address: string): string {
  const encoded = (text: string): string => text.replace(/%/g, '%25').replace(/#/g, '%23');
  return `v1:terraform:${encoded(root)}#${encoded(workspace)}#${address}`;
}

/** 32 hexadecimal digits, from the rule's id and the subject's reference; `part` tells several findings of one rule on one subject apart. */
export function fingerprintOf(rule: string, reference: string, part = ''): string {
  return createHash('sha256').update(JSON.stringify([rule, reference, part])).digest('hex').slice(0, 32);
}

export function isAtLeast(severity: Severity, limit: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(limit);
}

/** Worst first, then by rule and subject: the same order on every machine. */
export function compareFindings(a: Finding, b: Finding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || compareText(a.rule, b.rule) || compareText(a.subject.reference, b.subject.reference) || compareText(a.fingerprint, b.fingerprint);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
