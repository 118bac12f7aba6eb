/**
 * The one list of kinds that the object API serves. The order decides which kind an ambiguous short
 * name means: the core group first, then the platform's own, then the catalog.
 *
 * What cannot be decided in the domain (a Backstage entity's or a Score document's validity) is given
 * by `app` as validators by kind name.
 */
import { ACCESS_TOKEN, ROLE_GRANT } from './access.ts';
import { BACKSTAGE_KINDS } from './backstage.ts';
import { EVENT, NAMESPACE } from './core.ts';
import type { KindDefinition } from './definition.ts';
import { ENVIRONMENT } from './environment.ts';
import { HOLD } from './hold.ts';
import { PIPELINE_RUN } from './pipeline-run.ts';
import { RELEASE } from './release.ts';
import { REPOSITORY } from './repository.ts';
import { RESOURCE_CLAIM } from './resource-claim.ts';
import { ROLLOUT } from './rollout.ts';
import { WORKLOAD } from './workload.ts';

type Validator = NonNullable<KindDefinition['validate']>;
type Observation = NonNullable<KindDefinition['observedAtFirst']>;

export const KINDS: readonly KindDefinition[] = [
  NAMESPACE,
  EVENT,
  ENVIRONMENT,
  RELEASE,
  ROLLOUT,
  PIPELINE_RUN,
  REPOSITORY,
  RESOURCE_CLAIM,
  HOLD,
  WORKLOAD,
  ACCESS_TOKEN,
  ROLE_GRANT,
  ...BACKSTAGE_KINDS,
];

/** The list with further validators, keyed `group/Kind`, which run after the kind's own, and first observations. */
export function kindsWith(validators: Record<string, Validator>, observations: Record<string, Observation> = {}): KindDefinition[] {
  const unknown = new Set([...Object.keys(validators), ...Object.keys(observations)]);
  const kinds = KINDS.map((definition) => {
    const name = `${definition.group}/${definition.kind}`;
    unknown.delete(name);
    const observedAtFirst = observations[name];
    const observing = observedAtFirst === undefined ? definition : { ...definition, observedAtFirst };
    const further = validators[name];
    if (further === undefined) return observing;
    const own = definition.validate;
    const validate: Validator = own === undefined ? further : (object, old) => [...own(object, old), ...further(object, old)];
    return { ...observing, validate };
  });
  if (unknown.size > 0) throw new Error(`validators or observations for kinds that are not served: ${[...unknown].join(', ')}`);
  return kinds;
}
