/**
 * The rules of safe delivery that hold for every write, whichever way it comes: kubectl, the console, a script.
 *
 * Operations check the same before they act; what is here cannot be walked around. The platform's own parts are
 * not asked for reasons, because they write what an operation or a verdict has decided, and holds stop them too.
 */
import type { AdmissionHook, AdmissionProblem } from '../../api/objects/context.ts';
import type { EnvironmentSpec } from '../../domain/kinds/environment.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { HoldSpec } from '../../domain/kinds/hold.ts';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';
import type { RolloutSpec } from '../../domain/kinds/rollout.ts';
import { isPlatformService } from '../../engines/access/services.ts';
import { correctsSecrets, heldBy, isActive } from '../../engines/holds/holds.ts';
import { validateStrategy } from '../../engines/rollout-verdict/validate.ts';
import { candidate, namedHold } from '../../control/environment/promotion-reconciler.ts';
import type { HoldObject, ReleaseObject } from '../../control/rollout/world.ts';

type Context = Parameters<AdmissionHook>[2];

/** Checks that could never give a verdict are refused where they are declared. */
const strategiesCanJudge: AdmissionHook = (object, old, { kind, operation }) => {
  if (operation === 'delete' || kind.group !== GROUP || object.spec === old?.spec) return undefined;
  if (kind.kind === 'Environment') return { fields: validateStrategy((object.spec as EnvironmentSpec).strategy, 'spec.strategy') };
  if (kind.kind !== 'Release') return undefined;
  const { strategies = {} } = object.spec as ReleaseSpec;
  return { fields: Object.entries(strategies).flatMap(([name, strategy]) => validateStrategy(strategy, `spec.strategies.${name}`)) };
};

/** What runs is decided by the desired state; a person who writes to the rollout itself is told the way. */
const rolloutsFollowTheDesiredState: AdmissionHook = (object, old, context) => {
  if (context.kind.kind !== 'Rollout' || context.kind.group !== GROUP || context.operation === 'delete' || isPlatformService(context.identity)) return undefined;
  const spec = object.spec as RolloutSpec;
  const before = old?.spec as RolloutSpec | undefined;
  if (spec.release !== undefined && spec.release !== before?.release) {
    const held = refusalOf(spec.release, spec, object.metadata.namespace, context);
    if (held !== undefined) return { rule: 'ReleaseHeld', sentence: held };
  }
  if (before === undefined || spec.replicas === before.replicas || context.subresource === 'scale') return undefined;
  const { name, namespace } = object.metadata;
  return { rule: 'DesiredState', sentence: `the desired state decides how many replicas there are, so a change here would be undone; use: kubectl scale rollout ${name} -n ${namespace} --replicas=${spec.replicas}, or: roadbed scale ${spec.service} --replicas ${spec.replicas} -e ${spec.environment} -n ${namespace}` };
};

function refusalOf(name: string, { environment }: RolloutSpec, namespace: string | undefined, context: Context): string | undefined {
  const holds = context.list(`${GROUP}/Hold`, namespace).map((hold) => namedHold(hold as HoldObject));
  const release = context.get(`${GROUP}/Release`, namespace, name) as ReleaseObject | undefined;
  if (release !== undefined) return heldBy(candidate(release), environment, holds)?.sentence;
  const hold = holds.find((one) => isActive(one) && one.spec.release === name && one.spec.environment === environment);
  return hold === undefined ? undefined : `release ${name} is held in ${environment}: ${hold.spec.reason}`;
}

/** The first team to come owns a service's name in an environment; automation asks the same before it promotes. */
const namesBelongToOneTeam: AdmissionHook = (object, _old, { kind, operation, identity, list }) => {
  if (kind.kind !== 'Rollout' || kind.group !== GROUP || operation !== 'create' || isPlatformService(identity)) return undefined;
  const { service, environment } = object.spec as RolloutSpec;
  const other = list(`${GROUP}/Rollout`).find((one) => one.metadata.name === object.metadata.name && one.metadata.namespace !== object.metadata.namespace);
  return other === undefined ? undefined : { rule: 'NameTaken', sentence: `the name ${service} is taken in ${environment} by team ${other.metadata.namespace ?? ''}; choose another name or ask them` };
};

/** Past a hold goes what corrects the held release's secrets, with a reason; a re-push of the held commit never does. */
const holdsArePassedByCorrections: AdmissionHook = (object, old, { kind, operation, get }): AdmissionProblem | undefined => {
  if (kind.kind !== 'Hold' || kind.group !== GROUP || operation === 'delete') return undefined;
  const { passed, release, commit, environment } = object.spec as HoldSpec;
  if (passed === undefined || JSON.stringify(passed) === JSON.stringify((old?.spec as HoldSpec | undefined)?.passed)) return undefined;
  if (passed.reason.trim() === '') return { fields: [{ field: 'spec.passed.reason', reason: 'FieldValueRequired', message: 'say why: it is written to the audit log' }] };
  const secretsOf = (found: ReleaseObject | undefined): Record<string, number> => found?.spec.secrets[environment] ?? {};
  const [held, other] = [release, passed.release].map((name) => get(`${GROUP}/Release`, object.metadata.namespace, name) as ReleaseObject | undefined);
  const corrects = held !== undefined && other?.spec.hash === passed.hash && other.spec.source.commit === commit && correctsSecrets(secretsOf(held), secretsOf(other));
  return corrects ? undefined : { rule: 'NoCorrection', sentence: `${passed.release} does not correct the secrets of ${release}, so it does not pass: release a newer commit, or lift the hold with a reason` };
};

/** A hold ends by being lifted with a reason, and in no other way. */
const holdsAreLiftedWithAReason: AdmissionHook = (object, old, { kind, operation, identity }): AdmissionProblem | undefined => {
  if (kind.kind !== 'Hold' || kind.group !== GROUP) return undefined;
  const { lifted, environment } = object.spec as HoldSpec;
  if (operation === 'delete') {
    if (lifted !== undefined || isPlatformService(identity)) return undefined;
    const { name, namespace } = object.metadata;
    return { rule: 'HoldNotLifted', sentence: `${name} still keeps a release out of ${environment}; lift it with a reason instead: roadbed hold lift ${name} -n ${namespace} --reason "..."` };
  }
  if (lifted === undefined || (old?.spec as HoldSpec | undefined)?.lifted !== undefined) return undefined;
  return lifted.reason.trim() === '' ? { fields: [{ field: 'spec.lifted.reason', reason: 'FieldValueRequired', message: 'say why: it is written to the audit log' }] } : undefined;
};

export const deliveryRules: readonly AdmissionHook[] = [strategiesCanJudge, namesBelongToOneTeam, rolloutsFollowTheDesiredState, holdsAreLiftedWithAReason, holdsArePassedByCorrections];
