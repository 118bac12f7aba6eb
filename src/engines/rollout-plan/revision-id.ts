/** Identity of a revision: one release of one service in one environment. */
import { shortHash } from '../holds/holds.ts';
import type { RolloutView } from './view.ts';

/** `<service>.<environment>.<release hash, 12 digits>`. */
export function revisionId(service: string, environment: string, hash: string): string {
  return `${service}.${environment}.${shortHash(hash)}`;
}

/** The revision of a release that the view knows; undefined when the release object is gone or not named. */
export function revisionOf(view: RolloutView, release: string | undefined): string | undefined {
  const known = release === undefined ? undefined : view.releases[release];
  return known === undefined ? undefined : revisionId(view.spec.service, view.spec.environment, known.spec.hash);
}
