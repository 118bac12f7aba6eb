/** login, token: who speaks to which Roadbed. */
import { readFile } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import type { AccessTokenSpec, AccessTokenStatus } from '../../domain/kinds/access.ts';
import { API_VERSION } from '../../domain/kinds/group.ts';
import type { ApiObject } from '../../domain/object.ts';
import type { CommandGroup, Session } from '../session.ts';
import { connect } from '../connection.ts';
import { saveContext } from '../context.ts';
import { age } from '../output.ts';
import { listOwn, ownPath } from '../resources.ts';
import { durationOption } from '../wait.ts';

type Token = ApiObject<AccessTokenSpec, AccessTokenStatus>;

interface LoginFlags {
  name?: string;
  tokenFile?: string;
  ca?: string;
}

async function readToken(flags: LoginFlags, environment: Record<string, string | undefined>): Promise<string> {
  if (flags.tokenFile !== undefined) return (await readFile(flags.tokenFile, 'utf8')).trim();
  const token = environment['ROADBED_TOKEN'];
  if (token !== undefined && token !== '') return token;
  throw new PlatformError({ code: 'ROADBED-6110', class: 'usage', message: 'no token was given', next: 'roadbed login <api url> --token-file FILE, or set ROADBED_TOKEN' });
}

async function login(session: Session, apiUrl: string, flags: LoginFlags): Promise<void> {
  const token = await readToken(flags, session.streams.environment);
  const context = { apiUrl, token, ...(flags.ca === undefined ? {} : { ca: await readFile(flags.ca, 'utf8') }) };
  const review = await connect(context).call<{ status: { userInfo: { username: string } } }>('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' } });
  const name = flags.name ?? new URL(apiUrl).host;
  const path = saveContext(name, context, session.streams.environment);
  if (session.output.json) return session.output.document({ context: name, user: review.status.userInfo.username, file: path });
  session.output.line(`signed in to ${name} as ${review.status.userInfo.username}`);
  session.output.say('next: roadbed status');
}

async function create(session: Session, name: string, flags: { subject: string; expires?: string }): Promise<void> {
  const expiresAt = flags.expires === undefined ? undefined : new Date(session.now() + durationOption(flags.expires)).toISOString();
  const token = await session.connection().call<Token>('POST', ownPath('accesstokens'), {
    body: { apiVersion: API_VERSION, kind: 'AccessToken', metadata: { name }, spec: { subject: flags.subject, ...(expiresAt === undefined ? {} : { expiresAt }) } },
  });
  if (session.output.json) return session.output.document({ name, subject: flags.subject, token: token.status?.token, expiresAt });
  session.output.line(token.status?.token ?? '');
  session.output.say('it is shown this once; only its hash is kept');
}

async function list(session: Session): Promise<void> {
  const tokens = await listOwn<Token>(session.connection(), 'accesstokens');
  if (tokens.length === 0) session.output.say('no access token was made; next: roadbed token create <name> --subject user:<name>');
  session.output.table(tokens, [
    { title: 'Name', value: (token) => token.metadata.name },
    { title: 'Subject', value: (token) => token.spec.subject },
    { title: 'Prefix', value: (token) => token.status?.prefix ?? '' },
    { title: 'Expires', value: (token) => token.spec.expiresAt ?? 'never' },
    { title: 'Age', value: (token) => token.metadata.creationTimestamp, shown: (token) => age(token.metadata.creationTimestamp, session.now()) },
  ]);
}

export const accessCommands: CommandGroup = (program, act) => {
  program.command('login').argument('<api url>').description('remember a Roadbed and sign in with a token').option('--name <context>').option('--token-file <file>', 'file with the token (or ROADBED_TOKEN)').option('--ca <file>', 'certificate authority of the server (PEM)').action(act(login));
  const token = program.command('token').description('access tokens').action(act(list));
  token.command('list').description('list them').action(act(list));
  token.command('create').argument('<name>').description('make one; it is shown once').requiredOption('--subject <subject>', 'user:<name> or service:<name>').option('--expires <duration>', 'e.g. 24h').action(act(create));
  token.command('revoke').argument('<name>').description('revoke it').action(act(async (session: Session, name: string) => {
    await session.connection().call('DELETE', ownPath('accesstokens', undefined, name));
    if (session.output.json) session.output.document({ revoked: name });
    else session.output.line(`${name} is revoked`);
  }));
};
