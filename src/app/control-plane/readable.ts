/** What an identity may read, from the one decision of the object service. */
import type { Readable } from '../../api/console/readable.ts';
import { mayReadRow } from '../../api/objects/http/events-view.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { Identity } from '../../ports/identity.ts';
import type { ObjectCore } from './object-core.ts';

export function readableBy(core: ObjectCore): (identity: Identity) => Promise<Readable> {
  const rollouts = core.service.kinds.byName(`${GROUP}/Rollout`);
  const namespaces = core.service.kinds.byName('/Namespace');
  if (rollouts === undefined || namespaces === undefined) throw new Error('the kinds Rollout and Namespace are not served');
  const may = (identity: Identity, namespace: string | undefined): boolean => core.service.decide(identity, 'list', { kind: rollouts, namespace, name: '' }).allowed;
  return async (identity) => {
    const names = core.service.select(namespaces, undefined).map((stored) => stored.key.name);
    return { all: may(identity, undefined), namespaces: names.filter((name) => may(identity, name)), row: (row) => mayReadRow(core.service, identity, row) };
  };
}
