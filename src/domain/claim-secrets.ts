/** Where the secret outputs of a resource claim stand in the secret store: under the resource's identity, beside no service's own. */
export function claimSecretScope(claim: { namespace: string; environment: string; uid: string }): { namespace: string; environment: string; service: string } {
  return { namespace: claim.namespace, environment: claim.environment, service: `resource/${claim.uid}` };
}
