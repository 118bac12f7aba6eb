/** Accepting findings, and taking that back: the right to change a team's code is the right to live with its faults. */
import type { Identity } from '../../ports/identity.ts';
import { PlatformError } from '../../domain/error.ts';
import type { Decision } from '../../engines/access/action.ts';
import type { Findings } from '../../ports/findings.ts';

export interface FindingOperations {
  findings: Findings;
  /** Whether the identity may change repositories of the team; a refusal leaves its audit row. */
  authorise: (identity: Identity, namespace: string) => Promise<Decision>;
}

async function allowed(deps: FindingOperations, identity: Identity, namespace: string): Promise<void> {
  const decision = await deps.authorise(identity, namespace);
  if (!decision.allowed) throw new PlatformError({ code: 'ROADBED-8503', class: 'forbidden', message: `${identity.subject} may not accept findings of ${namespace}`, why: decision.reason, next: 'who may push code of a team may accept its findings: roadbed token list, and RoleGrants of the team' });
}

export async function acceptFinding(deps: FindingOperations, identity: Identity, args: { namespace: string; fingerprint: string; reason: string; until: string }): Promise<{ message: string }> {
  await allowed(deps, identity, args.namespace);
  const { finding } = await deps.findings.waive(args.namespace, args.fingerprint, { reason: args.reason, until: args.until }, { issuer: identity.issuer, subject: identity.subject });
  return { message: `“${finding.title}” of ${finding.subject.name} is accepted until ${args.until}.` };
}

export async function reopenFinding(deps: FindingOperations, identity: Identity, args: { namespace: string; fingerprint: string; reason: string }): Promise<{ message: string }> {
  await allowed(deps, identity, args.namespace);
  const { finding } = await deps.findings.withdrawWaiver(args.namespace, args.fingerprint, args.reason, { issuer: identity.issuer, subject: identity.subject });
  return { message: `“${finding.title}” of ${finding.subject.name} is open again.` };
}
