/** The message of a claim whose type no provisioner here makes: refused by name, saying what would provide it. */
import type { ResourceClaimSpec } from '../../domain/kinds/resource-claim.ts';
import { unprovidedType } from '../../engines/desired-workload/resource-types.ts';
import type { Provisioner } from '../../ports/provisioner.ts';

export function unknownType({ type, uid }: Pick<ResourceClaimSpec, 'type' | 'uid'>, provisioners: readonly Provisioner[]): string {
  return `ROADBED-4201: no provisioner makes resources of type "${type}" (${uid}): ${unprovidedType(type, provisioners.flatMap((one) => one.types))}.`;
}
