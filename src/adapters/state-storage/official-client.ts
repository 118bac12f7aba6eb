/**
 * The cloud's own client, loaded when a state is asked for that only it can read.
 *
 * The clients are large and most people never need them, so they are no dependency of Roadbed. They are looked for
 * in the folder that ROADBED_CLIENTS names, in the user's own configuration folder, and beside Roadbed itself; never
 * in the folder that a command is run in, because that may be somebody else's repository, and loading is running.
 */
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlatformError } from '../../domain/error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The packages, with the major version that is installed; an older Google client (7) is read as well. */
const CLIENTS = {
  '@aws-sdk/client-s3': '3',
  '@google-cloud/storage': '8',
  '@azure/storage-blob': '12',
  '@azure/identity': '4',
} as const;
export type OfficialClient = keyof typeof CLIENTS;

/** The module's exports. Throws ROADBED-8802 with the line that installs what is missing. */
export async function loadOfficialClient<Module>(name: OfficialClient, environment: Environment, together: readonly OfficialClient[] = [name]): Promise<Module> {
  const folders = clientFolders(environment);
  for (const folder of folders) {
    const found = resolveFrom(folder, name);
    if (found === undefined) continue;
    const module = (await import(pathToFileURL(found).href)) as Module & { default?: Module };
    // CommonJS arrives under `default`; names that Node could see stand beside it.
    return { ...module.default, ...module };
  }
  const [own = ''] = folders;
  throw new PlatformError({
    code: 'ROADBED-8802',
    class: 'failed',
    message: `the official client ${name} is not installed`,
    why: 'it is large and only needed for such addresses, so it does not come with Roadbed',
    next: `npm install --prefix ${shellWord(own)} ${together.map((one) => `${one}@${CLIENTS[one]}`).join(' ')}`,
  });
}

function clientFolders(environment: Environment): string[] {
  const { ROADBED_CLIENTS: given, XDG_CONFIG_HOME: config } = environment;
  const users = join(config === undefined || config === '' ? join(homedir(), '.config') : config, 'roadbed', 'clients');
  return [...(given === undefined || given === '' ? [] : [resolve(given)]), users, import.meta.dirname];
}

function resolveFrom(folder: string, name: string): string | undefined {
  try {
    return createRequire(join(folder, 'client.js')).resolve(name);
  } catch {
    return undefined;
  }
}

function shellWord(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
