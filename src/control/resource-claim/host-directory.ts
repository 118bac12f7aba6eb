/** Which hosts teams have, read from their claims: what a `route` may name, and who has it already. */
import type { Objects } from '../../ports/objects.ts';
import type { ProvisionRequest } from '../../ports/provisioner.ts';
import type { ResourceClaim } from './reconciler.ts';

const KIND = 'roadbed.dev/ResourceClaim';

export interface ClaimedHosts {
  dnsHosts(namespace: string, environment: string): Promise<readonly string[]>;
  holderOf(host: string, path: string, asking: ProvisionRequest): Promise<string | undefined>;
}

export function claimedHosts(objects: Objects): ClaimedHosts {
  return {
    dnsHosts: async (namespace, environment) => {
      const claims = await objects.list<ResourceClaim>(KIND, { namespace });
      return claims.filter((claim) => claim.spec.type === 'dns' && claim.spec.environment === environment).flatMap((claim) => textOf(claim, 'host') ?? []);
    },
    holderOf: async (host, path, asking) => {
      const claims = await objects.list<ResourceClaim>(KIND);
      const holder = claims.find((claim) => claim.spec.type === 'route' && claim.status?.phase === 'Bound' && textOf(claim, 'host') === host && textOf(claim, 'path') === path && !isSame(claim, asking));
      return holder === undefined ? undefined : `${holder.metadata.namespace ?? ''}/${holder.spec.uid} in ${holder.spec.environment}`;
    },
  };
}

function isSame(claim: ResourceClaim, asking: ProvisionRequest): boolean {
  return claim.metadata.namespace === asking.namespace && claim.spec.environment === asking.environment && claim.spec.uid === asking.uid;
}

function textOf(claim: ResourceClaim, output: string): string | undefined {
  const value = claim.status?.outputs?.[output];
  return typeof value === 'string' ? value : undefined;
}
