/** Which objects name an owner, by the owner's uid. Only objects with owners stand in it. */
import type { ObjectKey, StoredObject } from '../../ports/object-store.ts';

export interface Dependents {
  /** Whether an object can matter to the collector at all: told from its text, without parsing it. */
  mayHaveWork(json: string): boolean;
  put(stored: StoredObject): void;
  remove(key: ObjectKey): void;
  of(ownerUid: string): ObjectKey[];
}

export function dependentsIndex(): Dependents {
  const byOwner = new Map<string, Map<string, ObjectKey>>();
  const ownersOf = new Map<string, readonly string[]>();

  function remove(key: ObjectKey): void {
    const text = textOf(key);
    for (const uid of ownersOf.get(text) ?? []) {
      const dependents = byOwner.get(uid);
      dependents?.delete(text);
      if (dependents?.size === 0) byOwner.delete(uid);
    }
    ownersOf.delete(text);
  }

  return {
    mayHaveWork: (json) => json.includes('"ownerReferences":') || json.includes('"deletionTimestamp":'),
    put(stored) {
      remove(stored.key);
      const owners = (stored.object.metadata.ownerReferences ?? []).map((reference) => reference.uid);
      if (owners.length === 0) return;
      const text = textOf(stored.key);
      ownersOf.set(text, owners);
      for (const uid of owners) {
        const dependents = byOwner.get(uid) ?? new Map<string, ObjectKey>();
        dependents.set(text, stored.key);
        byOwner.set(uid, dependents);
      }
    },
    remove,
    of: (uid) => [...(byOwner.get(uid)?.values() ?? [])],
  };
}

function textOf(key: ObjectKey): string {
  return `${key.group}/${key.plural}/${key.namespace}/${key.name}`;
}
