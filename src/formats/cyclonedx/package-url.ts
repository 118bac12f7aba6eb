/** Package URLs (purl): one name for a package in SBOMs, events and vulnerability data. */

/** `pkg:npm/%40scope/name@1.2.3`; without a version where none is known. */
export function npmPackageUrl(name: string, version?: string): string {
  const path = name.split('/').map(encodeURIComponent).join('/');
  return `pkg:npm/${path}${version === undefined ? '' : `@${encodeURIComponent(version)}`}`;
}

/** `pkg:generic/<namespace>/<service>@sha256:<hex>`: an artifact of the platform; the digest is its version. */
export function artifactPackageUrl(namespace: string, service: string, digest: string): string {
  return `pkg:generic/${encodeURIComponent(namespace)}/${encodeURIComponent(service)}@${encodeURIComponent(digest).replaceAll('%3A', ':')}`;
}
