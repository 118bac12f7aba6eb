/** What a reader may see. */
import type { EventRow } from '../../domain/event.ts';

/** Namespaces whose objects, logs and audit rows an identity may read. */
export interface Readable {
  /** True: every namespace, and rows of the platform itself. */
  all: boolean;
  namespaces: string[];
  /** Rows about objects that the identity may not read are not told either, an access token's for instance. */
  row(row: EventRow): boolean;
}
