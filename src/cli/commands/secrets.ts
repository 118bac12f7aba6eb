/** secret: set, list, rotate, remove. Values are read from standard input or a file, never from an argument. */
import { readFile } from 'node:fs/promises';
import { PlatformError } from '../../domain/error.ts';
import { REPOSITORY_SECRETS } from '../../domain/kinds/repository.ts';
import type { CommandGroup, Session } from '../session.ts';
import type { SecretInfo } from '../../ports/secrets.ts';
import { age } from '../output.ts';
import { confirmByName } from '../confirm.ts';

const MAX_SECRET_BYTES = 64 * 1024;

interface SecretFlags {
  service: string;
  environment: string;
  fromFile?: string;
  reason?: string;
  force?: boolean;
}

function scopePath(session: Session, flags: SecretFlags): string {
  const namespace = session.options.namespace ?? 'default';
  return `/roadbed/v1/namespaces/${namespace}/services/${flags.service}/environments/${flags.environment}/secrets`;
}

async function readValue(flags: SecretFlags): Promise<string> {
  if (flags.fromFile !== undefined) return readFile(flags.fromFile, 'utf8');
  if (process.stdin.isTTY === true) throw new PlatformError({ code: 'ROADBED-6100', class: 'usage', message: 'the value is read from standard input', next: 'printf %s "$VALUE" | roadbed secret set NAME --service S --environment E' });
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

async function set(session: Session, name: string, flags: SecretFlags): Promise<void> {
  const value = (await readValue(flags)).replace(/\r?\n$/, '');
  if (value === '' || Buffer.byteLength(value) > MAX_SECRET_BYTES) throw new PlatformError({ code: 'ROADBED-6101', class: 'usage', message: 'a secret has 1 byte to 64 KiB' });
  if (session.options.dryRun === true) return session.output.say(`would store a new version of ${name}`);
  const info = await session.connection().call<SecretInfo & { release?: string; waits?: string; next?: string }>('PUT', `${scopePath(session, flags)}/${name}`, { body: { value, ...(flags.reason === undefined ? {} : { reason: flags.reason }) } });
  if (session.output.json) return session.output.document({ ...info });
  session.output.line(`${name} is at version ${info.version}`);
  if (Object.values<string>(REPOSITORY_SECRETS).includes(flags.environment)) return session.output.say(`repository ${flags.service} uses it from now on`);
  if (info.waits !== undefined) return session.output.say(`release ${info.release ?? ''} pins it and waits: ${info.waits}${info.next === undefined ? '' : `\nnext: ${info.next}`}`);
  session.output.say(info.release === undefined ? 'the next release pins it' : `next: release ${info.release} pins it and is on its way`);
}

async function list(session: Session, flags: Partial<SecretFlags>): Promise<void> {
  const namespace = session.options.namespace ?? 'default';
  const query = new URLSearchParams({ ...(flags.service === undefined ? {} : { service: flags.service }), ...(flags.environment === undefined ? {} : { environment: flags.environment }) });
  const { items } = await session.connection().call<{ items: SecretInfo[] }>('GET', `/roadbed/v1/namespaces/${namespace}/secrets?${query}`);
  session.output.table(items, [
    { title: 'Service', value: (info) => info.service },
    { title: 'Environment', value: (info) => info.environment },
    { title: 'Name', value: (info) => info.name },
    { title: 'Version', value: (info) => String(info.version) },
    { title: 'By', value: (info) => info.createdBy },
    { title: 'Created', value: (info) => info.createdAt, shown: (info) => age(info.createdAt, session.now()) },
  ]);
  if (items.length === 0) session.output.say(`no secret in ${namespace}; next: roadbed secret set <name> --service <service>`);
}

async function remove(session: Session, name: string, flags: SecretFlags): Promise<void> {
  await confirmByName(session, `Releases that pin ${name} cannot start any more.`, name);
  await session.connection().call('DELETE', `${scopePath(session, flags)}/${name}${flags.force === true ? '?force=true' : ''}`);
  if (session.output.json) session.output.document({ removed: name });
  else session.output.line(`${name} removed`);
}

export const secretCommands: CommandGroup = (program, act) => {
  const secret = program.command('secret').description('secrets of a service in an environment');
  const scoped = (verb: string): ReturnType<typeof secret.command> => secret.command(verb).argument('<name>').requiredOption('--service <service>').option('-e, --environment <name>', 'environment', 'prod');
  scoped('set').description('store a value, read from standard input, as a new version').option('--from-file <file>').option('--reason <text>', 'why (audited); lets the release with the corrected value past the hold of the one that failed').action(act(set));
  scoped('rotate').description('store a new value; a release that pins it follows').option('--from-file <file>').option('--reason <text>', 'why (audited); lets the release with the corrected value past the hold of the one that failed').action(act(set));
  scoped('remove').description('remove all versions').option('--force', 'also when a release that runs pins it').action(act(remove));
  secret.command('list', { isDefault: true }).description('names and versions, never values').option('--service <service>').option('-e, --environment <name>').action(act(list));
};
