/** Secrets, the signing key, and the provisioners that make Score resources real: the one list of which ship. */
import { join } from 'node:path';
import { createDnsProvisioner, createRouteProvisioner, createServicePortProvisioner } from '../../adapters/provision/address.ts';
import { createEnvironmentProvisioner } from '../../adapters/provision/environment.ts';
import { createPostgresProvisioner } from '../../adapters/provision/postgres.ts';
import { createVolumeProvisioner } from '../../adapters/provision/volume.ts';
import { openSecretStore } from '../../adapters/secrets/secret-store.ts';
import { openSigner } from '../../adapters/secrets/signer.ts';
import type { Reconciler } from '../../control/loop/reconciler.ts';
import { claimedHosts } from '../../control/resource-claim/host-directory.ts';
import { claimOutputs, resourceClaimReconciler } from '../../control/resource-claim/reconciler.ts';
import type { WorkloadsDeps } from '../../control/rollout/workloads.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Provisioner } from '../../ports/provisioner.ts';
import type { Secrets, Signer } from '../../ports/secrets.ts';
import type { Folders } from '../folders.ts';
import type { PlatformDatabase } from './database.ts';
import type { ObjectCore } from './object-core.ts';
import { servicePorts } from './service-ports.ts';

export interface SecretPlace {
  secrets: Secrets;
  signer: Signer;
  claimOutputs: WorkloadsDeps['claimOutputs'];
  claimsFor(core: ObjectCore): Reconciler;
}

export interface ProvisionerParts {
  folders: Pick<Folders, 'volumes' | 'edge' | 'dataDir'>;
  storage: Pick<PlatformDatabase, 'administration' | 'tenantAddress'>;
  secrets: Secrets;
  objects: Objects;
}

export function shippedProvisioners({ folders, storage, secrets, objects }: ProvisionerParts): Provisioner[] {
  return [
    createPostgresProvisioner({ connection: storage.administration, address: storage.tenantAddress, secrets }),
    createVolumeProvisioner(folders.volumes),
    createServicePortProvisioner(servicePorts(join(folders.edge, 'service-ports.json'), folders.dataDir)),
    createDnsProvisioner(),
    createRouteProvisioner(claimedHosts(objects)),
    createEnvironmentProvisioner(),
  ];
}

export async function openSecretPlace(parts: { folders: Folders; storage: PlatformDatabase; clock: Clock }): Promise<SecretPlace> {
  const { folders, storage, clock } = parts;
  const { secrets, keyRing } = await openSecretStore(storage.database, join(folders.keys, 'master.json'));
  const signer = await openSigner(keyRing);
  return {
    secrets,
    signer,
    claimOutputs: claimOutputs(secrets),
    claimsFor: (core) => {
      const objects = core.as('resource-controller');
      return resourceClaimReconciler({ objects, secrets, clock, provisioners: shippedProvisioners({ folders, storage, secrets, objects }) });
    },
  };
}
