/**
 * What should run, on disk: it survives SIGKILL of everything and a power cut.
 *
 * Written to a new file, flushed, renamed over the old one, and the folder flushed. Environments of
 * programs hold secrets, so the content is encrypted (AES-256-GCM) with a key from a file of its own;
 * whoever copies this file alone, in a backup or a bug report, has copied no secret.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PlatformError } from '../../domain/error.ts';
import type { RevisionSpec, TaskSpec } from '../../ports/runtime.ts';

export interface DesiredRevision {
  spec: RevisionSpec;
  /** Set by `remove`: to be drained, stopped and forgotten. */
  removing: boolean;
  /** Ports by replica index, remembered so that a restarted replica is found where it was. */
  ports: Record<string, Record<string, number>>;
}

export interface DesiredTask {
  spec: TaskSpec;
  startedAt: string;
  cancelled: boolean;
}

export interface DesiredState {
  schemaVersion: 1;
  revisions: Record<string, DesiredRevision>;
  tasks: Record<string, DesiredTask>;
  /** `<service>.<environment>` -> numeric user. */
  users: Record<string, number>;
}

const MAGIC = Buffer.from('RBDS1');

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function replaceFile(path: string, content: Buffer): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await flushFolder(dirname(path));
}

async function loadKey(path: string): Promise<Buffer> {
  if (!existsSync(path)) await replaceFile(path, randomBytes(32));
  const key = readFileSync(path);
  if (key.length !== 32) throw unreadable(`${path} holds ${key.length} bytes, not 32`);
  return key;
}

function unreadable(why: string): PlatformError {
  return new PlatformError({ code: 'ROADBED-1313', class: 'failed', message: 'The supervisor cannot read what it should run.', why, next: 'Restore the file from a backup, or move it away: the control plane states its wishes again.' });
}

function encrypt(key: Buffer, text: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([MAGIC, nonce, cipher.getAuthTag(), body]);
}

function decrypt(key: Buffer, content: Buffer): string {
  const start = MAGIC.length;
  if (!content.subarray(0, start).equals(MAGIC)) throw new Error('unknown format');
  const decipher = createDecipheriv('aes-256-gcm', key, content.subarray(start, start + 12));
  decipher.setAuthTag(content.subarray(start + 12, start + 28));
  return Buffer.concat([decipher.update(content.subarray(start + 28)), decipher.final()]).toString('utf8');
}

/** The state in memory and its file. Callers change `state`, then await `save`. */
export class DesiredStateFile {
  readonly state: DesiredState;
  readonly #path: string;
  readonly #key: Buffer;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(path: string, key: Buffer, state: DesiredState) {
    this.#path = path;
    this.#key = key;
    this.state = state;
  }

  /** Opens or creates; throws ROADBED-1313 when the file or its key is damaged. `keyFile` defaults to one in the folder. */
  static async open(folder: string, keyFile = join(folder, 'state.key')): Promise<DesiredStateFile> {
    const path = join(folder, 'desired-state');
    const key = await loadKey(keyFile);
    if (!existsSync(path)) return new DesiredStateFile(path, key, { schemaVersion: 1, revisions: {}, tasks: {}, users: {} });
    try {
      return new DesiredStateFile(path, key, JSON.parse(decrypt(key, readFileSync(path))) as DesiredState);
    } catch (error) {
      throw unreadable(`${path}: ${(error as Error).message}`);
    }
  }

  /** Resolves when the present state is on disk. Calls that come during a write share the next one. */
  save(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    const write = async (): Promise<void> => {
      await this.#running?.catch(() => undefined);
      this.#running = this.#next;
      this.#next = undefined;
      await replaceFile(this.#path, encrypt(this.#key, JSON.stringify(this.state)));
    };
    this.#next = write();
    return this.#next;
  }
}
