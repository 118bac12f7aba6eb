/** The revision of a release that a view names. */
import { revisionId } from '../release/identity.ts';
import type { RolloutView } from './view.ts';

/** Undefined when the release object is gone or not named. */
export function revisionOf(view: RolloutView, release: string | undefined): string | undefined {
  const known = release === undefined ? undefined : view.releases[release];
  return known === undefined ? undefined : revisionId(view.spec.service, view.spec.environment, known.spec.hash);
}
