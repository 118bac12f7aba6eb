/** Sums by resource, module, component, team, tag and so on. What has no such word is shown as unallocated, never dropped. */
import type { CostEstimate, ResourceCost, Span } from './cost-line.ts';
import { NOTHING, plus } from './span.ts';

export const ROLL_UPS = ['resource', 'module', 'type', 'component', 'team', 'region', 'provider'] as const;

/** Tag names that people use for the same thing, best first; compared without case, `-` and `_`. */
const COMPONENT_TAGS = ['component', 'service', 'app', 'application', 'appkubernetesioname', 'workload'];
const TEAM_TAGS = ['team', 'owner', 'ownedby', 'squad', 'costcenter', 'group'];

export const UNALLOCATED = '(unallocated)';

export interface RollUp {
  name: string;
  resources: number;
  /** Resources of it without an amount, or with a part of one. */
  unknown: number;
  fixed: Span;
  usage: Span;
}

/** @param by One of `ROLL_UPS`, or `tag:NAME`. Largest first; names break ties. */
export function rollUp(estimate: CostEstimate, by: string): RollUp[] {
  const groups = new Map<string, RollUp>();
  for (const resource of estimate.resources) {
    const name = rollUpNameOf(resource, by);
    const group = groups.get(name) ?? { name, resources: 0, unknown: 0, fixed: NOTHING, usage: NOTHING };
    const unknown = resource.status === 'unknown' || resource.status === 'partly' ? 1 : 0;
    groups.set(name, { name, resources: group.resources + 1, unknown: group.unknown + unknown, fixed: plus(group.fixed, resource.fixed), usage: plus(group.usage, resource.usage) });
  }
  const totals = [...groups.values()].map((group) => ({ group, total: group.fixed.value.plus(group.usage.value) }));
  return totals.sort((a, b) => b.total.compare(a.total) || (a.group.name < b.group.name ? -1 : 1)).map(({ group }) => group);
}

/** Of one resource: the group that `rollUp` puts it in. */
export function rollUpNameOf(resource: ResourceCost, by: string): string {
  if (by.startsWith('tag:')) return tagOf(resource, [plain(by.slice(4))]);
  switch (by) {
    case 'module':
      return resource.module === '' ? '(root)' : resource.module;
    case 'type':
      return resource.type;
    case 'region':
      return resource.region === '' ? UNALLOCATED : resource.region;
    case 'provider':
      return resource.type.split(/[_/]/, 1)[0] ?? resource.type;
    case 'component':
      return tagOf(resource, COMPONENT_TAGS);
    case 'team':
      return tagOf(resource, TEAM_TAGS);
    default:
      return resource.address;
  }
}

function plain(tag: string): string {
  return tag.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function tagOf(resource: ResourceCost, names: readonly string[]): string {
  const tags = new Map(Object.entries(resource.tags).map(([key, value]) => [plain(key), value]));
  return names.map((name) => tags.get(name)).find((value) => value !== undefined && value !== '') ?? UNALLOCATED;
}
