/** AccessToken and RoleGrant: who may speak to the platform, and what for. Both decided by engines/access. */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { immutable } from './immutable.ts';
import { choice, conditions, list, record, text, time } from './schema.ts';

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
  /** Id under which its hash is kept; deleting the object revokes it. */
  id?: string;
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

const SUBJECT_PATTERN = '^(user|service):[A-Za-z0-9]([A-Za-z0-9._@-]{0,126}[A-Za-z0-9])?$';

export const ACCESS_TOKEN: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'AccessToken',
  plural: 'accesstokens',
  singular: 'accesstoken',
  shortNames: ['token'],
  categories: ['roadbed'],
  scope: 'Cluster',
  description: 'A bearer token. The answer to its creation holds the token once; afterwards only its hash is kept. Deleting it revokes it.',
  spec: record(
    'Whom the token speaks for.',
    {
      subject: text('`user:<name>` or `service:<name>`.', { pattern: SUBJECT_PATTERN }),
      description: text('What it is for.', { maxLength: 256 }),
      expiresAt: time('When it stops working; absent: never.'),
    },
    ['subject'],
  ),
  status: record('What is known of the token.', {
    token: text('The token itself: only in the answer to the creating request, never stored.'),
    id: text('Id under which its hash is kept.'),
    prefix: text('Its first characters, to recognise it by.'),
    lastUsedAt: time('When it was last used.'),
    conditions: conditions(),
  }),
  selectableFields: ['spec.subject'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Subject', '.spec.subject', 'Whom it speaks for.'),
    column('Expires', '.spec.expiresAt', 'When it stops working.'),
    column('Prefix', '.status.prefix', 'Its first characters.', { priority: 1 }),
    AGE,
  ],
  validate: (object, old) => (old === undefined ? [] : immutable('spec', object['spec'], old['spec'])),
};

export const ROLE_GRANT: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'RoleGrant',
  plural: 'rolegrants',
  singular: 'rolegrant',
  shortNames: ['grant'],
  categories: ['roadbed'],
  scope: 'Namespaced',
  description: 'A role for some subjects in one team (its namespace); in the namespace roadbed-system it holds everywhere.',
  spec: record(
    'Who may do what here.',
    {
      role: choice('platform-admin may do everything, team-member may change what a team owns, viewer may read.', ['platform-admin', 'team-member', 'viewer']),
      subjects: list('`user:<name>` or `service:<name>`.', text('Subject.', { pattern: SUBJECT_PATTERN }), {
        'x-kubernetes-list-type': 'set',
        minItems: 1,
        maxItems: 1000,
      }),
    },
    ['role', 'subjects'],
  ),
  selectableFields: ['spec.role'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Role', '.spec.role', 'What they may do.'),
    column('Subjects', '.spec.subjects', 'Who.'),
    AGE,
  ],
};
