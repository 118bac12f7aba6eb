/** What the platform's own endpoints for scripts need; `app` gives it. */
import type { Action, Decision } from '../../engines/access/decide.ts';
import type { EventRow } from '../../domain/event.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { Events } from '../../ports/events.ts';
import type { Identity } from '../../ports/identity.ts';
import type { Objects } from '../../ports/objects.ts';
import type { Runtime } from '../../ports/runtime.ts';
import type { Secrets } from '../../ports/secrets.ts';

/** Hono's environment of these routes: who asks. */
export interface AskedBy {
  Bindings: { identity: Identity };
}

export interface PlatformApiDependencies {
  objects: (identity: Identity) => Objects;
  /** The one decision of who may do what; a refusal leaves its audit row. */
  authorise: (identity: Identity, action: Action) => Promise<Decision>;
  events: Events;
  runtime: Pick<Runtime, 'logs'>;
  secrets: Secrets;
  artifacts: Pick<Artifacts, 'verify' | 'has' | 'attachment'>;
  /** Whether the identity may read the object that the row is about; true for rows about none. */
  mayReadRow: (identity: Identity, row: EventRow) => boolean;
  /** Whether a release of the artifact stands where the identity may read releases; reading everything is enough, too. */
  mayReadArtifact: (identity: Identity, digest: string) => boolean;
  /** Makes a release of the wanted artifact that pins the newest secrets, and promotes it in the person's name; undefined when nothing runs yet. `waits`: why it is not on its way, `next`: the command that brings it. With a reason it passes the holds that a correction may pass. */
  releaseWithNewSecrets: (identity: Identity, place: { namespace: string; service: string; environment: string; reason?: string }) => Promise<{ release: string; waits?: string; next?: string } | undefined>;
  /** Revision id of a release of a service in an environment; undefined when there is no such release. */
  revisionOf: (namespace: string, service: string, environment: string, release: string) => Promise<string | undefined>;
}
