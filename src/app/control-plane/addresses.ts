/**
 * Which ports to listen on, and what is told to people and programs about them.
 *
 * Without `--port` three well-known ports are tried, and any free one is taken in their place; with a port
 * the console has it, and the object API and the edge the next two; `--port 0` makes all of them ephemeral.
 */
import { PlatformError } from '../../domain/error.ts';
import { freePort } from './listeners.ts';

const CONSOLE_PORT = 4600;

export interface Ports {
  console: number;
  api: number;
  edge: number;
}

export async function choosePorts(host: string, port: number | undefined): Promise<Ports> {
  if (port === 0) return { console: 0, api: 0, edge: 0 };
  if (port !== undefined) return { console: port, api: port + 1, edge: port + 2 };
  const [console, api, edge] = await Promise.all([freePort(host, CONSOLE_PORT), freePort(host, CONSOLE_PORT + 1), freePort(host, CONSOLE_PORT + 2)]);
  return { console, api, edge };
}

/**
 * Origins from `--public-url` and `ROADBED_PUBLIC_URL`, the one to print first. Throws ROADBED-7011 for what is none:
 * anything but scheme, host and port, or a name below `.localhost`, where workloads live.
 */
export function publicOrigins(urls: readonly string[]): string[] {
  return urls.map((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const plain = url !== undefined && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.pathname === '/' && url.search === '' && url.hash === '';
    if (plain && !url.hostname.endsWith('.localhost')) return url.origin;
    throw new PlatformError({
      code: 'ROADBED-7011',
      class: 'usage',
      message: `${JSON.stringify(text)} cannot be the public address of the console`,
      why: plain ? 'names below .localhost belong to workloads, which never share one with the console' : 'it is not https://<host>[:<port>] and nothing more',
      next: 'roadbed up --public-url https://roadbed.example.com',
    });
  });
}

export interface Ready {
  schemaVersion: 1;
  apiUrl: string;
  /** As people reach it: the first public address, else that of the listener. */
  consoleUrl: string;
  /** Where console, Git and webhooks listen on this machine: what a TLS proxy forwards to. */
  listenUrl: string;
  edgeUrl: string;
  gitUrl: string;
  token: string;
  kubeconfig: string;
  dataDir: string;
  /** Signs in once, within ten minutes. */
  loginUrl: string;
  pid: number;
}
