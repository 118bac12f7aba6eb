/**
 * Ids on bills, looked up in the states that were pushed: the resource's address, and the team of its tags or else of its state.
 *
 * What is kept of a state is unpacked once for each serial. A state whose record is very large is left out rather than
 * holding the control plane up; its resources are then found by their tags only.
 */
import { rulesInForce } from '../../control/bill/rules.ts';
import { resourceLookup, ID_ATTRIBUTES, TAG_ATTRIBUTES, type StateResource } from '../../engines/bill-allocation/resource-lookup.ts';
import type { ResourceLookup } from '../../engines/bill-allocation/owner.ts';
import type { Bills } from '../../ports/bills.ts';
import type { TerraformState, TerraformStates } from '../../ports/terraform-states.ts';
import { unpackRecord } from './packed-record.ts';

/** Packed; some 20,000 resources. */
const LARGEST_DOCUMENT = 4 * 1024 * 1024;
const KEPT: readonly string[] = [...ID_ATTRIBUTES, ...TAG_ATTRIBUTES];

/** Undefined while no state was pushed. */
export function openBillLookup(states: Pick<TerraformStates, 'list' | 'document'>, bills: Pick<Bills, 'allocation'>): () => Promise<ResourceLookup | undefined> {
  const read = new Map<string, readonly StateResource[]>();
  let last: { key: string; lookup: ResourceLookup } | undefined;
  return async () => {
    const present = await states.list();
    if (present.length === 0) return undefined;
    const rules = await bills.allocation();
    const key = JSON.stringify([rules?.setAt, present.map(keyOf)]);
    if (last?.key === key) return last.lookup;
    for (const state of present) if (!read.has(keyOf(state))) read.set(keyOf(state), await resourcesOf(states, state));
    const current = new Set(present.map(keyOf));
    for (const known of read.keys()) if (!current.has(known)) read.delete(known);
    const lookup = resourceLookup([...read.values()].flat(), rulesInForce(rules));
    last = { key, lookup };
    return lookup;
  };
}

function keyOf(state: TerraformState): string {
  return `${state.id}:${state.newest.number}`;
}

async function resourcesOf(states: Pick<TerraformStates, 'document'>, state: TerraformState): Promise<StateResource[]> {
  const document = await states.document(state.id, state.newest.number);
  if (document === undefined || document.length > LARGEST_DOCUMENT) return [];
  const root = [state.repository, state.root, state.workspace === 'default' ? '' : state.workspace].filter((part) => part !== '' && part !== '.').join('/');
  return unpackRecord(document).resources.filter((resource) => resource.mode === 'managed').map((resource) => ({
    address: resource.address,
    root,
    team: state.namespace,
    attributes: Object.fromEntries(KEPT.flatMap((name) => (resource.attributes[name] === undefined ? [] : [[name, resource.attributes[name]]]))),
  }));
}
