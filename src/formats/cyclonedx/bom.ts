/**
 * A CycloneDX 1.6 bill of materials for an artifact: what is in it, by package URL, with hashes and licences.
 *
 * Reproducible: the serial number is made from the artifact's digest and the content, and the only time in it
 * is the one given. A licence that is not a known SPDX id is kept under its own name, an unknown one is left out.
 */
import { createHash } from 'node:crypto';
import type { NpmPackage, NpmProject } from './npm.ts';
import { artifactPackageUrl, npmPackageUrl } from './package-url.ts';

export interface BomInput {
  namespace: string;
  service: string;
  /** `sha256:<hex>` of the artifact. */
  digest: string;
  /** RFC 3339. */
  createdAt: string;
  platformVersion: string;
  project: NpmProject;
}

const SHA_LENGTHS: Readonly<Record<string, { alg: string; bytes: number }>> = {
  sha1: { alg: 'SHA-1', bytes: 20 }, sha256: { alg: 'SHA-256', bytes: 32 }, sha384: { alg: 'SHA-384', bytes: 48 }, sha512: { alg: 'SHA-512', bytes: 64 },
};

/** Ids that npm packages use; the full SPDX list has hundreds more, and a name is as true as an id. */
const SPDX_IDS = new Set([
  '0BSD', 'AFL-2.1', 'AGPL-3.0-only', 'AGPL-3.0-or-later', 'Apache-2.0', 'Artistic-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', 'CC-BY-3.0', 'CC-BY-4.0', 'CC0-1.0', 'EPL-2.0',
  'GPL-2.0-only', 'GPL-2.0-or-later', 'GPL-3.0-only', 'GPL-3.0-or-later', 'ISC', 'LGPL-2.1-only', 'LGPL-2.1-or-later', 'LGPL-3.0-only', 'LGPL-3.0-or-later', 'MIT', 'MIT-0', 'MPL-2.0', 'Python-2.0', 'Unlicense', 'WTFPL', 'Zlib',
]);
const SPDX_EXPRESSION = /^\(?[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?(?: (?:OR|AND) \(?[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.-]+)?\)?)+\)?$/;

export function cycloneDxBom(input: BomInput): Record<string, unknown> {
  const rootRef = artifactPackageUrl(input.namespace, input.service, input.digest);
  const refs = references(input.project.packages);
  const components = input.project.packages.map((one) => component(one, refs.get(one.place) ?? one.place));
  const dependencies = [
    { ref: rootRef, dependsOn: refsOf(input.project.dependsOn, refs) },
    ...input.project.packages.map((one) => ({ ref: refs.get(one.place) ?? one.place, dependsOn: refsOf(one.dependsOn, refs) })),
  ];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: serialNumber(input.digest, components),
    version: 1,
    metadata: {
      timestamp: input.createdAt,
      tools: { components: [{ type: 'application', name: 'roadbed', version: input.platformVersion }] },
      component: { type: 'application', 'bom-ref': rootRef, group: input.namespace, name: input.service, version: input.digest, purl: rootRef, hashes: [{ alg: 'SHA-256', content: input.digest.replace(/^sha256:/, '') }], ...licenses(input.project.license) },
    },
    components,
    dependencies,
  };
}

function component(one: NpmPackage, ref: string): Record<string, unknown> {
  const slash = one.name.startsWith('@') ? one.name.indexOf('/') : -1;
  const hashes = integrityHashes(one.integrity);
  return {
    type: 'library',
    'bom-ref': ref,
    ...(slash === -1 ? { name: one.name } : { group: one.name.slice(0, slash), name: one.name.slice(slash + 1) }),
    ...(one.version === undefined ? {} : { version: one.version }),
    scope: one.scope === 'development' ? 'excluded' : one.scope,
    ...(hashes.length === 0 ? {} : { hashes }),
    ...licenses(one.license),
    purl: npmPackageUrl(one.name, one.version),
    ...(one.resolved !== undefined && /^https?:\/\//.test(one.resolved) && URL.canParse(one.resolved) ? { externalReferences: [{ type: 'distribution', url: withoutCredentials(one.resolved) }] } : {}),
    ...(one.declared === undefined ? {} : { properties: [{ name: 'roadbed:declaredRange', value: one.declared }] }),
  };
}

/** A package may stand in several places of the tree; all but the first get the place as a qualifier, as refs are unique. */
function references(packages: readonly NpmPackage[]): Map<string, string> {
  const taken = new Set<string>();
  return new Map(packages.map((one) => {
    const url = npmPackageUrl(one.name, one.version);
    const ref = taken.has(url) ? `${url}#${encodeURIComponent(one.place)}` : url;
    taken.add(ref);
    return [one.place, ref];
  }));
}

function refsOf(places: readonly string[], refs: ReadonlyMap<string, string>): string[] {
  return [...new Set(places.flatMap((place) => refs.get(place) ?? []))];
}

/** Hashes of a subresource integrity text; a malformed one is left out. */
export function integrityHashes(integrity: string | undefined): { alg: string; content: string }[] {
  return (integrity ?? '').split(/\s+/).flatMap((one) => {
    const match = /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(one);
    const kind = SHA_LENGTHS[match?.[1] ?? ''];
    const bytes = Buffer.from(match?.[2] ?? '', 'base64');
    return kind !== undefined && bytes.length === kind.bytes ? [{ alg: kind.alg, content: bytes.toString('hex') }] : [];
  });
}

function licenses(license: string | undefined): { licenses?: unknown[] } {
  if (license === undefined || license === 'UNLICENSED' || license.startsWith('SEE LICENSE')) return {};
  if (SPDX_IDS.has(license)) return { licenses: [{ license: { id: license } }] };
  if (SPDX_EXPRESSION.test(license)) return { licenses: [{ expression: license }] };
  return { licenses: [{ license: { name: license } }] };
}

/** A registry address may carry a password; an SBOM is given away. */
function withoutCredentials(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}

function serialNumber(digest: string, components: unknown): string {
  const hex = createHash('sha256').update(`${digest}\n${JSON.stringify(components)}`).digest('hex');
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
