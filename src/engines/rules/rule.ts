/**
 * A rule, as data: one form for waste, drift, security and compliance (`docs/reference/rules.md`).
 *
 * A rule says for which types of resources it holds, when (a CEL expression over the resource and the
 * estate around it), and in which words. An id never changes its meaning and is never used again; a
 * rule that is gone stays in its file under `retired`. Cases stand in the rule itself and are run by
 * a test: what the rule finds and, more important, what it leaves alone.
 */
import type { Confidence, FindingArea, FindingBasis, Severity } from '../../domain/finding.ts';
import type { RuleChange } from './change.ts';

/** What would be saved: the whole cost of the resource, or the difference that changed attributes make; without attributes those of the rule's change. */
export type RuleSaving = { kind: 'whole' } | { kind: 'change'; attributes?: Readonly<Record<string, string | number | boolean>> };

export interface RuleCase {
  /** A sentence: what the case shows. */
  name: string;
  /** One object a state: address to attributes. Several make a case across states. */
  states: readonly Readonly<Record<string, Readonly<Record<string, unknown>>>>[];
  /** Addresses that the rule finds, in order of address. */
  finds: readonly string[];
}

export interface Rule {
  id: string;
  area: FindingArea;
  title: string;
  severity: Severity;
  confidence: Confidence;
  basis: FindingBasis;
  types: readonly string[];
  /** CEL, true where the rule finds something. */
  when: string;
  /** One sentence with `{name}`, `{type}` or `{attribute.path}` in it. */
  sentence: string;
  /** Attribute paths to show under the sentence. */
  evidence: readonly string[];
  fix: string;
  saving?: RuleSaving;
  /** What a patch writes; without one, what the saving says: remove what is saved as a whole, set the attributes that are priced. */
  change?: RuleChange;
  controls: readonly string[];
  /** Also for what a controller made (autoscaling groups, Kubernetes, CloudFormation); most rules leave those alone. */
  includeControllerMade: boolean;
  cases: readonly RuleCase[];
}

/** Lists of facts that expressions ask by name: `listed('previous-generation', ...)`. */
export type RuleTables = Readonly<Record<string, readonly string[]>>;

export interface RuleFile {
  rules: readonly Rule[];
  tables: RuleTables;
  /** Ids that were in use once. */
  retired: readonly string[];
}
