/**
 * Which ports to listen on, and what is told to people and programs about them.
 *
 * Without `--port` three well-known ports are tried, and any free one is taken in their place; with a port
 * the console has it, and the object API and the edge the next two; `--port 0` makes all of them ephemeral.
 */
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

export interface Ready {
  schemaVersion: 1;
  apiUrl: string;
  consoleUrl: string;
  edgeUrl: string;
  gitUrl: string;
  token: string;
  kubeconfig: string;
  dataDir: string;
  /** Signs in once, within ten minutes. */
  loginUrl: string;
  pid: number;
}
