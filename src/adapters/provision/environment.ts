/**
 * Score's `environment`: values that differ by environment, as outputs.
 *
 * They are the parameters themselves, the environment's name, and the secrets that were set for the resource's
 * workload in this environment, so that `${resources.env.API_KEY}` is what `roadbed secret set` stored.
 */
import type { Provisioner } from '../../ports/provisioner.ts';
import type { Secrets } from '../../ports/secrets.ts';

export function createEnvironmentProvisioner(secrets: Pick<Secrets, 'versions' | 'resolve'>): Provisioner {
  return {
    types: ['environment'],
    provision: async (request) => {
      const scope = { namespace: request.namespace, environment: request.environment, service: request.workload };
      const values = await secrets.resolve(scope, await secrets.versions(scope));
      const shown = Object.fromEntries(Object.entries(request.params).filter(([name]) => !Object.hasOwn(values, name)));
      return { outputs: { environment: request.environment, ...shown }, secrets: values };
    },
    release: () => Promise.resolve(),
  };
}
