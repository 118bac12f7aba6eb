/** A throw-away server from another PostgreSQL's programs, to test against the oldest supported version. */
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { serverAccount } from '../embedded/account.ts';
import type { Binaries } from '../embedded/binaries.ts';
import { prepareCluster } from '../embedded/cluster.ts';
import { choosePort } from '../embedded/port.ts';
import { runServer, stopServer, superuserConnection } from '../embedded/server.ts';

export const POSTGRESQL_15 = '/usr/lib/postgresql/15/bin';

/** True when the programs are there; says once how to get them when they are not. */
export function installed(folder: string): boolean {
  if (existsSync(join(folder, 'initdb'))) return true;
  console.log(`skipped: no PostgreSQL in ${folder} (on Debian 12: apt-get install postgresql-15)`);
  return false;
}

/** Starts a server of the programs in `folder` on an empty cluster of its own. */
export async function startInstalled(folder: string): Promise<{ connection: pg.ClientConfig; destroy(): Promise<void> }> {
  const home = mkdtempSync(join(tmpdir(), 'roadbed-installed-'));
  chmodSync(home, 0o755);
  const binaries: Binaries = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), packageVersion: 'installed' };
  const cluster = await prepareCluster(join(home, 'postgres'), binaries, serverAccount());
  const server = await runServer(cluster, binaries, () => choosePort(cluster.portFile));
  return {
    connection: superuserConnection(cluster, server, 'postgres'),
    destroy: async () => {
      await stopServer(cluster, server.pid);
      rmSync(home, { recursive: true, force: true });
      rmSync(cluster.socketFolder, { recursive: true, force: true });
    },
  };
}
