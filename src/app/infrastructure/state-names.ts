/** What a state is called: in findings, in scopes, on pages. */
import type { EstateSource } from '../../engines/rules/estate-resource.ts';
import type { StateName } from '../../ports/terraform-states.ts';

/** Name of the root in the references of findings: with the repository, since two of a team may have roots of one name. */
function rootName({ repository, root }: StateName): string {
  if (repository === '') return root;
  return root === '.' ? repository : `${repository}/${root}`;
}

/** `infrastructure/aws-shop`, and the workspace where it is not the usual one. */
export function stateLabel(name: StateName): string {
  return name.workspace === 'default' ? rootName(name) : `${rootName(name)} (${name.workspace})`;
}

export function stateSource(name: StateName): EstateSource {
  return { path: stateLabel(name), root: rootName(name), workspace: name.workspace };
}

/** Parts of what is found in a state: each is a run of its own. */
export const STATE_SCOPES = ['waste', 'drift', 'refresh', 'inventory'] as const;
type StateScope = (typeof STATE_SCOPES)[number];

export function scopeOf(id: number, part: StateScope): string {
  return `terraform:${id}/${part}`;
}
