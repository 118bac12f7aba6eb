/** The namespaces that must be there before anything else: the platform's own, and the one kubectl means by default. */
import { SYSTEM_NAMESPACE } from '../../domain/kinds/group.ts';
import type { Objects } from '../../ports/objects.ts';

/** Idempotent; `objects` speaks for `service:platform`. */
export async function ensureNamespaces(objects: Objects): Promise<void> {
  for (const name of [SYSTEM_NAMESPACE, 'default']) {
    if ((await objects.get('/Namespace', undefined, name)) !== undefined) continue;
    try {
      await objects.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name }, spec: {} }, { reason: 'made at first start' });
    } catch (error) {
      if ((error as { class?: string }).class !== 'already-exists') throw error;
    }
  }
}
