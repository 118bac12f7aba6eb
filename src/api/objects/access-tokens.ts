/** AccessToken objects: creating one issues a token that is shown once; deleting one revokes it. */
import type { AccessTokenSpec, AccessTokenStatus } from '../../domain/kinds/access.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { StoredObject } from '../../ports/object-store.ts';
import { commit } from './commit.ts';
import type { Outcome } from './commit.ts';
import type { Foundation, WriteContext } from './context.ts';
import { planCreate } from './plan.ts';
import type { Plan } from './plan.ts';
import type { ServedKind } from './served-kinds.ts';

/** The stored object knows id and prefix; only the returned one holds the token. */
export async function createToken(foundation: Foundation, kind: ServedKind, body: unknown, context: WriteContext): Promise<Outcome> {
  const plan = planCreate(foundation, kind, undefined, body, context);
  if (context.dryRun || plan.kind !== 'write') return first(await commit(foundation, context, false, () => [{ kind, plan }]));
  const { subject, description, expiresAt } = plan.object.spec as AccessTokenSpec;
  const issued = await foundation.identities.issue(subject, {
    name: plan.object.metadata.name,
    ...(description === undefined ? {} : { description }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  const status: AccessTokenStatus = { id: issued.id, prefix: issued.prefix };
  const object: ApiObject = { ...plan.object, status };
  const complete: Plan = { ...plan, object, write: { action: 'create', key: plan.key, object } };
  try {
    const outcome = first(await commit(foundation, context, false, () => [{ kind, plan: complete }]));
    const shown: ApiObject = { ...outcome.stored.object, status: { ...status, token: issued.token } };
    const { key, resourceVersion, labels } = outcome.stored;
    return { ...outcome, stored: { key, resourceVersion, labels, object: shown, json: JSON.stringify(shown) } };
  } catch (error) {
    await foundation.identities.revoke(issued.id);
    throw error;
  }
}

/** Before the object goes: a failure in between leaves a dead token, not a living one. */
export async function revokeToken(foundation: Foundation, stored: StoredObject): Promise<void> {
  const { id } = (stored.object.status ?? {}) as AccessTokenStatus;
  if (id !== undefined) await foundation.identities.revoke(id);
}

function first(outcomes: Outcome[]): Outcome {
  return outcomes[0] as Outcome;
}
