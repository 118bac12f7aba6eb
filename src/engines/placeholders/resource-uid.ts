/** Identity of Score resources: the same type, class and id are the same resource, whichever workload names it. */
import type { ScoreResource } from '../../domain/kinds/workload.ts';

const DEFAULT_CLASS = 'default';

/** `type.class#id`, or `type.class#workload.name` for a resource without an id (score-go's rule). */
export function resourceUid(workload: string, name: string, resource: Pick<ScoreResource, 'type' | 'class' | 'id'>): string {
  const kind = `${resource.type}.${resource.class ?? DEFAULT_CLASS}`;
  return resource.id === undefined ? `${kind}#${workload}.${name}` : `${kind}#${resource.id}`;
}

/** The parts of a uid; undefined when it is none. */
export function parseResourceUid(uid: string): { type: string; class: string; id: string } | undefined {
  const match = /^([^.#]+)\.([^#]+)#(.+)$/.exec(uid);
  return match === null ? undefined : { type: match[1] ?? '', class: match[2] ?? '', id: match[3] ?? '' };
}
