/**
 * Secrets of a repository's registration: the password for an external address, and what signs its webhooks.
 *
 * The registration names the secret; the value is read when it is needed, so a rotated token counts from the next fetch.
 */
import type { Credentials } from '../../adapters/git/fetch.ts';
import type { RepositoryObject } from '../../control/repository/names.ts';
import { PlatformError } from '../../domain/error.ts';
import { REPOSITORY_SECRETS } from '../../domain/kinds/repository.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { ObjectCore } from './object-core.ts';

/** Forges that take a token as the password accept any user name; this one is the name that GitHub documents for it. */
const TOKEN_USER = 'x-access-token';

async function newest(secrets: Secrets, namespace: string, repository: string, place: string, name: string): Promise<string | undefined> {
  const scope = { namespace, environment: place, service: repository };
  const version = (await secrets.versions(scope))[name];
  return version === undefined ? undefined : (await secrets.resolve(scope, { [name]: version }))[name];
}

/** What to sign in with at the address of an external repository. Throws ROADBED-2010 when the registration names a secret that is not set. */
export async function repositoryCredentials(core: ObjectCore, secrets: Secrets, namespace: string, name: string): Promise<Credentials | undefined> {
  const credentials = (await core.as('git').get<RepositoryObject>('roadbed.dev/Repository', namespace, name))?.spec.credentials;
  if (credentials === undefined) return undefined;
  const place = REPOSITORY_SECRETS.credentials;
  const password = await newest(secrets, namespace, name, place, credentials.secret);
  if (password === undefined) {
    throw new PlatformError({
      code: 'ROADBED-2010',
      class: 'not-found',
      message: `the secret ${credentials.secret} that the registration names is not set`,
      next: `printf %s "$TOKEN" | roadbed secret set ${credentials.secret} --service ${name} -e ${place} -n ${namespace}`,
      retry: 'backoff',
    });
  }
  return { username: credentials.username ?? TOKEN_USER, password, origin: `secret ${credentials.secret}` };
}

/** Who may announce a push, and the value that signs it; undefined when the repository takes no webhook. */
export async function webhookSecret(core: ObjectCore, secrets: Secrets, namespace: string, name: string): Promise<{ provider: 'github' | 'gitlab' | 'forgejo'; secret: string } | undefined> {
  const webhook = (await core.as('git').get<RepositoryObject>('roadbed.dev/Repository', namespace, name))?.spec.webhook;
  if (webhook === undefined) return undefined;
  const secret = await newest(secrets, namespace, name, REPOSITORY_SECRETS.webhook, webhook.secret);
  return secret === undefined ? undefined : { provider: webhook.provider, secret };
}
