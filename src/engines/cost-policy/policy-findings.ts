/** Policies that do not hold as findings of the area `cost`, so that every exporter shows them. */
import type { Finding, SuppressedFinding } from '../../domain/finding.ts';
import { compareFindings, fingerprintOf, terraformReference } from '../../domain/finding.ts';
import type { PolicyBreach, PolicyReport } from './judge.ts';

export interface PolicyOrigin {
  /** Name of the root module, and its workspace. */
  root: string;
  workspace: string;
  /** The folder or file as given. */
  source: string;
}

export function policyFindings(report: PolicyReport, origin: PolicyOrigin): { findings: Finding[]; suppressed: SuppressedFinding[] } {
  const breaches = report.verdicts.flatMap((verdict) => verdict.breaches);
  return {
    findings: breaches.filter((one) => one.exception === undefined).map((one) => findingOf(one, origin)).sort(compareFindings),
    suppressed: breaches.flatMap((one) => (one.exception === undefined ? [] : [{ finding: findingOf(one, origin), ...one.exception }])),
  };
}

function findingOf(breach: PolicyBreach, { root, workspace, source }: PolicyOrigin): Finding {
  const { policy, status, enforcement, resource, figures } = breach;
  const rule = `cost.policy.${policy.id}`;
  const reference = terraformReference(root, workspace, resource?.address ?? '');
  return {
    rule,
    area: 'cost',
    title: policy.title,
    severity: policy.severity,
    confidence: status === 'violated' ? 'certain' : 'possible',
    basis: 'proven',
    subject: { reference, name: resource?.address ?? root, type: resource?.type ?? 'terraform', source },
    ...(resource?.location === undefined ? {} : { location: { file: resource.location.file, line: resource.location.line } }),
    sentence: breachSentence(breach),
    evidence: [{ name: 'policy', value: policy.expression }, { name: 'enforcement', value: enforcement }, ...figures],
    fix: { text: status === 'violated' ? policy.fix : 'Give a price or usage for what is not known, so that it can be told.' },
    controls: [],
    fingerprint: fingerprintOf(rule, reference),
  };
}

/** A message says what is wrong, so it is not said of what cannot be told. */
export function breachSentence({ policy, status, message, reason, resource }: PolicyBreach): string {
  const of = resource === undefined ? '' : ` of ${resource.address}`;
  return status === 'violated' ? message : `it cannot be told whether "${policy.title}"${of} holds: ${reason ?? ''}`;
}
