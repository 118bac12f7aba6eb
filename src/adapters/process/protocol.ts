/**
 * The language between control plane and supervisor: JSON over HTTP/1.1 on a Unix socket (mode 0600).
 *
 * The number is raised when an old client would misunderstand a new supervisor. Fields may be added without.
 * `GET /v1/changes` never ends: one JSON line for each change, `{"revision": id}`, and an empty line every
 * few seconds so that both sides notice a dead peer.
 */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const PROTOCOL = 1;
export const HEARTBEAT_MS = 5_000;

export interface Hello {
  protocol: number;
  pid: number;
  startedAt: string;
}

export interface ErrorBody {
  error: { code: `ROADBED-${string}`; class: string; message: string; why?: string; next?: string };
}

export interface ShutdownRequest {
  /** `keep`: programs go on, to be adopted. `stop`: drain and stop them, the wish stays. `purge`: and forget and delete all. */
  workloads: 'keep' | 'stop' | 'purge';
  /** Programs that have not stopped after so long are killed, whatever their drain time; absent: each has its own. */
  graceSeconds?: number;
}

/** Unix socket paths end at 107 bytes (103 on macOS). */
const LONGEST_SOCKET_PATH = 100;

/** Place of the socket: in the supervisor's folder, or, when that path is too long, at a short one derived from it. */
export function socketPath(folder: string): string {
  const path = join(folder, 'control.sock');
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH) return path;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16);
  return join(tmpdir().length > 60 ? '/tmp' : tmpdir(), `roadbed-${process.getuid?.() ?? 0}-${name}`, 'control.sock');
}
