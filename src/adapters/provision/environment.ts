/**
 * Score's `environment`: values that differ by environment, as outputs.
 *
 * They are the parameters themselves and the environment's name. The secrets that were set for a workload belong to
 * its releases, which pin their versions, and not to a claim that outlives them; control/rollout lays them over these
 * outputs, so that `${resources.env.API_KEY}` is the version that the release pins.
 */
import type { Provisioner } from '../../ports/provisioner.ts';

export function createEnvironmentProvisioner(): Provisioner {
  return {
    types: ['environment'],
    provision: async (request) => ({ outputs: { environment: request.environment, ...request.params }, secrets: {} }),
    release: () => Promise.resolve(),
  };
}
