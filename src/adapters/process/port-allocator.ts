/**
 * Ports for replicas: from a range below the kernel's own ephemeral ports, so that an outgoing connection
 * never takes one between two starts. A port counts as free when it can be bound right now.
 */
import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

export interface PortRange {
  first: number;
  last: number;
}

export const DEFAULT_RANGE: PortRange = { first: 20_000, last: 31_999 };

function canBind(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.unref();
    // A machine without IPv6 cannot hold the port there either.
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EAFNOSUPPORT' || error.code === 'EADDRNOTAVAIL'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Whether nothing listens on a port on any address. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canBind(port, '127.0.0.1')) && (await canBind(port, '0.0.0.0')) && (await canBind(port, '::'));
}

/** A free port that is not `taken`; undefined when the range has none. Starts anywhere, so that two supervisors seldom meet. */
export async function findFreePort(range: PortRange, taken: ReadonlySet<number>): Promise<number | undefined> {
  const size = range.last - range.first + 1;
  const start = randomInt(size);
  for (let step = 0; step < size; step += 1) {
    const port = range.first + ((start + step) % size);
    if (!taken.has(port) && (await portIsFree(port))) return port;
  }
  return undefined;
}

/** Environment names of a replica's ports: `PORT` is the first, `PORT_<NAME>` each. */
export function portEnvironment(ports: Readonly<Record<string, number>>): Record<string, string> {
  const entries = Object.entries(ports);
  const named = entries.map(([name, port]) => [`PORT_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`, String(port)]);
  const [first] = entries;
  return { ...(first === undefined ? {} : { PORT: String(first[1]) }), ...Object.fromEntries(named) };
}
