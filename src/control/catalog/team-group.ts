/**
 * The catalog's Group of a team, so that the owner of what the team makes leads somewhere.
 *
 * A team is a namespace, and golden paths name `group:<namespace>` as owner. Where nobody has described the team,
 * a plain Group is generated; it is marked, and a repository that describes the team takes it over.
 */
import { PlatformError } from '../../domain/error.ts';
import { ANNOTATION_PREFIX } from '../../domain/kinds/group.ts';
import type { Objects } from '../../ports/objects.ts';

/** Label of what the platform made up because nobody had declared it. */
export const GENERATED_LABEL = `${ANNOTATION_PREFIX}generated`;

/** Creates the Group of the team when there is none; changes nothing that is there. */
export async function ensureTeamGroup(objects: Objects, namespace: string): Promise<void> {
  if ((await objects.get('backstage.io/Group', namespace, namespace)) !== undefined) return;
  const metadata = { name: namespace, namespace, description: `The team of the namespace ${namespace}.`, labels: { [GENERATED_LABEL]: 'true' } };
  try {
    await objects.create({ apiVersion: 'backstage.io/v1alpha1', kind: 'Group', metadata, spec: { type: 'team', children: [] } }, { reason: 'the owner of a new service' });
  } catch (error) {
    if (!(error instanceof PlatformError) || error.class !== 'already-exists') throw error;
  }
}
