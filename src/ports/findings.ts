/**
 * Findings of every area, kept until they are gone: what an analysis sees now, since when, and what people accepted.
 *
 * A run belongs to a scope and replaces, in one transaction, all that stands under it; so an analysis need only
 * say what it sees, as often as it likes, and never what changed. The same fingerprint may stand under several scopes of
 * a team (one fault seen in code and in state): it is one finding, and resolved when no scope sees it any more.
 * What is new, came back or went becomes an event of the log in the same transaction; many of one run are folded.
 *
 * Scopes are names that the analysis chooses and keeps, for example `terraform:<state id>/waste` for a state and
 * `cost:budget/<name>` for a budget. A scope that is over is emptied by a run without findings.
 */
import type { Actor } from '../domain/event.ts';
import type { Finding, FindingArea, Severity } from '../domain/finding.ts';

export interface FindingRun {
  /** The team that the findings belong to. */
  namespace: string;
  /** At most 300 characters. */
  scope: string;
  /** Which analysis, for people: `waste rules`, `drift against the code`, `cost anomalies`. */
  analysis: string;
  /** What it looked at, for people and for filters: `infrastructure/aws-shop#default`, `invoice 2026-10`. */
  source: string;
  /** RFC 3339. */
  at: string;
  actor: Actor;
  /** Chain and cause of its events. */
  chain?: string;
  cause?: string;
  /** All that the scope has now. Texts in them may be shown: redacted where need be. */
  findings: readonly Finding[];
}

export interface FindingRunOutcome {
  opened: number;
  resolved: number;
  unchanged: number;
}

export interface FindingWaiver {
  reason: string;
  /** YYYY-MM-DD, the last day on which it holds. */
  until: string;
  by: string;
  at: string;
}

/** `accepted`: somebody lives with it until a day. */
export const FINDING_STATES = ['open', 'accepted', 'resolved'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

export interface StoredFinding {
  namespace: string;
  finding: Finding;
  state: FindingState;
  /** Rises when it comes back after it was resolved. */
  occurrence: number;
  firstSeen: string;
  lastSeen: string;
  resolvedAt?: string;
  seenBy: readonly { scope: string; analysis: string; source: string; lastSeen: string }[];
  /** The one that holds now. */
  waiver?: FindingWaiver;
}

export interface FindingQuery {
  /** Teams; absent: all. An empty list finds nothing. */
  namespaces?: readonly string[];
  areas?: readonly FindingArea[];
  severities?: readonly Severity[];
  /** A rule's id, or the beginning of one that ends in `.`. */
  rule?: string;
  /** Exactly as the run wrote it. */
  source?: string;
  /** Anywhere in the subject's name, title or sentence, whatever the case. */
  text?: string;
  /** Absent: what is open. */
  states?: readonly FindingState[];
  /** `severity`: worst first, then by saving. `saving`: largest first. */
  order?: 'severity' | 'saving' | 'newest';
  offset?: number;
  limit?: number;
}

/** Of what a query finds, whatever its limit. */
export interface FindingTotals {
  count: number;
  byArea: Readonly<Record<string, number>>;
  bySeverity: Readonly<Record<Severity, number>>;
  byState: Readonly<Record<FindingState, number>>;
  /** Largest known saving of each subject, summed, by currency: as in a report. */
  savings: readonly { currency: string; monthly: string }[];
  /** Findings whose saving is not known though there is one. */
  unpriced: number;
}

export interface Findings {
  /** Each run in a transaction of its own, with its events. */
  record(run: FindingRun): Promise<FindingRunOutcome>;
  list(query: FindingQuery): Promise<readonly StoredFinding[]>;
  totals(query: FindingQuery): Promise<FindingTotals>;
  get(namespace: string, fingerprint: string): Promise<StoredFinding | undefined>;
  /** Rules and sources of what is open or accepted, for filters. */
  facets(namespaces: readonly string[] | undefined): Promise<{ rules: readonly string[]; sources: readonly string[] }>;
  /** Takes the place of one that holds. Throws ROADBED-8501 when there is no such finding, -8502 when the day is over or more than a year away. */
  waive(namespace: string, fingerprint: string, waiver: { reason: string; until: string }, by: Actor): Promise<StoredFinding>;
  /** Throws ROADBED-8501. */
  withdrawWaiver(namespace: string, fingerprint: string, reason: string, by: Actor): Promise<StoredFinding>;
  /** Ends waivers whose last day is over, each with its event; answers how many. */
  endExpiredWaivers(): Promise<number>;
}
