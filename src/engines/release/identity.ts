/**
 * A release's identity: the hash of all that makes it run.
 *
 * Artifact, workload, configuration, pinned secret versions, template version and rollout strategies go in;
 * who built it, when and from which commit do not, so the same content is the same release whoever pushed it.
 * Strategies are content although they do not run: a release is immutable, so a strategy that came with a
 * later push of the same files would otherwise be lost without a word. The content is
 * written canonically (keys sorted at every level, no white space), so neither the order of keys in a file
 * nor the store that kept it can change the hash.
 */
import { createHash } from 'node:crypto';
import type { ReleaseSpec } from '../../domain/kinds/release.ts';

export type ReleaseContent = Pick<ReleaseSpec, 'service' | 'artifact' | 'workload' | 'configuration' | 'secrets' | 'template' | 'strategies'>;

/** A new form of the hashed content would need a new number, or old hashes would change their meaning. */
const CONTENT_VERSION = 1;
const NAME_DIGITS = 12;

/** `sha256:<64 hex digits>`. */
export function releaseHash(content: ReleaseContent): string {
  const hashed = {
    version: CONTENT_VERSION,
    service: content.service,
    artifact: content.artifact.digest,
    workload: content.workload,
    configuration: content.configuration,
    secrets: content.secrets,
    template: content.template ?? null,
    // Left out when there are none, so that releases made before there were any keep their hash.
    strategies: Object.keys(content.strategies ?? {}).length === 0 ? undefined : content.strategies,
  };
  return `sha256:${createHash('sha256').update(canonicalJson(hashed)).digest('hex')}`;
}

/**
 * Hash of the content as it matters in one environment: everything but the secrets of other environments. Releases
 * that agree in it are the same thing there, so what one of them proved in that environment the other need not prove again.
 */
export function hashIn(content: ReleaseContent, environment: string): string {
  const own = content.secrets[environment];
  return releaseHash({ ...content, secrets: own === undefined ? {} : { [environment]: own } });
}

/** First 12 hex digits of a release's hash: what names and revision ids carry. */
export function shortHash(hash: string): string {
  return hash.replace(/^sha256:/, '').slice(0, NAME_DIGITS);
}

/** `<service>-<12 hex digits>`: the release object's name. */
export function releaseName(service: string, hash: string): string {
  return `${service}-${shortHash(hash)}`;
}

/** `<service>.<environment>.<12 hex digits>`: the id of the revision that runs it. */
export function revisionId(service: string, environment: string, hash: string): string {
  return `${service}.${environment}.${shortHash(hash)}`;
}

/** JSON with sorted keys and no white space; absent and undefined are the same. Throws on what JSON cannot hold. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalJson(inner)}`).join(',')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError('a number that is not finite has no JSON');
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof value} has no JSON`);
  return text;
}
