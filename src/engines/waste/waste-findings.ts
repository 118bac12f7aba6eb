/**
 * Matches of rules as findings: words, redacted evidence, confidence, saving, place in the code.
 *
 * An output that hands a thing on lowers the confidence to "possible", since a state that was not
 * given may read it; the evidence says which.
 */
import type { Finding, FindingEvidence, FindingLocation } from '../../domain/finding.ts';
import { compareFindings, fingerprintOf, terraformReference } from '../../domain/finding.ts';
import type { Redactor } from '../redaction/redactor.ts';
import { valuesAt } from '../rules/attribute-reading.ts';
import type { EstateResource } from '../rules/estate.ts';
import type { Rule, RuleFile } from '../rules/rule.ts';
import type { RuleMatch } from '../rules/run-rules.ts';
import type { PriceSource } from './price-source.ts';
import { savingOf, weakerConfidence } from './saving.ts';

const PLACEHOLDER = /\{([A-Za-z_][\w.-]*)\}/g;

export interface WasteOptions {
  redactor: Redactor;
  prices?: PriceSource;
  /** Place of an address in the code, when it was given. */
  locate?: (resource: EstateResource) => FindingLocation | undefined;
}

/** Attributes that the rules show: the allow-list of everything that is printed. */
export function shownAttributes(files: readonly RuleFile[]): Set<string> {
  const shown = new Set<string>();
  for (const rule of files.flatMap((file) => file.rules)) {
    for (const path of rule.evidence) shown.add(path);
    for (const [, path] of rule.sentence.matchAll(PLACEHOLDER)) if (path !== undefined) shown.add(path);
  }
  return shown;
}

/** Worst first. */
export function wasteFindings(matches: readonly RuleMatch[], options: WasteOptions): Finding[] {
  return matches.map((match) => findingOf(match, options)).sort(compareFindings);
}

function findingOf({ rule, resource, output }: RuleMatch, options: WasteOptions): Finding {
  const { redactor } = options;
  const location = options.locate?.(resource);
  const reference = terraformReference(redactor.text(resource.source.root), redactor.text(resource.source.workspace), redactor.text(resource.address));
  const handedOn: FindingEvidence[] = output === undefined ? [] : [{ name: 'output', value: redactor.text(output) }];
  return {
    rule: rule.id,
    area: rule.area,
    title: rule.title,
    severity: rule.severity,
    confidence: output === undefined || rule.basis === 'proven' ? rule.confidence : weakerConfidence(rule.confidence, 'possible'),
    basis: rule.basis,
    subject: { reference, name: redactor.text(resource.address), type: redactor.text(resource.type), source: redactor.text(resource.source.path) },
    ...(location === undefined ? {} : { location }),
    sentence: sentenceOf(rule, resource, redactor),
    evidence: [...evidenceOf(rule, resource, redactor), ...handedOn],
    fix: { text: rule.fix },
    ...(rule.saving === undefined ? {} : { saving: savingOf(rule.saving, resource, options.prices, rule.change) }),
    controls: rule.controls,
    // Of the address as it is: a redacted one differs from run to run, and a hash gives nothing away of what looked random.
    fingerprint: fingerprintOf(rule.id, terraformReference(resource.source.root, resource.source.workspace, resource.address)),
  };
}

/** `{address}` is the address, `{name}` and others attributes; what is not there leaves no hole in the sentence. */
function sentenceOf(rule: Rule, resource: EstateResource, redactor: Redactor): string {
  const filled = rule.sentence.replace(PLACEHOLDER, (_whole, path: string) => {
    if (path === 'address') return redactor.text(resource.address);
    return redactor.attribute(resource.type, path, valuesAt(resource.attributes, path)) || '(not set)';
  });
  return filled.replace(/ \((?:\(not set\)(?:, )?)+\)/g, '');
}

function evidenceOf(rule: Rule, resource: EstateResource, redactor: Redactor): FindingEvidence[] {
  return rule.evidence.flatMap((path) => {
    const values = valuesAt(resource.attributes, path).filter((value) => value !== '');
    return values.length === 0 ? [] : [{ name: path, value: redactor.attribute(resource.type, path, values) }];
  });
}
