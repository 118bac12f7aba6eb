/**
 * Attributes whose values providers compare in their own way.
 *
 * Azure takes ids, places and names in any case and answers in its own; names in the DNS have no case and may
 * end with a dot. A container definition comes back with every default written out.
 */
import type { ResourceType } from '../provider-catalogue/resource-type.ts';

/** Texts of JSON that providers complete. */
export const CONTAINER_DOCUMENTS: ReadonlySet<string> = new Set(['container_definitions', 'container_properties']);

const AZURE = /(^|\.)(location|resource_group_name|[a-z_]*_ids?|sku|sku_name|tier|protocol|access|direction|name)$/;
const ANYWHERE = /(^|\.)(ip_protocol|protocol|fqdn|domain|domain_name|dns_name|hosted_zone|subject_alternative_names|zone_name|ipv6_cidr_block|ipv6_cidr_blocks|engine)$/;
const RECORDS = /_(route53|dns)_(record|record_set|zone|managed_zone)$/;

/** @param path Without indexes. */
export function isCaseless(type: ResourceType, path: string): boolean {
  if (ANYWHERE.test(path)) return true;
  if (type.provider === 'azurerm' || type.provider === 'azapi') return AZURE.test(path);
  return RECORDS.test(type.type) && path === 'name';
}
