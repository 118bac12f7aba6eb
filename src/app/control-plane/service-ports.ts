/**
 * The ports by which services reach each other: one for each (environment, workload, port), given once and kept.
 *
 * Workloads have the number in their environment, so it must outlive restarts. It is drawn from a range below
 * the kernel's ephemeral ports, begins at a place that depends on the name (so that two platforms on one
 * machine seldom meet), and is tried before it is promised.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { ServiceAddress } from '../../adapters/provision/address.ts';
import { writePrivateFile } from '../../cli/context.ts';
import { PlatformError } from '../../domain/error.ts';
import { freePort } from './listeners.ts';

const FIRST = 20_000;
const COUNT = 10_000;
const LOOPBACK = '127.0.0.1';

/** `path` keeps what was given: a JSON object from name to port. `salt` tells platforms apart. */
export function servicePorts(path: string, salt: string): ServiceAddress {
  const given = new Map<string, number>(existsSync(path) ? Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>) : []);
  let turn: Promise<unknown> = Promise.resolve();

  const draw = async (name: string): Promise<number> => {
    const known = given.get(name);
    if (known !== undefined) return known;
    const taken = new Set(given.values());
    const start = createHash('sha256').update(`${salt}\n${name}`).digest().readUInt32BE(0) % COUNT;
    for (let offset = 0; offset < COUNT; offset++) {
      const port = FIRST + ((start + offset) % COUNT);
      if (taken.has(port) || (await freePort(LOOPBACK, port)) === 0) continue;
      given.set(name, port);
      writePrivateFile(path, `${JSON.stringify(Object.fromEntries(given), null, 2)}\n`);
      return port;
    }
    throw new PlatformError({ code: 'ROADBED-7030', class: 'unavailable', message: 'no port is left for services to reach each other by', why: `${FIRST} to ${FIRST + COUNT - 1} are all taken`, retry: 'backoff' });
  };

  return async ({ environment, workload, port }) => {
    const drawn = turn.then(() => draw(`${environment}/${workload}/${port}`));
    turn = drawn.catch(() => undefined);
    return { hostname: LOOPBACK, port: await drawn };
  };
}
