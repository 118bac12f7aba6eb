/**
 * Canonical, versioned references: the one identity of every subject of an event, finding, cost or edge.
 *
 * A reference is `v1:<scheme>:<rest>`. Waivers and fingerprints hang on it, so a scheme's form never
 * changes once released; a new form is a new version.
 */

const VERSION = 'v1';

/** `v1:object:roadbed.dev/Release/payments/checkout-ab12` (namespace `-` when cluster-scoped). */
export function objectReference(group: string, kind: string, namespace: string | undefined, name: string): string {
  return `${VERSION}:object:${group === '' ? 'core' : group}/${kind}/${namespace ?? '-'}/${name}`;
}

/** `v1:service:checkout@prod`: one service in one environment; service names are unique there. */
export function serviceReference(service: string, environment: string): string {
  return `${VERSION}:service:${service}@${environment}`;
}

/** `v1:commit:payments/checkout@<sha>`. */
export function commitReference(namespace: string, repository: string, commit: string): string {
  return `${VERSION}:commit:${namespace}/${repository}@${commit}`;
}

/** `v1:artifact:sha256:<hex>`. */
export function artifactReference(digest: string): string {
  return `${VERSION}:artifact:${digest}`;
}

/** `v1:request:<method> <path>`: the subject of a refused request that named no object. */
export function requestReference(method: string, path: string): string {
  return `${VERSION}:request:${method} ${path}`;
}

/** `v1:cloud:AWS/arn:aws:ec2:...`: a resource by the id its provider gives it, where no state knows it; `/` and `%` of the provider's name are percent-encoded. */
export function cloudReference(provider: string, id: string): string {
  return `${VERSION}:cloud:${provider.replace(/%/g, '%25').replace(/\//g, '%2F')}/${id}`;
}
