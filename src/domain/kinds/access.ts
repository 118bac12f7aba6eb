/** AccessToken and RoleGrant: who may speak to the platform, and what for. Both decided by engines/access. */
import type { Condition } from '../object.ts';

export type Role = 'platform-admin' | 'team-member' | 'viewer';

/** Cluster-scoped. The token itself stands in `status.token` of the answer to its creation and nowhere else. */
export interface AccessTokenSpec {
  /** `user:<name>` or `service:<name>`. */
  subject: string;
  description?: string;
  expiresAt?: string;
}

export interface AccessTokenStatus {
  /** Only in the answer to the creating request; never stored. */
  token?: string;
  /** First characters, to recognise it by. */
  prefix?: string;
  lastUsedAt?: string;
  conditions?: Condition[];
}

/** Namespaced: the role holds in its namespace (the team); in `roadbed-system` it holds everywhere. */
export interface RoleGrantSpec {
  role: Role;
  subjects: string[];
}
