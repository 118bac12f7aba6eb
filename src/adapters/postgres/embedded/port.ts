/** The server's TCP port: remembered, so that tenants' connection strings stay right over restarts. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';

const HOST = '127.0.0.1';

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(undefined));
    probe.listen(port, HOST, () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}

/** The remembered port if it is free, else a new free one, which is remembered. */
export async function choosePort(file: string): Promise<number> {
  let remembered = 0;
  try {
    remembered = Number(readFileSync(file, 'utf8'));
  } catch {
    remembered = 0;
  }
  const wanted = Number.isInteger(remembered) && remembered > 0 && remembered < 65536 ? remembered : 0;
  const port = (await tryPort(wanted)) ?? (await tryPort(0));
  if (port === undefined) throw new Error('no free TCP port on 127.0.0.1');
  if (port !== remembered) writeFileSync(file, String(port), { mode: 0o600 });
  return port;
}
