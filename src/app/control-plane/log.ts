/** The control plane's own log: JSON lines in a file below the data directory, bounded by rotation at start. */
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pino, type Logger } from 'pino';

const ROTATE_AT_BYTES = 20 * 1024 * 1024;
/** Paths that never hold a secret by design; should one slip in, it is not printed. */
const REDACTED = ['token', 'password', 'secret', 'authorization', '*.token', '*.password', '*.secret', '*.authorization'];

export function openLog(folder: string): Logger {
  const path = join(folder, 'control-plane.log');
  if (existsSync(path) && statSync(path).size > ROTATE_AT_BYTES) renameSync(path, `${path}.1`);
  return pino({ redact: REDACTED, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: path, append: true, mode: 0o600, sync: false }));
}
