/** The role grants by subject, kept from the store's change feed. */
import type { RoleGrantSpec } from '../../domain/kinds/access.ts';
import { GROUP } from '../../domain/kinds/group.ts';
import type { Grant } from '../../engines/access/decide.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

export interface Grants {
  of(subject: string): readonly Grant[];
  stop(): void;
}

const NONE: readonly Grant[] = [];
const PLURAL = 'rolegrants';

export function followGrants(store: ObjectStore): Grants {
  let index: Map<string, Grant[]> | undefined;
  const following = store.follow(store.position(), (change) => {
    if (change.stored.key.plural === PLURAL && change.stored.key.group === GROUP) index = undefined;
  });
  if (following === 'expired') throw new Error('the store cannot follow from its own position');
  return {
    of: (subject) => (index ??= build(store)).get(subject) ?? NONE,
    stop: () => following.stop(),
  };
}

function build(store: ObjectStore): Map<string, Grant[]> {
  const index = new Map<string, Grant[]>();
  for (const { key, object } of store.list(GROUP, PLURAL)) {
    const spec = object.spec as RoleGrantSpec;
    for (const subject of spec.subjects) {
      const grants = index.get(subject) ?? [];
      grants.push({ namespace: key.namespace, name: key.name, role: spec.role });
      index.set(subject, grants);
    }
  }
  return index;
}
