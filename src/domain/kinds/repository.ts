/** A Repository: Git source that may declare objects, built in or elsewhere. Its registration names what it may declare. */
import type { Condition } from '../object.ts';
import { AGE, column } from './columns.ts';
import type { KindDefinition } from './definition.ts';
import { GROUP, VERSION } from './group.ts';
import { choice, conditions, flag, integer, list, observedGeneration, record, text, time } from './schema.ts';

export interface RepositorySpec {
  /** Absent: the built-in Git server holds it at `<gitUrl>/<namespace>/<name>.git`. */
  url?: string;
  branch: string;
  /** Namespaces that descriptors in it may declare objects in; its own namespace always. */
  namespaces?: string[];
  /** Steps of an untrusted repository do not run where no isolation is available. */
  trusted: boolean;
  pollSeconds?: number;
  /** For an address that asks for a password: name of the secret that holds it (a token), and the user name to send with it. */
  credentials?: { secret: string; username?: string };
  webhook?: { provider: 'github' | 'gitlab' | 'forgejo'; secret: string };
  /** Golden path it was made from, and when it was asked for: time to value counts from here. */
  template?: { name: string; version: string; requestedAt: string; requestedBy: string };
}

/**
 * Secrets of a repository itself are stored as those of the service named like it, in these places instead of an
 * environment: `roadbed secret set NAME --service REPOSITORY -e git`.
 */
export const REPOSITORY_SECRETS = { credentials: 'git', webhook: 'webhooks' } as const;

export interface RepositoryStatus {
  observedGeneration?: number;
  cloneUrl?: string;
  /** Where its forge sends pushes, when it takes any. */
  webhookUrl?: string;
  head?: string;
  /** Seconds from the request to the first production deployment, once known. */
  timeToValueSeconds?: number;
  conditions?: Condition[];
}

export const REPOSITORY: KindDefinition = {
  group: GROUP,
  version: VERSION,
  kind: 'Repository',
  plural: 'repositories',
  singular: 'repository',
  shortNames: ['repo'],
  categories: ['roadbed'],
  scope: 'Namespaced',
  description: 'Git source that may declare objects, built in or elsewhere. Its registration names what it may declare.',
  spec: record('Where it is and what it may do.', {
    url: text('Address of an external repository; absent: the built-in Git server holds it.', { maxLength: 2048 }),
    branch: text('The branch that counts.', { default: 'main', minLength: 1 }),
    namespaces: list('Namespaces that descriptors in it may declare objects in; its own always.', text('Namespace.'), { 'x-kubernetes-list-type': 'set' }),
    trusted: flag('Whether its steps may run where no isolation is available; only a platform-admin may set it.', { default: false }),
    pollSeconds: integer('How often an external repository is looked at.', { minimum: 5 }),
    credentials: record(
      'What to sign in with at an external repository over https.',
      {
        secret: text('Name of the secret that holds the password or token; it is stored with -e git.', { minLength: 1, maxLength: 128 }),
        username: text('User name sent with it; forges that take a token as the password ignore it.', { minLength: 1, maxLength: 200, pattern: '^[^:\\s]+$' }),
      },
      ['secret'],
    ),
    webhook: record(
      'Who may announce a push.',
      { provider: choice('Sender.', ['github', 'gitlab', 'forgejo']), secret: text('Name of the secret that signs it.', { minLength: 1 }) },
      ['provider', 'secret'],
    ),
    template: record(
      'Golden path it was made from.',
      { name: text('Name.'), version: text('Version.'), requestedAt: time('When it was asked for.'), requestedBy: text('By whom.') },
      ['name', 'version', 'requestedAt', 'requestedBy'],
    ),
  }),
  status: record('What was seen of it.', {
    observedGeneration: observedGeneration(),
    cloneUrl: text('Where to clone it from.'),
    webhookUrl: text('Where its forge sends pushes, when it takes any.'),
    head: text('Newest commit of the branch.'),
    timeToValueSeconds: integer('Seconds from the request to the first production deployment.'),
    conditions: conditions(),
  }),
  selectableFields: ['spec.url'],
  columns: [
    column('Name', '.metadata.name', 'Name.'),
    column('Branch', '.spec.branch', 'The branch that counts.'),
    column('Head', '.status.head', 'Newest commit.'),
    column('URL', '.status.cloneUrl', 'Where to clone it from.', { priority: 1 }),
    AGE,
  ],
};
