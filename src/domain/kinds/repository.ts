/** A Repository: Git source that may declare objects, built in or elsewhere. Its registration names what it may declare. */
import type { Condition } from '../object.ts';

export interface RepositorySpec {
  /** Absent: the built-in Git server holds it at `<gitUrl>/<namespace>/<name>.git`. */
  url?: string;
  branch: string;
  /** Namespaces that descriptors in it may declare objects in; its own namespace always. */
  namespaces?: string[];
  /** Steps of an untrusted repository do not run where no isolation is available. */
  trusted: boolean;
  pollSeconds?: number;
  webhook?: { provider: 'github' | 'gitlab' | 'forgejo'; secret: string };
  /** Golden path it was made from, and when it was asked for: time to value counts from here. */
  template?: { name: string; version: string; requestedAt: string; requestedBy: string };
}

export interface RepositoryStatus {
  observedGeneration?: number;
  cloneUrl?: string;
  head?: string;
  /** Seconds from the request to the first production deployment, once known. */
  timeToValueSeconds?: number;
  conditions?: Condition[];
}
