/**
 * The platform's keys below `keys/`, each 32 random bytes in a file of its own, 0600, made at first start.
 *
 * `audit-seal` signs the segments of the event log, `supervisor` encrypts what the supervisor keeps on disk.
 * The master key of the secret store has a file and a rotation of its own (adapters/secrets).
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface PlatformKey {
  id: string;
  secret: Buffer;
  path: string;
}

export function platformKey(folder: string, name: string): PlatformKey {
  const path = join(folder, name);
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, randomBytes(32), { mode: 0o600, flush: true });
    renameSync(`${path}.new`, path);
  }
  const secret = readFileSync(path);
  return { id: `${name}-${createHash('sha256').update(secret).digest('hex').slice(0, 8)}`, secret, path };
}
