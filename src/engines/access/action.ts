/** What is asked of access control, and what it answers. */

export interface Action {
  /** get, list, watch, create, update, patch, delete, deletecollection. */
  verb: string;
  group: string;
  /** Plural; `*` asks for all. */
  resource: string;
  subresource?: string;
  /** Absent: cluster-scoped, or across all namespaces. */
  namespace?: string;
  name?: string;
}

export interface Decision {
  allowed: boolean;
  reason: string;
}
