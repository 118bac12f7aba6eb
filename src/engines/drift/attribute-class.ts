/** Which class an attribute is of, by the provider catalogue: security outweighs capacity, capacity outweighs tags. */
import type { ResourceType } from '../provider-catalogue/resource-type.ts';
import type { DriftClass } from './drift.ts';

/** Times, counters and fingerprints that providers write, whatever the type. */
const COMPUTED = /(^|_)(timestamp|fingerprint|etag|last_updated|last_modified|updated_at|update_time|creation_date|created_at|generation|resource_version|latest_revision|last_status_change)$/;

export function attributeClass(type: ResourceType, attribute: string): DriftClass {
  const path = plainPath(attribute);
  if (covers(type.classes.security, path) || covers(type.sensitive, path)) return 'security';
  if (covers(type.classes.capacity, path)) return 'capacity';
  if (covers(type.classes.tags, path)) return 'tag';
  return isComputed(type, attribute) ? 'computed' : 'other';
}

/** Set by the provider: not of interest in a comparison of two recorded states. */
export function isComputed(type: ResourceType, attribute: string): boolean {
  const path = plainPath(attribute);
  return covers(type.computed, path) || COMPUTED.test(path);
}

/** `ingress.0.cidr_blocks` without its indexes, as the catalogue writes paths. */
export function plainPath(attribute: string): string {
  return attribute.includes('.') ? attribute.split('.').filter((step) => !/^\d+$/.test(step)).join('.') : attribute;
}

function covers(paths: readonly string[], path: string): boolean {
  return paths.some((known) => path === known || (path.startsWith(known) && path[known.length] === '.'));
}
